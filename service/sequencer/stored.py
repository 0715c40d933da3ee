"""What the database holds of a log, computed anew from the entries' bytes and held to the hashes that were stored beside them."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from service.database.columns import table
from service.database.statement import Change, Connection, Query, given
from service.errors.operator import OperatorMistake
from service.log import reading as log
from service.log.models import LogEntry, LogNode
from service.register.commissions.models import Commission
from service.tlog.merkle import leaf_hashes, root
from service.tlog.tiles import WIDTH, Tile, TileInvalid, tile_hashes
from service.trail.models import REGISTRY, AuditEntry

CHUNK = 16 * WIDTH
STRETCH = 4 * WIDTH
"""Entries that are read again in one go: some five milliseconds' work."""
HIGHEST = 7
"""The highest level of tiles that a tree of at most 2**63 - 1 leaves has."""
Subtrees = tuple[int, int, list[bytes]]
"""`(level, index, hashes)`: complete subtrees of 256 ** level leaves, side by side from this index on."""
_commission, _entry, _log, _node = table(Commission), table(AuditEntry), table(LogEntry), table(LogNode)


LOGS: Final = (
    sa.select(_commission.c.id.label("log_id")).union_all(sa.select(sa.literal(REGISTRY, sa.Uuid()))).subquery("logs")
)
"""Every log: one for each commission, and the registry's."""
PLACES: Final = (
    sa.func.unnest(
        sa.bindparam("subjects", type_=ARRAY(sa.Uuid())), sa.bindparam("numbers", type_=ARRAY(sa.BigInteger()))
    )
    .table_valued("subject", "seq", name="wanted")
    .render_derived()
)
"""Entries named by their places in the trail, to be joined: the values `subjects` and `numbers`, side by side."""


class Stored(NamedTuple):
    """An entry with an index: the leaf hashes that were stored beside it, None where its row is gone, and its bytes."""

    place: int
    leaf: bytes
    entry_leaf: bytes | None
    canonical: bytes | None


Holding = Callable[[Sequence[Stored]], Awaitable[None]]
_stored = Query(
    sa.select(_log.c.index.label("place"), _log.c.leaf, _entry.c.leaf.label("entry_leaf"), _entry.c.canonical)
    .select_from(_log.outerjoin(_entry, (_entry.c.subject == _log.c.subject) & (_entry.c.seq == _log.c.seq)))
    .where(_log.c.log_id == sa.bindparam("log_id"))
    .where(_log.c.index.between(sa.bindparam("first"), sa.bindparam("last")))
    .order_by(_log.c.index),
    Stored,
)
_store = Change(sa.insert(_node).values(given(_node, "log_id", "level", "index", "hash")))


class SigningRefused(OperatorMistake):
    """The stored log is not what was signed, or not what its entries give; the message says where.

    `stretch` is the first index of the stretch that was read again and found wrong, if that is how it was found.
    """

    stretch: int | None = None


async def store_nodes(connection: Connection, log_id: UUID, since: int, size: int, holding: Holding) -> None:
    """Recompute every leaf from index `since` on from its stored bytes; store the subtrees that became complete.

    `holding` sees each of these entries first, in order, some at a time, and refuses what must not be signed.
    """
    async for level, first, hashes in _subtrees(connection, log_id, since, size, holding):
        rows = [{"log_id": log_id, "level": level, "index": first + at, "hash": one} for at, one in enumerate(hashes)]
        await _store.run_each(connection, rows)


async def hold(connection: Connection, log_id: UUID, first: int, end: int) -> None:
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


async def _subtrees(
    connection: Connection, log_id: UUID, since: int, size: int, holding: Holding | None = None
) -> AsyncIterator[Subtrees]:
    """Yield what the leaves `since` to `size - 1` complete, lowest level first; a level is read once the one below was yielded."""
    for first in range(since - since % WIDTH, size if size > since else 0, CHUNK):
        found = await entries(connection, log_id, first, min(first + CHUNK, size))
        if holding:
            await holding([one for one in found if one.place >= since])
        leaves = [one.leaf for one in found]
        if roots := [root(leaves[at : at + WIDTH]) for at in range(0, len(leaves) - WIDTH + 1, WIDTH)]:
            yield 1, first // WIDTH, roots
    for level in range(2, HIGHEST + 1):
        span = WIDTH**level
        for index in range(since // span, size // span):
            below = Tile(level - 1, index)
            yield level, index, [root(tile_hashes(below, await log.tile(connection, log_id, below)))]


async def entries(connection: Connection, log_id: UUID, first: int, end: int) -> list[Stored]:
    """Return the entries `first` to `end - 1`, all of them held to their leaves; `SigningRefused` if one is not as it was."""
    found = await _stored.rows(connection, log_id=log_id, first=first, last=end - 1)
    if missing := set(range(first, end)).difference(row.place for row in found):
        raise SigningRefused(f"no entry has the index {min(missing)}")
    computed = leaf_hashes(row.canonical or b"" for row in found)
    for row, leaf in zip(found, computed, strict=True):
        if not leaf == row.leaf == row.entry_leaf:
            raise SigningRefused(
                f"entry {row.place} is not what was appended: its stored bytes do not give its leaf hash"
            )
    return found


def _compare(level: int, index: int, computed: Sequence[bytes], stored: Sequence[bytes]) -> None:
    if computed == stored:
        return
    span = WIDTH**level
    wrong = next((at for at, one in enumerate(stored) if computed[at] != one), len(stored))
    begin = (index + wrong) * span
    raise SigningRefused(
        f"the entries {begin} to {begin + span - 1} are not those that were signed: their subtree has another root"
    )
