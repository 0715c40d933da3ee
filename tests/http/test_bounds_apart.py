"""Writers, readers and who asks for readiness are bounded apart: what keeps one waiting keeps no other waiting."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from service.database.pool import STANDING_SECONDS
from tests.conftest import World, item
from tests.http.test_manners import check
from tests.register.commitments.test_journey import SIGN

MOVES = f"/v1/commitments/{item(4)}/transitions"
WRITERS = 2


@asynccontextmanager
async def waiting(world: World, count: int) -> AsyncIterator[list[asyncio.Task[httpx.Response]]]:
    """Lock a commitment's row, and let so many wait for it with a connection in hand."""
    owner = await world.connect()
    async with owner.transaction():
        await owner.execute("SELECT FROM commitment WHERE id = $1 FOR UPDATE", item(4))
        asked = [asyncio.create_task(world.as_("PK").post(MOVES, json=SIGN)) for _ in range(count)]
        while await owner.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted") < count:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        yield asked


async def test_a_locked_row_starves_neither_readers_nor_readyz_and_more_writers_are_refused_at_once(
    make_world: Any,
) -> None:
    world: World = await make_world(pool_size=WRITERS, pool_timeout=30, database_statement_seconds=60)
    await world.sequence()
    secrets = world.credentials["PK"]
    # An application's first request of all takes long, with whatever the test is about.
    await world.as_("").get("/livez")
    async with waiting(world, WRITERS) as asked:
        form = {"grant_type": "client_credentials", **{name: secrets[name] for name in ("client_id", "client_secret")}}
        reading = [
            world.as_("PK").get(MOVES),
            world.as_("").get("/readyz"),
            world.as_("").post("/oauth/token", data=form),
        ]
        async with asyncio.timeout(20):
            assert [one.status_code for one in await asyncio.gather(*reading)] == [200, 200, 200]
        # The pool stands: who comes within that time waits for the rest of it, who comes later not at all.
        check(await world.as_("PK").post(MOVES, json=SIGN), 503, "unavailable")
        began = time.monotonic()
        answers = await asyncio.gather(*(world.as_("PK").post(MOVES, json=SIGN) for _ in range(50)))
        assert time.monotonic() - began < 50 * STANDING_SECONDS
        for answer in answers:
            check(answer, 503, "unavailable")
            assert answer.headers["retry-after"] == "1"
    assert sorted([(await one).status_code for one in asked]) == [201, 409]
    assert (await world.as_("PK").get(MOVES)).status_code == 200


async def test_readers_without_a_place_hinder_neither_writers_nor_readyz(make_world: Any) -> None:
    world: World = await make_world(read_pool_size=1, pool_timeout=0.1)
    await world.sequence()
    async with world.service.readers.connection():
        check(await world.as_("PK").get(MOVES), 503, "unavailable")
        assert (await world.as_("PK").post(MOVES, json=SIGN)).status_code == 201
        assert (await world.as_("").get("/readyz")).status_code == 200
