"""What is written waits for the next reading, goes together, keeps its order, and is never too much at once."""

import asyncio
from typing import Any

import pytest
from typing_extensions import override

from service.database import gathering
from service.database.connection import Address, Limits, connect
from service.database.gathering import Gathering
from service.demo.postgres import Server


class Driver:
    """What is asked of the driver, in order."""

    def __init__(self) -> None:
        self.asked = list[tuple[str, Any]]()

    async def executemany(self, text: str, many: list[list[Any]], **_: float) -> None:
        self.asked.append((text, many))

    async def fetch(self, text: str, *values: Any) -> list[Any]:
        self.asked.append((text, [*values]))
        return []

    execute = fetch


async def test_what_is_read_comes_after_all_that_was_written_before_and_what_is_alike_goes_together() -> None:
    driver = Driver()
    together = Gathering(driver)
    for text, value in (("a", 1), ("a", 2), ("b", 3), ("a", 4)):
        await together.soon(text, [value])
    assert driver.asked == []
    await together.fetch("read", 0)
    await together.soon("a", [5])
    await together.execute("run", 6)
    assert driver.asked == [
        ("a", [[1], [2]]), ("b", [[3]]), ("a", [[4]]), ("read", [0]), ("a", [[5]]), ("run", [6]),
    ]  # fmt: skip


async def test_not_more_waits_than_is_held_in_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "MOST", 3)
    driver = Driver()
    together = Gathering(driver)
    for value in range(7):
        await together.soon("a", [value])
    await asyncio.sleep(0)
    assert driver.asked == [("a", [[0], [1], [2]]), ("a", [[3], [4], [5]])]
    await together.written()
    assert driver.asked[2:] == [("a", [[6]])]


class Slow(Driver):
    """A driver that is done when it is told to be."""

    def __init__(self) -> None:
        super().__init__()
        self.done = asyncio.Event()

    @override
    async def executemany(self, text: str, many: list[list[Any]], **_: float) -> None:
        await self.done.wait()
        self.asked.append((text, many))


async def test_the_next_is_made_ready_while_the_database_writes_and_nothing_is_under_way_at_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gathering, "MOST", 2)
    driver = Slow()

    async def fail() -> None:
        async with Gathering(driver) as together, asyncio.timeout(1):
            for value in range(3):
                await together.soon("a", [value])
            assert driver.asked == []
            asyncio.get_running_loop().call_later(0.05, driver.done.set)
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    assert driver.asked == [("a", [[0], [1]])]


async def test_what_goes_together_may_take_longer_than_one_statement_may(server: Server) -> None:
    made = await connect(Address.parse(server.url("pacta_app", "postgres")), Limits(connect=10, statement=1.0))
    try:
        async with made.transaction():
            together = Gathering(made)
            for _ in range(6):
                await together.soon("SELECT pg_sleep($1)", [0.4])
            await together.written()
    finally:
        await made.close()
