"""Reading a log as the database holds it: leaves, tiles, roots, proofs, and the newest signed checkpoint.

The leaves are `log_entry`; the roots of complete subtrees of 256, 65,536, ... leaves are `log_node`, written when a
checkpoint over them is signed. A tile is a reading of the one or the other.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from service.database.columns import table
from service.log.models import LogCheckpoint, LogCosignature, LogEntry, LogNode
from service.tlog.checkpoint import Checkpoint, parse_checkpoint
from service.tlog.cosignature import CosignatureVerifier
from service.tlog.merkle import fold, prove
from service.tlog.nodes import Node, NodeReader, consistency_nodes, inclusion_nodes, span_nodes
from service.tlog.note import Note, Signature, parse_note
from service.tlog.tiles import Tile, node_reader, tile_holding

_entry, _node = table(LogEntry), table(LogNode)
_checkpoint, _cosignature = table(LogCheckpoint), table(LogCosignature)
_range: tuple[Any, Any] = (sa.bindparam("first"), sa.bindparam("last"))
_leaves = (
    sa.select(_entry.c.leaf)
    .where(_entry.c.log_id == sa.bindparam("log_id"), _entry.c.index.between(*_range))
    .order_by(_entry.c.index)
)
_nodes = (
    sa.select(_node.c.hash)
    .where(
        _node.c.log_id == sa.bindparam("log_id"),
        _node.c.level == sa.bindparam("level"),
        _node.c.index.between(*_range),
    )
    .order_by(_node.c.index)
)


@dataclass(frozen=True, slots=True)
class Signed:
    """A checkpoint that the log has signed, its note with every cosignature so far, and the log's public key (vkey)."""

    checkpoint: Checkpoint
    note: bytes
    vkey: str


async def size_of(connection: AsyncConnection, log_id: UUID) -> int:
    """Return how many entries of the log have an index."""
    newest = sa.select(sa.func.max(_entry.c.index)).where(_entry.c.log_id == log_id)
    found = await connection.scalar(newest)
    return 0 if found is None else int(found) + 1


async def newest(connection: AsyncConnection, log_id: UUID, witnesses: int = 0) -> Signed | None:
    """Return the newest checkpoint that at least so many witnesses have cosigned; None if there is none."""
    asked = sa.select(_checkpoint).where(_checkpoint.c.log_id == log_id)
    if witnesses:
        mine = (_cosignature.c.log_id == log_id) & (_cosignature.c.size == _checkpoint.c.size)
        counted = sa.select(sa.func.count()).select_from(_cosignature).where(mine).scalar_subquery()
        asked = asked.where(counted >= witnesses)
    found = (await connection.execute(asked.order_by(_checkpoint.c.size.desc()).limit(1))).one_or_none()
    return None if found is None else await _with_cosignatures(connection, found)


async def of_size(connection: AsyncConnection, log_id: UUID, size: int) -> Signed | None:
    """Return the checkpoint that was signed over the first `size` entries; None if none was."""
    asked = sa.select(_checkpoint).where(_checkpoint.c.log_id == log_id, _checkpoint.c.size == size)
    found = (await connection.execute(asked)).one_or_none()
    return None if found is None else await _with_cosignatures(connection, found)


async def hashes(connection: AsyncConnection, log_id: UUID, level: int, first: int, count: int) -> list[bytes]:
    """Return the stored roots of so many subtrees of 256 ** `level` leaves (level 0: the leaves), or those there are."""
    values = {"log_id": log_id, "first": first, "last": first + count - 1}
    found = await connection.scalars(_nodes if level else _leaves, values | ({"level": level} if level else {}))
    return list(found)


async def tile(connection: AsyncConnection, log_id: UUID, wanted: Tile) -> bytes:
    """Return the content of a hash tile: 32 bytes for each of its nodes that is stored."""
    return b"".join(await hashes(connection, log_id, wanted.level, wanted.first, wanted.width))


async def root_of(connection: AsyncConnection, log_id: UUID, size: int) -> bytes:
    """Return the root over the first `size` entries; `TileInvalid` if not all that is needed is stored."""
    edge = span_nodes((0, size))
    node = await _reader(connection, log_id, size, [edge])
    return fold([node(level, index) for level, index in edge])


async def inclusions(connection: AsyncConnection, log_id: UUID, indexes: Iterable[int], size: int) -> list[list[bytes]]:
    """Return the inclusion proof of each of these entries in the tree of `size`, `index < size`; unverified.

    A tile that several of them need is read once.
    """
    wanted = [inclusion_nodes(index, size) for index in indexes]
    node = await _reader(connection, log_id, size, chain.from_iterable(wanted))
    return [prove(nodes, node) for nodes in wanted]


async def consistency(connection: AsyncConnection, log_id: UUID, old_size: int, size: int) -> list[bytes]:
    """Return the consistency proof between two sizes, `1 <= old_size <= size`; unverified."""
    wanted = consistency_nodes(old_size, size)
    return prove(wanted, await _reader(connection, log_id, size, wanted))


async def _reader(connection: AsyncConnection, log_id: UUID, size: int, wanted: Iterable[Sequence[Node]]) -> NodeReader:
    """Read, once each, the tiles over which the wanted nodes stand."""
    needed = {tile_holding(size, level, index)[0] for nodes in wanted for level, index in nodes}
    read = {one: await tile(connection, log_id, one) for one in needed}
    return node_reader(size, read.__getitem__)


async def _with_cosignatures(connection: AsyncConnection, found: sa.Row[tuple[object, ...]]) -> Signed:
    mine = (_cosignature.c.log_id == found.log_id) & (_cosignature.c.size == found.size)
    asked = sa.select(_cosignature.c.vkey, _cosignature.c.signature).where(mine).order_by(_cosignature.c.vkey)
    signatures = [_signature(vkey, signature) for vkey, signature in await connection.execute(asked)]
    note: Note = parse_note(bytes(found.note)).signed(*signatures)
    return Signed(parse_checkpoint(note.text), bytes(note), found.vkey)


def _signature(vkey: str, signature: bytes) -> Signature:
    key = CosignatureVerifier.parse(vkey)
    return Signature(key.name, key.key_id, bytes(signature))
