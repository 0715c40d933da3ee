"""The migrations make the schema that the tables say, as often as they run, for three roles."""

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.ext.asyncio import create_async_engine

from service.database.connection import Address, AddressWrong, Limits, connect
from service.database.migrate import prepare
from service.demo.postgres import Server
from service.settings import MIGRATIONS
from service.tables import metadata
from tests.conftest import World, as_superuser, migrated

LIMITS = Limits(connect=20, statement=20)


async def test_the_migrated_schema_is_the_one_of_the_tables(world: World) -> None:
    owner = Address.parse(world.server.url("pacta_owner", world.database))
    engine = create_async_engine("postgresql+asyncpg://", async_creator=lambda: connect(owner, LIMITS))
    async with engine.connect() as connection:
        found = await connection.run_sync(_differences)
    await engine.dispose()
    assert found == []


def _differences(connection: sa.Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, metadata))


async def test_types_in_the_database_are_plain(world: World) -> None:
    owner = await world.connect()
    kinds = await owner.fetch("SELECT DISTINCT data_type FROM information_schema.columns WHERE table_schema = 'public'")
    assert {row[0] for row in kinds} == {
        "ARRAY",
        "bigint",
        "boolean",
        "bytea",
        "character varying",
        "date",
        "integer",
        "jsonb",
        "smallint",
        "text",
        "timestamp with time zone",
        "tsvector",
        "uuid",
    }
    assert await owner.fetchval("SELECT count(*) FROM pg_type WHERE typtype = 'e'") == 0


async def test_roles_are_created_from_the_addresses_and_only_the_known_ones(world: World) -> None:
    superuser = Address.parse(world.server.url("postgres", world.database))
    await prepare(superuser, [Address.parse(world.server.url("pacta_app", world.database))], LIMITS)
    with pytest.raises(
        AddressWrong, match="PACTA_DATABASE_URL must be one of pacta_app, pacta_sequencer, pacta_worker"
    ):
        await prepare(superuser, [superuser], LIMITS)


async def test_a_role_whose_password_is_another_gets_the_one_in_its_address(world: World) -> None:
    superuser, word = Address.parse(world.server.url("postgres", world.database)), "another word's"
    right = world.server.url("pacta_sequencer", world.database)
    changed = right.replace(world.server.cluster.passwords["pacta_sequencer"], "another%20word%27s")
    try:
        await prepare(superuser, [Address.parse(changed, "PACTA_SEQUENCER_DATABASE_URL")], LIMITS)
        assert Address.parse(changed).password == word
        await (await connect(Address.parse(changed), LIMITS)).close()
        with pytest.raises(AddressWrong, match="password authentication failed"):
            await connect(Address.parse(right), LIMITS)
        # Who may not change it says what a superuser has to do.
        owner = Address.parse(world.server.url("pacta_owner", world.database))
        with pytest.raises(AddressWrong, match="As a superuser: CREATE ROLE pacta_sequencer LOGIN PASSWORD"):
            await prepare(owner, [Address.parse(right, "PACTA_SEQUENCER_DATABASE_URL")], LIMITS)
    finally:
        await prepare(superuser, [Address.parse(right)], LIMITS)
    await (await connect(Address.parse(right), LIMITS)).close()


@pytest.mark.parametrize(("ctype", "warned"), [("C", True), ("C.UTF-8", False)])
async def test_a_database_without_letters_is_warned_of(
    server: Server, ctype: str, warned: bool, said: list[Any]
) -> None:
    made = "TEMPLATE template0 LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'"
    await as_superuser(server, f"CREATE DATABASE letters {made} LC_CTYPE '{ctype}'")
    try:
        await prepare(Address.parse(server.url("postgres", "letters")), [], LIMITS)
    finally:
        await as_superuser(server, "DROP DATABASE letters WITH (FORCE)")
    assert [one["event"] for one in said if one["log_level"] == "warning"] == (
        ["database_without_letters"] if warned else []
    )


def test_migrating_twice_changes_nothing(world: World) -> None:
    migrated(world.server, world.database)


async def test_a_copied_database_refuses_a_stranger(world: World) -> None:
    await as_superuser(world.server, f"REVOKE CONNECT ON DATABASE {world.database} FROM pacta_app")
    with pytest.raises(Exception, match="permission denied"):
        await world.connect("pacta_app")


def test_the_service_knows_the_newest_revision_as_alembic_does(world: World) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert world.service.revision == ScriptDirectory.from_config(config).get_current_head()


def test_each_migration_says_what_it_is_for() -> None:
    for file in (Path(__file__).parents[2] / "alembic" / "versions").glob("*.py"):
        assert file.read_text().startswith('"""')
