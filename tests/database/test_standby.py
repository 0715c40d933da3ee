"""A database whose standby must have a change before it is answered, and one that falls silent: nothing is promised that can be lost."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from service.database.connection import Address, Limits
from service.database.parameters import Host
from service.database.pool import Pool
from service.demo.postgres import Server, start
from tests.http.test_database_in_trouble import frozen

pytestmark = pytest.mark.long
NOTED, COUNTED = "INSERT INTO noted VALUES (1)", "SELECT count(*) FROM noted"


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[Server, Server]]:
    """Two servers that take changes, and keep them as a server in production does."""
    servers = start(tmp_path / "one"), start(tmp_path / "other")
    yield servers
    for one in servers:
        one.stop()


@asynccontextmanager
async def asked(server: Server) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    connection = await asyncpg.connect(server.url("postgres"))
    yield connection
    await connection.close()


def pool_of(*servers: Server, size: int = 3) -> Pool:
    words = servers[0].cluster.passwords["postgres"]
    hosts = ",".join(f"127.0.0.1:{one.port}" for one in servers)
    address = Address.parse(f"postgresql://postgres:{words}@{hosts}/pacta?sslmode=disable")
    return Pool(address, Limits(connect=2, statement=0.5), size=size, wait=5, name="pacta-test")


async def test_what_the_standby_does_not_have_is_neither_promised_nor_shown(two: tuple[Server, Server]) -> None:
    async with asked(two[0]) as looking, pool_of(two[0]) as pool:
        await looking.execute("CREATE TABLE noted (number integer)")
        await looking.execute("ALTER SYSTEM SET synchronous_standby_names = 'one_that_is_away'")
        await looking.execute("SELECT pg_reload_conf()")
        await looking.execute("SET synchronous_commit = local")
        with pytest.raises(TimeoutError):
            async with pool.transaction() as connection:
                await connection.execute(NOTED)
        # Longer than the server would let the commit wait, and than the driver needs to ask for its end.
        await asyncio.sleep(1.5)
        assert await looking.fetchval(COUNTED) == 0
        await looking.execute("ALTER SYSTEM RESET synchronous_standby_names")
        await looking.execute("SELECT pg_reload_conf()")
        async with asyncio.timeout(60):
            while await looking.fetchval(COUNTED) != 1:  # noqa: ASYNC110 -- the server ends the wait by itself
                await asyncio.sleep(0.05)


async def test_a_host_that_falls_silent_costs_its_time_once_and_not_for_each_connection(
    two: tuple[Server, Server],
) -> None:
    first, other = two
    async with asked(other) as elsewhere:
        # As on a standby of the first: the same roles, the same database.
        await elsewhere.execute(f"ALTER ROLE postgres PASSWORD '{first.cluster.passwords['postgres']}'")
    async with pool_of(first, other, size=8) as pool:
        gate = asyncio.Barrier(8)

        async def use() -> None:
            async with pool.connection():
                await gate.wait()

        await asyncio.gather(*(use() for _ in range(8)))
        with frozen(first):
            async with asyncio.timeout(10):
                with pytest.raises(TimeoutError):
                    async with pool.connection() as connection:
                        await connection.execute("SELECT 1")
                for _ in range(8):
                    async with pool.connection() as connection:
                        await connection.execute("SELECT 1")
                        assert connection.host == Host("127.0.0.1", other.port)


async def test_what_takes_too_long_on_the_only_host_costs_its_own_connection_and_no_other(
    two: tuple[Server, Server],
) -> None:
    async with pool_of(two[0]) as pool:
        async with pool.connection() as one, pool.connection() as other:
            kept = {await one.fetchval("SELECT pg_backend_pid()"), await other.fetchval("SELECT pg_backend_pid()")}
        with pytest.raises(TimeoutError):
            async with pool.connection() as slow, asyncio.timeout(0.1):
                await slow.fetchval("SELECT pg_sleep(5)")
        async with pool.connection() as one:
            assert await one.fetchval("SELECT pg_backend_pid()") in kept
