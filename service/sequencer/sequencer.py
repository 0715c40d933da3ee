"""The sequencer: gives every entry its gap-free index in its log, in the order in which its subject wrote it, and signs."""

import asyncio
import time
from dataclasses import dataclass, field
from uuid import UUID

import sqlalchemy as sa
import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from service.sequencer.directory import LogDirectory
from service.sequencer.signing import sign
from service.sequencer.stored import STRETCH, SigningRefused, hold
from service.trail.models import REGISTRY

log = structlog.get_logger("pacta.sequencer")
POLL_SECONDS = 0.1
SIGN_SECONDS = 0.5
LOOK_SECONDS = 2.0
REST_SECONDS = 1.0
BATCH = 1000
REREAD_SECONDS = 2.0
BEGINNING = (UUID(int=0), 0)
END = 2**63 - 1

_mine = sa.text("SELECT pg_try_advisory_xact_lock(7420250125)")
# One subject's entries come in order, since its row is locked from before the queue's id is drawn until the commit.
_sequence = sa.text(
    "WITH taken AS ("
    "  DELETE FROM audit_pending WHERE id IN (SELECT id FROM audit_pending ORDER BY id LIMIT :batch) RETURNING *"
    "), grown AS MATERIALIZED ("
    "  SELECT log_id, coalesce((SELECT max(l.index) FROM log_entry l WHERE l.log_id = t.log_id), -1) AS last"
    "  FROM (SELECT DISTINCT log_id FROM taken) t"
    ') INSERT INTO log_entry (log_id, "index", subject, seq, leaf)'
    " SELECT log_id, last + row_number() OVER (PARTITION BY log_id ORDER BY id), subject, seq, leaf"
    " FROM taken JOIN grown USING (log_id)"
)
_logs = "(SELECT id AS log_id FROM commission UNION ALL SELECT CAST(:registry AS uuid)) logs"
_unsigned = sa.text(
    f"SELECT log_id FROM {_logs}"  # noqa: S608 -- constant text
    " WHERE (SELECT max(l.index) + 1 FROM log_entry l WHERE l.log_id = logs.log_id)"
    " > coalesce((SELECT max(c.size) FROM log_checkpoint c WHERE c.log_id = logs.log_id), 0)"
)
# The stretch after this place that was signed: of the same log, else the beginning of the next; refused logs are read by `sign`.
_next_stretch = sa.text(
    f"SELECT log_id, signed.size, CASE WHEN log_id = :log_id THEN :first ELSE 0 END AS first FROM {_logs}"  # noqa: S608 -- constant text
    " CROSS JOIN LATERAL (SELECT max(c.size) AS size FROM log_checkpoint c WHERE c.log_id = logs.log_id) signed"
    " WHERE (log_id > :log_id OR log_id = :log_id AND signed.size > :first) AND signed.size IS NOT NULL"
    " AND NOT EXISTS (SELECT FROM log_alarm a WHERE a.log_id = logs.log_id) ORDER BY log_id LIMIT 1"
).bindparams(sa.bindparam("log_id", type_=sa.Uuid), sa.bindparam("first", type_=sa.BigInteger))
_alarmed = sa.text("SELECT log_id FROM log_alarm")
_raise_alarm = sa.text(
    "INSERT INTO log_alarm (log_id, reason, raised_at) VALUES (:log_id, :reason, clock_timestamp())"
    " ON CONFLICT (log_id) DO UPDATE SET reason = excluded.reason, raised_at = excluded.raised_at"
    " WHERE log_alarm.reason <> excluded.reason RETURNING true"
)
_end_alarm = sa.text("DELETE FROM log_alarm WHERE log_id = :log_id")


@dataclass(slots=True)
class Sequencer:
    """A worker; any number may run on one directory, and one of them works at a time."""

    engine: AsyncEngine
    directory: LogDirectory
    failing: str | None = None
    unsigned: bool = True
    checked: bool = False
    looked_at: float = float("-inf")
    reread_at: float = float("-inf")
    place: tuple[UUID, int] = BEGINNING
    suspects: dict[UUID, int] = field(default_factory=dict)
    """Where each refused log was found to be damaged, so that it is looked at there first."""

    async def step(self) -> int:
        """Give an index to everything that waits, at most `BATCH` entries, and return how many there were."""
        async with self.engine.begin() as connection:
            if not await connection.scalar(_mine):
                return 0
            # A statement of its own: its snapshot is taken after the lock, so it sees every index given before.
            done = (await connection.execute(_sequence, {"batch": BATCH})).rowcount
        self.unsigned = self.unsigned or done > 0
        return done

    async def sign(self) -> None:
        """Sign every log that has grown or was refused; at the start, and after a failure, look at all that were signed."""
        kept = [] if self.checked else self.directory.logs()
        async with self.engine.begin() as connection:
            if not await connection.scalar(_mine):
                return
            grown = await connection.scalars(_unsigned, {"registry": REGISTRY})
            alarmed = await connection.scalars(_alarmed)
            due = dict.fromkeys((*kept, *grown)) | {log_id: self.suspects.get(log_id, 0) for log_id in alarmed}
        self.looked_at = time.monotonic()
        wrong: list[Exception] = []
        done = [await self._tried(*one, wrong) for one in sorted(due.items())]
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
        async with self.engine.begin() as connection:
            if not await connection.scalar(_mine):
                return None
            asked = {"log_id": self.place[0], "first": self.place[1], "registry": REGISTRY}
            found = (await connection.execute(_next_stretch, asked)).one_or_none()
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
        """Work until cancelled; a database that is away and a directory that is full are waited for."""
        while True:
            try:
                done = await self.step()
                # Before signing, which a single log that cannot be read makes fail each time.
                if time.monotonic() - self.reread_at >= REREAD_SECONDS:
                    await self.reread()
                if self._due():
                    await self.sign()
                self._succeeded()
            except Exception as error:  # noqa: BLE001 -- a sequencer that ended in silence would sign nothing any more
                done = 0
                self._failed(error)
                await asyncio.sleep(REST_SECONDS)
            await asyncio.sleep(0 if done == BATCH else POLL_SECONDS)

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
            async with self.engine.begin() as connection:
                mine = bool(await connection.scalar(_mine))
                if mine:
                    await sign(connection, self.directory, log_id, reread_from=reread_from)
                if mine and reread_from is not None:
                    await connection.execute(_end_alarm, {"log_id": log_id})
                    self.suspects.pop(log_id, None)
        except SigningRefused as refusal:
            await self._refuse(log_id, refusal)
            return True
        return mine

    async def _refuse(self, log_id: UUID, refusal: SigningRefused) -> None:
        """Raise the alarm of a log; it is said once, however often it is looked at."""
        if refusal.stretch is not None:
            self.suspects[log_id] = refusal.stretch
        async with self.engine.begin() as connection:
            new = await connection.scalar(_raise_alarm, {"log_id": log_id, "reason": str(refusal)})
        if new:
            log.error("signing_refused", log_id=str(log_id), reason=str(refusal))
