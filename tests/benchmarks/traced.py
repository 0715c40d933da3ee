"""What following requests costs: `python -m tests.benchmarks.traced [ROUNDS]`.

Two processes of the service on one durable PostgreSQL, of which one sends traces to a collector (a process that takes and drops them), are
asked the same in short rounds that take turns. What is told is the rate with traces as a share of the rate without.
"""

import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import asyncpg
import uvloop
from typing_extensions import override

from service import telemetry
from service.demo.postgres import Server
from tests.benchmarks.fill import Filled, fill
from tests.benchmarks.load import connect, request
from tests.benchmarks.operations import Asker, tokens_of, writes
from tests.benchmarks.processes import (
    Backends,
    Side,
    answers,
    end,
    migrated,
    sequencer_environment,
    serve_command,
    service_environment,
    spawn,
)
from tests.benchmarks.rounds import Pace, compare
from tests.serving import free_port

COMMITMENTS, ROUNDS = 500, 6
OPERATIONS = ("read", "list", "at_once")


class Drop(BaseHTTPRequestHandler):
    """A collector that takes whatever it is sent and keeps nothing."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    @override
    def log_message(self, *_: object) -> None:
        pass


async def measure(server: Server, directory: Path, rounds: int) -> None:
    """Fill, start both, and print what was measured."""
    filled = await fill(server, COMMITMENTS, directory / "log")
    watching, collector = await asyncpg.connect(server.url("postgres")), free_port()
    sides = {name: Side("service") for name in ("traced", "plain")}
    given = service_environment(server, directory)
    traced = given | {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{collector}"}
    started = [
        spawn("collector", [sys.executable, "-m", "tests.benchmarks.traced", "collect", str(collector)], given, directory),
        spawn("sequencer", [sys.executable, "-m", "service.cli", "sequencer"], sequencer_environment(server, directory), directory),
    ]  # fmt: skip
    try:
        for name, environment in (("plain", given), ("traced", traced)):
            port, side = free_port(), sides[name]
            side.workers.append(spawn(name, serve_command(port), environment, directory))
            started.append(side.workers[0])
            side.beside.append(started[1])
            side.ports.append(port)
            await answers(side.workers[0], port)
            # It is made in the beginning, beside the first answers.
            (connection,) = await connect([port], 1)
            await connection.ask(request("GET", "/openapi.json"))
            connection.transport.close()
        asks = await askers(sides, filled)
        for operation in OPERATIONS:
            pace = Pace(rounds, 1.0, (16,))
            for found in await compare(operation, asks, Backends(watching), pace):
                print(f"{operation}: {found.summary()}")
    finally:
        end(started)
        await watching.close()


async def askers(sides: dict[str, Side], filled: Filled) -> dict[str, Asker]:
    """Return who asks each side, under the names by which rounds tell them apart."""
    tokens = await tokens_of(sides["plain"], filled)
    return {
        place: Asker(sides[name], filled, writes(filled, f"unilateral {place}"), writes(filled, f"mutual {place}"), tokens)
        for place, name in (("service", "traced"), ("limit", "plain"))
    }  # fmt: skip


def main(rounds: str = str(ROUNDS)) -> None:
    """Measure on a PostgreSQL of its own."""
    telemetry.configure("CRITICAL")
    with migrated("traced", durable=True) as (server, directory):
        uvloop.run(measure(server, directory, int(rounds)))


if __name__ == "__main__":
    if sys.argv[1:2] == ["collect"]:
        HTTPServer(("127.0.0.1", int(sys.argv[2])), Drop).serve_forever()
    else:
        main(*sys.argv[1:])
