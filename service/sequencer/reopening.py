"""Reopening a log that cannot be signed any more: the old one is never signed again, a new one goes on with what is there.

Nothing is forgotten by it: the new log's first entry holds the last checkpoint of the old one, how many entries are missing as far as
anybody knows, and the reason; and every party has to acknowledge it.
"""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from service.database.columns import table
from service.database.statement import Connection, Query
from service.errors.operator import OperatorMistake
from service.identity.outward import Away
from service.log import reading as log
from service.log.models import LogAlarm
from service.sequencer import asking
from service.sequencer.asking import WitnessAhead
from service.sequencer.directory import LogDirectory
from service.sequencer.signing import hold_to_notes, number_told, proven
from service.sequencer.stored import SigningRefused, whole
from service.tlog.checkpoint import open_checkpoint, parse_checkpoint
from service.tlog.encoding import NoteInvalid
from service.tlog.keys import Signer
from service.tlog.note import Signature, parse_note
from service.tlog.policy import Witness

_alarm = table(LogAlarm)
_refused = Query(sa.select(_alarm.c.reason).where(_alarm.c.log_id == sa.bindparam("log_id", type_=sa.Uuid())), str)
_alone: Query[Any] = Query(
    sa.select(sa.func.pg_advisory_xact_lock(sa.literal_column("7420250125")).label("locked")), dict
)
Record = Callable[[Connection, UUID, Mapping[str, Any]], Coroutine[Any, Any, None]]
"""Writes the entry into the trail of the commission, or of the registry."""


class NothingToReopen(OperatorMistake):
    """The log can be signed, or can be mended without losing anything; the message says what to do."""


class ToldOtherwise(Exception):
    """A witness has cosigned fewer entries than it is shown: so many."""


async def last_of(connection: Connection, directory: LogDirectory, log_id: UUID, handed: Sequence[bytes]) -> bytes:
    """Return the old log's last checkpoint as far as it is known here, or was handed over; `NothingToReopen` without one."""
    signers = [directory.signer(log_id, number) for number in range(1, directory.number(log_id) + 1)]
    places: dict[bytes, tuple[int, int]] = {}
    for note in handed:
        try:
            places[note] = _place(note, signers)
        except NoteInvalid as wrong:
            raise NothingToReopen(
                f"A checkpoint that was handed over is not one of {signers[-1].name}: {wrong}."
            ) from wrong
    published = await log.newest(connection, log_id)
    known = [published.note] if published else []
    kept = [directory.last_note(log_id, number) for number in range(1, len(signers) + 1)]
    known += [note for note in kept if note]
    for note in known:
        with suppress(NoteInvalid):
            places.setdefault(note, _place(note, signers))
    if not places:
        raise NothingToReopen(
            f"No checkpoint of {signers[-1].name} is known: hand over one that a party or a witness holds."
        )
    # Of two over as many entries the first: who hands one over does so for its cosignatures.
    return max(places, key=lambda note: places[note])


def _place(note: bytes, signers: Sequence[Signer]) -> tuple[int, int]:
    """Return by which of the logs that followed each other a checkpoint was signed, and over how many entries."""
    found = open_checkpoint(note, [one.verifier for one in signers]).checkpoint
    return [one.name for one in signers].index(found.origin), found.size


async def ask(note: bytes, witnesses: Mapping[str, Witness]) -> tuple[bytes, dict[str, int]]:
    """Return the checkpoint with the cosignatures that witnesses give to it, and how many entries each of them has cosigned."""
    size, known, cosigned = parse_checkpoint(parse_note(note).text).size, dict[str, int](), list[Signature]()

    async def unproven(old_size: int, _: int) -> Sequence[bytes]:
        raise ToldOtherwise(old_size)

    for name, witness in witnesses.items():
        try:
            cosigned.append(await asking.ask(witness, note, size, unproven))
            known[name] = size
        except ToldOtherwise as told:
            known[name] = int(told.args[0])
        except WitnessAhead as ahead:
            known[name] = ahead.size
        except Away:
            continue
    return bytes(parse_note(note).signed(*cosigned)), known


async def reopen(
    connection: Connection,
    directory: LogDirectory,
    log_id: UUID,
    record: Record,
    because: str,
    handed: Sequence[bytes] = (),
    witnesses: Mapping[str, Witness] | None = None,
) -> Mapping[str, Any]:
    """Reopen a log and return what its entry tells; `NothingToReopen` if it can be signed, or only needs mending.

    The caller commits. The directory forgets the old key first: whoever is interrupted then reopens once more.
    """
    note = await last_of(connection, directory, log_id, handed)
    await _require_signed(connection, directory, log_id, note)
    note, known = await ask(note, witnesses or {})
    await _alone.one(connection)
    await _require_signed(connection, directory, log_id, note)
    continues = await _what_is_left(connection, directory, log_id)
    last = parse_checkpoint(parse_note(note).text)
    if last.size <= continues and await log.root_of(connection, log_id, last.size) != last.root:
        # Another log than the last one is here: one of before it was put back. Of the last one nothing is proven.
        continues = 0
    size = max([last.size, *known.values()])
    number = directory.begin_anew(log_id)
    new = directory.signer(log_id)
    told = {
        "number": number,
        "origin": new.name,
        "verifier_key": new.verifier.vkey,
        "checkpoint": note.decode(),
        "size": size,
        "continues": continues,
        "missing": max(size - continues, 0),
        "known": known,
        "because": because,
    }
    await record(connection, log_id, told)
    return told


async def _require_signed(connection: Connection, directory: LogDirectory, log_id: UUID, last: bytes) -> None:
    """Raise `NothingToReopen` where it is reopened already, and nothing was signed since: a second name would follow a log that never was."""
    number = directory.number(log_id)
    is_newest = parse_checkpoint(parse_note(last).text).origin == directory.signer(log_id).name
    if number > 1 and not is_newest and await number_told(connection, log_id) == number:
        raise NothingToReopen(
            f"The log is reopened already, as number {number}, and waits for its first checkpoint: let the sequencer run, and look at"
            " /readyz once it has."
        )


async def _what_is_left(connection: Connection, directory: LogDirectory, log_id: UUID) -> int:
    """Return how many entries are proven by a checkpoint in the database; `NothingToReopen` unless the log is refused for what is lost."""
    size = await log.size_of(connection, log_id)
    try:
        with whole():
            found = await proven(connection, directory, log_id, size)
    except (SigningRefused, NoteInvalid) as wrong:
        raise NothingToReopen(
            f"What is there was changed, and must be mended first: {wrong}. Put the database back from a dump of which nothing was"
            " changed; entries that are lost by it can then be told."
        ) from wrong
    if await _refused.row(connection, log_id=log_id) is None and await _is_well(connection, directory, log_id):
        raise NothingToReopen(f"The log {log_id} can be signed: there is nothing to reopen.")
    return found.size if found else 0


async def _is_well(connection: Connection, directory: LogDirectory, log_id: UUID) -> bool:
    try:
        await hold_to_notes(connection, directory, log_id)
    except (SigningRefused, NoteInvalid):
        return False
    return True
