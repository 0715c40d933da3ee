"""Statements that are compiled once and run on the driver itself.

SQLAlchemy finds, binds and wraps a statement anew at each execution, which on the hot paths costs more than the statement.
What is written here is Core all the same; only its running is shorter.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeAlias

import asyncpg
import orjson
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import asyncpg as dialect
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

Values = Mapping[str, Any]
Driver: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
_dialect: Dialect = dialect.dialect(json_serializer=lambda value: orjson.dumps(value).decode())  # type: ignore[no-untyped-call]


class Prepared:
    """A Core statement as the driver takes it: its text, and how each of its values is bound.

    `changing` statements (those that write or lock) refuse to run outside a transaction. A list of values is bound as an
    array (`= ANY`), since `IN` would be spelled out anew for each length.
    """

    def __init__(self, statement: sa.Select[Any] | sa.Insert | sa.Update, *, changing: bool = False) -> None:
        compiled = statement.compile(dialect=_dialect)
        self.text = str(compiled)
        self._changing = changing
        binds = [compiled.binds[name] for name in compiled.positiontup or ()]
        # A constant of the statement has its own value; any other must be given.
        self._constants = {bind.key: bind.value for bind in binds if not bind.required}
        self._binds = [(bind.key, bind.type.dialect_impl(_dialect).bind_processor(_dialect)) for bind in binds]

    async def rows(self, connection: AsyncConnection, values: Values) -> list[dict[str, Any]]:
        """Run it and return its rows."""
        driver = driver_of(connection)
        if self._changing and not driver.is_in_transaction():
            raise RuntimeError("what changes or locks must run in a transaction")
        try:
            return [dict(record) for record in await driver.fetch(self.text, *self._bound(values))]
        except BaseException as wrong:
            await discard_lost(connection, driver, wrong)
            raise

    async def row(self, connection: AsyncConnection, values: Values) -> dict[str, Any] | None:
        """Run it and return its first row, or None."""
        found = await self.rows(connection, values)
        return found[0] if found else None

    def _bound(self, values: Values) -> list[Any]:
        known = {**self._constants, **values} if self._constants else values
        return [process(known[name]) if process else known[name] for name, process in self._binds]


@asynccontextmanager
async def lent(connection: AsyncConnection) -> AsyncIterator[Driver]:
    """Lend the driver's own connection; one that is lost or outdated meanwhile is not given back to the pool."""
    driver = driver_of(connection)
    try:
        yield driver
    except BaseException as wrong:
        await discard_lost(connection, driver, wrong)
        # Not before the rollback. The driver and SQLAlchemy each remember statements made for the schema as it was.
        if isinstance(cause(wrong), asyncpg.InvalidCachedStatementError):
            await discard(connection)
        raise


def lends(connection: object) -> bool:
    """Return whether it is SQLAlchemy's connection, and not already its driver's."""
    return isinstance(connection, AsyncConnection)


def driver_of(connection: AsyncConnection) -> Driver:
    """Return the driver's own connection."""
    assert connection.sync_connection is not None
    driver = connection.sync_connection.connection.driver_connection
    assert driver is not None
    return driver


def cause(error: BaseException) -> BaseException:
    """Return the driver's own error, which SQLAlchemy wraps twice."""
    if isinstance(error, DBAPIError):
        return getattr(error.orig, "__cause__", None) or error.orig or error
    return error


async def discard_lost(connection: AsyncConnection, driver: Driver, wrong: BaseException) -> None:
    """Close the connection if `wrong` means that it is lost; one that the server has ended may not know it yet."""
    if isinstance(wrong, asyncpg.InternalClientError) or driver.is_closed():
        await discard(connection)


async def discard(connection: AsyncConnection) -> None:
    """Close the connection instead of giving it back to the pool."""
    if not connection.invalidated:
        await connection.invalidate()
