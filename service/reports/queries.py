"""Reading the entries of a commission, and what of it a caller may see."""

from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from service.database.columns import table
from service.database.statement import Connection, Query
from service.errors import Conflict, NotFound
from service.log import reading as log
from service.log.models import LogEntry
from service.log.proofs import LogUnprovable
from service.log.queries import naming
from service.permissions import Caller, Kind
from service.register.commissions.confidentiality import open_to
from service.register.commissions.models import Commission
from service.register.commissions.roles import PARTY
from service.register.commitments.models import Commitment
from service.register.commitments.visibility import bound, visible_to
from service.register.instruments.matter import visible_to as may_read
from service.register.instruments.models import Instrument
from service.reports.rules.organisations import KINDS, read
from service.tlog.checkpoint import Checkpoint
from service.trail.models import REGISTRY, AuditEntry, AuditPending

_entry, _log, _pending = table(AuditEntry), table(LogEntry), table(AuditPending)
_commitment, _instrument, _commission = table(Commitment), table(Instrument), table(Commission)
_log_id = sa.bindparam("log_id", type_=sa.Uuid())
_first = sa.bindparam("first", type_=sa.BigInteger())
_size = sa.bindparam("size", type_=sa.BigInteger())


class Stored(NamedTuple):
    """An entry as it is stored."""

    leaf: bytes
    canonical: bytes


def _joined(listed: sa.Table, place: sa.ColumnElement[int], *wanted: sa.ColumnElement[bool]) -> sa.Select[Any]:
    same = (_entry.c.subject == listed.c.subject) & (_entry.c.seq == listed.c.seq)
    asked = sa.select(_entry.c.leaf, _entry.c.canonical, place.label("place")).select_from(listed.join(_entry, same))
    return asked.where(listed.c.log_id == _log_id, *wanted)


_indexed = _joined(_log, _log.c.index, _log.c.index >= _first, _log.c.index < _size).subquery()
_between = Query(sa.select(_indexed.c.leaf, _indexed.c.canonical).order_by(_indexed.c.place), Stored)
# What has no index yet comes after all that has, in the order in which it was written.
_behind = sa.literal_column("4611686018427387904", sa.BigInteger()) + _pending.c.id
_all = sa.union_all(_joined(_log, _log.c.index, _log.c.index >= _first), _joined(_pending, _behind)).subquery()
_after = Query(sa.select(_all.c.leaf, _all.c.canonical).order_by(_all.c.place), Stored)


_commission_id = sa.bindparam("commission_id", type_=sa.Uuid())


_of_names = Query(
    _joined(
        _log, _log.c.index, _log.c.index < _size, _entry.c.kind.in_([sa.literal_column(f"'{one}'") for one in KINDS])
    )
    .with_only_columns(_entry.c.canonical)
    .order_by(_log.c.index),
    bytes,
)


@cache
def _seen(kind: Kind) -> Query[str]:
    # As entries spell them: of ten thousand the driver would make ten thousand objects to be spelled here.
    commitment, instrument = (sa.cast(one.c.id, sa.Text()).label("id") for one in (_commitment, _instrument))
    commitments = sa.select(commitment).where(_commitment.c.commission_id == _commission_id, visible_to(kind))
    instruments = sa.select(instrument).where(_instrument.c.commission_id == _commission_id, may_read(kind))
    return Query(commitments.union_all(instruments), str)


@cache
def _mine(kind: Kind) -> Query[UUID]:
    among = sa.any_(_commission.c.parties) == PARTY
    return Query(sa.select(_commission.c.id).where(among, open_to(kind)).order_by(_commission.c.code), UUID)


async def seen(connection: Connection, caller: Caller, commission_id: UUID) -> frozenset[str]:
    """Return the ids of the commission's commitments and instruments that the caller may see, by today's rights."""
    return frozenset(await _seen(caller.kind).rows(connection, commission_id=commission_id, **bound(caller)))


async def commissions(connection: Connection, caller: Caller) -> list[UUID]:
    """Return the commissions in which the caller's party is, by their codes."""
    return await _mine(caller.kind).rows(connection, **bound(caller))


async def names(connection: Connection) -> tuple[log.Signed, list[dict[str, Any]]]:
    """Return the registry's newest checkpoint, and those of its entries below it that tell what organisations are called.

    `LogUnprovable` where one of these is damaged.
    """
    found = await registry(connection, None)
    stored = await _of_names.rows(connection, log_id=REGISTRY, size=found.checkpoint.size)
    try:
        return found, read(stored)
    except ValueError as wrong:
        raise LogUnprovable(f"The registry's log does not prove what it holds: {wrong}. Tell the operator.") from wrong


async def named_below(connection: Connection, checkpoint: Checkpoint) -> list[dict[str, Any]] | None:
    """Return the registry's entries below this checkpoint that tell what organisations are called, as an export can tell it too.

    None where such an entry is damaged, as an export has no names then: the registry keeps no commission from its report.
    """
    stored = await naming(connection, checkpoint.size)
    try:
        return read(stored.values())
    except ValueError:
        # The sequencer tells the operator.
        return None


async def registry(connection: Connection, size: int | None) -> log.Signed:
    """Return a checkpoint of the registry, the newest or that over so many entries; `NotFound`, `Conflict` if there is none."""
    return await _signed(connection, REGISTRY, size, "the registry")


async def between(connection: Connection, log_id: UUID, first: int, size: int) -> list[Stored]:
    """Return the entries of a log from `first` on and below `size`."""
    return await _between.rows(connection, log_id=log_id, first=first, size=size)


async def after(connection: Connection, log_id: UUID, first: int) -> list[Stored]:
    """Return the entries of a log from `first` on, those without an index last."""
    return await _after.rows(connection, log_id=log_id, first=first)


async def signed(connection: Connection, commission_id: UUID, size: int | None) -> log.Signed:
    """Return a checkpoint, the newest or that over so many entries; `NotFound`, `Conflict` if there is none."""
    return await _signed(connection, commission_id, size, "this commission")


async def _signed(connection: Connection, log_id: UUID, size: int | None, whose: str) -> log.Signed:
    found = await (log.of_size(connection, log_id, size) if size else log.newest(connection, log_id))
    if found is None and size:
        raise NotFound(f"No checkpoint of {whose} was signed over {size} entries. Leave it out for the newest.")
    if found is None:
        raise Conflict(f"No checkpoint of {whose} is signed yet. Ask again in a second.")
    return found
