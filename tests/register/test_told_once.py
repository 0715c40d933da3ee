"""What a matter's facts tell whoever asks is made once and given to every answer: no answer may change it for the next one."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest

from service.register.commitments import answers as of_commitments
from service.register.instruments import answers as of_instruments
from tests.board.test_pages import crawled
from tests.conftest import COMMISSION, SESSION_8, World, item
from tests.register.instruments.recording import entered

Told = list[tuple[dict[str, Any], bytes]]


def watched(told: Told, make: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Return `make`, whose answers are noted with what they say when they are given."""

    def made(*said: Any) -> dict[str, Any]:
        answer = make(*said)
        told.append((answer, orjson.dumps(answer)))
        return answer

    return made


async def test_no_answer_changes_what_the_next_one_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await entered(world, commitment_ids=[item(1), item(2)])
    told: Told = []
    for where in (of_commitments, of_instruments):
        monkeypatch.setattr(where, "_told", watched(told, where._told))
    for who in ("PK", "AZ", ""):
        reader = world.as_(who)
        for path in (
            "commitments?limit=200",
            "commitments?as_of=2025-06-01",
            f"commitments/{item(1)}",
            f"commitments/{item(1)}?as_of=2025-06-01",
            "instruments",
            "instruments?as_of=2025-06-01",
            f"commissions/{COMMISSION}/export.csv",
            f"commissions/{COMMISSION}/report?period_start=2025&as_of=2025-06-01",
            f"sessions/{SESSION_8}/report",
            "search?q=energy",
        ):
            await reader.get(f"/v1/{path}")
    async for _ in crawled(world):
        pass
    assert len(told) > 100
    changed = [before for answer, before in told if orjson.dumps(answer) != before]
    assert changed == []
