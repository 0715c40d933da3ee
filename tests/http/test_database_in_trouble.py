"""A database that hangs, takes no changes, is full or was restored without its privileges: refused in time, and told."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from pydantic import SecretStr

from service.database.pool import TRIES
from service.database.privileges import PRIVILEGES
from service.database.state import state_of
from service.demo.postgres import Server
from service.main import Service, create_app
from tests.conftest import World, item, migrated, settings_for
from tests.http.test_manners import check
from tests.register.commitments.test_journey import SIGN

MOVES = f"/v1/commitments/{item(4)}/transitions"
KEY = {"idempotency-key": "once"}
MEETING = (
    "CREATE SEQUENCE met; GRANT ALL ON SEQUENCE met TO PUBLIC;"
    "CREATE FUNCTION meet() RETURNS trigger LANGUAGE plpgsql AS"
    f" $$ BEGIN IF nextval('met') < {TRIES} THEN RAISE EXCEPTION 'no' USING ERRCODE = '40P01'; END IF; RETURN NEW; END $$;"
    "CREATE TRIGGER meet BEFORE INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION meet()"
)
"""Whoever writes an entry meets another one, all but the last time that it is tried."""


@contextmanager
def frozen(server: Server) -> Iterator[None]:
    """Stop the whole of PostgreSQL where it stands, as a host that hangs does."""
    pid = server.process.pid
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    every = [pid, *map(int, children)]
    try:
        _tell(every, signal.SIGSTOP)
        yield
    finally:
        _tell(every, signal.SIGCONT)


def _tell(every: list[int], what: signal.Signals) -> None:
    for one in every:
        # A backend may have ended since they were listed.
        with suppress(ProcessLookupError):
            os.kill(one, what)


async def ready(world: World) -> httpx.Response:
    return await world.as_("").get("/readyz")


async def move(world: World) -> httpx.Response:
    return await world.as_("PK").post(MOVES, json=SIGN, headers=KEY)


async def until(asked: Callable[[World], Awaitable[httpx.Response]], world: World, status: int) -> None:
    """Ask until it is answered so; a connection may be one of before."""
    while (await asked(world)).status_code != status:  # noqa: ASYNC110 -- it becomes so in the database
        await asyncio.sleep(0.05)


@pytest.fixture
async def hasty(make_world: Any) -> World:
    """A register that waits for its database for a second or so, and has used a connection already."""
    world: World = await make_world(database_connect_seconds=1, database_statement_seconds=1, pool_size=3)
    assert (await world.as_("PK").get("/v1/me")).status_code == 200
    return world


async def test_while_the_primary_hangs_everything_is_a_503_in_time_and_after_it_all_is_well(hasty: World) -> None:
    with frozen(hasty.server):
        async with asyncio.timeout(12):
            answers = await asyncio.gather(move(hasty), hasty.as_("PK").get("/v1/me"), ready(hasty))
        for answer in answers:
            assert check(answer, 503, "unavailable")
            assert answer.headers["retry-after"]
        assert answers[2].json()["checks"]["database"].startswith("not reachable")
    async with asyncio.timeout(60):
        await until(move, hasty, 201)
        await until(ready, hasty, 200)
    # What was asked again under its key happened once.
    moves = (await hasty.as_("PK").get(MOVES)).json()["items"]
    assert [one["action"] for one in moves].count("sign") == 1


async def test_a_statement_that_is_under_way_when_the_primary_hangs_ends_in_time(hasty: World) -> None:
    owner = await hasty.connect()
    async with owner.transaction():
        await owner.execute("SELECT FROM commitment WHERE id = $1 FOR UPDATE", item(4))
        asked = asyncio.create_task(move(hasty))
        while not await owner.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        with frozen(hasty.server):
            async with asyncio.timeout(12):
                check(await asked, 503, "unavailable")
    async with asyncio.timeout(60):
        await until(move, hasty, 201)


async def test_a_read_only_database_is_a_503_for_who_changes_and_readyz_says_so(world: World) -> None:
    owner = await world.connect("postgres")
    await world.service.close()
    await owner.execute(f"ALTER DATABASE {world.database} SET default_transaction_read_only = on")
    answer = await move(world)
    assert "read-only" in check(answer, 503, "unavailable")["detail"]
    assert answer.headers["retry-after"]
    assert (await world.as_("PK").get(MOVES)).status_code == 200
    found = check(await ready(world), 503)
    assert "read-only" in found["checks"]["database"]
    await owner.execute(f"ALTER DATABASE {world.database} RESET default_transaction_read_only")
    async with asyncio.timeout(60):
        await until(ready, world, 200)
    assert (await move(world)).status_code == 201


async def test_a_database_that_was_restored_without_privileges_is_told_and_migrating_grants_them(world: World) -> None:
    await world.sequence()
    superuser = await world.connect("postgres")
    for table in (
        "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM pacta_app, pacta_sequencer",
        "REVOKE ALL ON SCHEMA public FROM PUBLIC, pacta_app, pacta_sequencer",
    ):
        await superuser.execute(table)
    for answer in (await move(world), await world.as_("PK").get(MOVES)):
        check(answer, 503, "unavailable")
        assert answer.headers["retry-after"]
    assert "pacta migrate" in check(await ready(world), 503)["checks"]["database"]
    await asyncio.to_thread(migrated, world.server, world.database)
    assert (await ready(world)).status_code == 200
    assert (await move(world)).status_code == 201
    assert await world.sequence() == 1


async def test_one_privilege_that_is_missing_is_named(world: World) -> None:
    owner = await world.connect()
    await owner.execute("REVOKE INSERT ON audit_entry FROM pacta_app")
    assert "INSERT ON audit_entry" in check(await ready(world), 503)["checks"]["database"]
    check(await move(world), 503, "unavailable")


@pytest.mark.parametrize("role", PRIVILEGES)
async def test_what_is_asked_for_and_granted_anew_is_what_the_migrations_grant(world: World, role: str) -> None:
    owner = await world.connect()
    rows = await owner.fetch(
        "SELECT table_name, privilege_type FROM information_schema.role_table_grants WHERE grantee = $1", role
    )
    assert {tuple(row) for row in rows} == {(name, one) for name, all_ in PRIVILEGES[role].items() for one in all_}


@pytest.mark.parametrize("state", ["53100", "53200", "58030", "57P03", "25006", "42501", "42P01", "40P01"])
async def test_what_the_database_cannot_do_is_a_503_and_never_a_500(world: World, state: str) -> None:
    owner = await world.connect()
    await owner.execute(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{state}'; END $$;"
        "CREATE TRIGGER refuse BEFORE INSERT ON audit_entry EXECUTE FUNCTION refuse()"
    )
    answer = await move(world)
    check(answer, 503, "unavailable")
    assert answer.headers["retry-after"]
    await owner.execute("DROP TRIGGER refuse ON audit_entry")
    assert (await move(world)).status_code == 201


async def test_what_met_another_one_begins_anew_as_it_came_and_has_one_effect(world: World) -> None:
    owner = await world.connect()
    await owner.execute(MEETING)
    await world.sequence()
    answer = await move(world)
    assert (answer.status_code, await world.sequence()) == (201, 1), answer.text
    assert await owner.fetchval("SELECT last_value FROM met") == TRIES
    assert (await move(world)).json() == answer.json()
    refused = await world.as_("PK").post(MOVES, json={"action": "sign", "place": 5})
    assert refused.status_code == 409, refused.text


async def test_a_password_that_is_wrong_from_now_on_is_a_503(world: World) -> None:
    wrong = world.server.url("pacta_app", world.database).replace(world.server.cluster.passwords["pacta_app"], "wrong")
    settings = settings_for(world.server, world.database).model_copy(update={"database_url": SecretStr(wrong)})
    app = create_app(settings)
    answer = await world.as_("PK", app).get("/v1/me")
    check(answer, 503, "unavailable")
    assert "AddressWrong" in check(await world.as_("", app).get("/readyz"), 503)["checks"]["database"]
    await state_of(app, Service).close()


async def test_a_database_without_a_schema_is_told(world: World) -> None:
    owner = await world.connect()
    await owner.execute("DROP TABLE alembic_version")
    assert "pacta migrate" in check(await ready(world), 503)["checks"]["schema"]


def test_the_driver_knows_the_errors_by_which_connections_are_given_up() -> None:
    assert asyncpg.ReadOnlySQLTransactionError.sqlstate == "25006"
