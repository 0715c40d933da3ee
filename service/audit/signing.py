"""Signing a log: never a tree that does not continue the last one, never a leaf that its stored bytes do not give."""

import asyncio
from collections.abc import Iterator, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from service.audit import log
from service.audit.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from service.audit.encoding import NoteInvalid
from service.audit.keys import Signer
from service.audit.log_directory import LogDirectory
from service.audit.merkle import leaf_hashes, root
from service.audit.models import AuditEntry, LogCheckpoint, LogEntry, LogNode
from service.audit.note import NoteUnverified
from service.audit.tiles import WIDTH, Tile, TileInvalid, tile_hashes
from service.orm import table

CHUNK = 16 * WIDTH
HIGHEST = 7
"""The highest level of tiles that a tree of at most 2**63 - 1 leaves has."""
_entry, _log = table(AuditEntry), table(LogEntry)
_node, _checkpoint = table(LogNode), table(LogCheckpoint)
_stored = (
    sa.select(_log.c.index.label("place"), _log.c.leaf, _entry.c.leaf.label("entry_leaf"), _entry.c.canonical)
    .select_from(_log.outerjoin(_entry, (_entry.c.subject == _log.c.subject) & (_entry.c.seq == _log.c.seq)))
    .where(_log.c.log_id == sa.bindparam("log_id"))
    .where(_log.c.index.between(sa.bindparam("first"), sa.bindparam("last")))
    .order_by(_log.c.index)
)


class SigningRefused(Exception):
    """The stored log is not what was signed, or not what its entries give; the message says where."""


async def sign(connection: AsyncConnection, directory: LogDirectory, log_id: UUID) -> bool:
    """Sign the log as it stands, and return whether there was anything new; `SigningRefused` if it must not be signed.

    The caller holds the sequencer's lock, and commits.
    """
    try:
        return await _sign(connection, directory, log_id)
    except TileInvalid as wrong:
        message = f"the tree that was signed is no longer whole: {wrong}"
        raise SigningRefused(message) from wrong
    except NoteInvalid as wrong:
        message = f"the last note in the database is damaged: {wrong}"
        raise SigningRefused(message) from wrong


async def _sign(connection: AsyncConnection, directory: LogDirectory, log_id: UUID) -> bool:
    signer = directory.signer(log_id)
    size = await log.size_of(connection, log_id)
    published = await log.newest(connection, log_id)
    if published:
        await _continues(connection, log_id, size, _opened(published.note, signer, "in"))
    since = published.checkpoint.size if published else 0
    await _store_nodes(connection, log_id, since, size)
    # After the nodes are there: whoever died with a note kept and nothing published left none of them behind.
    kept = directory.last_note(log_id)
    if kept is not None:
        await _continues(connection, log_id, size, _opened(kept, signer, "outside"))
    if size == since:
        return False
    checkpoint = Checkpoint(signer.name, size, await log.root_of(connection, log_id, size))
    note = sign_checkpoint(checkpoint, signer)
    # First outside the database, so that nothing is ever published that a restored backup could take back unnoticed.
    await asyncio.to_thread(directory.keep_note, log_id, note, kept)
    await connection.execute(
        sa.insert(_checkpoint).values(
            log_id=log_id,
            size=size,
            root=checkpoint.root,
            note=note,
            vkey=signer.verifier.vkey,
            signed_at=sa.func.clock_timestamp(),
        )
    )
    return True


def _opened(note: bytes, signer: Signer, place: str) -> Checkpoint:
    try:
        return open_checkpoint(note, [signer.verifier]).checkpoint
    except NoteUnverified as wrong:
        message = f"the last note {place} the database was not signed with this log key. Put the right key back and start anew."
        raise SigningRefused(message) from wrong
    except NoteInvalid as wrong:
        message = f"the last note {place} the database is damaged: {wrong}. A party holds the right one."
        raise SigningRefused(message) from wrong


async def _continues(connection: AsyncConnection, log_id: UUID, size: int, last: Checkpoint) -> None:
    if size < last.size:
        message = (
            f"the database holds fewer than the {last.size} entries that were signed: was an older backup restored?"
        )
        raise SigningRefused(message)
    found = await log.root_of(connection, log_id, last.size)
    if found != last.root:
        message = f"the first {last.size} entries are not those that were signed: their root is {found.hex()}"
        raise SigningRefused(message)


async def _store_nodes(connection: AsyncConnection, log_id: UUID, since: int, size: int) -> None:
    """Recompute every leaf since the last checkpoint from its stored bytes; store the subtrees that became complete."""
    whole = since - since % WIDTH
    for first in range(whole, size if size > since else whole, CHUNK):
        leaves = await _leaves(connection, log_id, first, min(first + CHUNK, size))
        await _insert(connection, log_id, 1, first // WIDTH, _roots(leaves))
    for level in range(2, HIGHEST + 1):
        span = WIDTH**level
        for index in range(since // span, size // span):
            below = Tile(level - 1, index)
            hashes = tile_hashes(below, await log.tile(connection, log_id, below))
            await _insert(connection, log_id, level, index, [root(hashes)])


async def _leaves(connection: AsyncConnection, log_id: UUID, first: int, end: int) -> list[bytes]:
    found = (await connection.execute(_stored, {"log_id": log_id, "first": first, "last": end - 1})).all()
    if missing := set(range(first, end)).difference(row.place for row in found):
        message = f"no entry has the index {min(missing)}"
        raise SigningRefused(message)
    computed = leaf_hashes(bytes(row.canonical or b"") for row in found)
    for row, leaf in zip(found, computed, strict=True):
        if not leaf == row.leaf == row.entry_leaf:
            message = f"entry {row.place} is not what was appended: its stored bytes do not give its leaf hash"
            raise SigningRefused(message)
    return computed


def _roots(leaves: Sequence[bytes]) -> Iterator[bytes]:
    for first in range(0, len(leaves) - WIDTH + 1, WIDTH):
        yield root(leaves[first : first + WIDTH])


async def _insert(
    connection: AsyncConnection, log_id: UUID, level: int, first: int, hashes: Iterator[bytes] | list[bytes]
) -> None:
    rows = [
        {"log_id": log_id, "level": level, "index": first + place, "hash": hash_} for place, hash_ in enumerate(hashes)
    ]
    if rows:
        await connection.execute(sa.insert(_node), rows)
