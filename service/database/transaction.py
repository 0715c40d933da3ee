"""The one transaction that a request has."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request

from service.database.state import State, state_of
from service.database.statement import Connection


async def transaction(request: Request) -> AsyncIterator[Connection]:
    """Give a request its transaction: committed before the answer leaves, rolled back when anything is raised.

    A request that only reads has none: under READ COMMITTED each of its statements sees the newest state either way, and
    two round trips are saved.
    """
    state = state_of(request.app, State)
    if request.method in {"GET", "HEAD"}:
        async with state.readers.connection() as connection:
            yield connection
    else:
        async with state.pool.transaction() as connection:
            yield connection


async def reading(request: Request) -> AsyncIterator[Connection]:
    """Give a request that changes nothing, whatever its method, a connection beside those of who changes something."""
    async with state_of(request.app, State).readers.connection() as connection:
        yield connection


# FastAPI's default scope ends after the answer has left; this one before it.
Transaction = Annotated[Connection, Depends(transaction, scope="function")]
Reader = Annotated[Connection, Depends(reading, scope="function")]
