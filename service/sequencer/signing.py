"""Signing a log: never a tree that does not continue the last one, never a leaf that its stored bytes do not give."""

import asyncio
import json
import re
from functools import partial
from typing import Final, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from service.database.columns import table
from service.database.statement import Change, Connection, Query, given
from service.log import reading as log
from service.log.models import LogCheckpoint, LogEntry
from service.sequencer.chains import hold_chains
from service.sequencer.directory import LogDirectory
from service.sequencer.heard import Ahead
from service.sequencer.stored import STRETCH, SigningRefused, hold, store_nodes, whole
from service.tlog.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from service.tlog.encoding import NoteInvalid
from service.tlog.keys import Signer
from service.tlog.note import NoteUnverified
from service.trail.models import AuditEntry
from service.trail.reopening import REOPENED


class _Reopened(NamedTuple):
    canonical: bytes
    place: int | None


_checkpoint, _entry, _indexed = table(LogCheckpoint), table(AuditEntry), table(LogEntry)
_reopened = Query(
    sa.select(_entry.c.canonical, _indexed.c.index.label("place"))
    .outerjoin_from(_entry, _indexed, (_indexed.c.subject == _entry.c.subject) & (_indexed.c.seq == _entry.c.seq))
    .where(
        _entry.c.subject == sa.bindparam("log_id", type_=sa.Uuid()),
        _entry.c.kind == sa.bindparam("reopened", type_=sa.Text()),
    )
    .order_by(_entry.c.seq.desc())
    .limit(1),
    _Reopened,
)
_publish = Change(
    sa.insert(_checkpoint).values(
        given(_checkpoint, "log_id", "size", "root", "note", "vkey") | {"signed_at": sa.func.clock_timestamp()}
    )
)
ORIGIN: Final = re.compile(
    rb"/v1/commissions/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/log(?:/([1-9][0-9]{0,3}))?$"
)


async def sign(
    connection: Connection,
    directory: LogDirectory,
    log_id: UUID,
    ahead: Ahead | None = None,
    *,
    reread_from: int | None = None,
) -> bool:
    """Sign the log as it stands, and return whether there was anything new; `SigningRefused` if it must not be signed.

    `ahead` is a witness that may have cosigned more than was signed here. With `reread_from`, first hold everything that was ever signed to its bytes, beginning with the stretch at that index.
    The caller holds the sequencer's lock, and commits.
    """
    try:
        with whole():
            return await _sign(connection, directory, log_id, ahead, reread_from)
    except NoteInvalid as wrong:
        raise SigningRefused(f"the last note in the database is damaged: {wrong}") from wrong


async def hand_over(connection: Connection, directory: LogDirectory, note: bytes) -> Checkpoint:
    """Keep the newest checkpoint that a party or a witness holds, where the log's own note was lost; return it.

    It says how far the log had been signed, which a database that was restored does not know. `SigningRefused` if this log key
    did not sign it, if the database does not continue it, or if the database or the directory knows a newer one.
    """
    log_id = _log_of(note)
    signer, kept = directory.signer(log_id), directory.last_note(log_id)
    given = _opened(note, signer, "the note that was handed over")
    with whole():
        await _continues(connection, log_id, await log.size_of(connection, log_id), given)
    published = await log.newest(connection, log_id)
    known = [published.checkpoint.size] if published else []
    known += [_opened(kept, signer, "the last note outside the database").size] if kept else []
    if given.size < max(known, default=0):
        raise SigningRefused(
            f"it speaks of {given.size} entries, but a checkpoint over {max(known)} is known here already"
        )
    await asyncio.to_thread(directory.keep_note, log_id, note, kept)
    return given


async def hold_to_notes(connection: Connection, directory: LogDirectory, log_id: UUID) -> None:
    """Raise `SigningRefused` where a log is not what its last notes say, in the database and outside; write nothing."""
    signer, size = directory.signer(log_id), await log.size_of(connection, log_id)
    kept = directory.last_note(log_id)
    with whole():
        published = await proven(connection, directory, log_id, size)
        last = _opened(kept, signer, "the last note outside the database") if kept is not None else None
        if last:
            await _continues(connection, log_id, size, last)
    await is_begun(connection, directory, log_id)
    _knows(last.size if last else 0, _signed_now(published, signer), None)


async def proven(connection: Connection, directory: LogDirectory, log_id: UUID, size: int) -> Checkpoint | None:
    """Return the newest checkpoint in the database, which `size` entries continue, be it of this log or of one before it."""
    published = await log.newest(connection, log_id)
    if published is None:
        return None
    number = ORIGIN.search(published.checkpoint.origin.encode())
    signer = directory.signer(log_id, int(number[2] or 1) if number else None)
    checkpoint = _opened(published.note, signer, "the last note in the database")
    await _continues(connection, log_id, size, checkpoint)
    return checkpoint


def _signed_now(published: Checkpoint | None, signer: Signer) -> int:
    """Return how many entries the newest checkpoint in the database is over, if it is of the log that is signed."""
    return published.size if published and published.origin == signer.name else 0


def _log_of(note: bytes) -> UUID:
    """Return the log that a note speaks of, by its origin, which is its first line."""
    named = ORIGIN.search(note.partition(b"\n")[0])
    if named is None:
        raise SigningRefused("it is no checkpoint of a log of Pacta: its first line ends in /v1/commissions/<id>/log")
    return UUID(named[1].decode())


async def _sign(
    connection: Connection, directory: LogDirectory, log_id: UUID, ahead: Ahead | None, reread_from: int | None
) -> bool:
    signer = directory.signer(log_id)
    size = await log.size_of(connection, log_id)
    published = await proven(connection, directory, log_id, size)
    since = published.size if published else 0
    await store_nodes(connection, log_id, since, size, partial(hold_chains, connection, log_id))
    # After the nodes are there: whoever died with a note kept and nothing published left none of them behind.
    kept = directory.last_note(log_id)
    last = _opened(kept, signer, "the last note outside the database") if kept is not None else None
    if last:
        await _continues(connection, log_id, size, last)
    begun = await is_begun(connection, directory, log_id)
    _knows(last.size if last else 0, _signed_now(published, signer), ahead)
    if reread_from is not None:
        for first in (*range(reread_from, since, STRETCH), *range(0, min(reread_from, since), STRETCH)):
            await hold(connection, log_id, first, min(first + STRETCH, since))
    if size == since or not begun:
        return False
    checkpoint = Checkpoint(signer.name, size, await log.root_of(connection, log_id, size))
    note = sign_checkpoint(checkpoint, signer)
    # First outside the database, so that nothing is ever published that a restored backup could take back unnoticed.
    await asyncio.to_thread(directory.keep_note, log_id, note, kept)
    await _publish.run(connection, log_id=log_id, size=size, root=checkpoint.root, note=note, vkey=signer.verifier.vkey)
    return True


async def is_begun(connection: Connection, directory: LogDirectory, log_id: UUID) -> bool:
    """Return whether the entry by which the log was reopened, if it was, is among those to be signed; it waits for its index else.

    `SigningRefused` where the directory and the record do not speak of the same log.
    """
    told, number = await _reopened.row(connection, log_id=log_id, reopened=REOPENED), directory.number(log_id)
    known = _number(told)
    if known != number:
        raise SigningRefused(
            f"its log number {number} is signed as PACTA_LOG_DIR says, but by the record it is number {known}: reopen it with"
            " `pacta log reopen`, or put back what is missing"
        )
    return told is None or told.place is not None


async def number_told(connection: Connection, log_id: UUID) -> int:
    """Return which log of its commission is signed as the record tells it."""
    return _number(await _reopened.row(connection, log_id=log_id, reopened=REOPENED))


def _number(told: _Reopened | None) -> int:
    return int(json.loads(told.canonical)["data"]["number"]) if told else 1


def _opened(note: bytes, signer: Signer, what: str) -> Checkpoint:
    try:
        return open_checkpoint(note, [signer.verifier]).checkpoint
    except NoteUnverified as wrong:
        raise SigningRefused(
            f"{what} was not signed with this log key. Put the right key back and start anew."
        ) from wrong
    except NoteInvalid as wrong:
        raise SigningRefused(f"{what} is damaged: {wrong}. A party holds the right one.") from wrong


def _knows(kept: int, published: int, ahead: Ahead | None) -> None:
    """Raise `SigningRefused` unless the note outside the database is as new as the checkpoint in it, and as any witness's.

    A note is kept before its checkpoint is published. Whoever lost it cannot tell whether the database is the newest, or a
    backup after which more was signed: to go on would be a second history of the same log.
    """
    if kept < published:
        what = f"speaks of {kept} entries only" if kept else "is not there"
        raise SigningRefused(
            f"a checkpoint over {published} entries is in the database, but its note in PACTA_LOG_DIR {what}. Put the notes"
            " back, or hand over the newest checkpoint that a party or a witness holds: pacta keep-note FILE"
        )
    if ahead and ahead.size > kept:
        raise SigningRefused(
            f"the witness {ahead.witness} has cosigned {ahead.size} entries, but only {kept} were signed as far as is known here:"
            " was an older backup restored, with its notes?"
        )


async def _continues(connection: Connection, log_id: UUID, size: int, last: Checkpoint) -> None:
    if size < last.size:
        raise SigningRefused(
            f"the database holds fewer than the {last.size} entries that were signed: was an older backup restored?"
        )
    found = await log.root_of(connection, log_id, last.size)
    if found != last.root:
        raise SigningRefused(
            f"the first {last.size} entries are not those that were signed: their root is {found.hex()}"
        )
