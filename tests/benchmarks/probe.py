"""Statements and round trips per request, counted on the wire: a proxy before PostgreSQL reads the messages.

A statement is an Execute or a simple Query message; a round trip begins when the client speaks after the server has.
The figure is the median of single requests, so that what a worker does beside them does not count.
"""

import asyncio
import contextlib
import struct
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from service.demo.postgres import Server
from tests.benchmarks.load import Connection, Work, connect
from tests.benchmarks.operations import Asker
from tests.benchmarks.processes import (
    Side,
    answers,
    limit_command,
    limit_environment,
    serve_command,
    service_environment,
    spawn,
)
from tests.serving import free_port

SSL_REQUEST, WARM, COUNTED = 80877103, 25, 40


@dataclass(slots=True)
class Wire:
    """What went over the wire so far."""

    statements: int = 0
    round_trips: int = 0


class Proxy:
    """Stands before PostgreSQL and counts."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.wire = Wire()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass one connection on, both ways, until either side ends it."""
        there, back = await asyncio.open_connection("127.0.0.1", self.port)
        spoke = [True]
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await asyncio.gather(self._forth(reader, back, spoke), self._back(there, writer, spoke))
        for end_of in (writer, back):
            end_of.close()

    async def _forth(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, spoke: list[bool]) -> None:
        started = False
        while True:
            kind = await reader.readexactly(1) if started else b""
            length = await reader.readexactly(4)
            body = await reader.readexactly(struct.unpack("!I", length)[0] - 4)
            if not started:
                started = struct.unpack("!I", body[:4])[0] != SSL_REQUEST
            self.wire.statements += kind in {b"E", b"Q"}
            if spoke[0]:
                self.wire.round_trips += 1
                spoke[0] = False
            writer.write(kind + length + body)

    async def _back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, spoke: list[bool]) -> None:
        while data := await reader.read(65_536):
            spoke[0] = True
            writer.write(data)
        writer.close()


@contextlib.asynccontextmanager
async def _watched(server: Server, directory: Path, asker: Asker) -> AsyncIterator[tuple[Asker, Proxy]]:
    proxy = Proxy(server.port)
    listening = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    url = server.url("pacta_app").replace(f":{server.port}/", f":{listening.sockets[0].getsockname()[1]}/")
    port, ours = free_port(), asker.side.name == "service"
    command = serve_command(port) if ours else limit_command(port)
    environment = service_environment(server, directory, url) if ours else limit_environment(server, url)
    program = spawn(f"watched {asker.side.name}", command, environment, directory)
    try:
        await answers(program, port)
        yield replace(asker, side=Side(asker.side.name, [port])), proxy
    finally:
        # Not asked to end: it would wait for the connections that the proxy holds open.
        program.process.kill()
        program.process.wait()
        listening.close()


async def probe(server: Server, directory: Path, asker: Asker, operations: list[str]) -> dict[str, dict[str, float]]:
    """Return statements and round trips per request, by operation, of one side."""
    found: dict[str, dict[str, float]] = {}
    async with _watched(server, directory, asker) as (watched, proxy):
        for operation in operations:
            works = watched.works(operation)
            (connection,) = await connect(watched.side.ports, 1)
            counted: dict[str, list[Wire]] = {work.name: [] for work in works}
            for _ in range(WARM + COUNTED):
                for work in works:
                    counted[work.name].append(await _once(connection, work, proxy))
            connection.transport.close()
            for name, wires in counted.items():
                kept = wires[WARM:]
                found[name] = {
                    "statements": median(one.statements for one in kept),
                    "round_trips": median(one.round_trips for one in kept),
                }
    return found


async def _once(connection: Connection, work: Work, proxy: Proxy) -> Wire:
    ask, before = work.take(), replace(proxy.wire)
    assert ask is not None
    status, body = await connection.ask(ask.payload)
    assert status == ask.status, body
    if ask.done is not None:
        ask.done(body)
    wire = proxy.wire
    return Wire(wire.statements - before.statements, wire.round_trips - before.round_trips)
