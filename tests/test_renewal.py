"""The register that one test used serves the next: nothing of the one is there for the other."""

import asyncio

import asyncpg
import pytest

from tests.conftest import Copies, Maker, World, item
from tests.register.commitments.test_journey import SIGN

TABLES = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1"


async def held(world: World) -> dict[str, list[str]]:
    """Return all rows of every table, and the counters."""
    owner = await world.connect("postgres")
    counters = [str(row) for row in await owner.fetch("SELECT sequencename, last_value FROM pg_sequences ORDER BY 1")]
    return {"counters": counters} | {
        name: sorted(row[0] for row in await owner.fetch(f'SELECT t::text FROM "{name}" t'))
        for (name,) in await owner.fetch(TABLES)
    }


async def test_what_a_test_wrote_and_set_is_gone_and_its_connections_serve_the_next(make_world: Maker) -> None:
    world = await make_world()
    before, database = await held(world), world.database
    pools = [world.pool, world.service.readers, world.sequencer.pool]
    made = await world.as_("PK").post(f"/v1/commitments/{item(7)}/transitions", json=SIGN | {"action": "sign"})
    assert made.status_code in {201, 409, 422}
    assert (
        await world.as_("PK").post(
            "/v1/commissions/PK-AZ/transitions",
            json={"action": "dissolve", "reason": "R", "effective_on": "2026-01-01"},
        )
    ).status_code == 201
    await world.sequence()
    async with world.pool.connection() as connection:
        await connection.execute("SET search_path = pg_catalog")
    assert await held(world) != before
    await make_world.close()
    again = await make_world()
    assert (again.database, again.pool in pools, again.sequencer.pool in pools) == (database, True, True)
    assert await held(again) == before
    async with again.pool.connection() as connection:
        assert await connection.fetchval("SHOW search_path") == '"$user", public'
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await (await again.connect()).execute("DELETE FROM audit_entry")


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE audit_entry DISABLE TRIGGER append_only",
        "ALTER FUNCTION refuse_change() SECURITY DEFINER",
        "CREATE INDEX strange ON commitment (state)",
        "REVOKE SELECT ON commitment FROM pacta_app",
    ],
)
async def test_a_register_whose_structure_was_changed_serves_nobody_any_more(
    make_world: Maker, copies: Copies, statement: str
) -> None:
    world = await make_world()
    await (await world.connect()).execute(statement)
    database = world.database
    await make_world.close()
    assert database not in {one.database for one in copies.renewed}


async def test_a_register_to_which_somebody_is_connected_still_serves_nobody_any_more(
    make_world: Maker, copies: Copies
) -> None:
    world = await make_world()
    left = await asyncpg.connect(world.server.url("pacta_app", world.database))
    database = world.database
    await make_world.close()
    assert database not in {one.database for one in copies.renewed}
    await asyncio.sleep(0)
    left.terminate()
