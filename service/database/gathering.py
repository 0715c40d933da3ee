"""Writing that waits for the next reading: what many commands write one after the other goes to the database together."""

import asyncio
from typing import Any, Final, Self

from service.database.connection import Driver

MOST: Final = 50
"""So many statements wait at most: what they hold stays small."""

SECONDS: Final = 60.0
"""So long may all of them take: each by itself is held to the server's limit of a statement."""


class Gathering:
    """A connection, in a transaction, on which what nobody reads of waits (`soon`), and is then sent in the order in which it came.

    Statements that are spelled alike and follow each other cost two round trips for all of them, and while the database runs them, what
    comes next is made ready. Whatever is read or run finds everything written that came before it. Who ends the transaction calls
    `written` first: what waits would be lost. At the end of `async with` nothing is under way any more, whatever happened.
    """

    def __init__(self, driver: Driver) -> None:
        self._driver, self._waiting = driver, list[tuple[str, list[Any]]]()
        self._sending: asyncio.Task[None] | None = None
        self.taken = 0
        """How many statements it was given to run soon."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """Leave the connection to who ends the transaction: what is under way would be in the way of that."""
        if self._sending:
            await asyncio.gather(self._sending, return_exceptions=True)

    def is_in_transaction(self) -> bool:
        """Return whether there is a transaction: what waits is a part of it."""
        return bool(self._driver.is_in_transaction())

    async def soon(self, text: str, values: list[Any]) -> None:
        """Run a statement before anything else is read or run, and not later than after `MOST` others."""
        self.taken += 1
        self._waiting.append((text, values))
        if len(self._waiting) >= MOST:
            await self._sent()
            self._sending, self._waiting = asyncio.create_task(self._send(self._waiting)), []

    async def written(self) -> None:
        """Send all that waits, and return once it is written."""
        await self._sent()
        waiting, self._waiting = self._waiting, []
        await self._send(waiting)

    async def _sent(self) -> None:
        sending, self._sending = self._sending, None
        if sending:
            await sending

    async def _send(self, waiting: list[tuple[str, list[Any]]]) -> None:
        while waiting:
            text = waiting[0][0]
            end = next((place for place, one in enumerate(waiting) if one[0] != text), len(waiting))
            await self._driver.executemany(text, [values for _, values in waiting[:end]], timeout=SECONDS)
            waiting = waiting[end:]

    async def fetch(self, text: str, *values: Any) -> Any:  # noqa: ANN401 -- as the driver does
        """Run a statement, after all that waits, and return its rows."""
        await self.written()
        return await self._driver.fetch(text, *values)

    async def execute(self, text: str, *values: Any) -> str:  # noqa: ANN401
        """Run a statement, after all that waits, and return what the database says that it did."""
        await self.written()
        return str(await self._driver.execute(text, *values))
