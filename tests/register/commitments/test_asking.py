"""What recording many asks once of the register, and when it asks anew."""

from typing import Any
from uuid import uuid4

import pytest

from service.register.commitments import asking
from tests.conftest import COMMISSION, World


async def test_what_was_asked_once_is_asked_anew_after_so_many_wherever_they_are_recorded(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[Any, ...]] = []

    async def place(_: asking.Ask, __: Any, ___: Any, *key: Any) -> dict[str, Any]:
        asked.append(key)
        return {"code": "PK-AZ"}

    monkeypatch.setattr(asking.Ask, "place", place)
    monkeypatch.setattr(asking, "BATCH", 4)
    once, first, second = asking.AskOnce(), (COMMISSION, None, None), (COMMISSION, None, uuid4())
    async with world.pool.transaction() as connection:
        for key in (first, second, first, second, first, second):
            assert await once.place(connection, None, *key)  # type: ignore[arg-type]
    assert asked == [first, second, first, second]
