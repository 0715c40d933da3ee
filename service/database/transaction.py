"""The one transaction that a request has."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request

from service.database.pool import begun
from service.database.state import State, state_of
from service.database.statement import Connection


async def transaction(request: Request) -> AsyncIterator[Connection]:
    """Give a request its transaction: committed before the answer leaves, rolled back when anything is raised.

    A request that only reads has none: under READ COMMITTED each of its statements sees the newest state either way, and
    two round trips are saved.
    """
    async with state_of(request.app, State).pool.connection() as connection:
        if request.method in {"GET", "HEAD"}:
            yield connection
        else:
            async with begun(connection):
                yield connection


# FastAPI's default scope ends after the answer has left; this one before it.
Transaction = Annotated[Connection, Depends(transaction, scope="function")]
