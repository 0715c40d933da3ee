"""Planning a session, recording one of before the register, and naming one's own co-chair."""

from collections.abc import Iterator, Mapping
from datetime import UTC
from typing import Any
from uuid import UUID

from service.database.statement import Connection
from service.errors import Fault, NotFound, NotPermitted, fault
from service.errors.sent import Sent
from service.permissions import Caller, Permission
from service.register.commissions import queries as commissions
from service.register.commissions import session_queries as queries
from service.register.commissions.matter import SESSIONS, has_met
from service.register.commissions.rules.lifecycle import SessionAction, SessionState
from service.register.commissions.rules.matter import SESSION
from service.register.commissions.rules.requirements import DAYS, facts, not_met_yet, wrong_members
from service.register.commissions.session_schemas import Held, SessionCreate, SessionPatch
from service.register.decisions import commands as decisions
from service.register.decisions.engine.locking import others, standing_in
from service.register.decisions.engine.matter import Row
from service.register.decisions.engine.moves import Move
from service.register.decisions.engine.writing import insert
from service.register.decisions.rules.ended import require_room_in
from service.register.decisions.rules.judging import Judged, ending, impossible, step_of, with_end
from service.register.decisions.rules.matter import Case
from service.trail.version import Versions, check_version

MEETING = ("working_group_id", "ordinal", "host_party", "virtual", "venue", "starts_on", "ends_on")


async def record(
    connection: Connection,
    caller: Caller,
    commission_id: UUID,
    sent: Sent[SessionCreate],
    known_id: UUID | None = None,
    known_transition_id: UUID | None = None,
) -> UUID:
    """Plan a session, or record one of before the register, and return its id.

    404 without such a commission; 403 for who decides nothing of its sessions, and who plans for another host; 422.
    """
    sound = sent.sound
    group = UUID(sound["working_group_id"]) if sound.get("working_group_id") else None
    place = await commissions.place(connection, caller, commission_id, group)
    if place is None:
        raise NotFound("There is no such commission.")
    _may_begin(caller, sound, place)
    require_room_in(place, SESSION.kind, str(sound.get("action")))
    new = sent.read([*_wrong(sound, place), *await _taken(connection, sound, place, group)])
    row = _row(caller, new, place, known_id)
    move = _move(caller, new.held, row, place, known_transition_id) if new.held else None
    case = Case(SESSIONS.members(row), _facts(row, place), place["at"], {}, seq=0)
    await insert(connection, SESSIONS, caller, row, move, case)
    return UUID(str(row["id"]))


async def name_co_chair(
    connection: Connection, caller: Caller, session_id: UUID, sent: Sent[SessionPatch], version: Versions
) -> None:
    """Name the co-chair of the caller's own party, or nobody; the same again changes nothing."""
    known = await queries.get(connection, caller, session_id)
    standing_in(caller, known, SESSIONS).require(Permission.PROPOSE)
    check_version(version, known["version"])
    patch = sent.read()
    named = patch.co_chair.model_dump() if patch.co_chair else None
    if "co_chair" not in patch.model_fields_set or known["co_chairs"].get(caller.party) == named:
        return
    body = {"action": str(SessionAction.NAME_CO_CHAIR), "co_chair": named}
    await decisions.propose(connection, (SESSIONS,), SESSIONS, caller, session_id, body, version)


def _may_begin(caller: Caller, sound: Mapping[str, Any], place: Row) -> None:
    # Of a group's session its members decide nothing.
    whose = {"is_member": False, "working_group_id": sound.get("working_group_id")}
    standing_in(caller, {**place, **whose}, SESSIONS).require(Permission.PROPOSE)
    host = sound.get("host_party") or caller.party
    if sound.get("action") == "plan" and host != caller.party:
        raise NotPermitted(
            f"The party that hosts a session plans it: ask the secretariat of {host}. You act for {caller.party}."
        )


def _wrong(sound: Mapping[str, Any], place: Row) -> Iterator[Fault]:
    if sound.get("working_group_id") and place["group_id"] is None:
        hint = f"GET /v1/working-groups?commission_id={place['id']} lists them"
        yield fault("/working_group_id", f"names no working group of this commission; {hint}")
    state = SessionState.PLANNED if sound.get("action") == "plan" else SessionState.PROPOSED
    members = {**dict.fromkeys(SESSION.members), "virtual": False, **sound, "state": state}
    known, today = facts(members, place["parties"], place["languages"]), place["at"].astimezone(UTC).date()
    yield from (fault(f"/{name}", detail) for name, detail in wrong_members(members, known, today))
    held = sound.get("held")
    if held is not None and sound.get("action") == "plan":
        yield fault("/held", "is said of a session that is recorded; one that is planned is held by a move of its own")
    elif held is not None:
        case = Case(members, known, place["at"], {}, seq=0)
        given = {name: value for name, value in held.items() if name not in {"action", "expires_at"}}
        gaps = SESSION.missing(SessionAction.HOLD, held, known)
        for one in [*gaps, *impossible(SESSION, case, given, ending(held))]:
            yield fault(f"/held{one['pointer']}", one["detail"])
        days = {name: held.get(name) for name in DAYS}
        for name, detail in not_met_yet({**days, "state": SessionState.HELD}, today):
            yield fault(f"/held/{name}", detail)


async def _taken(connection: Connection, sound: Mapping[str, Any], place: Row, group_id: UUID | None) -> list[Fault]:
    """Return the fault that another session was held under the ordinal of one that is said to have been held."""
    ordinal = sound.get("ordinal") if sound.get("held") else None
    if ordinal is None or not await has_met(connection, place["id"], group_id, ordinal):
        return []
    return [fault("/ordinal", "another session was held under this ordinal already")]


def _row(caller: Caller, new: SessionCreate, place: Row, known_id: UUID | None) -> dict[str, Any]:
    plans = new.action == "plan"
    return {
        **dict.fromkeys(SESSION.members),
        **{name: getattr(new, name) for name in MEETING},
        "id": known_id or place["new_id"],
        "commission_id": place["id"],
        "host_party": (new.host_party or caller.party) if plans else new.host_party,
        "state": SessionState.PLANNED if plans else SessionState.PROPOSED,
        "co_chairs": {caller.party: new.co_chair.model_dump()} if new.co_chair else {},
        "subject_to": [],
        "corrected": {},
        "recorded_by": caller.party,
        "is_joint": False,
    }


def _move(caller: Caller, held: Held, row: Row, place: Row, known_transition_id: UUID | None) -> Move:
    """Return the proposal that it was held."""
    evidence = held.given()
    step = step_of(SESSION, _facts(row, place), {**evidence, "action": SessionAction.HOLD})
    awaits = others(place, caller.party)
    judged = with_end(Judged(step, step.target, evidence, held.expires_at), awaits, place["at"])
    return Move(
        known_transition_id or place["transition_id"], SESSION.kind, judged, judged.target, caller.party, awaits
    )


def _facts(row: Row, place: Row) -> Any:  # noqa: ANN401 -- facts of a session
    return facts(row, place["parties"], place["languages"])
