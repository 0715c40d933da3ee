"""The worker: gives each job its turn, one after the other, until it is told to stop."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import structlog

from service.database.pool import Pool
from service.worker.jobs import Job, Tools

POLL_SECONDS: Final = 0.5
"""How often it is looked whose turn it is."""
FAILED_SECONDS: Final = 5.0
"""How long a job rests after it failed, if it does not rest longer anyway: the others go on meanwhile."""
log = structlog.get_logger("pacta.worker")


@dataclass(slots=True)
class Worker:
    """The process that does what no request waits for."""

    tools: Tools
    jobs: Sequence[Job]
    due: dict[str, float] = field(default_factory=dict)
    """When each job has its next turn, by the monotonic clock; a job that is not in it has it now."""
    failing: dict[str, str] = field(default_factory=dict)
    """Which jobs failed at their last turn, and how, so that it is said once."""

    @property
    def pool(self) -> Pool:
        """Return the connections of its jobs."""
        return self.tools.pool

    async def run(self) -> None:
        """Work until cancelled; a database that is away is waited for."""
        log.info("worker_works", jobs=[job.name for job in self.jobs])
        while True:
            more = await self.round()
            await asyncio.sleep(0 if more else POLL_SECONDS)

    async def round(self) -> bool:
        """Give a turn to each job that is due, and return whether one of them may have more to do at once."""
        # Nobody waits for longer than the turns of the others: a job with much to do gets one turn a round.
        return any([await self._turn(job) for job in self.jobs if time.monotonic() >= self.due.get(job.name, 0)])

    async def _turn(self, job: Job) -> bool:
        try:
            async with asyncio.timeout(job.within):
                more = await job.turn(self.tools)
        except Exception as error:  # noqa: BLE001 -- whatever it is: the other jobs have their turns
            self._failed(job, error)
            more = False
        else:
            self._succeeded(job)
        rest = max(job.rest, FAILED_SECONDS) if job.name in self.failing else job.rest
        self.due[job.name] = time.monotonic() + (0 if more else rest)
        return more

    def _succeeded(self, job: Job) -> None:
        if self.failing.pop(job.name, None):
            log.info("job_works_again", job=job.name)

    def _failed(self, job: Job, error: Exception) -> None:
        if self.failing.get(job.name) != type(error).__name__:
            log.warning("job_failed", job=job.name, error=type(error).__name__, reason=str(error).partition("\n")[0])
        self.failing[job.name] = type(error).__name__
