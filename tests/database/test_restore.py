"""The runbook of the README: a dump is restored into a cluster that knows nothing, and the record is what it was."""

import asyncio
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from service.cli import doctor
from service.cli.verify import run as verify
from service.database.connection import Address, Limits
from service.database.doctor import structure
from service.database.migrate import migrate
from service.database.pool import Pool
from service.demo.postgres import Server, start
from service.demo.postgres.cluster import program
from service.log.export.directory import to_directory
from service.main import create_app
from service.settings import Settings
from tests.conftest import COMMISSION, World, as_superuser, settings_for

pytestmark = pytest.mark.long
ROLES = ("pacta_app", "pacta_sequencer", "pacta_worker")


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Server]:
    """A cluster with an owner and an empty database, and none of the roles that work in it."""
    made = start(tmp_path / "bare", durable=False)
    yield made
    made.stop()


async def emptied(server: Server) -> None:
    for statement in (
        "DROP DATABASE IF EXISTS pacta WITH (FORCE)",
        *(f"DROP ROLE IF EXISTS {role}" for role in ROLES),
        "ALTER ROLE pacta_owner CREATEROLE",
        "CREATE DATABASE pacta OWNER pacta_owner",
    ):
        await as_superuser(server, statement)


def postgres(name: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([program(name), *arguments], capture_output=True, text=True, check=False)


def settings_of(server: Server, database: str, log_dir: Path) -> Settings:
    owner, worker = (SecretStr(server.url(role, database)) for role in ("pacta_owner", "pacta_worker"))
    return settings_for(server, database, log_dir=log_dir, owner_database_url=owner, worker_database_url=worker)


def brought_up(settings: Settings) -> None:
    users = [Address.of_service(settings), Address.of_sequencer(settings), Address.of_worker(settings)]
    migrate(Address.of_owner(settings), users, Limits.of_bulk(settings))


async def examined(settings: Settings, *, fix: bool = False) -> int:
    return await asyncio.to_thread(doctor.run, settings, fix=fix)


async def proven(settings: Settings, world: World, tmp_path: Path, checkpoint: Path) -> int:
    """Export from what was restored, and hold it to a checkpoint of before."""
    policy = tmp_path / "policy"
    policy.write_text(world.sequencer.directory.policy([one for one in world.sequencer.directory.logs() if one.int]))
    async with Pool.of(settings, Address.of_service(settings), limits=Limits.of_bulk(settings)) as pool:
        await to_directory(pool, "PK-AZ", tmp_path / "export", 0)
    return verify(tmp_path / "export", policy, checkpoint, replay=True)


@pytest.fixture
def dumped(tmp_path: Path) -> Path:
    return tmp_path / "pacta.dump"


async def dump(world: World, file: Path) -> None:
    await world.sequence()
    done = postgres("pg_dump", "--format=custom", f"--file={file}", world.server.url("pacta_owner", world.database))
    assert done.returncode == 0, done.stderr


async def test_a_dump_is_restored_into_a_cluster_without_roles_and_everything_is_proven(
    world: World, bare: Server, dumped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(structure, "_SETTINGS", {})
    await dump(world, dumped)
    checkpoint = tmp_path / "checkpoint"
    checkpoint.write_bytes((world.sequencer.directory.path / f"{COMMISSION}.note").read_bytes())
    await emptied(bare)
    url = bare.url("pacta_owner")
    done = postgres(
        "pg_restore",
        "--exit-on-error",
        "--single-transaction",
        "--no-owner",
        "--no-privileges",
        f"--dbname={url}",
        str(dumped),
    )
    assert done.returncode == 0, done.stderr
    settings = settings_of(bare, "pacta", world.sequencer.directory.path)
    await asyncio.to_thread(brought_up, settings)
    assert await examined(settings) == os.EX_OK
    assert await proven(settings, world, tmp_path, checkpoint) == 0


async def test_a_dump_that_was_restored_with_its_grants_lost_is_named_and_mended(
    world: World, bare: Server, dumped: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(structure, "_SETTINGS", {})
    await dump(world, dumped)
    await emptied(bare)
    # It says that the roles are not there, and goes on.
    assert postgres("pg_restore", "--no-owner", f"--dbname={bare.url('pacta_owner')}", str(dumped)).returncode == 1
    settings = settings_of(bare, "pacta", world.sequencer.directory.path)
    assert await examined(settings) == 1
    assert "The role pacta_app is not there: a dump does not hold roles." in capsys.readouterr().out
    for role in ROLES:
        await as_superuser(bare, f"CREATE ROLE {role} LOGIN PASSWORD '{bare.cluster.passwords[role]}'")
    assert await examined(settings) == 1
    told = capsys.readouterr().out
    assert "pacta_app lacks INSERT ON audit_entry" in told
    assert "Every role may CONNECT" in told
    assert await examined(settings, fix=True) == os.EX_OK


async def test_a_dump_that_was_restored_over_a_migrated_database_is_told_by_the_doctor_and_by_readyz(
    world: World, bare: Server, dumped: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(structure, "_SETTINGS", {})
    await dump(world, dumped)
    await emptied(bare)
    settings = settings_of(bare, "pacta", world.sequencer.directory.path)
    await asyncio.to_thread(brought_up, settings)
    postgres("pg_restore", "--no-owner", "--single-transaction", f"--dbname={bare.url('pacta_owner')}", str(dumped))
    assert await examined(settings) == 1
    assert "Nothing was ever recorded, and nobody registered." in capsys.readouterr().out
    app = create_app(settings)
    assert (await world.as_("", app).get("/readyz")).json()["status"] == "empty"
