"""Statements on the driver itself: bound like SQLAlchemy's, refused outside a transaction, and the pool stays sound."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import pytest
import sqlalchemy as sa

from service.database.columns import table
from service.database.prepared import Prepared, lent
from service.database.transaction import begin
from service.register.commissions.models import Commission
from service.register.commitments.models import Commitment
from service.register.commitments.rules.lifecycle import State
from tests.conftest import COMMISSION, World, item

_commission, _commitment = table(Commission), table(Commitment)
LOCK = Prepared(
    sa.select(_commitment.c.state).where(_commitment.c.id == sa.bindparam("which")).with_for_update(), changing=True
)
RENAME = Prepared(
    sa.update(_commission)
    .where(_commission.c.id == sa.bindparam("which"))
    .values(titles=sa.bindparam("new_titles", type_=_commission.c.titles.type)),
    changing=True,
)


async def test_values_are_bound_as_their_columns_types_and_constants_keep_theirs(world: World) -> None:
    asked = sa.select(_commitment.c.id, sa.literal(7).label("seven"), _commitment.c.titles, _commitment.c.recorded_at)
    found = Prepared(asked.where(_commitment.c.state == sa.bindparam("state", type_=_commitment.c.state.type)))
    async with world.engine.connect() as connection:
        rows = await found.rows(connection, {"state": State.SIGNED})
    assert rows
    assert all(isinstance(row["id"], UUID) and row["seven"] == 7 and "en" in row["titles"] for row in rows)
    assert all(isinstance(row["recorded_at"], datetime) and row["recorded_at"].tzinfo is UTC for row in rows)


async def test_a_value_that_was_not_given_is_an_error_and_not_null(world: World) -> None:
    async with world.engine.connect() as connection:
        with pytest.raises(KeyError):
            await Prepared(sa.select(_commission).where(_commission.c.id == sa.bindparam("which"))).rows(connection, {})


@pytest.mark.parametrize("statement", [LOCK, RENAME], ids=["locking", "writing"])
async def test_what_locks_or_writes_refuses_to_run_outside_a_transaction(world: World, statement: Prepared) -> None:
    async with world.engine.connect() as connection:
        with pytest.raises(RuntimeError, match="in a transaction"):
            await statement.rows(connection, {"which": UUID(item(1)), "new_titles": {}})


async def test_sqlalchemy_and_the_driver_share_one_transaction_that_is_rolled_back_whole(world: World) -> None:
    count = sa.text("SELECT count(*) FROM commission WHERE titles ->> 'en' = 'Another'")

    async def fail() -> None:
        async with begin(world.engine) as connection:
            await RENAME.rows(connection, {"which": UUID(COMMISSION), "new_titles": {"en": "Another"}})
            assert await connection.scalar(count) == 1
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    async with world.engine.connect() as connection:
        assert await connection.scalar(count) == 0


async def test_a_cancelled_transaction_leaves_neither_a_lock_nor_a_transaction_behind(world: World) -> None:
    held = asyncio.Event()

    async def hold() -> None:
        async with begin(world.engine) as connection:
            await LOCK.rows(connection, {"which": UUID(item(4))})
            held.set()
            await asyncio.sleep(60)

    task = asyncio.create_task(hold())
    await held.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    async with asyncio.timeout(5), begin(world.engine) as connection:
        assert await LOCK.rows(connection, {"which": UUID(item(4))})
    async with world.engine.connect() as connection, lent(connection) as driver:
        assert not driver.is_in_transaction()


async def test_a_connection_that_died_is_not_handed_out_again(world: World) -> None:
    async with world.engine.connect() as connection, lent(connection) as dead:
        superuser = await world.connect("postgres")
        await superuser.execute("SELECT pg_terminate_backend($1)", dead.get_server_pid())
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)):
            await Prepared(sa.select(_commission.c.code)).rows(connection, {})
    async with world.engine.connect() as connection, lent(connection) as other:
        assert other is not dead
        assert await Prepared(sa.select(_commission.c.code)).rows(connection, {}) == [{"code": "PK-AZ"}]


async def test_a_begin_that_was_cancelled_does_not_make_the_next_transaction_a_savepoint(
    make_world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    world: World = await make_world(pool_size=1)
    execute = asyncpg.Connection.execute

    async def never(self: Any, query: str, *values: Any, **others: Any) -> Any:
        if query.startswith("BEGIN"):
            raise asyncio.CancelledError
        return await execute(self, query, *values, **others)

    with monkeypatch.context() as patched:
        patched.setattr(asyncpg.Connection, "execute", never)
        with pytest.raises(asyncio.CancelledError):
            async with begin(world.engine):
                pass
    async with begin(world.engine) as connection:
        await RENAME.rows(connection, {"which": UUID(COMMISSION), "new_titles": {"en": "Another"}})
    owner = await world.connect()
    assert await owner.fetchval("SELECT titles ->> 'en' FROM commission WHERE id = $1", UUID(COMMISSION)) == "Another"
