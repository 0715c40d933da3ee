"""The sequencer: gives every entry its gap-free index in its log, in the order in which its subject wrote it, and signs."""

import asyncio
import time
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from service.audit.log_directory import LogDirectory
from service.audit.models import REGISTRY
from service.audit.signing import SigningRefused, sign

log = structlog.get_logger("pacta.sequencer")
POLL_SECONDS = 0.1
SIGN_SECONDS = 0.5
LOOK_SECONDS = 2.0
REST_SECONDS = 1.0
BATCH = 1000

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
            due = {*kept, *grown, *await connection.scalars(_alarmed)}
        self.looked_at = time.monotonic()
        wrong: list[Exception] = []
        done = [await self._tried(log_id, wrong) for log_id in sorted(due)]
        self.unsigned, self.checked = not all(done), self.checked or all(done)
        if wrong:
            raise wrong[0]

    async def run(self) -> None:
        """Work until cancelled; a database that is away and a directory that is full are waited for."""
        while True:
            try:
                done = await self.step()
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

    async def _tried(self, log_id: UUID, wrong: list[Exception]) -> bool:
        """Sign one log; a note or a row that cannot be read is kept in `wrong`, and holds up no other log."""
        try:
            return await self._sign(log_id)
        except Exception as error:  # noqa: BLE001 -- whatever it is, it is said once the others are signed
            wrong.append(error)
            return False

    async def _sign(self, log_id: UUID) -> bool:
        """Sign one log or raise its alarm; False if another sequencer was working just then."""
        try:
            async with self.engine.begin() as connection:
                mine = bool(await connection.scalar(_mine))
                if mine:
                    await sign(connection, self.directory, log_id)
                    await connection.execute(_end_alarm, {"log_id": log_id})
        except SigningRefused as refusal:
            await self._raise_alarm(log_id, str(refusal))
            return True
        return mine

    async def _raise_alarm(self, log_id: UUID, reason: str) -> None:
        async with self.engine.begin() as connection:
            new = await connection.scalar(_raise_alarm, {"log_id": log_id, "reason": reason})
        if new:
            log.error("signing_refused", log_id=str(log_id), reason=reason)
