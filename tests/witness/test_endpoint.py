"""Whatever is sent to a witness, it answers in one sentence and never fails."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette

from service.tlog.add_checkpoint import MAX_REQUEST_BYTES
from service.witness import app as serving
from service.witness.app import create_app
from service.witness.start import opened
from tests.witness.growing import Log
from tests.witness.running import NAME

TRUE, FORK = Log(), Log("false", forks_at=6)
HONEST = TRUE.request(5, 9)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Starlette]:
    policy: Path = tmp_path_factory.mktemp("logs") / "policy"
    policy.write_bytes(TRUE.policy)
    with opened(tmp_path_factory.mktemp("witness"), policy, NAME) as memory:
        yield create_app(memory)


async def post(app: Starlette, body: bytes | AsyncIterator[bytes]) -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://witness.test") as client:
        return await client.post("/add-checkpoint", content=body)


def damaged(body: bytes) -> st.SearchStrategy[bytes]:
    """Return the body with one byte changed, dropped or added."""
    return st.builds(
        lambda at, byte, kept: body[:at] + byte + body[at + kept :],
        st.integers(0, len(body)),
        st.binary(max_size=2),
        st.integers(0, 1),
    )


REQUESTS = st.builds(
    lambda log, old_size, size: log.request(min(old_size, size), size),
    st.sampled_from([TRUE, FORK]),
    st.integers(0, 12),
    st.integers(0, 12),
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=2000) | damaged(HONEST) | REQUESTS | REQUESTS.flatmap(damaged))
@example(b"")
@example(b"\n\n")
@example(b"old 0\n\n\xff\n")
@example(HONEST)
def test_any_body_is_answered_in_one_sentence_and_never_fails(app: Starlette, body: bytes) -> None:
    with asyncio.Runner() as runner:
        answer = runner.run(post(app, body))
    assert answer.status_code in {200, 400, 403, 404, 409, 422}
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"].startswith("text/")
    assert answer.text.endswith("\n")
    assert answer.text.count("\n") == 1


async def test_a_body_is_bounded_in_size_and_time(app: Starlette, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (await post(app, bytes(MAX_REQUEST_BYTES))).status_code == 400
    assert (await post(app, bytes(MAX_REQUEST_BYTES + 1))).status_code == 413

    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"a"
            await asyncio.sleep(0.01)

    monkeypatch.setattr(serving, "BODY_SECONDS", 0.05)
    async with asyncio.timeout(60):
        slow = await post(app, endless())
    assert (slow.status_code, "did not arrive" in slow.text) == (408, True)
