"""The feed under concurrent writers: nothing missed, nothing twice, one subject's entries in order."""

import asyncio
import random
from datetime import datetime
from uuid import UUID, uuid4

import sqlalchemy as sa

from service.database.connection import Address
from service.database.pool import Pool
from service.database.statement import Query
from service.sequencer.sequencer import Sequencer
from service.trail.append import append
from service.trail.entry import Author, Head, compose
from tests.conftest import COMMISSION, World, settings_for

WRITERS, ENTRIES = 12, 25
_clock = Query(sa.select(sa.func.clock_timestamp().label("at")), datetime)


async def write(pool: Pool, seed: int) -> list[tuple[UUID, int]]:
    """Append entries of one's own subject, committing each after a delay of its own."""
    chance, subject, head = random.Random(seed), uuid4(), Head()
    written = []
    for _ in range(ENTRIES):
        async with pool.transaction() as connection:
            at = await _clock.one(connection)
            entry = compose(
                head,
                log_id=UUID(COMMISSION),
                subject=subject,
                kind="sample.written",
                recorded_at=at,
                author=Author(uuid4(), None),
                data={},
            )
            await append(connection, entry)
            await asyncio.sleep(chance.random() * 0.02)
        head = Head(entry.seq, entry.leaf)
        written.append((subject, entry.seq))
    return written


async def read_until(world: World, expected: int) -> list[tuple[UUID, int, int]]:
    """Follow the log by index while it grows, until there are as many entries as expected."""
    connection = await world.connect("pacta_app")
    seen: list[tuple[UUID, int, int]] = []
    while len(seen) < expected:
        last = seen[-1][2] if seen else -1
        rows = await connection.fetch(
            'SELECT subject, seq, "index" FROM log_entry WHERE log_id = $1 AND "index" > $2 ORDER BY "index" LIMIT 7',
            COMMISSION,
            last,
        )
        seen += [(row["subject"], row["seq"], row["index"]) for row in rows]
        await asyncio.sleep(0.001)
    await connection.close()
    return seen


async def test_twelve_writers_with_random_delays_and_two_sequencers_and_a_reader_misses_nothing(world: World) -> None:
    await world.sequence()
    owner = await world.connect()
    before = await owner.fetchval("SELECT count(*) FROM log_entry WHERE log_id = $1", COMMISSION)
    settings = settings_for(world.server, world.database, pool_size=WRITERS)
    pool = Pool.of(settings, Address.of_service(settings))
    second = Sequencer(
        Pool.of(settings, Address.of_sequencer(settings), name="second"),
        world.sequencer.directory,
    )
    running = [asyncio.create_task(one.run()) for one in (world.sequencer, second)]
    reader = asyncio.create_task(read_until(world, before + WRITERS * ENTRIES))
    written = await asyncio.gather(*(write(pool, seed) for seed in range(WRITERS)))
    async with asyncio.timeout(120):
        seen = await reader
    for one in running:
        one.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    assert [index for _, _, index in seen] == list(range(before + WRITERS * ENTRIES))
    assert len({(subject, seq) for subject, seq, _ in seen}) == len(seen)
    for mine in written:
        assert [(subject, seq) for subject, seq, _ in seen if subject == mine[0][0]] == mine
    assert await owner.fetchval("SELECT count(*) FROM audit_pending") == 0
    await owner.close()
    await pool.close()
    await second.pool.close()
