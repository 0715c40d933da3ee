"""Reading a commission's log: how it stands, its entry bundles, where a commitment's newest entry stands in it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from service.database.columns import table
from service.errors import NotFound
from service.log import reading as log
from service.log.models import LogCheckpoint, LogCosignature, LogEntry
from service.register.commissions.models import Commission
from service.register.commitments.models import Commitment
from service.tlog.merkle import leaf_hash
from service.tlog.tiles import Bundle, Tile, TileInvalid, encode_bundle, tile_hashes
from service.trail.models import AuditEntry

_entry, _log = table(AuditEntry), table(LogEntry)
_checkpoint, _cosignature = table(LogCheckpoint), table(LogCosignature)
_commission, _commitment = table(Commission), table(Commitment)
_stored = _log.join(_entry, (_entry.c.subject == _log.c.subject) & (_entry.c.seq == _log.c.seq))
Row = Any


def signed_size(log_id: Any) -> sa.ScalarSelect[Any]:  # noqa: ANN401 -- a value, or an expression that gives one
    """Return the size of a log's newest checkpoint (NULL without one) as a subquery: one index, read backwards."""
    return sa.select(sa.func.max(_checkpoint.c.size)).where(_checkpoint.c.log_id == log_id).scalar_subquery()


async def describe(connection: AsyncConnection, log_id: UUID) -> dict[str, Any]:
    """Return how the log stands: its size, and its newest checkpoint with the witnesses that cosigned it, if any."""
    asked = sa.select(_checkpoint).where(_checkpoint.c.log_id == log_id).order_by(_checkpoint.c.size.desc()).limit(1)
    row = (await connection.execute(asked)).mappings().one_or_none()
    size = await log.size_of(connection, log_id)
    if row is None:
        return {"origin": None, "verifier_key": None, "size": size, "checkpoint": None}
    mine = (_cosignature.c.log_id == log_id) & (_cosignature.c.size == row["size"])
    found = await connection.execute(sa.select(_cosignature).where(mine).order_by(_cosignature.c.vkey))
    checkpoint = {
        "size": row["size"],
        "root_hash": bytes(row["root"]).hex(),
        "signed_at": row["signed_at"],
        "witnesses": [{**witness, "name": _name(witness["vkey"])} for witness in found.mappings()],
    }
    return {"origin": _name(row["vkey"]), "verifier_key": row["vkey"], "size": size, "checkpoint": checkpoint}


async def size_signed(connection: AsyncConnection, log_id: UUID) -> int:
    """Return the size of the log's newest checkpoint, 0 without one."""
    return int(await connection.scalar(sa.select(signed_size(log_id))) or 0)


async def signed_at(connection: AsyncConnection, log_id: UUID, size: int) -> Any:  # noqa: ANN401
    """Return when the checkpoint over `size` entries was signed."""
    mine = (_checkpoint.c.log_id == log_id) & (_checkpoint.c.size == size)
    return await connection.scalar(sa.select(_checkpoint.c.signed_at).where(mine))


async def content(connection: AsyncConnection, log_id: UUID, wanted: Tile | Bundle) -> bytes:
    """Return a hash tile or an entry bundle as wide as it is wanted; `TileInvalid` where it is not all stored."""
    if isinstance(wanted, Bundle):
        return await _bundle(connection, log_id, wanted)
    found = await log.tile(connection, log_id, wanted)
    tile_hashes(wanted, found)
    return found


async def leaves(connection: AsyncConnection, log_id: UUID, indexes: Sequence[int]) -> dict[int, bytes]:
    """Return the leaf hash of each of these entries, computed from its stored bytes, by index."""
    asked = sa.select(_log.c.index.label("place"), _entry.c.canonical).select_from(_stored)
    found = await connection.execute(asked.where(_log.c.log_id == log_id, _log.c.index.in_(indexes)))
    return {row.place: leaf_hash(bytes(row.canonical)) for row in found}


async def newest_of_commitments(
    connection: AsyncConnection, commission_id: UUID, size: int, after: str, limit: int
) -> Sequence[Row]:
    """Return (reference, index) of each commitment's newest entry among the first `size`, by reference after `after`."""
    newest = _newest(_commitment.c.id, sa.literal(size)).lateral()
    asked = (
        sa.select(_commitment.c.reference, newest.c.place)
        .select_from(_commitment.join(newest, sa.true()))
        .where(_commitment.c.commission_id == commission_id, _commitment.c.reference > after)
        .order_by(_commitment.c.reference)
        .limit(limit)
    )
    return (await connection.execute(asked)).all()


async def newest_of(connection: AsyncConnection, log_id: UUID, subject: UUID, size: int) -> Row:
    """Return (seq, place) of the subject's newest entry among the first `size` of its log; `NotFound` otherwise."""
    asked = _newest(sa.literal(subject, sa.Uuid), sa.literal(size)).where(_log.c.log_id == log_id)
    found = (await connection.execute(asked)).one_or_none()
    if found is None:
        raise NotFound("No entry of this commitment is in a checkpoint yet. Ask again in a second.")
    return found


async def named(connection: AsyncConnection, name: str) -> Row:
    """Return (id, code) of the commission with this code or id; `NotFound` otherwise."""
    asked = sa.select(_commission.c.id, _commission.c.code)
    same = (_commission.c.code == name) | (sa.cast(_commission.c.id, sa.Text) == name.lower())
    found = (await connection.execute(asked.where(same))).one_or_none()
    if found is None:
        raise NotFound(f"There is no commission {name!r}. Give its code, such as PK-AZ, or its id.")
    return found


async def _bundle(connection: AsyncConnection, log_id: UUID, wanted: Bundle) -> bytes:
    last = wanted.first + wanted.width - 1
    asked = sa.select(_entry.c.canonical).select_from(_stored).order_by(_log.c.index)
    found = await connection.scalars(asked.where(_log.c.log_id == log_id, _log.c.index.between(wanted.first, last)))
    entries = [bytes(entry) for entry in found]
    if len(entries) != wanted.width:
        raise TileInvalid(f"{wanted.path} has {len(entries)} entries where it needs {wanted.width}")
    return encode_bundle(entries)


def _newest(subject: sa.ColumnElement[UUID], size: sa.ColumnElement[int]) -> sa.Select[Any]:
    mine = (_log.c.subject == subject) & (_log.c.index < size)
    return sa.select(_log.c.seq, _log.c.index.label("place")).where(mine).order_by(_log.c.seq.desc()).limit(1)


def _name(vkey: str) -> str:
    """Return the name in a vkey; it holds no plus sign (C2SP signed-note)."""
    return vkey.partition("+")[0]
