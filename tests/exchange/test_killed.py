"""A worker that is killed in the middle of an import: within a minute the import has failed, and nothing of it is there."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from service.database.connection import Address
from service.database.pool import Pool
from service.exchange import running
from service.settings import Settings
from tests.conftest import World
from tests.exchange.test_import import as_csv, sent

ROWS = 6000
"""So many that the import lasts, however quick the machine, until it is seen to run."""


@asynccontextmanager
async def working(world: World) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run `pacta worker` on the test's database, until the block ends."""
    address = world.server.url("pacta_worker", world.database)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "service.cli", "worker", env={**os.environ, "PACTA_WORKER_DATABASE_URL": address},
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def until(world: World, location: str, is_so: Callable[[Any], bool]) -> Any:
    """Return the import once this is so of it."""
    async with asyncio.timeout(120):
        while not is_so(told := (await world.as_("PK").get(location)).json()):  # noqa: ASYNC110 -- another process does it
            await asyncio.sleep(0.05)
    return told


@pytest.mark.long
async def test_an_import_whose_worker_is_killed_has_failed_within_a_minute_and_nothing_of_it_is_there(
    world: World,
) -> None:
    owner = await world.connect()
    before = await owner.fetchval("SELECT count(*) FROM audit_entry")
    content = as_csv(
        [
            {"title.en": f"Item {number}", "text.en": "T", "sector": "trade", "agreed_on": "2025"}
            for number in range(ROWS)
        ]
    )
    async with Pool.of(
        Settings(), Address.parse(world.server.url("pacta_worker", world.database)), size=2, writes=True
    ) as pool:
        tried = await sent(world, content, "dry_run=true")
        # Before it comes what the pilot has left.
        while await running.run_next(pool):
            pass
    digest = (await world.as_("PK").get(tried)).json()["digest"]
    location = await sent(world, b"", f"dry_run=false&digest={digest}")
    async with working(world) as process:
        told = await until(world, location, lambda one: one["status"] != "queued" and one["progress"]["done"] > 0)
        assert (told["status"], told["progress"]["done"] < ROWS) == ("running", True)
        process.send_signal(signal.SIGKILL)
        assert await process.wait() == -signal.SIGKILL
    # So long it is believed to run, since its last beat; the database's clock tells, whatever else the machine does.
    told = await until(world, location, lambda one: one["status"] == "failed")
    silent = "SELECT extract(epoch FROM clock_timestamp() - heard_at) FROM import WHERE id = $1"
    assert await owner.fetchval(silent, told["id"]) < 60
    assert (told["rows"], told["progress"]["done"] < ROWS) == ([], True)
    assert await owner.fetchval("SELECT count(*) FROM audit_entry") == before
    assert await owner.fetchval("SELECT count(*) FROM commitment WHERE titles ->> 'en' LIKE 'Item %'") == 0
    # Whoever comes next gives it up for good, and does not do it after all.
    async with working(world):
        async with asyncio.timeout(60):
            while await owner.fetchval("SELECT status FROM import WHERE id = $1", told["id"]) != "failed":  # noqa: ASYNC110 -- another process does it
                await asyncio.sleep(0.05)
    assert await owner.fetchval("SELECT count(*) FROM audit_entry") == before
