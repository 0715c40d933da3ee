"""What lists look instruments up by is what today's rules lead to, also where an earlier release reckoned it."""

import asyncio
from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

import asyncpg

from service.database.connection import Address
from service.database.plan import planned
from tests.conftest import World
from tests.database.test_moves_of_any_matter import upgrade
from tests.database.test_revisions import LIMITS
from tests.register.instruments.recording import done, entered, read

THREE: Final = ["PK", "AZ", "TR"]
FOUND: Final = {
    "found_in": "signed",
    "manner": "signed",
    "acts": [{"on": "2018-01-15", "place": "Baku", "parties": THREE}],
}
CLAUSES: Final = {
    "entry_into_force": {"anchor": "signature"},
    "duration": {"kind": "indefinite"},
    "notice": {"kind": "any_time", "months": 6},
}
BEFORE: Final = "UPDATE instrument_reckoning SET ends_before = '2024-02-29', lacking = '{AZ}'"
WAITING: Final = "SELECT count(*) FROM pg_locks WHERE NOT granted"
COPIES: Final = """WITH copied AS (INSERT INTO instrument SELECT (jsonb_populate_record(one, jsonb_build_object('id', key,
        'reference', 'PK-AZ/I/d-' || key, 'draft_reference', 'PK-AZ/I/d-' || key))).*
        FROM instrument one, (SELECT uuidv7() AS key FROM generate_series(1, 600)) AS made WHERE one.id = $1 RETURNING id)
    INSERT INTO instrument_reckoning SELECT (jsonb_populate_record(one, jsonb_build_object('instrument_id', copied.id))).*
        FROM instrument_reckoning one, copied WHERE one.instrument_id = $1"""


async def _kept(owner: asyncpg.Connection) -> Mapping[UUID, Mapping[str, Any]]:
    rows = await owner.fetch("SELECT * FROM instrument_reckoning")
    return {row["instrument_id"]: dict(row) for row in rows}


async def test_what_an_earlier_release_reckoned_is_reckoned_anew(world: World) -> None:
    key = (await entered(world, entering=FOUND, contracting_parties=THREE, **CLAUSES))["id"]
    await done(world, key, {"action": "give_notice", "effective_on": "2023-08-31", "clause": "12"}, "AZ")
    owner = await world.connect()
    # More than one batch.
    await owner.execute(COPIES, key)
    today = await _kept(owner)
    await owner.execute(BEFORE)
    await owner.execute("UPDATE alembic_version SET version_num = '0095'")
    await owner.execute("ANALYZE")
    told = "\n".join(await planned(Address.parse(world.server.url("pacta_owner", world.database)), LIMITS))
    assert "touches instrument_reckoning: 602 rows" in told
    assert "takes the rows that it fills in, one batch after the other" in told
    await asyncio.to_thread(upgrade, world, "0096")
    assert await _kept(owner) == today
    assert (await read(world, key))["in_force"] is True
    listed = await world.as_("PK").get("/v1/instruments", params={"awaiting_step_of": "AZ"})
    assert listed.json()["items"] == []


async def test_what_moves_meanwhile_its_writer_has_reckoned(world: World) -> None:
    key = (await entered(world, entering=FOUND, contracting_parties=THREE, **CLAUSES))["id"]
    owner, writer = await world.connect(), await world.connect()
    await owner.execute(BEFORE)
    await owner.execute("UPDATE alembic_version SET version_num = '0095'")
    async with writer.transaction():
        await writer.execute("UPDATE instrument SET seq = seq + 1 WHERE id = $1", key)
        await writer.execute("UPDATE instrument_reckoning SET ends_before = '2031-01-01' WHERE instrument_id = $1", key)
        upgrading = asyncio.create_task(asyncio.to_thread(upgrade, world, "0096"))
        while not await owner.fetchval(WAITING):  # noqa: ASYNC110 -- it becomes so in the database
            await asyncio.sleep(0.01)
    await upgrading
    assert (await _kept(owner))[UUID(key)]["ends_before"] == date(2031, 1, 1)
