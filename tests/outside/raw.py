"""A client that sends bytes as they are, in so many reads, and reads whatever comes back."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from tests.serving import served_here

GET = b"GET /here HTTP/1.1\r\nHost: x\r\n\r\n"
PATIENCE_SECONDS = 60
TURNS = 10
"""Of the loop: what was written is readable in the next one."""


async def echo(request: Request) -> Response:
    """Say what was asked, and with which body."""
    try:
        body = await request.body()
    except ClientDisconnect:
        body = b""
    return Response(b"<%s %s %s>" % (request.method.encode(), request.url.path.encode(), body.hex().encode()))


async def deaf(request: Request) -> Response:
    """Answer without reading the body."""
    return Response(b"<deaf %s>" % request.url.path.encode(), 403)


ECHO = Starlette(routes=[Route("/deaf", deaf, methods=["POST"]), Route("/{rest:path}", echo, methods=["GET", "POST"])])


@dataclass(frozen=True)
class Said:
    """What came back on one connection until it was quiet or closed."""

    statuses: list[int]
    heard: list[str]
    text: str
    closed: bool


class Raw:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer, self.read = reader, writer, b""

    async def send(self, data: bytes) -> None:
        """Send these bytes, and let the server, which runs in the same loop, read them before anything else is sent."""
        self.writer.write(data)
        for _ in range(TURNS):
            await asyncio.sleep(0)

    async def answers(self, count: int) -> Said:
        """Wait until so many answers have come, or the server has closed; 100 Continue counts as one."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len(self.said(closed=False).statuses) < count or not self._whole():
                if not (data := await self._next()):
                    return self.said(closed=True)
                self.read += data
        return self.said(closed=False)

    async def to_the_end(self) -> Said:
        """Wait until the server has closed."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while data := await self._next():
                self.read += data
        return self.said(closed=True)

    def said(self, *, closed: bool) -> Said:
        """Return what has come so far."""
        statuses = [int(found) for found in re.findall(rb"HTTP/1\.1 (\d{3}) ", self.read)]
        heard = [found.decode() for found in re.findall(rb"<([^>]*)>", self.read)]
        return Said(statuses, heard, self.read.decode("latin-1"), closed)

    async def _next(self) -> bytes:
        try:
            return await self.reader.read(65_536)
        except ConnectionResetError:
            return b""

    def _whole(self) -> bool:
        head, found, rest = self.read.rpartition(b"HTTP/1.1 ")
        _, _, body = rest.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", rest)
        return bool(found) and (length is None or len(body) >= int(length[1])) and head is not None


@asynccontextmanager
async def connected(origin: str) -> AsyncIterator[Raw]:
    """Give a connection to a server."""
    host, _, port = origin.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        yield Raw(reader, writer)
    finally:
        writer.close()


@asynccontextmanager
async def echoing() -> AsyncIterator[str]:
    """Serve the echo as the service is served; give its origin."""
    async with served_here(ECHO) as origin:
        yield origin


def post(headers: bytes = b"", body: bytes = b"hello", path: bytes = b"/there") -> tuple[bytes, bytes]:
    """Return head and body of a POST whose length is declared."""
    head = b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n%s\r\n" % (path, len(body), headers)
    return head, body
