"""The engine, and the one transaction that a request has."""

from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Annotated, Any

import orjson
from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from service.database.prepared import discard, lent
from service.settings import Settings

CONNECT_SECONDS = 2
LOCK_SECONDS = 10
STATEMENT_SECONDS = 30


def create_engine(url: str, *, settings: Settings, name: str = "pacta", autocommit: bool = False) -> AsyncEngine:
    """Return an engine whose waits all end: connecting, the pool, locks, statements.

    The pool sends no reset when a connection comes back, since every transaction here ends by COMMIT or ROLLBACK. With
    `autocommit` each statement is for itself, unless `begin` or `transaction` tells the driver to begin.
    """
    return create_async_engine(
        url,
        isolation_level="AUTOCOMMIT" if autocommit else "READ COMMITTED",
        pool_size=settings.pool_size,
        max_overflow=0,
        pool_timeout=settings.pool_timeout,
        pool_reset_on_return=None,
        pool_recycle=1800,
        json_serializer=lambda value: orjson.dumps(value).decode(),
        json_deserializer=orjson.loads,
        connect_args={"timeout": CONNECT_SECONDS, "server_settings": _session(name)},
    )


def _session(name: str) -> dict[str, str]:
    return {
        "application_name": name,
        "timezone": "UTC",
        "lock_timeout": f"{LOCK_SECONDS}s",
        "statement_timeout": f"{STATEMENT_SECONDS}s",
        "idle_in_transaction_session_timeout": f"{STATEMENT_SECONDS}s",
        "jit": "off",
    }


@asynccontextmanager
async def begin(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Give a transaction: committed at the end of the block, rolled back when anything is raised.

    It is the driver's own, so that statements of SQLAlchemy and prepared ones (`prepared.py`) run in the same.
    """
    alone = engine.execution_options(isolation_level="AUTOCOMMIT")
    async with alone.connect() as connection, _begun(connection):
        yield connection


@asynccontextmanager
async def connected(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Give a connection of an engine with `autocommit`, closed without a task of its own.

    That would cost as much as a short statement. Nothing is sent when it is closed, so there is nothing to wait for.
    """
    connection = await engine.connect()
    try:
        yield connection
    finally:
        assert connection.sync_connection is not None
        connection.sync_connection.close()


async def transaction(request: Request) -> AsyncIterator[AsyncConnection]:
    """Give a request its transaction: committed before the answer leaves, rolled back when anything is raised.

    A request that only reads has none: under READ COMMITTED each of its statements sees the newest state either way, and
    two round trips are saved.
    """
    async with connected(request.app.state.engine) as connection:
        if request.method == "GET":
            yield connection
        else:
            async with _begun(connection):
                yield connection


@asynccontextmanager
async def _begun(connection: AsyncConnection) -> AsyncIterator[None]:
    """Begin, then commit or roll back; a connection of which it is not sure how that ended goes to nobody else."""
    async with lent(connection) as driver:
        block = driver.transaction()
        await _ended(connection, block.start())
        try:
            yield
        except BaseException:
            await _ended(connection, block.rollback())
            raise
        await _ended(connection, block.commit())


async def _ended(connection: AsyncConnection, step: Coroutine[Any, Any, None]) -> None:
    try:
        await step
    except BaseException:
        # The driver believes itself in a transaction from before BEGIN has left: the next would be a mere savepoint.
        await discard(connection)
        raise


# Our routes end every block before the answer is sent (`routing.py`); the scope says the same to routes that are FastAPI's own.
Transaction = Annotated[AsyncConnection, Depends(transaction, scope="function")]

Row = Any
