"""Nobody can send a head without end, or leave one unfinished; however many try, others are served."""

import asyncio
import contextlib
import resource
import socket
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
import uvloop
from fastapi import FastAPI, Request, Response
from prometheus_client import CollectorRegistry

from service.http import connections, edge, serving
from service.http.addresses import Addresses
from service.http.edge import Edge
from tests.outside.raw import ECHO, GET, Raw, connected, echoing, post
from tests.serving import served_here

HALF = GET[:30]
FEW_SECONDS = 0.3


@pytest.fixture
async def origin() -> AsyncIterator[str]:
    async with echoing() as made:
        yield made


def filled(size: int) -> bytes:
    """Return the head of a request of this size."""
    return GET[:-2] + b"X: " + b"a" * (size - len(GET) - 5) + b"\r\n\r\n"


@pytest.mark.parametrize("extra", [0, 1])
async def test_a_head_of_the_greatest_size_is_read_and_one_byte_more_is_a_431(origin: str, extra: int) -> None:
    async with connected(origin) as raw:
        await raw.send(filled(connections.HEAD_BYTES + extra))
        assert (await raw.answers(1)).statuses == [431 if extra else 200]


async def test_a_head_that_came_early_is_no_longer_than_another(origin: str) -> None:
    async with connected(origin) as raw:
        await raw.send(GET + filled(connections.HEAD_BYTES) + filled(connections.HEAD_BYTES + 1))
        assert (await raw.answers(3)).statuses == [200, 200, 431]


ENDLESS = {
    "one field": (GET[:-2] + b"X: ", b"a" * 1000),
    "many fields": (GET[:-2], b"X: a\r\n" * 200),
    "a target": (b"GET /", b"a" * 1000),
}


@pytest.mark.parametrize(("begin", "endless"), ENDLESS.values(), ids=ENDLESS)
async def test_a_head_without_end_is_a_431_that_can_be_read(origin: str, begin: bytes, endless: bytes) -> None:
    async with connected(origin) as raw:
        await raw.send(begin)
        for _ in range(300):
            await raw.send(endless)
        said = await raw.to_the_end()
    assert said.statuses == [431]
    assert "application/problem+json" in said.text


async def test_who_goes_on_sending_after_a_431_is_cut_off(origin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "LINGER_BYTES", 2**20)
    async with connected(origin) as raw:
        with contextlib.suppress(ConnectionError):
            while not raw.reader.at_eof():
                raw.writer.write(b"a" * 2**18)
                await raw.writer.drain()


@pytest.mark.parametrize(
    "sent", [b"", HALF, b"\r", b"\r\n"], ids=["nothing", "half a head", "half an empty line", "an empty line"]
)
async def test_a_head_that_does_not_arrive_ends_the_connection(
    origin: str, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", FEW_SECONDS)
    async with connected(origin) as raw:
        await raw.send(sent)
        assert (await raw.to_the_end()).statuses == ([408] if sent == HALF else [])


async def test_half_a_head_behind_a_whole_request_ends_the_connection_too(
    origin: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", FEW_SECONDS)
    async with connected(origin) as raw:
        await raw.send(GET)
        await raw.answers(1)
        await raw.send(HALF)
        assert (await raw.to_the_end()).statuses == [200, 408]


@pytest.mark.parametrize("sent", [HALF, b"\r\n" + HALF], ids=["", "behind an empty line"])
async def test_half_a_head_that_came_early_ends_the_connection_too(
    origin: str, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", FEW_SECONDS)
    async with connected(origin) as raw:
        await raw.send(b"".join(post()) + sent)
        assert (await raw.to_the_end()).statuses == [200, 408]


async def test_a_head_that_comes_byte_by_byte_has_no_more_time_than_another(
    origin: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", FEW_SECONDS)
    async with connected(origin) as raw:

        async def drip() -> None:
            while True:
                await raw.send(b"a")

        dripping = asyncio.create_task(drip())
        assert (await raw.to_the_end()).statuses == [408]
        dripping.cancel()


async def test_an_idle_connection_is_closed_after_its_time() -> None:
    async with served_here(ECHO, keep_alive=1) as origin, connected(origin) as raw:
        await raw.send(GET)
        assert (await raw.to_the_end()).statuses == [200]


async def crowd(origin: str, size: int, stack: contextlib.AsyncExitStack) -> list[Raw]:
    made = []
    for _ in range(size):
        made.append(await stack.enter_async_context(connected(origin)))
        made[-1].writer.write(HALF)
    return made


async def test_five_hundred_half_sent_heads_do_no_harm_to_others(origin: str) -> None:
    async with contextlib.AsyncExitStack() as stack, httpx.AsyncClient(base_url=origin, timeout=20) as client:
        half = await crowd(origin, 500, stack)
        for _ in range(20):
            assert (await client.get("/here")).text == "<GET /here >"
        for raw in half:
            await raw.send(GET[30:])
            assert (await raw.answers(1)).heard == ["GET /here "]


async def test_where_there_are_too_many_connections_the_one_that_waited_longest_is_closed() -> None:
    async with served_here(ECHO, most=20) as origin, contextlib.AsyncExitStack() as stack:
        half = await crowd(origin, 10, stack)
        head, body = post()
        async with connected(origin) as busy:
            await busy.send(head)
            half += await crowd(origin, 40, stack)
            for raw in half[:31]:
                assert (await raw.to_the_end()).closed
            await busy.send(body)
            assert (await busy.answers(1)).heard == ["POST /there 68656c6c6f"]
        for raw in half[31:]:
            await raw.send(GET[30:])
            assert (await raw.answers(1)).heard == ["GET /here "]


async def test_where_all_connections_are_busy_a_new_one_is_closed() -> None:
    async with served_here(ECHO, most=3) as origin, contextlib.AsyncExitStack() as stack:
        head, body = post()
        for _ in range(3):
            raw = await stack.enter_async_context(connected(origin))
            await raw.send(head)
        async with connected(origin) as late:
            assert (await late.to_the_end()).closed
        await raw.send(body)
        assert (await raw.answers(1)).heard == ["POST /there 68656c6c6f"]


def test_who_comes_behind_a_crowd_is_not_turned_away_and_does_not_wait_for_each_of_it_in_turn() -> None:
    """In the loop in which the service runs: it accepts one connection of each listener, however long its turn is."""
    crowd, patience = 2500, 0.8
    assert crowd < serving.QUEUE, "beyond that the kernel drops what comes, and its client tries again after a second"

    async def come() -> int:
        async with served_here(ECHO) as origin:
            where = ("127.0.0.1", int(origin.rpartition(":")[2]))
            # The loop does nothing meanwhile: they are in the kernel's queue.
            waiting = [socket.create_connection(where, timeout=patience) for _ in range(crowd)]
            async with connected(origin) as raw:
                turns = await turns_of(raw)
            for one in waiting:
                one.close()
        return turns

    with files(2 * crowd):
        assert uvloop.run(come()) < crowd / 4


async def turns_of(raw: Raw) -> int:
    """Return how many turns the loop made until a request was answered."""
    turns = 0
    asked = asyncio.create_task(raw.send(GET))
    answered = asyncio.create_task(raw.answers(1))
    while not answered.done():
        turns += 1
        await asyncio.sleep(0)
    await asked
    assert answered.result().statuses == [200]
    return turns


@contextlib.contextmanager
def files(count: int) -> Iterator[None]:
    """Let this process open so many files."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(before[0], min(count, before[1])), before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


async def test_a_body_that_comes_slower_than_the_least_rate_is_a_408_and_a_slow_but_steady_one_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(edge, "BODY_SECONDS", FEW_SECONDS)
    monkeypatch.setattr(edge, "BODY_BYTES_A_SECOND", 10)
    head, body = post()
    app = Edge(ECHO, Addresses.of("http://x"), CollectorRegistry(), 1000)
    async with served_here(app) as origin:
        async with connected(origin) as raw:
            await raw.send(head + body[:1])
            assert (await raw.answers(1)).statuses == [408]
        async with connected(origin) as raw:
            await raw.send(head + body[:-1])
            # Five bytes of ten a second: half a second more.
            await asyncio.sleep(FEW_SECONDS)
            await raw.send(body[-1:])
            assert (await raw.answers(1)).heard == ["POST /there 68656c6c6f"]


async def in_parts(size: int) -> AsyncIterator[bytes]:
    """Send a body whose length is not declared."""
    for begin in range(0, size, 2**16):
        yield b"a" * min(2**16, size - begin)


async def test_a_body_may_be_as_long_as_its_route_says_and_no_longer() -> None:
    app = FastAPI()

    async def take(request: Request) -> Response:
        return Response(f"<took {len(await request.body())}>")

    app.post("/there")(take)
    app.post("/here", openapi_extra={edge.LONGEST: 5000})(take)
    edge_of_it = Edge(app, Addresses.of("http://x"), CollectorRegistry(), 1000)
    async with served_here(edge_of_it) as origin, httpx.AsyncClient(base_url=origin) as client:
        for path, size, status in (
            ("/there", 1000, 200),
            ("/there", 1001, 413),
            ("/here", 5000, 200),
            ("/here", 5001, 413),
        ):
            for content in (b"a" * size, in_parts(size)):
                assert (await client.post(path, content=content)).status_code == status
        # Who declares too much is told at once, and can read it though still sending.
        assert (await client.post("/here", content=b"a" * 8_000_000)).status_code == 413
        assert (await client.post("/here", content=in_parts(8_000_000))).status_code == 413


async def test_the_end_of_an_answer_waits_for_no_acknowledgement_of_its_beginning(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    undelayed: list[int] = []
    made = connections.Connection.connection_made

    def watched(self: connections.Connection, transport: asyncio.BaseTransport) -> None:
        made(self, transport)
        undelayed.append(transport.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))

    monkeypatch.setattr(connections.Connection, "connection_made", watched)
    # A listener without a protocol number, as ours is: asyncio itself does nothing for its connections.
    async with served_here(ECHO) as origin, connected(origin) as raw:
        await raw.send(GET)
        assert (await raw.answers(1)).statuses == [200]
    assert undelayed == [1]
