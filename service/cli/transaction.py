"""What a command does in one transaction, on a connection of its own."""

import asyncio
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from service.database.statement import Connection

R = TypeVar("R")


def in_transaction(name: str, run: "Callable[[Connection], Awaitable[R]]") -> R:
    """Run something as the service's role, and return what it returns; `name` is what the database calls the connection."""
    from service.database.connection import Address
    from service.database.pool import Pool
    from service.settings import Settings

    async def once() -> R:
        settings = Settings.read()
        pool = Pool.of_command(settings, Address.of_service(settings), name)
        async with pool, pool.transaction() as connection:
            return await run(connection)

    return asyncio.run(once())
