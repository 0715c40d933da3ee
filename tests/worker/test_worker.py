"""The worker: every job has its turn, whatever becomes of the others, and it ends when it is told to."""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable

import asyncpg
import pytest

from service.database.connection import Address
from service.database.pool import Pool
from service.settings import Settings
from service.worker import worker as working
from service.worker.jobs import Job, Tools
from service.worker.start import JOBS
from service.worker.worker import Worker
from tests.conftest import World

NOBODY_THERE = "postgresql://pacta_worker@127.0.0.1:1/pacta"


def tools() -> Tools:
    settings = Settings()
    return Tools(Pool.of(settings, Address.parse(NOBODY_THERE), size=1), settings)


def telling(told: list[str], name: str, *answers: bool) -> Callable[[Tools], Awaitable[bool]]:
    left = list(answers)

    async def turn(_: Tools) -> bool:
        told.append(name)
        return left.pop(0) if left else False

    return turn


async def test_a_job_with_much_to_do_takes_turns_with_the_others_and_one_without_rests() -> None:
    told: list[str] = []
    jobs = [
        Job("long", telling(told, "long", True, True)),
        Job("short", telling(told, "short"), rest=3600),
        Job("eager", telling(told, "eager"), rest=0),
    ]
    worker = Worker(tools(), jobs)
    assert [await worker.round() for _ in range(4)] == [True, True, False, False]
    assert told == ["long", "short", "eager", "long", "eager", "long", "eager", "eager"]


async def test_a_job_that_fails_or_takes_too_long_holds_up_no_other_and_rests(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said: list[tuple[str, str]] = []
    monkeypatch.setattr(working.log, "warning", lambda event, **about: said.append((event, about["job"])))
    monkeypatch.setattr(working.log, "info", lambda event, **about: said.append((event, about["job"])))
    told: list[str] = []
    wrong = [ValueError("first"), ValueError("again"), None]

    async def fails(_: Tools) -> bool:
        if one := wrong.pop(0):
            raise one
        return False

    async def endless(_: Tools) -> bool:
        await asyncio.Event().wait()
        return True

    worker = Worker(
        tools(), [Job("fails", fails), Job("endless", endless, within=0.01), Job("well", telling(told, "well"), rest=0)]
    )
    assert await worker.round() is False
    await worker.round()
    assert told == ["well", "well"]
    assert said == [("job_failed", "fails"), ("job_failed", "endless")]
    for _ in range(2):
        worker.due.pop("fails")
        await worker.round()
    assert said[2:] == [("job_works_again", "fails")]


def test_no_two_jobs_have_one_name() -> None:
    assert len({job.name for job in JOBS}) == len(JOBS)


async def test_its_role_has_no_secret_and_no_part_in_signing(still: World) -> None:
    connection = await still.connect("pacta_worker")
    assert await connection.fetchval("SELECT count(*) FROM alembic_version") == 1
    for table in ("credential", "log_checkpoint", "idempotency_key"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetchval(f"SELECT count(*) FROM {table}")


async def test_it_waits_for_a_database_that_is_away_and_ends_when_it_is_told_to() -> None:
    environment = {**os.environ, "PACTA_WORKER_DATABASE_URL": NOBODY_THERE}
    arguments = (sys.executable, "-m", "service.cli", "worker")
    process = await asyncio.create_subprocess_exec(*arguments, env=environment, stderr=asyncio.subprocess.PIPE)
    assert process.stderr is not None
    async with asyncio.timeout(120):
        assert b"database_away" in await process.stderr.readline()
        assert b"worker_works" in await process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0
