"""How far indexing and signing are behind, log by log: what tells an operator that the sequencer has stopped."""

from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa

from service.database.columns import table
from service.database.statement import Connection, Query
from service.log.models import LogAlarm, LogCheckpoint, LogEntry
from service.register.commissions.models import Commission
from service.trail.models import REGISTRY, AuditEntry, AuditPending


class LogState(NamedTuple):
    """One log: entries without an index, and in seconds the age of the oldest without an index and without a signature.

    `checkpoint_age` is that of its newest checkpoint; None where there is none, as for an age where nothing waits. `refused` says
    why the sequencer does not sign it.
    """

    log_id: UUID
    name: str
    waiting: int
    waiting_age: float | None
    unsigned_age: float | None
    checkpoint_age: float | None
    refused: str | None


_commission, _entry, _pending = table(Commission), table(AuditEntry), table(AuditPending)
_indexed, _checkpoint, _alarm = table(LogEntry), table(LogCheckpoint), table(LogAlarm)
_logs = (
    sa.select(_commission.c.id.label("log_id"), _commission.c.code.label("name"))
    .union_all(sa.select(sa.literal(REGISTRY, sa.Uuid()), sa.literal("registry")))
    .subquery("logs")
)
_waiting = (
    sa.select(_pending.c.log_id, sa.func.count().label("waiting"), sa.func.min(_pending.c.id).label("first"))
    .group_by(_pending.c.log_id)
    .subquery("queue")
)
_oldest = sa.alias(_entry, "oldest")
_signed = (
    sa.select(_checkpoint.c.size, _checkpoint.c.signed_at)
    .where(_checkpoint.c.log_id == _logs.c.log_id)
    .order_by(_checkpoint.c.size.desc())
    .limit(1)
    .lateral("signed")
)
_next = (
    sa.select(_entry.c.recorded_at)
    .join(_indexed, (_indexed.c.subject == _entry.c.subject) & (_indexed.c.seq == _entry.c.seq))
    .where(_indexed.c.log_id == _logs.c.log_id, _indexed.c.index == sa.func.coalesce(_signed.c.size, 0))
    .lateral("following")
)


def _age(moment: sa.ColumnElement[object]) -> sa.ColumnElement[float]:
    return sa.cast(sa.extract("epoch", sa.func.clock_timestamp() - moment), sa.Float)


_states = Query(
    sa.select(
        _logs.c.log_id,
        _logs.c.name,
        sa.func.coalesce(_waiting.c.waiting, 0).label("waiting"),
        _age(_oldest.c.recorded_at).label("waiting_age"),
        _age(sa.func.least(_oldest.c.recorded_at, _next.c.recorded_at)).label("unsigned_age"),
        _age(_signed.c.signed_at).label("checkpoint_age"),
        _alarm.c.reason.label("refused"),
    )
    .select_from(
        _logs.outerjoin(_waiting, _waiting.c.log_id == _logs.c.log_id)
        .outerjoin(_pending, _pending.c.id == _waiting.c.first)
        .outerjoin(_oldest, (_oldest.c.subject == _pending.c.subject) & (_oldest.c.seq == _pending.c.seq))
        .outerjoin(_signed, sa.true())
        .outerjoin(_next, sa.true())
        .outerjoin(_alarm, _alarm.c.log_id == _logs.c.log_id)
    )
    .order_by(_logs.c.name),
    LogState,
)


async def states(connection: Connection) -> list[LogState]:
    """Return how each log stands, the registry's among them, by name."""
    return await _states.rows(connection)
