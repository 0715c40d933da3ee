"""The sequencer: gives every entry its gap-free index in its log, in the order in which its subject wrote it."""

import asyncio
from dataclasses import dataclass

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

log = structlog.get_logger("pacta.sequencer")
POLL_SECONDS = 0.1
REST_SECONDS = 1.0
BATCH = 1000

_mine = sa.text("SELECT pg_try_advisory_xact_lock(7420250125)")
# One subject's entries come in order, since its row is locked from before the queue's id is drawn until the commit.
_sequence = sa.text(
    "WITH taken AS ("
    "  DELETE FROM audit_pending WHERE id IN (SELECT id FROM audit_pending ORDER BY id LIMIT :batch) RETURNING *"
    "), numbered AS ("
    "  SELECT *, row_number() OVER (PARTITION BY log_id ORDER BY id) AS place FROM taken"
    ') INSERT INTO log_entry (log_id, "index", subject, seq, leaf)'
    " SELECT n.log_id, place + coalesce((SELECT max(l.index) FROM log_entry l WHERE l.log_id = n.log_id), -1),"
    " n.subject, n.seq, n.leaf FROM numbered n"
)


@dataclass(slots=True)
class Sequencer:
    """A worker; any number may run, one works at a time and the others wait for it to end."""

    engine: AsyncEngine
    failing: str | None = None

    async def step(self) -> int:
        """Give an index to everything that waits, at most `BATCH` entries, and return how many there were."""
        async with self.engine.begin() as connection:
            if not await connection.scalar(_mine):
                return 0
            # A statement of its own: its snapshot is taken after the lock, so it sees every index given before.
            return (await connection.execute(_sequence, {"batch": BATCH})).rowcount

    async def run(self) -> None:
        """Work until cancelled; a database that is away is waited for."""
        while True:
            try:
                done = await self.step()
                self.failing = None
            except (SQLAlchemyError, OSError) as error:
                done, self.failing = 0, type(error).__name__
                log.warning("sequencer_waits", error=self.failing)
                await asyncio.sleep(REST_SECONDS)
            await asyncio.sleep(0 if done == BATCH else POLL_SECONDS)
