"""Reading the audit trail: of one subject by number, of a whole commission by index."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from service.audit.models import AuditEntry, LogEntry
from service.commitments.models import Commitment
from service.commitments.visibility import visible_to
from service.orm import table
from service.permissions import Caller
from service.trail.log_queries import signed_size

_entry, _log, _commitment = table(AuditEntry), table(LogEntry), table(Commitment)
_columns = (_entry.c.subject, _entry.c.seq, _entry.c.kind, _entry.c.recorded_at, _entry.c.canonical, _entry.c.leaf)
_same = (_log.c.subject == _entry.c.subject) & (_log.c.seq == _entry.c.seq)


def _signed(log_id: Any) -> sa.ColumnElement[bool]:  # noqa: ANN401 -- a value, or an expression that gives one
    """Return whether the entry is in a checkpoint; `log_id` depends on no row, so that it is looked up once."""
    return sa.func.coalesce(_log.c.index < signed_size(log_id), sa.false()).label("in_checkpoint")


async def of_subject(
    connection: AsyncConnection, subject: UUID, after: list[Any] | None, limit: int
) -> Sequence[dict[str, Any]]:
    """Return the entries of one subject, oldest first; one that has no index yet has null."""
    first = _entry.alias()
    log_id = sa.select(first.c.log_id).where(first.c.subject == subject).limit(1).scalar_subquery()
    asked = (
        sa.select(*_columns, _log.c.index, _signed(log_id))
        .select_from(_entry.outerjoin(_log, _same))
        .where(_entry.c.subject == subject, _entry.c.seq > (after[0] if after else -1))
        .order_by(_entry.c.seq)
        .limit(limit + 1)
    )
    return [_read(row) for row in (await connection.execute(asked)).mappings()]


async def of_commission(
    connection: AsyncConnection, caller: Caller, commission_id: UUID, after: int, limit: int
) -> Sequence[dict[str, Any]]:
    """Return the entries with an index above `after` that the caller may read, by index.

    An index is given after the commit and without gaps, so a reader that goes on from the last index misses nothing.
    """
    readable = (_log.c.subject == commission_id) | sa.exists().where(
        _commitment.c.id == _log.c.subject, visible_to(caller)
    )
    asked = (
        sa.select(*_columns, _log.c.index, _signed(commission_id))
        .select_from(_log.join(_entry, _same))
        .where(_log.c.log_id == commission_id, _log.c.index > after, readable)
        .order_by(_log.c.index)
        .limit(limit + 1)
    )
    return [_read(row) for row in (await connection.execute(asked)).mappings()]


def _read(row: Any) -> dict[str, Any]:  # noqa: ANN401 -- a row
    members = orjson.loads(row["canonical"])
    return {
        **{name: row[name] for name in ("subject", "seq", "kind", "recorded_at", "index", "in_checkpoint")},
        **{name: members[name] for name in ("actor", "party", "data")},
        "canonical": bytes(row["canonical"]).decode(),
        "leaf_hash": bytes(row["leaf"]).hex(),
    }
