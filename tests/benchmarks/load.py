"""The load generator: keep-alive connections that ask, wait for the answer, and ask again.

Its HTTP is the least that both sides need: an answer has a Content-Length and comes whole. `python -m
tests.benchmarks.load` style loops are closed: as many requests are under way as there are clients.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from typing_extensions import override


class UnexpectedAnswer(AssertionError):
    """An answer with another status than the operation has: figures of refusals would mean nothing."""


class NothingLeft(AssertionError):
    """There is no row on which to ask anything more."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A request as bytes, the status that its answer must have, and who wants to see the answer's body."""

    payload: bytes
    status: int = 200
    done: Callable[[bytes], None] | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """Requests of one kind; `take` returns None when nothing is left to ask. `to_the_end`: time does not end it."""

    name: str
    take: Callable[[], Ask | None]
    to_the_end: bool = False


@dataclass(slots=True)
class Measured:
    """What was answered, in how long (seconds), and how long each answer took (nanoseconds)."""

    count: int = 0
    seconds: float = 0.0
    latencies: list[int] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Return answers per second."""
        return self.count / self.seconds if self.seconds else 0.0


class Connection(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self) -> None:
        self.transport: Any = None
        self.buffer = b""
        self.head = 0
        self.need = 0
        self.waiting: asyncio.Future[tuple[int, bytes]] | None = None

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    @override
    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if not self.need:
            self.head = self.buffer.find(b"\r\n\r\n") + 4
            if self.head == 3:
                return
            at = self.buffer.lower().find(b"content-length:", 0, self.head)
            self.need = self.head + int(self.buffer[at + 15 : self.buffer.index(b"\r", at)])
        if len(self.buffer) >= self.need and self.waiting is not None:
            answer = int(self.buffer[9:12]), self.buffer[self.head : self.need]
            self.buffer, self.need = b"", 0
            self.waiting.set_result(answer)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        if self.waiting is not None and not self.waiting.done():
            self.waiting.set_exception(ConnectionResetError("the server closed the connection"))

    def ask(self, payload: bytes) -> "asyncio.Future[tuple[int, bytes]]":
        """Send a request and return its answer: status and body."""
        self.waiting = asyncio.get_running_loop().create_future()
        self.transport.write(payload)
        return self.waiting


async def connect(ports: Sequence[int], clients: int) -> list[Connection]:
    """Return `clients` connections, spread evenly over the ports."""
    loop = asyncio.get_running_loop()
    made = []
    for number in range(clients):
        _, connection = await loop.create_connection(Connection, "127.0.0.1", ports[number % len(ports)])
        made.append(connection)
    return made


async def measure(
    ports: Sequence[int], works: Sequence[Work], clients: int, seconds: float, into: dict[str, Measured]
) -> None:
    """Do the works in turn, each for at least `seconds`, and add what was measured to `into`, by the work's name."""
    connections = await connect(ports, clients)
    try:
        spent = {work.name: 0.0 for work in works}
        while (least := min(spent.values())) < seconds:
            # Works that feed each other take about as long: the last turns are short, but not so short as to be all edge.
            turn, done = max(seconds - least, seconds / 20), 0
            for work in works:
                began, found = time.perf_counter(), into.setdefault(work.name, Measured())
                until = float("inf") if work.to_the_end else began + turn
                counts = await asyncio.gather(*(_drive(one, work, until, found.latencies) for one in connections))
                took = time.perf_counter() - began
                found.seconds += took
                found.count += sum(counts)
                spent[work.name] += took
                done += sum(counts)
            if not done:
                message = f"nothing is left to ask: {', '.join(spent)}"
                raise NothingLeft(message)
    finally:
        for connection in connections:
            connection.transport.close()


async def _drive(connection: Connection, work: Work, until: float, latencies: list[int]) -> int:
    count, clock = 0, time.perf_counter_ns
    while time.perf_counter() < until:
        ask = work.take()
        if ask is None:
            break
        began = clock()
        status, body = await connection.ask(ask.payload)
        latencies.append(clock() - began)
        if status != ask.status:
            message = f"{work.name}: {status} instead of {ask.status}\n{ask.payload.decode()}\n{body.decode()}"
            raise UnexpectedAnswer(message)
        if ask.done is not None:
            ask.done(body)
        count += 1
    return count


def request(method: str, path: str, token: str | None = None, body: bytes = b"") -> bytes:
    """Return the bytes of a request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: pacta.test", "Accept: application/json"]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body
