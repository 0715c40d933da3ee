"""Reading the audit trail: of one subject by number, of a whole commission by index."""

from collections.abc import Sequence
from functools import cache
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from service.database.columns import table
from service.database.prepared import Prepared
from service.log.models import LogEntry
from service.log.queries import signed_size
from service.permissions import Caller, Kind
from service.register.commitments import queries as commitments
from service.register.commitments.models import Commitment
from service.register.commitments.visibility import bound, visible_to
from service.trail.models import REGISTRY, AuditEntry

_entry, _log, _commitment = table(AuditEntry), table(LogEntry), table(Commitment)
_columns = (_entry.c.subject, _entry.c.seq, _entry.c.kind, _entry.c.recorded_at, _entry.c.canonical, _entry.c.leaf)
_after: Any = sa.bindparam("after", type_=sa.BigInteger())
_limit = sa.bindparam("limit", type_=sa.BigInteger())
_same = (_log.c.subject == _entry.c.subject) & (_log.c.seq == _entry.c.seq)


def _signed(log_id: Any) -> sa.ColumnElement[bool]:  # noqa: ANN401 -- a value, or an expression that gives one
    """Return whether the entry is in a checkpoint; `log_id` depends on no row, so that it is looked up once."""
    return sa.func.coalesce(_log.c.index < signed_size(log_id), sa.false()).label("in_checkpoint")


async def of_registry(connection: AsyncConnection, after: list[Any] | None, limit: int) -> Sequence[dict[str, Any]]:
    """Return the registry's entries, oldest first; one that has no index yet has null."""
    asked = {"after": after[0] if after else -1, "limit": limit + 1}
    return [_read(row) for row in await _of_registry.rows(connection, asked)]


async def of_commitment(
    connection: AsyncConnection, caller: Caller, commitment_id: UUID, after: list[Any] | None, limit: int
) -> Sequence[dict[str, Any]]:
    """Return the entries of a commitment that the caller may see, oldest first; `NotFound` otherwise.

    One that has no index yet has null.
    """
    asked = {"commitment_id": commitment_id, "after": after[0] if after else -1, "limit": limit + 1}
    rows = await _of_commitment(caller.kind).rows(connection, bound(caller, **asked))
    if not rows:
        # Every commitment has an entry: this one is not there for the caller, or has none that comes after.
        await commitments.get(connection, caller, commitment_id)
    return [_read(row) for row in rows]


async def of_commission(
    connection: AsyncConnection, caller: Caller, commission_id: UUID, after: int, limit: int
) -> Sequence[dict[str, Any]]:
    """Return the entries with an index above `after` that the caller may read, by index.

    An index is given after the commit and without gaps, so a reader that goes on from the last index misses nothing.
    """
    asked = {"commission_id": commission_id, "after": after, "limit": limit + 1}
    return [_read(row) for row in await _of_commission(caller.kind).rows(connection, bound(caller, **asked))]


_of_registry = Prepared(
    sa.select(*_columns, _log.c.index, _signed(REGISTRY))
    .select_from(_entry.outerjoin(_log, _same))
    .where(_entry.c.subject == REGISTRY, _entry.c.seq > _after)
    .order_by(_entry.c.seq)
    .limit(_limit)
)


@cache
def _of_commitment(kind: Kind) -> Prepared:
    commitment_id: Any = sa.bindparam("commitment_id", type_=sa.Uuid())
    log_id = sa.select(_commitment.c.commission_id).where(_commitment.c.id == commitment_id).scalar_subquery()
    visible = sa.exists().where(_commitment.c.id == commitment_id, visible_to(kind))
    return Prepared(
        sa.select(*_columns, _log.c.index, _signed(log_id))
        .select_from(_entry.outerjoin(_log, _same))
        .where(_entry.c.subject == commitment_id, _entry.c.seq > _after, visible)
        .order_by(_entry.c.seq)
        .limit(_limit)
    )


@cache
def _of_commission(kind: Kind) -> Prepared:
    commission_id: Any = sa.bindparam("commission_id", type_=sa.Uuid())
    # Asked of each entry's own commitment: of EXISTS the database would first gather all that the caller may see.
    asked = sa.select(visible_to(kind)).where(_commitment.c.id == _log.c.subject).scalar_subquery()
    visible = sa.func.coalesce(asked, sa.false())
    return Prepared(
        sa.select(*_columns, _log.c.index, _signed(commission_id))
        .select_from(_log.join(_entry, _same))
        .where(_log.c.log_id == commission_id, _log.c.index > _after, (_log.c.subject == commission_id) | visible)
        .order_by(_log.c.index)
        .limit(_limit)
    )


def _read(row: Any) -> dict[str, Any]:  # noqa: ANN401 -- a row
    members = orjson.loads(row["canonical"])
    return {
        **{name: row[name] for name in ("subject", "seq", "kind", "recorded_at", "index", "in_checkpoint")},
        **{name: members[name] for name in ("actor", "party", "data")},
        "canonical": bytes(row["canonical"]).decode(),
        "leaf_hash": bytes(row["leaf"]).hex(),
    }
