"""Reaching out: what somebody else's server does costs no more than was said before."""

import asyncio
import gzip
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from service.identity.outward import Answer, Away, ask

Answering = Callable[[asyncio.StreamWriter], Awaitable[None]]


class Other:
    """A server that answers each request with these bytes, or by this, and keeps what it was sent."""

    def __init__(self, answer: bytes | Answering) -> None:
        self.answer = answer
        self.heads: list[str] = []
        self.bodies: list[bytes] = []
        self.answering: set[asyncio.Task[Any]] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.answering.add(task)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            self.heads.append(head)
            length = int(head.lower().partition("content-length: ")[2].partition("\r\n")[0] or 0)
            self.bodies.append(await reader.readexactly(length))
            if isinstance(self.answer, bytes):
                writer.write(self.answer)
                await writer.drain()
            else:
                await self.answer(writer)
        except ConnectionError:
            pass
        finally:
            writer.close()

    @asynccontextmanager
    async def standing(self) -> AsyncIterator[str]:
        server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
        try:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        finally:
            server.close()
            for task in self.answering:
                task.cancel()
            await asyncio.gather(*self.answering, return_exceptions=True)


def said(status: int, body: bytes = b"", *headers: str) -> bytes:
    head = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(head).encode() + body


async def test_an_answer_comes_as_it_was_sent() -> None:
    other = Other(said(409, b"7\n", "Content-Type: Text/X.Tlog.Size ; charset=utf-8"))
    async with other.standing() as url:
        answer = await ask("POST", f"{url}/below", content=b"asked", seconds=5, longest=2)
    assert answer == Answer(409, "text/x.tlog.size", b"7\n")
    assert other.bodies == [b"asked"]
    assert other.heads[0].startswith("POST /below HTTP/1.1\r\n")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_redirection_is_followed(status: int) -> None:
    behind = Other(said(200))
    async with behind.standing() as elsewhere:
        other = Other(said(status, b"", f"Location: {elsewhere}/secret"))
        async with other.standing() as url:
            assert (await ask("GET", url, seconds=5, longest=10)).status == status
    assert behind.heads == []


async def test_no_proxy_and_no_password_is_taken_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login pacta password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    proxy, other = Other(said(502)), Other(said(200))
    async with proxy.standing() as address, other.standing() as url:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, address)
        monkeypatch.setenv("no_proxy", "")
        assert (await ask("GET", url, seconds=5, longest=10)).status == 200
    assert proxy.heads == []
    assert "authorization" not in other.heads[0].lower()


async def endless(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        writer.write(b"x" * 65_536)
        await writer.drain()


async def endless_head(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"X-More: " + b"x" * 4096 + b"\r\n")
        await writer.drain()


@pytest.mark.parametrize("answer", [said(200, b"x" * 11), endless, endless_head])
async def test_an_answer_has_a_longest_size(answer: bytes | Answering) -> None:
    async with Other(answer).standing() as url:
        with pytest.raises(Away, match=r"more than 10 bytes|cannot be reached"):
            await ask("GET", url, seconds=5, longest=10)


async def test_an_answer_of_just_that_size_is_taken() -> None:
    async with Other(said(200, b"x" * 10)).standing() as url:
        assert (await ask("GET", url, seconds=5, longest=10)).body == b"x" * 10


async def test_an_answer_that_would_grow_when_it_is_read_is_not() -> None:
    async with Other(said(200, gzip.compress(bytes(10_000_000)), "Content-Encoding: gzip")).standing() as url:
        with pytest.raises(Away, match="encoding"):
            await ask("GET", url, seconds=5, longest=100_000)


async def silent(_writer: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


async def dripping(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        writer.write(b"x")
        await asyncio.sleep(0.05)


@pytest.mark.parametrize("answer", [silent, dripping])
async def test_one_limit_covers_all_of_it_however_slowly_bytes_come(answer: Answering) -> None:
    async with Other(answer).standing() as url:
        begun = time.monotonic()
        with pytest.raises(Away, match=r"within 0\.3 seconds"):
            await ask("GET", url, seconds=0.3, longest=1000)
    assert time.monotonic() - begun < 2


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1",
        "ftp://127.0.0.1/x",
        "http://",
        "no address",
        "http://127.0.0.1:70000/",
        "http://[::1",
        "http://a..b/",
        f"http://{'x' * 300}.test/",
        "http://127.0.0.1\x00/",
    ],
)
async def test_whoever_cannot_be_reached_is_away(url: str) -> None:
    with pytest.raises(Away, match="cannot be reached"):
        await ask("GET", url, seconds=2, longest=10)


@pytest.mark.parametrize(
    "answer", [b"", b"rubbish\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nx", b"HTTP/9 x\r\n\r\n"]
)
async def test_whoever_does_not_speak_http_is_away(answer: bytes) -> None:
    async with Other(answer).standing() as url:
        with pytest.raises(Away, match="cannot be reached"):
            await ask("GET", url, seconds=5, longest=10)
