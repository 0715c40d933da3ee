"""What lies outside the database, held to what is in it: the log key and its notes, and what the witnesses have cosigned."""

from collections.abc import AsyncIterator, Mapping
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa

from service.database.columns import table
from service.database.doctor.finding import Finding
from service.database.statement import Connection, Query
from service.errors.operator import OperatorMistake
from service.log.models import LogAlarm, LogCheckpoint, LogCosignature
from service.sequencer.directory import LogDirectory
from service.sequencer.signing import hold_to_notes
from service.sequencer.stored import SigningRefused
from service.tlog.encoding import NoteInvalid
from service.tlog.policy import Witness

BEHIND_SECONDS = 600.0
README = "What to do is in the README, under: When /readyz has the status alarm."
_checkpoint, _cosignature, _alarm = table(LogCheckpoint), table(LogCosignature), table(LogAlarm)
_logs = Query(sa.select(_checkpoint.c.log_id).group_by(_checkpoint.c.log_id).order_by(_checkpoint.c.log_id), UUID)


class _Alarm(NamedTuple):
    log_id: UUID
    reason: str


class _Behind(NamedTuple):
    log_id: UUID
    size: int
    cosigned: int


_alarms = Query(sa.select(_alarm.c.log_id, _alarm.c.reason).order_by(_alarm.c.log_id), _Alarm)
_theirs = sa.func.coalesce(
    sa.select(sa.func.max(_cosignature.c.size))
    .where(_cosignature.c.log_id == _checkpoint.c.log_id, _cosignature.c.vkey == sa.bindparam("vkey"))
    .correlate(_checkpoint)
    .scalar_subquery(),
    0,
)
_old = sa.func.now() - sa.func.make_interval(0, 0, 0, 0, 0, 0, sa.bindparam("seconds", type_=sa.Float()))
# What was signed so long ago should have been cosigned by now.
_behind = Query(
    sa.select(
        _checkpoint.c.log_id, sa.func.max(_checkpoint.c.size).label("size"), sa.func.max(_theirs).label("cosigned")
    )
    .where(_checkpoint.c.signed_at < _old)
    .group_by(_checkpoint.c.log_id)
    .having(sa.func.max(_checkpoint.c.size) > sa.func.max(_theirs)),
    _Behind,
)


async def notes(connection: Connection, directory: LogDirectory) -> AsyncIterator[Finding]:
    """Yield what is wrong with the log key, with a note, or with a log that is not what its note says."""
    try:
        directory.require_usable_key()
    except OSError as wrong:
        yield Finding(
            "log key", f"{directory.key} cannot be read: {wrong.strerror}.", "It must be the sequencer's own."
        )
        return
    except OperatorMistake as wrong:
        yield Finding("log key", f"{wrong}")
        return
    for log_id in sorted({*await _logs.rows(connection), *directory.logs()}):
        try:
            await hold_to_notes(connection, directory, log_id)
        except (SigningRefused, NoteInvalid) as wrong:
            yield Finding("notes", f"The log {log_id} would not be signed: {wrong}.", README)


async def alarms(connection: Connection) -> AsyncIterator[Finding]:
    """Yield the logs that the sequencer refuses to sign."""
    for one in await _alarms.rows(connection):
        yield Finding("notes", f"The sequencer refuses to sign the log {one.log_id}: {one.reason}.", README)


async def cosignatures(connection: Connection, witnesses: Mapping[str, Witness]) -> AsyncIterator[Finding]:
    """Yield the witnesses that are behind with a log."""
    for name, witness in witnesses.items():
        for one in await _behind.rows(connection, vkey=witness.key.vkey, seconds=BEHIND_SECONDS):
            said = (
                f"The witness {name} has cosigned {one.cosigned} entries of the log {one.log_id}, of {one.size} signed."
            )
            yield Finding("witnesses", said, "Ask who runs it; the sequencer's log says how it answers.")
