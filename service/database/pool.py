"""A process's connections to the database, and the transactions that they run.

    async with pool.transaction() as connection:      # committed at the end, rolled back when anything is raised
        await _insert.run(connection, ...)
    async with pool.connection() as connection:       # each statement for itself: reading alone
        found = await _one.row(connection, ...)

Every wait ends with an error (`database/connection.py`), so a loop that works beside the requests needs no time limit of
its own: it catches what is raised (`LOST`), waits a little and takes a connection anew. A connection of which it is not
sure how its transaction ended goes to nobody else.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any, ClassVar, Final, Self

import asyncpg
import structlog

from service.database.connection import Address, AddressWrong, Driver, Limits, connect
from service.database.parameters import Host
from service.database.revisions import SchemaUnfit, require_fit, unfitness
from service.settings import Settings

LOST: Final = (
    asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, AddressWrong, SchemaUnfit
)  # fmt: skip
"""What is raised while the database is away, does not answer, or does not do what it is asked."""
ABANDONED: Final = (
    # It may still answer, and would answer whoever has it then.
    TimeoutError,
    asyncio.CancelledError,
    asyncpg.InternalClientError,
    # It was demoted. The next connection may be to the server that takes changes now.
    asyncpg.ReadOnlySQLTransactionError,
)
"""What is raised by, or in the midst of, what a connection is lent for, so that it is not lent again."""
DEADLOCK: Final = asyncpg.DeadlockDetectedError
"""Two transactions waited for each other, and this is the one that was ended; nothing of it was done."""
TRIES: Final = 4
"""So often what met another one is begun before it is given up."""
CONTRADICTED: Final = asyncpg.IntegrityConstraintViolationError
"""What is there, or is not there, contradicts what was to be written."""
NO_SCHEMA: Final = asyncpg.UndefinedTableError
"""The database was not migrated."""
STANDING_SECONDS: Final = 0.5
"""A pool in which no place was taken or given back for so long does not serve who waits: nobody waits longer for it."""
LOOK_SECONDS: Final = 1.0
"""How often it is looked whether the schema has changed."""
END_SECONDS: Final = 5
"""How long a rollback, a connection that is given back, and the end of the pool may take."""
log = structlog.get_logger("pacta.database")


class PoolBusy(TimeoutError):
    """Every connection was in use for as long as one may wait, or more wait already than may."""


class Pool:
    """At most `size` connections, made when they are needed.

    While they come back, up to `size` times `WAITING` wait for one, each up to `wait` seconds; who comes then, and who comes
    while none comes back, gets `PoolBusy` at once. It can be made before there is a loop, and belongs to the loop in
    which it is used first.
    """

    WAITING: ClassVar = 10

    def __init__(
        self, address: Address, limits: Limits, *, size: int, wait: float, name: str = "pacta", writes: bool = False
    ) -> None:
        self.address, self.limits, self.name, self._writes = address, limits, name, writes
        self._size, self._wait = size, wait
        self._places = asyncio.Semaphore(size)
        self._waiting, self._moved = 0, 0.0
        self._order = list(address.hosts)
        self._pool: asyncpg.Pool | None = None

    @classmethod
    def of(
        cls,
        settings: Settings,
        address: Address,
        *,
        name: str = "pacta",
        size: int | None = None,
        limits: Limits | None = None,
        writes: bool = False,
    ) -> Self:
        """Return the pool that the settings say, with the limits of requests unless others are given.

        One that `writes` gives no connection to a schema under which this release must not write.
        """
        limits = limits or Limits.of_requests(settings)
        size, wait = size or settings.pool_size, settings.pool_timeout
        return cls(address, limits, size=size, wait=wait, name=name, writes=writes)

    @classmethod
    def of_command(cls, settings: Settings, address: Address, name: str) -> Self:
        """Return the pool of a short command: one connection, and time to get it."""
        return cls.of(settings, address, name=name, size=1, limits=Limits.of_commands(settings))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Driver]:
        """Lend a connection."""
        pool = self._pool or await self._open()
        await self._place()
        try:
            connection = await pool.acquire()
            host = connection.host
            try:
                yield connection
            except asyncio.CancelledError:
                _abandon(connection)
                raise
            except ABANDONED:
                _abandon(connection)
                await self._turn_away(pool, host)
                raise
            except asyncpg.DataError as wrong:
                if wrong.severity is None:
                    # The driver could not write a value. The server was told the statement, awaits the rest, and would end
                    # what somebody else asks when the time of a statement is over.
                    _abandon(connection)
                raise
            finally:
                await pool.release(connection, timeout=END_SECONDS)
        finally:
            self._places.release()
            self._moved = time.monotonic()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Driver]:
        """Lend a connection in a transaction, committed at the end of the block, rolled back when anything is raised."""
        async with self.connection() as connection, begun(connection):
            yield connection

    @property
    def lent(self) -> int:
        """How many connections are lent at present."""
        return self._pool.get_size() - self._pool.get_idle_size() if self._pool else 0

    async def close(self) -> None:
        """Close every connection, after what runs on it has ended, or at once if that takes long; the next use begins anew."""
        pool, self._pool = self._pool, None
        if pool is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(END_SECONDS):
                    await pool.close()

    async def _open(self) -> asyncpg.Pool:
        # Connects to nothing, and so waits for nothing: two first users cannot meet here.
        self._pool = await asyncpg.create_pool(
            min_size=0,
            max_size=self._size,
            connect=self._connect,
            # Every transaction here is ended by `begun`; the driver's own reset would be one more round trip each time.
            reset=_nothing,
        )
        return self._pool

    async def _turn_away(self, pool: asyncpg.Pool, host: Host) -> None:
        """Keep no connection to a host that was silent or demoted, and try it last: each of them would cost its time again.

        Of a host that is the only one all others are kept: one request that took too long would have each of them made anew.
        """
        if len(self._order) > 1 and host == self._order[0]:
            await pool.expire_connections()
            self._order.append(self._order.pop(0))

    async def _connect(self, *_: object, **__: object) -> Driver:
        made = await connect(self.address, self.limits, self.name, self._order)
        try:
            if self._writes:
                await require_fit(made)
        except BaseException:
            made.terminate()
            raise
        return made

    async def _place(self) -> None:
        """Take a place, waiting for it if that is of use."""
        # Not by the driver, for which waiting and connecting are one: connecting has times of its own.
        if self._places.locked():
            if self._waiting >= self._size * self.WAITING:
                raise PoolBusy(f"all {self._size} connections are in use, and {self._waiting} wait for one")
            self._waiting += 1
            try:
                await self._wait_for_place()
            finally:
                self._waiting -= 1
        else:
            await self._places.acquire()
        self._moved = time.monotonic()

    async def _wait_for_place(self) -> None:
        began = time.monotonic()
        while (left := min(began + self._wait, self._moved + STANDING_SECONDS) - time.monotonic()) > 0:
            with suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._places.acquire()
                    return
        raise PoolBusy(f"all {self._size} connections were in use for {time.monotonic() - began:.1f} seconds")


async def stay_fit(lookout: Pool, *pools: Pool) -> None:
    """Look every second whether this release may still write; once it may not, `pools` give no connection any more."""
    known = None
    while True:
        with suppress(*LOST):
            async with lookout.connection() as connection:
                said = await unfitness(connection)
            if said and said != known:
                log.error("schema_unfit", said=said)
                for pool in pools:
                    await pool.close()
            known = said
        await asyncio.sleep(LOOK_SECONDS)


@asynccontextmanager
async def begun(connection: Driver) -> AsyncIterator[None]:
    """Begin, then commit or roll back; a connection of which it is not sure how that ended is closed."""
    block = connection.transaction()
    await _sure(connection, block.start())
    try:
        yield
    except ABANDONED:
        # The connection is closed by who lent it, and the server rolls back what it finds without a client.
        raise
    except BaseException:
        try:
            async with asyncio.timeout(END_SECONDS):
                await _sure(connection, block.rollback())
        except Exception as wrong:  # noqa: BLE001 -- what was raised first says more
            log.warning("rollback_failed", error=type(wrong).__name__)
        raise
    await _sure(connection, block.commit())


async def _sure(connection: Driver, step: Coroutine[Any, Any, None]) -> None:
    try:
        await step
    except BaseException:
        # The driver believes itself in a transaction from before BEGIN has left: the next would be a mere savepoint. Nor is the server
        # asked to end a commit that waits for its synchronous standby: it would take that for a warning, and show what may be lost.
        _abandon(connection)
        raise


def _abandon(connection: Driver) -> None:
    # Refused only where the pool has taken it back already, which it does as soon as it is closed.
    with suppress(asyncpg.InterfaceError):
        connection.terminate()


async def _nothing(_: Driver) -> None:
    pass
