"""Recording a working group, and naming one's own organisations in it."""

from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any, Final
from uuid import UUID

from service.database.statement import Connection
from service.errors import AlreadyExists, Fault, NotFound, NotPermitted, fault
from service.errors.sent import Sent
from service.permissions import ActiveCaller, Caller, Permission
from service.register.commissions import queries as commissions
from service.register.commissions.rules.group_role import GroupRole
from service.register.decisions import commands as decisions
from service.register.decisions.engine.locking import others, standing_in
from service.register.decisions.engine.matter import Row
from service.register.decisions.engine.moves import Move
from service.register.decisions.engine.writing import insert
from service.register.decisions.rules.ended import require_room_in
from service.register.decisions.rules.judging import Judged, ending, impossible, step_of, with_end
from service.register.decisions.rules.matter import Case
from service.register.groups import queries
from service.register.groups.matter import GROUPS
from service.register.groups.rules.derived import code_of
from service.register.groups.rules.effect import seated
from service.register.groups.rules.lifecycle import GroupAction, GroupState
from service.register.groups.rules.matter import GROUP
from service.register.groups.rules.requirements import co_leads, facts, roles, wrong_members
from service.register.groups.schemas import Founding, MemberPut, WorkingGroupCreate
from service.register.parties.queries import OrganisationRow, find_organisation, organisation
from service.trail.version import Versions, check_version

_SAID: Final = ("titles", "sector", "founded_at_session_id", "founding_act")


async def record(
    connection: Connection,
    caller: ActiveCaller,
    sent: Sent[WorkingGroupCreate],
    known_id: UUID | None = None,
    known_transition_id: UUID | None = None,
) -> UUID:
    """Record a group with the caller's own co-lead, open the proposal that it was founded, and return its id.

    403 for who is no secretariat, 422 with everything that is wrong.
    """
    caller.require_somewhere(Permission.MANAGE_COMMISSION)
    sound = sent.sound
    commission = sound.get("commission_id")
    place = await commissions.place(connection, caller, UUID(commission)) if commission else None
    if place is not None:
        standing_in(caller, place).require(Permission.MANAGE_COMMISSION)
        require_room_in(place, GROUP.kind, "record")
    new = sent.read([*_wrong(sound, place), *await _wrong_names(connection, caller, sound, place)])
    assert place is not None
    code = _free(place["code"], new.code or new.sector, await queries.codes(connection, place["id"]))
    row = _row(caller, new, place, known_id, code)
    move = _move(caller, new.founding or Founding(), row, place, known_transition_id)
    case = Case(GROUPS.members(row), facts(row, place["parties"], place["languages"]), place["at"], {}, seq=0)
    await insert(connection, GROUPS, caller, row, move, case)
    return UUID(str(row["id"]))


async def put_member(
    connection: Connection,
    caller: ActiveCaller,
    group_id: UUID,
    organisation_id: UUID,
    sent: Sent[MemberPut],
    version: Versions = None,
) -> None:
    """Make an organisation of the caller's own party co-lead or member; the same again changes nothing."""
    group = await _own(connection, caller, group_id, organisation_id)
    check_version(version, group["version"])
    role = sent.read().role
    if _role_of(group, organisation_id) == role:
        return
    taken = co_leads(group["organisations"]).get(str(caller.party))
    if role is GroupRole.CO_LEAD and taken:
        raise AlreadyExists(
            f"{caller.party} has a co-lead in this group already, the organisation {taken}. Make it a member, or release it, first.",
            existing={"kind": "co_lead", "id": taken, "address": f"/v1/organisations/{taken}"},
        )
    await _name(connection, caller, group_id, organisation_id, role, version)


async def release_member(
    connection: Connection, caller: ActiveCaller, group_id: UUID, organisation_id: UUID, version: Versions = None
) -> None:
    """End an organisation's part in the group; `NotFound` if it has none."""
    group = await _own(connection, caller, group_id, organisation_id)
    check_version(version, group["version"])
    if _role_of(group, organisation_id) is None:
        raise NotFound("The organisation is not in this group.")
    await _name(connection, caller, group_id, organisation_id, None, version)


async def _own(connection: Connection, caller: Caller, group_id: UUID, organisation_id: UUID) -> Row:
    group = await queries.get(connection, caller, group_id)
    standing_in(caller, group, GROUPS).require(Permission.PROPOSE)
    _require_own(caller, await organisation(connection, organisation_id))
    return group


async def _name(
    connection: Connection,
    caller: Caller,
    group_id: UUID,
    organisation_id: UUID,
    role: GroupRole | None,
    version: Versions,
) -> None:
    body = {"action": str(GroupAction.NAME_ORGANISATION), "organisation_id": str(organisation_id), "role": role}
    await decisions.propose(connection, (GROUPS,), GROUPS, caller, group_id, body, version)


def _role_of(group: Row, organisation_id: UUID) -> GroupRole | None:
    return next((role for one, _, role in roles(group["organisations"]) if one == str(organisation_id)), None)


def _require_own(caller: Caller, found: OrganisationRow) -> None:
    if found["party"] != caller.party:
        raise NotPermitted(
            f"A secretariat names organisations of its own party, {caller.party}; {found['name']} is of {found['party']}, whose "
            "secretariat names it."
        )


def _wrong(sound: Mapping[str, Any], place: Row | None) -> Iterator[Fault]:
    """Give what is wrong in what is sound: where it is recorded, what founded it, the proposal that it was."""
    members = {**dict.fromkeys(GROUP.members), **sound, "state": GroupState.PROPOSED}
    for name, detail in wrong_members(members):
        yield fault(f"/{name}", detail)
    if place is None:
        yield fault("/commission_id", "names no commission; GET /v1/commissions lists them")
        return
    given = sound.get("founding") or {}
    case = Case(members, facts(members, place["parties"], place["languages"]), place["at"], {}, seq=0)
    evidence = {name: value for name, value in given.items() if name not in {"action", "expires_at"}}
    for one in impossible(GROUP, case, evidence, ending(given)):
        yield fault(f"/founding{one['pointer']}", one["detail"])


async def _wrong_names(
    connection: Connection, caller: Caller, sound: Mapping[str, Any], place: Row | None
) -> list[Fault]:
    wrong = []
    if lead := sound.get("co_lead_organisation_id"):
        known = await find_organisation(connection, UUID(lead))
        if known is None:
            wrong.append(fault("/co_lead_organisation_id", "names no organisation; GET /v1/organisations lists them"))
        elif known["closed_on"]:
            wrong.append(fault("/co_lead_organisation_id", f"names {known['code']}, which is closed"))
        elif place:
            _require_own(caller, known)
    if place and (session_id := sound.get("founded_at_session_id")):
        session = await commissions.find_session(connection, UUID(session_id))
        if session is None or session["commission_id"] != place["id"]:
            hint = f"GET /v1/commissions/{place['id']}/sessions lists them"
            wrong.append(fault("/founded_at_session_id", f"names no session of this commission; {hint}"))
    return wrong


def _free(commission: str, short: str, taken: set[str]) -> str:
    """Return the code of a new group of the commission: the short one, with a number behind where it is taken."""
    return next(code for number in count() if (code := code_of(commission, short, number)) not in taken)


def _row(caller: Caller, new: WorkingGroupCreate, place: Row, known_id: UUID | None, code: str) -> dict[str, Any]:
    organisations = seated({}, str(caller.party), str(new.co_lead_organisation_id), GroupRole.CO_LEAD)
    return {
        **dict.fromkeys(GROUP.members),
        **{name: getattr(new, name) for name in _SAID},
        "id": known_id or place["new_id"],
        "commission_id": place["id"],
        "code": code,
        "organisations": organisations,
        "co_led_by": [*co_leads(organisations)],
        "contacts": {},
        "state": GroupState.PROPOSED,
        "corrected": {},
        "recorded_by": caller.party,
        "is_joint": False,
    }


def _move(caller: Caller, founding: Founding, row: Row, place: Row, known_transition_id: UUID | None) -> Move:
    """Return the proposal that it was founded."""
    evidence = founding.given()
    known = facts(row, place["parties"], place["languages"])
    step = step_of(GROUP, known, {**evidence, "action": GroupAction.FOUND})
    awaits = others(place, caller.party)
    judged = with_end(Judged(step, step.target, evidence, founding.expires_at), awaits, place["at"])
    return Move(known_transition_id or place["transition_id"], GROUP.kind, judged, judged.target, caller.party, awaits)
