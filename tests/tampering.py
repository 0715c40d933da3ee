"""What an owner of the database can do who means to: change what is append-only, and leave no trace of that in its structure."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.renewal import GUARD, OPENED


@asynccontextmanager
async def unguarded(owner: Any) -> AsyncIterator[None]:
    """Begin a transaction of the owner's in which nothing is append-only; the guard is in its place again when it ends."""
    async with owner.transaction():
        guard = await owner.fetchval(GUARD)
        await owner.execute(OPENED)
        yield
        await owner.execute(guard)


async def tamper(owner: Any, statement: str, *values: Any) -> None:
    """Run one statement in which nothing is append-only."""
    async with unguarded(owner):
        await owner.execute(statement, *values)
