"""What belongs to no document is removed, and only that; and every document is held to its bytes."""

import asyncio
import os
import time
from pathlib import Path

import pytest
from pydantic import SecretStr

from service.database.connection import Address
from service.database.pool import Pool
from service.register.documents import commands
from service.register.documents.keeping import Documents
from service.register.documents.sweeping import sweep
from service.worker.jobs import Tools
from service.worker.start import JOBS
from tests.conftest import Command, Maker, World, settings_for
from tests.register.documents.files import PDF
from tests.register.documents.test_documents import DIGEST, kept, sent

OLD = time.time() - 90_000
ORPHAN = "a" * 64
WAITING = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


@pytest.fixture
async def keeping(make_world: Maker, tmp_path: Path) -> World:
    """A register that keeps documents, with one, an orphan of two days and one of just now."""
    world = await make_world(documents_dir=tmp_path / "documents")
    await sent(world)
    for digest, when in ((ORPHAN, OLD), ("b" * 64, time.time())):
        file = tmp_path / "documents" / digest[:2] / digest
        file.parent.mkdir()
        file.write_bytes(b"x")
        os.utime(file, (when, when))
    for file in (tmp_path / "documents").rglob(DIGEST):
        os.utime(file, (OLD, OLD))
    for name, when in (("old.draft", OLD), ("new.draft", time.time())):
        (tmp_path / "documents" / "incoming" / name).write_bytes(b"x")
        os.utime(tmp_path / "documents" / "incoming" / name, (when, when))
    return world


def worker(world: World, tmp_path: Path) -> Tools:
    """Return what the worker has, as its own role."""
    settings = settings_for(
        world.server, world.database, documents_dir=tmp_path / "documents",
        worker_database_url=SecretStr(world.server.url("pacta_worker", world.database)),
    )  # fmt: skip
    return Tools(Pool.of(settings, Address.of_worker(settings), size=1, writes=True), settings)


async def test_the_worker_removes_orphans_of_a_day_and_drafts_and_nothing_else(keeping: World, tmp_path: Path) -> None:
    tools = worker(keeping, tmp_path)
    async with tools.pool:
        (job,) = [one for one in JOBS if one.name == "sweep_documents"]
        assert await job.turn(tools) is False
    assert kept(tmp_path) == [DIGEST, "b" * 64, "new.draft"]


async def test_an_orphan_is_judged_again_under_the_lock_that_uploads_take(keeping: World, tmp_path: Path) -> None:
    tools = worker(keeping, tmp_path)
    file = tmp_path / "documents" / "aa" / ORPHAN
    owner = await keeping.connect()
    async with tools.pool:
        async with keeping.pool.transaction() as connection:
            await commands.hold(connection, ORPHAN)
            sweeping = asyncio.create_task(sweep(tools.pool, Documents.of(tools.settings)))
            async with asyncio.timeout(60):
                while not await owner.fetchval(WAITING):  # noqa: ASYNC110 -- it becomes so in the database  # noqa: ASYNC110 -- it becomes so in the database
                    await asyncio.sleep(0.01)
            # As an upload does that finds it there.
            os.utime(file)
        assert await sweeping == 0
    assert file.exists()


async def test_every_document_is_held_to_its_bytes(keeping: World, tmp_path: Path, pacta: Command) -> None:
    owner = await keeping.connect()
    await owner.execute("DELETE FROM document WHERE entry = 1")
    settings = {
        "PACTA_DATABASE_URL": keeping.server.url("pacta_app", keeping.database),
        "PACTA_DOCUMENTS_DIR": str(tmp_path / "documents"),
    }
    file = tmp_path / "documents" / DIGEST[:2] / DIGEST

    async def checked() -> int:
        return (await asyncio.to_thread(pacta, "documents", "check", **settings))[0]

    assert await checked() == 1
    (tmp_path / "documents" / "aa" / ORPHAN).unlink()
    assert await checked() == 0
    file.write_bytes(PDF[:-1] + b"!")
    assert await checked() == 1
    file.unlink()
    assert await checked() == 1
