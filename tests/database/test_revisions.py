"""A release writes only under a schema that it is made for, or that says it serves it."""

import asyncio
import re
from contextlib import suppress

import pytest

from service.database.connection import Address, Limits
from service.database.plan import planned
from service.database.pool import stay_fit
from service.database.revisions import NEWEST, SchemaUnfit
from service.sequencer.sequencer import Sequencer
from tests.conftest import World, item, migrated
from tests.http.test_manners import check
from tests.register.commitments.test_journey import SIGN

LIMITS = Limits(connect=20, statement=20)
MOVES = f"/v1/commitments/{item(4)}/transitions"


async def becomes(world: World, revision: str, oldest: str = "0000") -> None:
    """Let the schema be another one, as far as it says."""
    owner = await world.connect()
    await owner.execute("UPDATE alembic_version SET version_num = $1", revision)
    await owner.execute("UPDATE schema_range SET oldest = $1", oldest)


@pytest.mark.parametrize(
    ("revision", "oldest", "said"),
    [("0021", "0000", "needs"), ("9999", "9000", "start the newer one")],
    ids=["older than it needs", "newer than it knows"],
)
async def test_under_a_schema_that_is_not_its_own_it_reads_and_writes_nothing(
    world: World, revision: str, oldest: str, said: str
) -> None:
    await world.sequence()
    await becomes(world, revision, oldest)
    await world.service.close()
    answer = await world.as_("PK").post(MOVES, json=SIGN)
    assert said in check(answer, 503, "unavailable")["detail"]
    assert answer.headers["retry-after"]
    ready = check(await world.as_("").get("/readyz"), 503)
    assert said in ready["checks"]["schema"]
    assert (await world.as_("PK").get(MOVES)).status_code == 200
    await world.sequencer.pool.close()
    with pytest.raises(SchemaUnfit):
        await Sequencer(world.sequencer.pool, world.sequencer.directory).step()
    owner = await world.connect()
    assert await owner.fetchval("SELECT count(*) FROM audit_pending") == 0


async def test_under_a_newer_schema_that_serves_it_all_goes_on(world: World) -> None:
    await world.sequence()
    await becomes(world, "9999", NEWEST)
    await world.service.close()
    assert (await world.as_("").get("/readyz")).json()["checks"]["schema"] == "ready"
    assert (await world.as_("PK").post(MOVES, json=SIGN)).status_code == 201
    assert await world.sequence() == 1


async def test_an_instance_that_runs_notices_within_a_second_that_it_must_not_write_any_more(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.database.pool.LOOK_SECONDS", 0.02)
    assert (await world.as_("PK").post(MOVES, json=SIGN)).status_code == 201
    watching = asyncio.create_task(stay_fit(world.service.lookout, world.pool))
    await becomes(world, "9999", "9000")
    try:
        async with asyncio.timeout(60):
            while (await world.as_("PK").post(MOVES, json=SIGN)).status_code != 503:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching


async def test_a_migration_that_waits_for_a_lock_is_tried_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.database.migrate.PAUSE_SECONDS", 0.05)
    monkeypatch.setattr("service.database.building.LOCK_TIMEOUT", "SET lock_timeout = '50ms'")
    owner = await world.connect()
    await owner.execute("DROP TABLE schema_range")
    await owner.execute("UPDATE alembic_version SET version_num = '0043'")
    waits: list[object] = []
    async with owner.transaction():
        # Whoever grants on it waits for this.
        await owner.execute("LOCK TABLE alembic_version IN ACCESS EXCLUSIVE MODE")
        running = asyncio.create_task(asyncio.to_thread(migrated, world.server, world.database))
        monkeypatch.setattr("service.database.migrate.log.warning", lambda *_, **said: waits.append(said))
        while not waits and not running.done():  # noqa: ASYNC110 -- it becomes so in the database
            await asyncio.sleep(0.02)
    await running
    assert waits
    assert await owner.fetchval("SELECT version_num FROM alembic_version") == NEWEST


async def test_what_a_migration_would_do_is_told_with_its_locks_and_changes_nothing(world: World) -> None:
    owner = await world.connect()
    await owner.execute("ANALYZE")
    address = Address.parse(world.server.url("pacta_owner", world.database))
    assert await planned(address, LIMITS) == [f"The schema is at {NEWEST}. No migrations are due."]
    await owner.execute("UPDATE alembic_version SET version_num = '0018'")
    told = "\n".join(await planned(address, LIMITS))
    assert "The schema is at 0018." in told
    assert "0019: A commitment has a draft reference until it is agreed" in told
    assert re.search(r"touches commitment: \d+ rows", told)
    assert "ACCESS EXCLUSIVE for a moment" in told
    assert "SHARE UPDATE EXCLUSIVE while an index is built: reading and writing go on" in told
    assert await owner.fetchval("SELECT version_num FROM alembic_version") == "0018"
