"""A register as an older Pacta left it (`test_old.py`), in today's hands."""

import asyncio
import lzma
import shutil
import subprocess
import tarfile
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Final, TypeAlias
from uuid import uuid4

import pytest

from service.demo.postgres import Server
from service.demo.postgres.cluster import program
from tests.conftest import Copies, Maker, World, _open_to_roles, as_superuser, migrated

OLD: Final = Path(__file__).parent / "old"
Restored: TypeAlias = Callable[[str], AbstractAsyncContextManager[World]]


@pytest.fixture(scope="session")
def old(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory with what was exported."""
    place = tmp_path_factory.mktemp("old")
    with tarfile.open(OLD / "exports.tar.xz") as archive:
        archive.extractall(place, filter="data")
    return place


@pytest.fixture(scope="session")
async def restored(server: Server, pilot: Path, old: Path) -> Restored:
    """Opens a register on the old database in today's schema, in one that begins with this name: it is restored and migrated once, and copied.

    A fixture of a module is made again where tests of another module came between.
    """
    await as_superuser(server, "CREATE DATABASE old OWNER pacta_owner")
    await asyncio.to_thread(restore, server, "old")
    await asyncio.to_thread(migrated, server, "old")

    @asynccontextmanager
    async def copied(name: str) -> AsyncIterator[World]:
        database = f"{name}_{uuid4().hex}"
        await as_superuser(server, f"CREATE DATABASE {database} TEMPLATE old OWNER pacta_owner")
        await _open_to_roles(server, database)
        shutil.copytree(old / "log-dir", old / database)
        maker = Maker(server, pilot, Copies())
        yield maker.on(database, log_dir=old / database)
        await maker.close()

    return copied


def restore(server: Server, database: str) -> None:
    """Restore the old database as it was."""
    address = server.url("postgres", database)
    arguments = ["--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--output", "/dev/null", address]
    subprocess.run([program("psql"), *arguments], input=lzma.decompress((OLD / "dump.sql.xz").read_bytes()), check=True)
