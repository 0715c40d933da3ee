"""What changes working groups; each command leaves one entry in the commission's audit trail."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from service.database.columns import table
from service.database.statement import Change, Connection, given
from service.errors import AlreadyExists, Fault, NotFound, NotPermitted, fault
from service.errors.sent import Sent
from service.permissions import ActiveCaller, Caller, Permission
from service.register.commissions import commands as commissions
from service.register.commissions.models import GroupRole, Membership
from service.register.commissions.queries import Locked, find_session, get_for_update
from service.register.groups import queries
from service.register.groups.models import WorkingGroup
from service.register.groups.schemas import MemberPut, WorkingGroupCreate
from service.register.parties.queries import OrganisationRow, find_organisation, organisation

_group, _member = table(WorkingGroup), table(Membership)
_insert = Change(
    sa.insert(_group).values(given(_group, "id", "commission_id", "titles", "sector", "founded_at_session_id", "seq"))
)
_move = Change(sa.update(_group).where(_group.c.id == sa.bindparam("group_id")).values(given(_group, "seq")))
_put_member = Change(
    insert(_member)
    .values(given(_member, "working_group_id", "organisation_id", "party", "role"))
    .on_conflict_do_update(
        index_elements=["working_group_id", "organisation_id"],
        set_={"role": sa.text("excluded.role"), "ended_at": None},
    )
)
_end = Change(
    sa.update(_member)
    .where(
        _member.c.working_group_id == sa.bindparam("group_id"), _member.c.organisation_id == sa.bindparam("member_id")
    )
    .values(given(_member, "ended_at"))
)


async def found_group(
    connection: Connection, caller: ActiveCaller, sent: Sent[WorkingGroupCreate], known_id: UUID | None = None
) -> UUID:
    """Found a group with the caller's own co-lead and return its id."""
    caller.require_somewhere(Permission.MANAGE_COMMISSION)
    sound = sent.sound
    try:
        locked = await _managed(connection, caller, UUID(sound["commission_id"])) if "commission_id" in sound else None
    except NotFound:
        locked = None
    new = sent.read(await _wrong_founding(connection, caller, sound, locked))
    assert locked is not None
    group_id = known_id or locked.stamp.id
    facts = new.model_dump(exclude={"co_lead_organisation_id"})
    await _insert.run(connection, id=group_id, **facts, seq=locked.row.seq + 1)
    await _put(connection, caller, group_id, new.co_lead_organisation_id, GroupRole.CO_LEAD)
    data = {"id": str(group_id), **new.model_dump(mode="json")}
    await commissions.record(connection, caller, locked, "working_group.founded", data)
    return group_id


async def put_member(
    connection: Connection, caller: ActiveCaller, group_id: UUID, organisation_id: UUID, sent: Sent[MemberPut]
) -> None:
    """Make an organisation of the caller's own party co-lead or member; the same again changes nothing."""
    locked, group = await _changed(connection, caller, group_id)
    await _own(connection, caller, organisation_id)
    role = sent.read().role
    present = {UUID(str(one["organisation_id"])): one for one in group["members"]}
    before = present[organisation_id]["role"] if organisation_id in present else None
    if before == role:
        return
    others = [one for key, one in present.items() if key != organisation_id and one["party"] == caller.party]
    leads = [one for one in others if one["role"] == GroupRole.CO_LEAD]
    if role is GroupRole.CO_LEAD and leads:
        taken = leads[0]["organisation_id"]
        raise AlreadyExists(
            f"{caller.party} has a co-lead in this group already, the organisation {taken}. Make it a member, or release it, first.",
            existing={"kind": "co_lead", "id": str(taken), "address": f"/v1/organisations/{taken}"},
        )
    await _put(connection, caller, group_id, organisation_id, role)
    await _record(connection, caller, locked, group_id, organisation_id, before, role)


async def release_member(connection: Connection, caller: ActiveCaller, group_id: UUID, organisation_id: UUID) -> None:
    """End an organisation's part in the group; `NotFound` if it has none."""
    locked, group = await _changed(connection, caller, group_id)
    await _own(connection, caller, organisation_id)
    before = {UUID(str(one["organisation_id"])): one["role"] for one in group["members"]}.get(organisation_id)
    if before is None:
        raise NotFound("The organisation is not in this group.")
    await _end.run(connection, group_id=group_id, member_id=organisation_id, ended_at=locked.stamp.at)
    await _record(connection, caller, locked, group_id, organisation_id, before, None)


async def _managed(connection: Connection, caller: Caller, commission_id: UUID) -> Locked:
    locked = await get_for_update(connection, caller, commission_id)
    locked.standing.require(Permission.MANAGE_COMMISSION)
    return locked


async def _changed(connection: Connection, caller: Caller, group_id: UUID) -> tuple[Locked, queries.GroupRow]:
    known = await queries.get(connection, group_id)
    locked = await _managed(connection, caller, known["commission_id"])
    return locked, await queries.get(connection, group_id)


async def _own(connection: Connection, caller: Caller, organisation_id: UUID) -> None:
    _require_own(caller, await organisation(connection, organisation_id))


def _require_own(caller: Caller, found: OrganisationRow) -> None:
    if found["party"] != caller.party:
        raise NotPermitted(
            f"A secretariat names organisations of its own party, {caller.party}; {found['name']} is of {found['party']}, whose "
            "secretariat names it."
        )


async def _wrong_founding(
    connection: Connection, caller: Caller, sound: Mapping[str, Any], locked: Locked | None
) -> list[Fault]:
    wrong = []
    if locked is None:
        wrong.append(fault("/commission_id", "names no commission; GET /v1/commissions lists them"))
    if lead := sound.get("co_lead_organisation_id"):
        known = await find_organisation(connection, UUID(lead))
        if known is None:
            wrong.append(fault("/co_lead_organisation_id", "names no organisation; GET /v1/organisations lists them"))
        elif locked:
            _require_own(caller, known)
    if locked and (session_id := sound.get("founded_at_session_id")):
        session = await find_session(connection, UUID(session_id))
        if session is None or session["commission_id"] != locked.row.id:
            hint = f"GET /v1/commissions/{locked.row.id}/sessions lists them"
            wrong.append(fault("/founded_at_session_id", f"names no session of this commission; {hint}"))
    return wrong


async def _put(connection: Connection, caller: Caller, group_id: UUID, organisation_id: UUID, role: GroupRole) -> None:
    key = {"working_group_id": group_id, "organisation_id": organisation_id}
    await _put_member.run(connection, **key, party=caller.party, role=role)


async def _record(
    connection: Connection,
    caller: Caller,
    locked: Locked,
    group_id: UUID,
    organisation_id: UUID,
    before: str | None,
    after: str | None,
) -> None:
    await _move.run(connection, group_id=group_id, seq=locked.row.seq + 1)
    data = {"id": str(group_id), "organisation_id": str(organisation_id), "before": before, "after": after}
    await commissions.record(connection, caller, locked, "working_group.member_changed", data)
