"""Reading a log as the database holds it: leaves, tiles, roots, proofs, and the newest signed checkpoint.

The leaves are `log_entry`; the roots of complete subtrees of 256, 65,536, ... leaves are `log_node`, written when a
checkpoint over them is signed. A tile is a reading of the one or the other.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from service.database.columns import table
from service.database.statement import Connection, Query
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
_log_id = sa.bindparam("log_id", type_=sa.Uuid())


class _Checkpoint(NamedTuple):
    note: bytes
    vkey: str
    witnesses: list[str]
    """The vkeys of those that have cosigned it, in order, and beside each its signature."""
    signatures: list[bytes]


_size = Query(
    sa.select((sa.func.coalesce(sa.func.max(_entry.c.index), -1) + 1).label("size")).where(_entry.c.log_id == _log_id),
    int,
)
_leaves = Query(
    sa.select(_entry.c.leaf)
    .where(_entry.c.log_id == _log_id, _entry.c.index.between(*_range))
    .order_by(_entry.c.index),
    bytes,
)
_nodes = Query(
    sa.select(_node.c.hash)
    .where(_node.c.log_id == _log_id, _node.c.level == sa.bindparam("level"), _node.c.index.between(*_range))
    .order_by(_node.c.index),
    bytes,
)
_cosigned = (_cosignature.c.log_id == _checkpoint.c.log_id) & (_cosignature.c.size == _checkpoint.c.size)


def _by_witness(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    each = sa.select(column).where(_cosigned).order_by(_cosignature.c.vkey)
    return sa.func.array(each.correlate(_checkpoint).scalar_subquery(), type_=ARRAY(column.type))


# With its cosignatures, in one round trip.
_checkpoints = sa.select(
    _checkpoint.c.note,
    _checkpoint.c.vkey,
    _by_witness(_cosignature.c.vkey).label("witnesses"),
    _by_witness(_cosignature.c.signature).label("signatures"),
).where(_checkpoint.c.log_id == _log_id)
_last = _checkpoints.order_by(_checkpoint.c.size.desc()).limit(1)
_newest = Query(_last, _Checkpoint)
_count = sa.select(sa.func.count()).select_from(_cosignature).where(_cosigned).scalar_subquery()
_newest_cosigned = Query(_last.where(_count >= sa.bindparam("witnesses", type_=sa.BigInteger())), _Checkpoint)
_of_size = Query(_checkpoints.where(_checkpoint.c.size == sa.bindparam("size")), _Checkpoint)


@dataclass(frozen=True, slots=True)
class Signed:
    """A checkpoint that the log has signed, its note with every cosignature so far, and the log's public key (vkey)."""

    checkpoint: Checkpoint
    note: bytes
    vkey: str


async def size_of(connection: Connection, log_id: UUID) -> int:
    """Return how many entries of the log have an index."""
    return await _size.one(connection, log_id=log_id)


async def newest(connection: Connection, log_id: UUID, witnesses: int = 0) -> Signed | None:
    """Return the newest checkpoint that at least so many witnesses have cosigned; None if there is none."""
    asked = _newest_cosigned if witnesses else _newest
    found = await asked.row(connection, log_id=log_id, witnesses=witnesses)
    return None if found is None else _signed(found)


async def of_size(connection: Connection, log_id: UUID, size: int) -> Signed | None:
    """Return the checkpoint that was signed over the first `size` entries; None if none was."""
    found = await _of_size.row(connection, log_id=log_id, size=size)
    return None if found is None else _signed(found)


async def hashes(connection: Connection, log_id: UUID, level: int, first: int, count: int) -> list[bytes]:
    """Return the stored roots of so many subtrees of 256 ** `level` leaves (level 0: the leaves), or those there are."""
    values = {"log_id": log_id, "first": first, "last": first + count - 1}
    return await (_nodes if level else _leaves).rows(connection, level=level, **values)


async def tile(connection: Connection, log_id: UUID, wanted: Tile) -> bytes:
    """Return the content of a hash tile: 32 bytes for each of its nodes that is stored."""
    return b"".join(await hashes(connection, log_id, wanted.level, wanted.first, wanted.width))


async def root_of(connection: Connection, log_id: UUID, size: int) -> bytes:
    """Return the root over the first `size` entries; `TileInvalid` if not all that is needed is stored."""
    edge = span_nodes((0, size))
    node = await _reader(connection, log_id, size, [edge])
    return fold([node(level, index) for level, index in edge])


async def inclusions(connection: Connection, log_id: UUID, indexes: Iterable[int], size: int) -> list[list[bytes]]:
    """Return the inclusion proof of each of these entries in the tree of `size`, `index < size`; unverified.

    A tile that several of them need is read once.
    """
    wanted = [inclusion_nodes(index, size) for index in indexes]
    node = await _reader(connection, log_id, size, chain.from_iterable(wanted))
    return [prove(nodes, node) for nodes in wanted]


async def consistency(connection: Connection, log_id: UUID, old_size: int, size: int) -> list[bytes]:
    """Return the consistency proof between two sizes, `1 <= old_size <= size`; unverified."""
    wanted = consistency_nodes(old_size, size)
    return prove(wanted, await _reader(connection, log_id, size, wanted))


async def _reader(connection: Connection, log_id: UUID, size: int, wanted: Iterable[Sequence[Node]]) -> NodeReader:
    """Read, once each, the tiles over which the wanted nodes stand."""
    needed = {tile_holding(size, level, index)[0] for nodes in wanted for level, index in nodes}
    read = {one: await tile(connection, log_id, one) for one in needed}
    return node_reader(size, read.__getitem__)


def _signed(found: _Checkpoint) -> Signed:
    note: Note = parse_note(found.note).signed(*map(_signature, found.witnesses, found.signatures))
    return Signed(parse_checkpoint(note.text), bytes(note), found.vkey)


def _signature(vkey: str, signature: bytes) -> Signature:
    key = CosignatureVerifier.parse(vkey)
    return Signature(key.name, key.key_id, signature)
