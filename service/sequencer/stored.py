"""What the database holds of a log, computed anew from the entries' bytes and held to the hashes that were stored beside them."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from service.database.columns import table
from service.log import reading as log
from service.log.models import LogEntry, LogNode
from service.tlog.merkle import leaf_hashes, root
from service.tlog.tiles import WIDTH, Tile, TileInvalid, tile_hashes
from service.trail.models import AuditEntry

CHUNK = 16 * WIDTH
STRETCH = 4 * WIDTH
"""Entries that are read again in one go: some five milliseconds' work."""
HIGHEST = 7
"""The highest level of tiles that a tree of at most 2**63 - 1 leaves has."""
Subtrees = tuple[int, int, list[bytes]]
"""`(level, index, hashes)`: complete subtrees of 256 ** level leaves, side by side from this index on."""
_entry, _log, _node = table(AuditEntry), table(LogEntry), table(LogNode)
_stored = (
    sa.select(_log.c.index.label("place"), _log.c.leaf, _entry.c.leaf.label("entry_leaf"), _entry.c.canonical)
    .select_from(_log.outerjoin(_entry, (_entry.c.subject == _log.c.subject) & (_entry.c.seq == _log.c.seq)))
    .where(_log.c.log_id == sa.bindparam("log_id"))
    .where(_log.c.index.between(sa.bindparam("first"), sa.bindparam("last")))
    .order_by(_log.c.index)
)


class SigningRefused(Exception):
    """The stored log is not what was signed, or not what its entries give; the message says where.

    `stretch` is the first index of the stretch that was read again and found wrong, if that is how it was found.
    """

    stretch: int | None = None


async def store_nodes(connection: AsyncConnection, log_id: UUID, since: int, size: int) -> None:
    """Recompute every leaf from index `since` on from its stored bytes; store the subtrees that became complete."""
    async for level, first, hashes in _subtrees(connection, log_id, since, size):
        rows = [{"log_id": log_id, "level": level, "index": first + at, "hash": one} for at, one in enumerate(hashes)]
        await connection.execute(sa.insert(_node), rows)


async def hold(connection: AsyncConnection, log_id: UUID, first: int, end: int) -> None:
    """Hold the entries `first` to `end - 1`, all of them signed, to their leaves and to the subtrees that they complete.

    `first` is a multiple of 256. Raises `SigningRefused`.
    """
    try:
        with whole():
            async for level, index, hashes in _subtrees(connection, log_id, first, end):
                _compare(level, index, hashes, await log.hashes(connection, log_id, level, index, len(hashes)))
    except SigningRefused as refusal:
        refusal.stretch = first
        raise


@contextmanager
def whole() -> Iterator[None]:
    """Refuse what cannot be computed since not everything is there that was stored."""
    try:
        yield
    except TileInvalid as wrong:
        raise SigningRefused(f"the tree that was signed is no longer whole: {wrong}") from wrong


async def _subtrees(connection: AsyncConnection, log_id: UUID, since: int, size: int) -> AsyncIterator[Subtrees]:
    """Yield what the leaves `since` to `size - 1` complete, lowest level first; a level is read once the one below was yielded."""
    for first in range(since - since % WIDTH, size if size > since else 0, CHUNK):
        leaves = await _leaves(connection, log_id, first, min(first + CHUNK, size))
        if roots := [root(leaves[at : at + WIDTH]) for at in range(0, len(leaves) - WIDTH + 1, WIDTH)]:
            yield 1, first // WIDTH, roots
    for level in range(2, HIGHEST + 1):
        span = WIDTH**level
        for index in range(since // span, size // span):
            below = Tile(level - 1, index)
            yield level, index, [root(tile_hashes(below, await log.tile(connection, log_id, below)))]


async def _leaves(connection: AsyncConnection, log_id: UUID, first: int, end: int) -> list[bytes]:
    found = (await connection.execute(_stored, {"log_id": log_id, "first": first, "last": end - 1})).all()
    if missing := set(range(first, end)).difference(row.place for row in found):
        raise SigningRefused(f"no entry has the index {min(missing)}")
    computed = leaf_hashes(bytes(row.canonical or b"") for row in found)
    for row, leaf in zip(found, computed, strict=True):
        if not leaf == row.leaf == row.entry_leaf:
            raise SigningRefused(
                f"entry {row.place} is not what was appended: its stored bytes do not give its leaf hash"
            )
    return computed


def _compare(level: int, index: int, computed: Sequence[bytes], stored: Sequence[bytes]) -> None:
    if computed == stored:
        return
    span = WIDTH**level
    wrong = next((at for at, one in enumerate(stored) if computed[at] != one), len(stored))
    begin = (index + wrong) * span
    raise SigningRefused(
        f"the entries {begin} to {begin + span - 1} are not those that were signed: their subtree has another root"
    )
