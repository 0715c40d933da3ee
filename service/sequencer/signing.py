"""Signing a log: never a tree that does not continue the last one, never a leaf that its stored bytes do not give."""

import asyncio
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from service.database.columns import table
from service.log import reading as log
from service.log.models import LogCheckpoint
from service.sequencer.directory import LogDirectory
from service.sequencer.stored import STRETCH, SigningRefused, hold, store_nodes, whole
from service.tlog.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from service.tlog.encoding import NoteInvalid
from service.tlog.keys import Signer
from service.tlog.note import NoteUnverified

_checkpoint = table(LogCheckpoint)


async def sign(
    connection: AsyncConnection, directory: LogDirectory, log_id: UUID, *, reread_from: int | None = None
) -> bool:
    """Sign the log as it stands, and return whether there was anything new; `SigningRefused` if it must not be signed.

    With `reread_from`, first hold everything that was ever signed to its bytes, beginning with the stretch at that index.
    The caller holds the sequencer's lock, and commits.
    """
    try:
        with whole():
            return await _sign(connection, directory, log_id, reread_from)
    except NoteInvalid as wrong:
        raise SigningRefused(f"the last note in the database is damaged: {wrong}") from wrong


async def _sign(connection: AsyncConnection, directory: LogDirectory, log_id: UUID, reread_from: int | None) -> bool:
    signer = directory.signer(log_id)
    size = await log.size_of(connection, log_id)
    published = await log.newest(connection, log_id)
    if published:
        await _continues(connection, log_id, size, _opened(published.note, signer, "in"))
    since = published.checkpoint.size if published else 0
    await store_nodes(connection, log_id, since, size)
    # After the nodes are there: whoever died with a note kept and nothing published left none of them behind.
    kept = directory.last_note(log_id)
    if kept is not None:
        await _continues(connection, log_id, size, _opened(kept, signer, "outside"))
    if reread_from is not None:
        for first in (*range(reread_from, since, STRETCH), *range(0, min(reread_from, since), STRETCH)):
            await hold(connection, log_id, first, min(first + STRETCH, since))
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
        raise SigningRefused(
            f"the last note {place} the database was not signed with this log key. Put the right key back and start anew."
        ) from wrong
    except NoteInvalid as wrong:
        raise SigningRefused(
            f"the last note {place} the database is damaged: {wrong}. A party holds the right one."
        ) from wrong


async def _continues(connection: AsyncConnection, log_id: UUID, size: int, last: Checkpoint) -> None:
    if size < last.size:
        raise SigningRefused(
            f"the database holds fewer than the {last.size} entries that were signed: was an older backup restored?"
        )
    found = await log.root_of(connection, log_id, last.size)
    if found != last.root:
        raise SigningRefused(
            f"the first {last.size} entries are not those that were signed: their root is {found.hex()}"
        )
