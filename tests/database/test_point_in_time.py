"""The runbook of the README: a base backup with the archived WAL, recovered to its end or to a moment before somebody's mistake."""

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from service.database.connection import Address
from service.database.doctor import structure
from service.database.pool import Pool
from service.demo.pilot import load
from service.demo.postgres import Server, start
from service.main import create_app
from tests.conftest import COMMISSION, World, as_superuser, item
from tests.database.test_restore import brought_up, examined, postgres, proven, settings_of
from tests.register.commitments.test_journey import SIGN

pytestmark = pytest.mark.long
MOVES = f"/v1/commitments/{item(4)}/transitions"


@pytest.fixture
def archiving(tmp_path: Path) -> Iterator[Server]:
    """A server that hands its WAL to an archive."""
    archive = tmp_path / "archive"
    archive.mkdir()
    archive.chmod(0o777)
    made = start(tmp_path / "first")
    # The server is nobody's, and may pass through closed directories; `cp` is its child, and may too.
    made = configured(
        made,
        {"archive_mode": "on", "archive_command": f"test ! -f {archive}/%f && cp %p {archive}/%f"},
        made.cluster.data,
    )
    yield made
    # The test has stopped it already, if it came so far.
    if made.process.poll() is None:
        made.stop()


def configured(server: Server, told: dict[str, str], data: Path) -> Server:
    """Stop the server, and start it anew with these settings."""
    server.stop()
    with (data / "postgresql.auto.conf").open("a") as file:
        file.writelines(f"{name} = '{value}'\n" for name, value in told.items())
    return start(server.cluster.directory)


@asynccontextmanager
async def register(server: Server, tmp_path: Path, *, fresh: bool = False) -> AsyncIterator[World]:
    """The register in the database `pacta` of this server."""
    settings = settings_of(server, "pacta", tmp_path / "log")
    credentials = tmp_path / "credentials.json"
    if fresh:
        await asyncio.to_thread(brought_up, settings)
        async with Pool.of(settings, Address.of_service(settings)) as pool:
            await load(pool, credentials)
    world = World(server, "pacta", create_app(settings, with_sequencer=True), json.loads(credentials.read_bytes()))
    yield world
    for client in world.clients.values():
        await client.aclose()
    await world.service.close()
    await world.sequencer.pool.close()


async def proposed(world: World) -> str:
    made = await world.as_("PK").post(MOVES, json=SIGN)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def recovered(backup: Path, tmp_path: Path, until: str | None) -> Server:
    """Start a server on the backup as the README says, and have it recover to its archive's end or to a place in it."""
    archive, directory = tmp_path / "archive", tmp_path / "recovered"
    directory.mkdir()
    shutil.copytree(backup, directory / "postgres", copy_function=shutil.copy)
    shutil.copy(tmp_path / "first" / "roles.json", directory)
    told = {"archive_mode": "off", "restore_command": f"cp {archive}/%f %p", "recovery_target_action": "promote"}
    told |= {"recovery_target_lsn": until} if until else {}
    with (directory / "postgres" / "postgresql.auto.conf").open("a") as file:
        file.writelines(f"{name} = '{value}'\n" for name, value in told.items())
    (directory / "postgres" / "recovery.signal").touch()
    for one in (directory / "postgres", *(directory / "postgres").rglob("*")):
        if os.geteuid() == 0:
            os.chown(one, 65534, 65534)
    (directory / "postgres").chmod(0o700)
    return start(directory)


async def promoted(server: Server) -> None:
    owner = await asyncpg.connect(server.url("postgres"))
    while await owner.fetchval("SELECT pg_is_in_recovery()"):  # noqa: ASYNC110 -- it tells nobody
        await asyncio.sleep(0.05)
    await owner.close()


@pytest.mark.parametrize("to_the_end", [True, False], ids=["to its end", "to a moment before"])
async def test_a_base_backup_is_recovered_from_the_archive(
    archiving: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *,
    to_the_end: bool,
) -> None:
    monkeypatch.setattr(structure, "_SETTINGS", {})
    backup, checkpoint = tmp_path / "base", tmp_path / "checkpoint"
    async with register(archiving, tmp_path, fresh=True) as world:
        await world.sequence()
        done = postgres(
            "pg_basebackup",
            f"--dbname={archiving.url('postgres')}",
            f"--pgdata={backup}",
            "--checkpoint=fast",
            "--wal-method=none",
        )
        assert done.returncode == 0, done.stderr
        transition = await proposed(world)
        looking = await world.connect("postgres")
        moment = await looking.fetchval("SELECT pg_current_wal_insert_lsn()::text")
        await as_superuser(archiving, "SELECT pg_logical_emit_message(false, 'pacta', 'a moment later', true)")
        after = await world.as_("PK").post(f"/v1/transitions/{transition}/withdrawal", json={})
        assert after.status_code == 201, after.text
        await world.sequence()
        checkpoint.write_bytes((world.sequencer.directory.path / f"{COMMISSION}.note").read_bytes())
        await looking.close()
    # What was not handed over yet is, when it is told to end.
    archiving.stop()
    server = recovered(backup, tmp_path, None if to_the_end else moment)
    try:
        await promoted(server)
        async with register(server, tmp_path) as world:
            found = (await world.as_("PK").get(f"/v1/transitions/{transition}")).json()
            assert found["status"] == ("withdrawn" if to_the_end else "open")
            settings = settings_of(server, "pacta", tmp_path / "log")
            assert await examined(settings) == (os.EX_OK if to_the_end else 1)
            await world.sequence()
            if to_the_end:
                assert await proven(settings, world, tmp_path, checkpoint) == 0
            else:
                assert "was an older backup restored" in capsys.readouterr().out + str(
                    (await world.as_("").get("/readyz")).json()
                )
    finally:
        server.stop()
