"""What changes a commission and its sessions; each command leaves one entry in the commission's audit trail."""

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from service.database.columns import table
from service.database.statement import Change, Connection, Query, given
from service.errors import Fault, InvalidContent, NotPermitted, fault, there
from service.errors.sent import Sent
from service.identity.models import Principal
from service.permissions import ActiveCaller, Caller, Kind, Permission
from service.register.commissions import queries
from service.register.commissions.models import Commission, CommissionAuditor, CommissionParty, Session, SessionStatus
from service.register.commissions.schemas import CommissionCreate, SessionCreate, SessionPatch
from service.trail import stamp
from service.trail.append import append
from service.trail.entry import Author, Entry
from service.trail.version import Versions, check_version, unconditional
from service.values import dates

_commission, _party, _auditor, _session = (
    table(Commission),
    table(CommissionParty),
    table(CommissionAuditor),
    table(Session),
)
_HEAD = ("seq", "leaf", "changed_at")
_insert = Change(sa.insert(_commission).values(given(_commission, *_commission.c.keys())))
_move_head = Change(
    sa.update(_commission).where(_commission.c.id == sa.bindparam("commission_id")).values(given(_commission, *_HEAD))
)
_add_party = Change(sa.insert(_party).values(given(_party, *_party.c.keys())))
_principal = table(Principal)
_kind = Query(sa.select(_principal.c.kind).where(_principal.c.id == sa.bindparam("principal_id")), str)
_appoint = Change(insert(_auditor).values(given(_auditor, *_auditor.c.keys())).on_conflict_do_nothing())
_add_session = Change(sa.insert(_session).values(given(_session, *_session.c.keys())))


@cache
def _changing_session(*names: str) -> Change:
    return Change(
        sa.update(_session).where(_session.c.id == sa.bindparam("session_id")).values(given(_session, *names))
    )


async def found_commission(
    connection: Connection, caller: ActiveCaller, sent: Sent[CommissionCreate], known_id: UUID | None = None
) -> UUID:
    """Found a commission and return its id; 422 if a secretariat is not an organisation of its party."""
    caller.require(Permission.FOUND_COMMISSION)
    new = sent.read(_twice(sent.sound))
    codes = [one.party for one in new.parties]
    made = await stamp.new(connection)
    commission_id = known_id or made.id
    code = "-".join(codes) + (f".{new.suffix}" if new.suffix else "")
    data = {"id": str(commission_id), "code": code, **new.model_dump(mode="json", exclude={"suffix"})}
    entry = made.entry(commission_id, commission_id, Author(caller.principal_id, None), "commission.founded", data)
    facts = new.model_dump(include={"titles", "languages", "rule", "founded_on"})
    row = {**facts, "id": commission_id, "code": code, "parties": codes, "intersessional_items": 0}
    await _insert.run(connection, **row, **_head(entry))
    await _add_party.run_each(connection, [{"commission_id": commission_id, **one.model_dump()} for one in new.parties])
    await append(connection, entry)
    return commission_id


async def appoint_auditor(
    connection: Connection, caller: ActiveCaller, commission_id: UUID, principal_id: UUID
) -> dict[str, UUID]:
    """Appoint an auditor; appointing again changes nothing. 404 without such a principal, 422 unless it is an auditor."""
    caller.require(Permission.FOUND_COMMISSION)
    locked = await queries.get_for_update(connection, caller, commission_id)
    kind = there(await _kind.row(connection, principal_id=principal_id), "There is no such principal.")
    if kind != Kind.AUDITOR:
        detail = f"names a principal of the kind '{kind}'; an auditor is one of the kind 'auditor'"
        raise InvalidContent.listing([{"parameter": "principal_id", "detail": detail}])
    row = {"commission_id": commission_id, "principal_id": principal_id}
    if await _appoint.run(connection, **row):
        await record(connection, caller, locked, "auditor.appointed", {"principal_id": str(principal_id)})
    return row


async def plan_session(
    connection: Connection,
    caller: ActiveCaller,
    commission_id: UUID,
    sent: Sent[SessionCreate],
    known_id: UUID | None = None,
) -> UUID:
    """Record a session and return its id; the host party's secretariat does it."""
    locked = await queries.get_for_update(connection, caller, commission_id)
    locked.standing.require(Permission.MANAGE_COMMISSION)
    host = sent.sound.get("host_party", caller.party)
    if host != caller.party:
        raise NotPermitted(
            f"The secretariat of the party that hosts a session records it: ask that of {host}. You act for {caller.party}."
        )
    new = sent.read(_impossible(sent.sound))
    session_id = known_id or locked.stamp.id
    row = {"id": session_id, "commission_id": commission_id, **new.model_dump(exclude={"co_chair"})}
    row["co_chairs"] = {caller.party: new.co_chair.model_dump()} if new.co_chair else {}
    await _add_session.run(connection, **row, seq=locked.row.seq + 1)
    after = {**_facts(row), "id": str(session_id)}
    await record(connection, caller, locked, "session.recorded", after)
    return session_id


async def change_session(
    connection: Connection, caller: ActiveCaller, session_id: UUID, sent: Sent[SessionPatch], version: Versions
) -> None:
    """Change a session: the host's secretariat everything, another secretariat its own co-chair."""
    known = await queries.session(connection, session_id)
    locked = await queries.get_for_update(connection, caller, known["commission_id"])
    locked.standing.require(Permission.MANAGE_COMMISSION)
    before = await queries.session(connection, session_id)
    _may_change(sent.sound, caller, before)
    check_version(version, before["seq"])
    kept = {name: before[name] for name in ("status", "starts_on", "ends_on")}
    after: dict[str, Any] = {**kept, **sent.sound}
    changes = _changes(sent.read(_impossible(after)), caller, before)
    values = {**changes, "seq": locked.row.seq + 1}
    await _changing_session(*values).run(connection, session_id=session_id, **values)
    data = {
        "id": str(session_id),
        "before": {name: value for name, value in before.items() if name in changes},
        "after": changes,
    } | unconditional(version)
    await record(connection, caller, locked, "session.changed", data)


def _may_change(sound: Mapping[str, Any], caller: Caller, before: queries.SessionRow) -> None:
    others = sorted(set(sound) - {"co_chair"})
    if others and before["host_party"] != caller.party:
        raise NotPermitted(
            f"Only the secretariat of the host, {before['host_party']}, changes {', '.join(others)}; that of {caller.party} changes "
            "its own co_chair."
        )


def _changes(patch: SessionPatch, caller: Caller, before: queries.SessionRow) -> dict[str, Any]:
    changes = patch.model_dump(exclude_unset=True, exclude={"co_chair"})
    if "co_chair" in patch.model_fields_set:
        others = {party: who for party, who in before["co_chairs"].items() if party != caller.party}
        own = {caller.party: patch.co_chair.model_dump()} if patch.co_chair else {}
        changes["co_chairs"] = others | own
    return changes


def _twice(sound: Mapping[str, Any]) -> Iterator[Fault]:
    parties = Counter(one["party"] for one in sound.get("parties", ()) if "party" in one)
    languages = Counter(one for one in sound.get("languages", ()) if isinstance(one, str))
    for name, counted in (("parties", parties), ("languages", languages)):
        for value in [value for value, times in counted.items() if times > 1]:
            yield fault(f"/{name}", f"names {value} more than once; once is enough")


def _impossible(sound: Mapping[str, Any]) -> Iterator[Fault]:
    if sound.get("status", "") is None:
        yield fault("/status", "cannot be removed; a session always has a status")
    if sound.get("status") == SessionStatus.HELD and not sound.get("starts_on"):
        yield fault("/starts_on", "is needed of a session that was held: the day, month or year in which it began")
    starts, ends = sound.get("starts_on"), sound.get("ends_on")
    if starts and ends and dates.end(ends) < dates.start(starts):
        yield fault(
            "/ends_on", f"lies before starts_on, {starts}; a session ends on the day on which it begins, or later"
        )


async def record(
    connection: Connection, caller: Caller, locked: queries.Locked, kind: str, data: dict[str, Any]
) -> Entry:
    """Write the next entry of a locked commission's trail, and move its head."""
    author = Author(caller.principal_id, caller.party)
    entry = locked.stamp.entry(locked.row.id, locked.row.id, author, kind, data)
    await _move_head.run(connection, commission_id=locked.row.id, **_head(entry))
    await append(connection, entry)
    return entry


def _head(entry: Entry) -> dict[str, Any]:
    return {"seq": entry.seq, "leaf": entry.leaf, "changed_at": entry.recorded_at}


def _facts(row: dict[str, Any]) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, UUID) else value for name, value in row.items()}
