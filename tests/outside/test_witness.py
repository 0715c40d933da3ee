"""A witness is served as the service is: no body is lost or run as a request, no head is without end."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from service.http import connections
from service.witness.app import create_app
from service.witness.start import opened
from tests.outside.raw import connected, post
from tests.outside.test_framing import UPGRADE_IDS, UPGRADES
from tests.serving import served_here
from tests.witness.growing import Log
from tests.witness.running import NAME

ALIVE = b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.fixture
async def origin(tmp_path: Path) -> AsyncIterator[str]:
    policy = tmp_path / "logs.policy"
    policy.write_bytes(Log().policy)
    with opened(tmp_path / "witness", policy, NAME) as memory:
        async with served_here(create_app(memory)) as made:
            yield made


@pytest.mark.parametrize("upgrade", UPGRADES, ids=UPGRADE_IDS)
@pytest.mark.parametrize("later", [False, True], ids=["in the same read", "in a later read"])
async def test_a_checkpoint_that_comes_with_an_upgrade_is_cosigned(origin: str, upgrade: bytes, *, later: bool) -> None:
    head, body = post(upgrade, Log().request(0, 3), b"/add-checkpoint")
    async with connected(origin) as raw:
        for sent in [head, body + ALIVE] if later else [head + body + ALIVE]:
            await raw.send(sent)
        said = await raw.answers(2)
    assert said.statuses == [200, 200]
    assert NAME in said.text
    assert "alive" in said.text


async def test_a_body_that_is_a_request_is_refused_and_not_run(origin: str) -> None:
    head, body = post(UPGRADES[0], ALIVE, b"/add-checkpoint")
    async with connected(origin) as raw:
        await raw.send(head)
        await raw.send(body)
        said = await raw.answers(1)
    assert said.statuses == [400]
    assert "alive" not in said.text


async def test_half_a_head_and_a_head_without_end_are_bounded(origin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.3)
    async with connected(origin) as raw:
        await raw.send(ALIVE[:20])
        assert (await raw.to_the_end()).statuses == [408]
    async with connected(origin) as raw:
        for _ in range(40):
            await raw.send(b"a" * 1000)
        assert (await raw.to_the_end()).statuses == [431]
