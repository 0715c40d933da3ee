"""The queue of entries that wait for an index: what is next, and giving it out."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from service.database.columns import table
from service.database.statement import Change, Connection, Query, is_among
from service.log.models import LogEntry
from service.sequencer.order import Waiting, arranged, without_predecessor
from service.sequencer.stored import PLACES
from service.trail.models import AuditEntry, AuditPending, said

_log, _pending, _entry = table(LogEntry), table(AuditPending), table(AuditEntry)
_uuids, _numbers = ARRAY(sa.Uuid()), ARRAY(sa.BigInteger())


class _Place(NamedTuple):
    subject: UUID
    seq: int


_waiting = sa.select(*(_pending.c[name] for name in Waiting._fields))
_first = Query(
    _waiting.where(_pending.c.log_id != sa.all_(sa.bindparam("stopped", type_=_uuids)))
    .order_by(_pending.c.id)
    .limit(sa.bindparam("most", type_=sa.BigInteger())),
    Waiting,
)
_of_subjects = Query(_waiting.where(is_among(_pending.c.subject, "subjects")), Waiting)
_indexed = Query(
    sa.select(_log.c.subject, _log.c.seq).join(
        PLACES, (_log.c.subject == PLACES.c.subject) & (_log.c.seq == PLACES.c.seq)
    ),
    _Place,
)
_told = _entry.alias("told")
# A session, or a group, of which the commission's own entries told goes on from the last that did, as its first entry says.
_going_on = Query(
    sa.select(_entry.c.subject, _entry.c.seq)
    .join(PLACES, (_entry.c.subject == PLACES.c.subject) & (_entry.c.seq == PLACES.c.seq))
    .join(_told, (_told.c.subject == _entry.c.log_id) & (_told.c.seq == _entry.c.seq - 1))
    .where(said(_entry)["prev"].astext == sa.func.encode(_told.c.leaf, sa.literal_column("'hex'"))),
    _Place,
)
_order = sa.bindparam("ids", type_=_numbers)
_placed = sa.func.unnest(_order).table_valued("id", with_ordinality="place", name="placed").render_derived()
_taken = sa.delete(_pending).where(_pending.c.id == sa.any_(_order)).returning(*_pending.c).cte("taken")
_last = sa.select(sa.func.max(_log.c.index)).where(_log.c.log_id == _taken.c.log_id).scalar_subquery()
_give = Change(
    sa.insert(_log).from_select(
        ["log_id", "index", "subject", "seq", "leaf"],
        sa.select(
            _taken.c.log_id,
            sa.func.coalesce(_last, -1)
            + sa.func.row_number().over(partition_by=_taken.c.log_id, order_by=_placed.c.place),
            _taken.c.subject,
            _taken.c.seq,
            _taken.c.leaf,
        ).join_from(_taken, _placed, _taken.c.id == _placed.c.id),
    )
)


async def next_entries(
    connection: Connection, most: int, stopped: Collection[UUID]
) -> tuple[list[Waiting], list[Waiting]]:
    """Return about `most` entries in the order of their indexes to come, of all logs but the `stopped`.

    None is left out that comes before another of them in its subject's chain. Beside them, for each subject, the first of which
    the predecessor neither waits nor has an index.
    """
    found = await _first.rows(connection, most=most, stopped=list(stopped))
    if not (broken := await _without_predecessor(connection, found)):
        return arranged(found), []
    subjects = list({one.subject for one in broken})
    found = list({*found, *await _of_subjects.rows(connection, subjects=subjects)})
    return arranged(found), await _without_predecessor(connection, found)


async def _without_predecessor(connection: Connection, waiting: Sequence[Waiting]) -> list[Waiting]:
    there = {(one.subject, one.seq) for one in waiting}
    wanted = [(one.subject, one.seq - 1) for one in waiting if one.seq and (one.subject, one.seq - 1) not in there]
    if not wanted:
        return []
    indexed: dict[UUID, set[int]] = defaultdict(set)
    subjects, numbers = (list(column) for column in zip(*wanted, strict=True))
    for place in await _indexed.rows(connection, subjects=subjects, numbers=numbers):
        indexed[place.subject].add(place.seq)
    if broken := list(without_predecessor(waiting, indexed)):
        asked = {"subjects": [one.subject for one in broken], "numbers": [one.seq for one in broken]}
        for place in await _going_on.rows(connection, **asked):
            indexed[place.subject].add(place.seq - 1)
    return list(without_predecessor(waiting, indexed))


async def give_indexes(connection: Connection, entries: Iterable[Waiting]) -> int:
    """Give each of these entries the next index of its log, in this order, and return how many there were."""
    return await _give.run(connection, ids=[one.id for one in entries])
