"""What is written waits for the next reading, goes together, keeps its order, and is never too much at once."""

from typing import Any

import pytest

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
    assert driver.asked == [("a", [[0], [1], [2]]), ("a", [[3], [4], [5]])]
    await together.written()
    assert driver.asked[2:] == [("a", [[6]])]


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
