"""The pool: what is lent comes back sound, whatever became of a transaction, and every wait ends."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import Any
from uuid import UUID

import asyncpg
import pytest
import sqlalchemy as sa

from service.database.columns import table
from service.database.connection import Address, Limits
from service.database.pool import LOST, STANDING_SECONDS, Pool, PoolBusy
from service.database.statement import Change, Query, given
from service.register.commissions.models import Commission
from tests.conftest import COMMISSION, World

_commission = table(Commission)
WHICH = UUID(COMMISSION)
RENAME = Change(
    sa.update(_commission).where(_commission.c.id == sa.bindparam("which")).values(given(_commission, "titles"))
)
LOCK = Query(sa.select(_commission.c.code).where(_commission.c.id == sa.bindparam("which")).with_for_update(), str)
READ = Query(sa.select(_commission.c.titles).where(_commission.c.id == sa.bindparam("which")), dict[str, str])
PID = Query(sa.select(sa.func.pg_backend_pid().label("pid")), int)


def pool_of(world: World, size: int = 1, wait: float = 0.2, statement: float = 4) -> Pool:
    address = Address.parse(world.server.url("pacta_app", world.database))
    return Pool(address, Limits(connect=2, statement=statement), size=size, wait=wait, name="pacta-test")


@pytest.fixture
async def pool(world: World) -> AsyncIterator[Pool]:
    made = pool_of(world)
    yield made
    await made.close()


@contextmanager
def frozen(pid: int) -> Iterator[None]:
    """Stop a process where it stands, as a host that hangs does."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


async def renamed(pool: Pool, new: str) -> None:
    async with pool.transaction() as connection:
        await RENAME.run(connection, which=WHICH, titles={"en": new})


async def failing(pool: Pool, new: str, pid: int | None = None) -> None:
    async with pool.transaction() as connection:
        await RENAME.run(connection, which=WHICH, titles={"en": new})
        if pid:
            os.kill(pid, signal.SIGSTOP)
        raise LookupError


async def title(pool: Pool) -> str:
    async with pool.connection() as connection:
        return (await READ.one(connection, which=WHICH))["en"]


async def test_a_transaction_is_committed_at_its_end_and_rolled_back_whole_by_what_is_raised(pool: Pool) -> None:
    await renamed(pool, "First")
    with pytest.raises(LookupError):
        await failing(pool, "Second")
    assert await title(pool) == "First"


async def test_outside_a_transaction_nothing_is_written(pool: Pool) -> None:
    async with pool.connection() as connection:
        with pytest.raises(RuntimeError, match="in a transaction"):
            await RENAME.run(connection, which=WHICH, titles={})


async def test_a_connection_comes_back_without_a_reset(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    execute = asyncpg.Connection.execute

    async def heard(self: Any, query: str, *values: Any, **others: Any) -> Any:
        # Beside this test, databases for others are made in the same loop.
        if self.get_server_pid() == pid:
            asked.append(query)
        return await execute(self, query, *values, **others)

    async with pool.connection() as connection:
        pid = await PID.one(connection)
    with monkeypatch.context() as patched:
        patched.setattr(asyncpg.Connection, "execute", heard)
        await title(pool)
    assert asked == []


async def test_who_waits_too_long_for_a_connection_is_told_so_and_the_next_gets_it(pool: Pool) -> None:
    async with pool.connection():
        with pytest.raises(PoolBusy):
            async with pool.connection():
                pass
    await title(pool)


async def test_while_connections_come_back_one_is_waited_for_and_while_none_does_nobody_waits(world: World) -> None:
    async with pool_of(world, wait=30) as pool, asyncio.timeout(25):
        # Each uses it for less than the time in which a pool is said to stand; together they take longer than that.
        async def use() -> None:
            async with pool.connection():
                await asyncio.sleep(STANDING_SECONDS / 4)

        await asyncio.gather(*(use() for _ in range(6)))
        async with pool.connection():
            for _ in range(20):
                with pytest.raises(PoolBusy):
                    async with pool.connection():
                        pass


async def test_who_comes_when_as_many_wait_as_may_is_told_so_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Pool, "WAITING", 1)
    async with pool_of(world, wait=30) as pool, asyncio.timeout(25):
        async with pool.connection():
            waits = asyncio.create_task(title(pool))
            await asyncio.sleep(0)
            with pytest.raises(PoolBusy, match="1 wait for one"):
                async with pool.connection():
                    pass
        assert await waits


async def test_a_cancelled_transaction_leaves_neither_a_lock_nor_a_transaction_behind(pool: Pool) -> None:
    held = asyncio.Event()

    async def hold() -> None:
        async with pool.transaction() as connection:
            await LOCK.one(connection, which=WHICH)
            held.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(hold())
    await held.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    async with pool.transaction() as connection:
        assert await LOCK.one(connection, which=WHICH) == "PK-AZ"
    async with pool.connection() as connection:
        assert not connection.is_in_transaction()


async def test_a_connection_that_the_server_ended_is_not_handed_out_again(pool: Pool, world: World) -> None:
    superuser = await world.connect("postgres")
    async with pool.connection() as connection:
        pid = await PID.one(connection)
    await superuser.execute("SELECT pg_terminate_backend($1, 5000)", pid)
    for _ in range(2):
        # Told of its end only by what is asked first, perhaps.
        try:
            assert await title(pool)
        except LOST:
            continue
    async with pool.connection() as connection:
        assert await PID.one(connection) != pid


@pytest.mark.parametrize("step", ["BEGIN", "COMMIT", "ROLLBACK"])
async def test_a_connection_of_which_it_is_not_sure_how_its_transaction_ended_goes_to_nobody_else(
    pool: Pool, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    async with pool.connection() as connection:
        before = await PID.one(connection)
    execute = asyncpg.Connection.execute

    async def never(self: Any, query: str, *values: Any, **others: Any) -> Any:
        if query.startswith(step):
            raise asyncio.CancelledError
        return await execute(self, query, *values, **others)

    with monkeypatch.context() as patched:
        patched.setattr(asyncpg.Connection, "execute", never)
        with pytest.raises(asyncio.CancelledError):
            await (failing if step == "ROLLBACK" else renamed)(pool, "Doubtful")
    async with pool.connection() as connection:
        assert await PID.one(connection) != before
    await renamed(pool, "Certain")
    assert await title(pool) == "Certain"


@pytest.mark.parametrize("lend", [Pool.connection, Pool.transaction])
async def test_a_connection_on_which_time_ran_out_goes_to_nobody_else_since_its_answer_may_still_come(
    pool: Pool, lend: Callable[[Pool], AbstractAsyncContextManager[Any]]
) -> None:
    async with pool.connection() as connection:
        before = await PID.one(connection)
    with pytest.raises(TimeoutError):
        async with lend(pool):
            raise TimeoutError
    async with pool.connection() as connection:
        assert await PID.one(connection) != before


async def test_a_server_that_hangs_is_left_after_the_time_of_a_statement_and_nothing_waits_for_it(world: World) -> None:
    pool = pool_of(world, statement=0.2)
    try:
        async with pool.connection() as connection:
            pid = await PID.one(connection)
        with frozen(pid):
            async with asyncio.timeout(20):
                with pytest.raises(TimeoutError):
                    await renamed(pool, "Lost")
                # The place is free again, for a connection that is well.
                assert await title(pool) != "Lost"
    finally:
        await pool.close()


async def test_a_rollback_that_is_not_answered_ends_and_hides_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.database.pool.END_SECONDS", 0.2)
    pool = pool_of(world)
    try:
        async with pool.connection() as connection:
            pid = await PID.one(connection)
        async with asyncio.timeout(20):
            with pytest.raises(LookupError):
                await failing(pool, "Lost", pid)
            assert await title(pool)
    finally:
        os.kill(pid, signal.SIGCONT)
        await pool.close()


async def test_closing_ends_while_a_server_hangs(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.database.pool.END_SECONDS", 0.2)
    pool = pool_of(world)
    async with pool.connection() as connection:
        pid = await PID.one(connection)
    with frozen(pid):
        async with asyncio.timeout(20):
            await pool.close()


async def test_a_value_that_the_driver_could_not_write_ends_nothing_that_is_asked_later(world: World) -> None:
    async with pool_of(world, statement=0.2) as pool:
        with pytest.raises(asyncpg.DataError):
            async with pool.connection() as connection:
                await READ.row(connection, which="no id")
        await asyncio.sleep(0.4)
        await renamed(pool, "later")
        assert await title(pool) == "later"


async def test_a_statement_as_long_as_a_search_is_read_and_planned_once_by_a_connection(pool: Pool) -> None:
    long = f"SELECT 1 AS one WHERE {' AND '.join(['$1::int = 1'] * 2000)}"
    async with pool.connection() as connection:
        for _ in range(2):
            await connection.fetch(long, 1)
        kept = await connection.fetch("SELECT statement FROM pg_prepared_statements")
    assert long in {one["statement"] for one in kept}
