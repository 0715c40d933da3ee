"""Reading the entries of a commission, and what of it a caller may see."""

from collections.abc import Iterable
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

import orjson
import sqlalchemy as sa

from service.database.columns import table
from service.database.statement import Connection, Query
from service.errors import Conflict, NotFound
from service.log import reading as log
from service.log.models import LogEntry
from service.permissions import Caller, Kind
from service.register.commitments.models import Commitment
from service.register.commitments.visibility import bound, visible_to
from service.register.history.rules.known import Known, known
from service.reports.rules.source import Source, source_of
from service.trail.models import AuditEntry, AuditPending

_entry, _log, _pending, _commitment = table(AuditEntry), table(LogEntry), table(AuditPending), table(Commitment)
_log_id = sa.bindparam("log_id", type_=sa.Uuid())
_size = sa.bindparam("size", type_=sa.BigInteger())


class Stored(NamedTuple):
    """An entry as it is stored."""

    leaf: bytes
    canonical: bytes


def _joined(listed: sa.Table, place: sa.ColumnElement[int], *wanted: sa.ColumnElement[bool]) -> sa.Select[Any]:
    same = (_entry.c.subject == listed.c.subject) & (_entry.c.seq == listed.c.seq)
    asked = sa.select(_entry.c.leaf, _entry.c.canonical, place.label("place")).select_from(listed.join(_entry, same))
    return asked.where(listed.c.log_id == _log_id, *wanted)


_first = _joined(_log, _log.c.index, _log.c.index < _size).subquery()
_below = Query(sa.select(_first.c.leaf, _first.c.canonical).order_by(_first.c.place), Stored)
# What has no index yet comes after all that has, in the order in which it was written.
_behind = sa.literal_column("4611686018427387904", sa.BigInteger()) + _pending.c.id
_all = sa.union_all(_joined(_log, _log.c.index), _joined(_pending, _behind)).subquery()
_every = Query(sa.select(_all.c.leaf, _all.c.canonical).order_by(_all.c.place), Stored)


@cache
def _seen(kind: Kind) -> Query[UUID]:
    mine = _commitment.c.commission_id == sa.bindparam("commission_id", type_=sa.Uuid())
    return Query(sa.select(_commitment.c.id).where(mine, visible_to(kind)), UUID)


async def seen(connection: Connection, caller: Caller, commission_id: UUID) -> frozenset[str]:
    """Return the ids of the commission's commitments that the caller may see, by today's rights."""
    return frozenset(map(str, await _seen(caller.kind).rows(connection, commission_id=commission_id, **bound(caller))))


async def every(connection: Connection, commission_id: UUID) -> list[Stored]:
    """Return every entry of the commission's trail, those without an index last."""
    return await _every.rows(connection, log_id=commission_id)


async def signed(connection: Connection, commission_id: UUID, size: int | None) -> tuple[log.Signed, list[Stored]]:
    """Return a checkpoint, the newest or that over so many entries, with these entries; `NotFound`, `Conflict` if there is none."""
    found = await (log.of_size(connection, commission_id, size) if size else log.newest(connection, commission_id))
    if found is None and size:
        raise NotFound(f"No checkpoint was signed over {size} entries. Leave `checkpoint` out for the newest.")
    if found is None:
        raise Conflict("No checkpoint of this commission is signed yet. Ask again in a second.")
    return found, await _below.rows(connection, log_id=commission_id, size=found.checkpoint.size)


def told(entries: Iterable[Stored], until: str | None = None) -> Known:
    """Return what the entries tell; it takes a while, so that whoever serves others does it beside them."""
    return known(((one.leaf.hex(), orjson.loads(one.canonical)) for one in entries), until)


def source(checkpoint: log.Signed, entries: Iterable[Stored]) -> Source:
    """Return what a report is made from."""
    return source_of(checkpoint.note, told(entries))
