"""The sequencer: gives every entry its gap-free index in its log, in the order in which its subject wrote it, and signs."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
import structlog
from sqlalchemy.dialects.postgresql import insert

from service.database.columns import table
from service.database.pool import Pool
from service.database.statement import Change, Query, given
from service.log.models import LogAlarm, LogCheckpoint, LogEntry
from service.sequencer.directory import LogDirectory
from service.sequencer.heard import Heard
from service.sequencer.order import Waiting
from service.sequencer.queue import give_indexes, next_entries
from service.sequencer.signing import sign
from service.sequencer.stored import LOGS, STRETCH, SigningRefused, hold

log = structlog.get_logger("pacta.sequencer")
POLL_SECONDS = 0.1
SIGN_SECONDS = 0.5
LOOK_SECONDS = 2.0
REST_SECONDS = 1.0
WITNESS_SECONDS = 10.0
BATCH = 1000
REREAD_SECONDS = 2.0
BEGINNING = (UUID(int=0), 0)
END = 2**63 - 1

_entry, _checkpoint, _alarm = table(LogEntry), table(LogCheckpoint), table(LogAlarm)
_mine = Query(sa.select(sa.func.pg_try_advisory_xact_lock(sa.literal_column("7420250125"))), bool)
_size = sa.select(sa.func.max(_entry.c.index) + 1).where(_entry.c.log_id == LOGS.c.log_id).scalar_subquery()
_signed = sa.select(sa.func.max(_checkpoint.c.size).label("size")).where(_checkpoint.c.log_id == LOGS.c.log_id)
_grown = Query(sa.select(LOGS.c.log_id).where(_size > sa.func.coalesce(_signed.scalar_subquery(), 0)), UUID)
_alarmed = Query(sa.select(_alarm.c.log_id), UUID)


class Stretch(NamedTuple):
    """Entries that are read again next: of a log of which `size` are signed, from the index `first` on."""

    log_id: UUID
    size: int
    first: int


_after = sa.bindparam("log_id", type_=sa.Uuid()), sa.bindparam("first", type_=sa.BigInteger())
_lateral = _signed.lateral("signed")
# The stretch after this place that was signed: of the same log, else the beginning of the next; refused logs are read by `sign`.
_next_stretch = Query(
    sa.select(LOGS.c.log_id, _lateral.c.size, sa.case((LOGS.c.log_id == _after[0], _after[1]), else_=0).label("first"))
    .join_from(LOGS, _lateral, sa.true())
    .where(
        (LOGS.c.log_id > _after[0]) | (LOGS.c.log_id == _after[0]) & (_lateral.c.size > _after[1]),
        _lateral.c.size.is_not(None),
        ~sa.exists().where(_alarm.c.log_id == LOGS.c.log_id),
    )
    .order_by(LOGS.c.log_id)
    .limit(1),
    Stretch,
)
_raised = insert(_alarm).values(given(_alarm, "log_id", "reason") | {"raised_at": sa.func.clock_timestamp()})
_raise_alarm = Change(
    _raised.on_conflict_do_update(
        index_elements=["log_id"],
        set_={"reason": _raised.excluded.reason, "raised_at": _raised.excluded.raised_at},
        where=_alarm.c.reason != _raised.excluded.reason,
    )
)
_end_alarm = Change(sa.delete(_alarm).where(_alarm.c.log_id == sa.bindparam("log_id")))


@dataclass(slots=True)
class Sequencer:
    """The process that works; any number may run on one directory, and one of them works at a time."""

    pool: Pool
    directory: LogDirectory
    heard: Heard = field(default_factory=Heard)
    failing: str | None = None
    unsigned: bool = True
    checked: bool = False
    looked_at: float = float("-inf")
    reread_at: float = float("-inf")
    place: tuple[UUID, int] = BEGINNING
    stopped: dict[UUID, str] = field(default_factory=dict)
    """Logs that get no more indexes for a while, and why."""
    stopped_at: float = float("-inf")
    suspects: dict[UUID, int] = field(default_factory=dict)
    """Where each refused log was found to be damaged, so that it is looked at there first."""

    async def step(self) -> int:
        """Give an index to everything that waits, some `BATCH` entries, and return how many there were.

        A log in which an entry waits for one that is nowhere is stopped: out of order it would never verify again.
        """
        if time.monotonic() - self.stopped_at >= LOOK_SECONDS:
            self.stopped = {}
        async with self.pool.transaction() as connection:
            if not await _mine.one(connection):
                return 0
            # A statement of its own: its snapshot is taken after the lock, so it sees every index given before.
            waiting, broken = await next_entries(connection, BATCH, self.stopped)
            self._stop(broken)
            done = await give_indexes(connection, (one for one in waiting if one.log_id not in self.stopped))
        for log_id, reason in self.stopped.items():
            await self._refuse(log_id, SigningRefused(reason))
        self.unsigned = self.unsigned or done > 0
        return done

    def _stop(self, broken: Sequence[Waiting]) -> None:
        if broken:
            self.stopped_at = time.monotonic()
        self.stopped |= {
            one.log_id: f"entry {one.seq} of subject {one.subject} waits for an index, but the one before it is nowhere"
            for one in broken
        }

    async def sign(self) -> None:
        """Sign every log that has grown or was refused; at the start, and after a failure, look at all that were signed."""
        kept = [] if self.checked else self.directory.logs()
        async with self.pool.transaction() as connection:
            if not await _mine.one(connection):
                return
            grown, alarmed = await _grown.rows(connection), await _alarmed.rows(connection)
        due = dict.fromkeys((*kept, *grown)) | {log_id: self.suspects.get(log_id, 0) for log_id in alarmed}
        self.looked_at = time.monotonic()
        wrong: list[Exception] = []
        done = [await self._tried(*one, wrong) for one in sorted(due.items()) if one[0] not in self.stopped]
        self.unsigned, self.checked = not all(done), self.checked or all(done)
        if wrong:
            raise wrong[0]

    async def reread(self) -> None:
        """Hold the next stretch of what was signed to its bytes, all logs in turn; a log that is damaged is refused.

        Signing reads the newest entries only. So whatever was changed before is found as well, though not at once.
        """
        self.reread_at = time.monotonic()
        try:
            log_id = await self._reread()
        except SigningRefused as refusal:
            await self._refuse(self.place[0], refusal)
            return
        if log_id:
            # All leaves are what they were: so is the root over them, unless leaves and bytes were changed together.
            await self._sign(log_id)

    async def _reread(self) -> UUID | None:
        """Hold the next stretch to its bytes; return the log that was read to its end by it."""
        async with self.pool.transaction() as connection:
            if not await _mine.one(connection):
                return None
            found = await _next_stretch.row(connection, log_id=self.place[0], first=self.place[1])
            if found is None:
                self.place = BEGINNING
                return None
            end = min(found.first + STRETCH, found.size)
            read = end == found.size
            # What was read to its end is left, however much it grows meanwhile: the other logs wait.
            self.place = found.log_id, END if read else end
            await hold(connection, found.log_id, found.first, end)
            return found.log_id if read else None

    async def run(self) -> None:
        """Work until cancelled; a database that is away and a directory that is full are waited for.

        Nothing is signed before each witness was asked once what it has cosigned, or has not answered for a while.
        """
        begun = time.monotonic()
        while True:
            try:
                done = await self.step()
                # Before signing, which a single log that cannot be read makes fail each time.
                if time.monotonic() - self.reread_at >= REREAD_SECONDS:
                    await self.reread()
                if self._due() and not (self.heard.unasked and time.monotonic() - begun < WITNESS_SECONDS):
                    await self.sign()
                self._succeeded()
            except Exception as error:  # noqa: BLE001 -- a sequencer that ended in silence would sign nothing any more
                done = 0
                self._failed(error)
                await asyncio.sleep(REST_SECONDS)
            await asyncio.sleep(0 if done >= BATCH else POLL_SECONDS)

    def _succeeded(self) -> None:
        if self.failing:
            log.info("sequencer_works_again")
        self.failing = None

    def _failed(self, error: Exception) -> None:
        if self.failing != type(error).__name__:
            log.warning("sequencer_waits", error=type(error).__name__, reason=str(error).partition("\n")[0])
        # The database that comes back may be another one: everything that was ever signed is looked at again.
        self.failing, self.unsigned, self.checked = type(error).__name__, True, False

    def _due(self) -> bool:
        since = time.monotonic() - self.looked_at
        return since >= (SIGN_SECONDS if self.unsigned or not self.checked else LOOK_SECONDS)

    async def _tried(self, log_id: UUID, reread_from: int | None, wrong: list[Exception]) -> bool:
        """Sign one log; a note or a row that cannot be read is kept in `wrong`, and holds up no other log."""
        try:
            return await self._sign(log_id, reread_from)
        except Exception as error:  # noqa: BLE001 -- whatever it is, it is said once the others are signed
            wrong.append(error)
            return False

    async def _sign(self, log_id: UUID, reread_from: int | None = None) -> bool:
        """Sign one log, a refused one once all of it was read again, or raise its alarm; False if another was working."""
        try:
            async with self.pool.transaction() as connection:
                mine = bool(await _mine.one(connection))
                if mine:
                    ahead = self.heard.ahead.get(self.directory.origin(log_id, self.directory.number(log_id)))
                    await sign(connection, self.directory, log_id, ahead, reread_from=reread_from)
                if mine and reread_from is not None:
                    await _end_alarm.run(connection, log_id=log_id)
                    self.suspects.pop(log_id, None)
        except SigningRefused as refusal:
            await self._refuse(log_id, refusal)
            return True
        return mine

    async def _refuse(self, log_id: UUID, refusal: SigningRefused) -> None:
        """Raise the alarm of a log; it is said once, however often it is looked at."""
        if refusal.stretch is not None:
            self.suspects[log_id] = refusal.stretch
        async with self.pool.transaction() as connection:
            new = await _raise_alarm.run(connection, log_id=log_id, reason=str(refusal))
        if new:
            log.error("signing_refused", log_id=str(log_id), reason=str(refusal))
