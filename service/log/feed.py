"""Reading the audit trail: of one subject by number, of a whole commission by index."""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple, TypedDict
from uuid import UUID

import orjson
import sqlalchemy as sa

from service.database.columns import table
from service.database.statement import LIMIT, Connection, Query
from service.log.audited import of_audited
from service.log.models import LogEntry
from service.log.queries import signed_size
from service.permissions import Caller, Kind
from service.register.commissions import session_queries as sessions
from service.register.commissions.charter import CHARTERS
from service.register.commissions.matter import told_of as session_told_of
from service.register.commissions.matter import visible_to as session_visible_to
from service.register.commissions.models import Session
from service.register.commitments import queries as commitments
from service.register.commitments.models import Commitment
from service.register.commitments.queries import NAMED
from service.register.commitments.visibility import Condition, bound, visible_to
from service.register.decisions.unseen import named, unseen
from service.register.documents import queries as documents
from service.register.documents.rules.document import ATTACHED, WITHDRAWN
from service.register.groups import queries as groups
from service.register.groups.matter import told_of as group_told_of
from service.register.groups.matter import visible_to as group_visible_to
from service.register.groups.models import WorkingGroup
from service.register.instruments import queries as instruments
from service.register.instruments.matter import visible_to as instrument_visible_to
from service.register.instruments.models import Instrument
from service.register.matters import MATTERS
from service.tlog.tiles import MAX_INDEX
from service.trail.models import REGISTRY, AuditEntry

_NAMED = (*NAMED, CHARTERS)
_entry, _log, _commitment, _session = table(AuditEntry), table(LogEntry), table(Commitment), table(Session)
_group, _instrument = table(WorkingGroup), table(Instrument)
_columns = (_entry.c.subject, _entry.c.seq, _entry.c.kind, _entry.c.recorded_at, _entry.c.canonical, _entry.c.leaf)
_after: Any = sa.bindparam("after", type_=sa.BigInteger())
_until: Any = sa.bindparam("until", type_=sa.BigInteger())
_same = (_log.c.subject == _entry.c.subject) & (_log.c.seq == _entry.c.seq)


class EntryRow(TypedDict):
    """An entry as it is told: its members, and the bytes that were hashed."""

    subject: UUID
    seq: int
    kind: str
    recorded_at: datetime
    index: int | None
    in_checkpoint: bool
    actor: str
    party: str | None
    data: dict[str, Any]
    canonical: str
    leaf_hash: str


class _Stored(NamedTuple):
    subject: UUID
    seq: int
    kind: str
    recorded_at: datetime
    canonical: bytes
    leaf: bytes
    place: int | None
    in_checkpoint: bool


def _signed(log_id: Any) -> sa.ColumnElement[bool]:  # noqa: ANN401 -- a value, or an expression that gives one
    """Return whether the entry is in a checkpoint; `log_id` depends on no row, so that it is looked up once."""
    return sa.func.coalesce(_log.c.index < signed_size(log_id), sa.false()).label("in_checkpoint")


async def of_registry(connection: Connection, caller: Caller, after: list[Any] | None, limit: int) -> list[EntryRow]:
    """Return the registry's entries, oldest first, an auditor's of whom it audits; one that has no index yet has null."""
    asked = {"after": after[0] if after else -1, "limit": limit + 1, **bound(caller)}
    return [_read(row) for row in await _of_registry(caller.kind).rows(connection, **asked)]


async def of_commitment(
    connection: Connection, caller: Caller, commitment_id: UUID, after: list[Any] | None, limit: int
) -> list[EntryRow]:
    """Return the entries of a commitment that the caller may see, oldest first; `NotFound` otherwise.

    One that has no index yet has null.
    """
    rows = await _told(connection, caller, _of_commitment(caller.kind), _asked(commitment_id, after, limit))
    if not rows:
        # Every matter has an entry: this one is not there for the caller, or has none that comes after.
        await commitments.get(connection, caller, commitment_id)
    return rows


async def of_session(
    connection: Connection, caller: Caller, session_id: UUID, after: list[Any] | None, limit: int
) -> list[EntryRow]:
    """Return the entries of a session that the caller may see, oldest first; `NotFound` otherwise.

    What the commission's own entries told of it, before it had a trail of its own, comes first.
    """
    asked = _asked(session_id, after, limit) | {"spoken": str(session_id)}
    rows = await _told(connection, caller, _of_session(caller.kind), asked)
    if not rows:
        await sessions.get(connection, caller, session_id)
    return rows


async def of_group(
    connection: Connection, caller: Caller, group_id: UUID, after: list[Any] | None, limit: int
) -> list[EntryRow]:
    """Return the entries of a working group that the caller may see, oldest first; `NotFound` otherwise.

    What the commission's own entries told of it, before it had a trail of its own, comes first.
    """
    asked = _asked(group_id, after, limit) | {"spoken": str(group_id)}
    rows = await _told(connection, caller, _of_group(caller.kind), asked)
    if not rows:
        await groups.get(connection, caller, group_id)
    return rows


async def of_instrument(
    connection: Connection, caller: Caller, instrument_id: UUID, after: list[Any] | None, limit: int
) -> list[EntryRow]:
    """Return the entries of an instrument that the caller may see, oldest first; `NotFound` otherwise."""
    rows = await _told(connection, caller, _of_instrument(caller.kind), _asked(instrument_id, after, limit))
    if not rows:
        await instruments.get(connection, caller, instrument_id)
    return rows


def _asked(matter_id: UUID, after: list[Any] | None, limit: int) -> dict[str, Any]:
    return {"matter_id": matter_id, "after": after[0] if after else -1, "limit": limit + 1}


async def of_commission(
    connection: Connection, caller: Caller, commission_id: UUID, after: int, limit: int, until: int = MAX_INDEX
) -> list[EntryRow]:
    """Return the entries with an index above `after`, up to `until`, that the caller may read, by index.

    An index is given after the commit and without gaps, so a reader that goes on from the last index misses nothing.
    """
    asked = {"commission_id": commission_id, "after": after, "until": until, "limit": limit + 1}
    return await _told(connection, caller, _of_commission(caller.kind), asked, "index")


async def _told(
    connection: Connection, caller: Caller, statement: Query[_Stored], asked: dict[str, Any], order: str = "seq"
) -> list[EntryRow]:
    """Return the entries that are asked for, as many as `limit` says, but those that name what the caller may not see.

    Of these the next entry of the same trail tells the hash, as its `prev`.
    """
    found: list[EntryRow] = []
    while True:
        rows = [_read(row) for row in await statement.rows(connection, **bound(caller, **asked))]
        names = [set(named(row["data"])) for row in rows]
        hidden = await unseen(connection, _NAMED, caller, {one for several in names for one in several})
        closed = await documents.closed(connection, MATTERS, caller, [*filter(None, map(_document, rows))])
        found += [
            row
            for row, several in zip(rows, names, strict=True)
            if hidden.isdisjoint(several) and _document(row) not in closed
        ]
        if len(found) >= asked["limit"] or len(rows) < asked["limit"]:
            return found[: asked["limit"]]
        asked = {**asked, "after": rows[-1][order]}  # type: ignore[literal-required]


@cache
def _of_registry(kind: Kind) -> Query[_Stored]:
    asked = (
        sa.select(*_columns, _log.c.index.label("place"), _signed(REGISTRY))
        .select_from(_entry.outerjoin(_log, _same))
        .where(_entry.c.subject == REGISTRY, _entry.c.seq > _after)
        .order_by(_entry.c.seq)
        .limit(LIMIT)
    )
    return Query(asked.where(of_audited(_entry)) if kind is Kind.AUDITOR else asked, _Stored)


@cache
def _of_commitment(kind: Kind) -> Query[_Stored]:
    return _trail(_commitment, visible_to(kind))


@cache
def _of_instrument(kind: Kind) -> Query[_Stored]:
    return _trail(_instrument, instrument_visible_to(kind))


@cache
def _of_session(kind: Kind) -> Query[_Stored]:
    return _trail(_session, session_visible_to(kind), session_told_of)


@cache
def _of_group(kind: Kind) -> Query[_Stored]:
    return _trail(_group, group_visible_to(kind), group_told_of)


def _trail(
    matter: sa.Table, visible_to_caller: Condition, told_of: Callable[[sa.Table, Any], Condition] | None = None
) -> Query[_Stored]:
    """Return the trail of the matter `matter_id`; `told_of`: of which the commission's own entries may have told before."""
    matter_id: Any = sa.bindparam("matter_id", type_=sa.Uuid())
    log_id = sa.select(matter.c.commission_id).where(matter.c.id == matter_id).scalar_subquery()
    visible = sa.exists().where(matter.c.id == matter_id, visible_to_caller)
    own = _entry.c.subject == matter_id
    return Query(
        sa.select(*_columns, _log.c.index.label("place"), _signed(log_id))
        .select_from(_entry.outerjoin(_log, _same))
        .where(own | told_of(_entry, log_id) if told_of else own, _entry.c.seq > _after, visible)
        .order_by(_entry.c.seq)
        .limit(LIMIT),
        _Stored,
    )


@cache
def _of_commission(kind: Kind) -> Query[_Stored]:
    commission_id: Any = sa.bindparam("commission_id", type_=sa.Uuid())
    # Asked of each entry's own commitment, session or group: of EXISTS the database would first gather all that the caller may see.
    asked = sa.select(visible_to(kind)).where(_commitment.c.id == _log.c.subject).scalar_subquery()
    session = sa.select(session_visible_to(kind)).where(_session.c.id == _log.c.subject).scalar_subquery()
    group = sa.select(group_visible_to(kind)).where(_group.c.id == _log.c.subject).scalar_subquery()
    instrument = sa.select(instrument_visible_to(kind)).where(_instrument.c.id == _log.c.subject).scalar_subquery()
    visible = sa.func.coalesce(asked, session, group, instrument, sa.false())
    return Query(
        sa.select(*_columns, _log.c.index.label("place"), _signed(commission_id))
        .select_from(_log.join(_entry, _same))
        .where(
            _log.c.log_id == commission_id,
            _log.c.index > _after,
            _log.c.index <= _until,
            (_log.c.subject == commission_id) | visible,
        )
        .order_by(_log.c.index)
        .limit(LIMIT),
        _Stored,
    )


def _document(row: EntryRow) -> UUID | None:
    """Return the id of the document that an entry tells of, if it does."""
    told = row["data"].get("document") if row["kind"] in {ATTACHED, WITHDRAWN} else None
    return UUID(told["id"] if isinstance(told, dict) else told) if told else None


def _read(row: _Stored) -> EntryRow:
    members = orjson.loads(row.canonical)
    return {
        "subject": row.subject,
        "seq": row.seq,
        "kind": row.kind,
        "recorded_at": row.recorded_at,
        "index": row.place,
        "in_checkpoint": row.in_checkpoint,
        "actor": members["actor"],
        "party": members["party"],
        "data": {"event": row.kind, **members["data"]},
        "canonical": row.canonical.decode(),
        "leaf_hash": row.leaf.hex(),
    }
