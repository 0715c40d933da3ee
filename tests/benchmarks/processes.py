"""The two sides as processes: the service as in production, the limit, and what else has to be started and ended."""

import asyncio
import base64
import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import orjson

from service.embedded import Server
from tests.benchmarks.load import connect, request

PUBLIC_URL = "http://pacta.test"
START_SECONDS = 30
WORKERS = 2
ROOT = Path(__file__).parent.parent.parent


@dataclass(slots=True)
class Side:
    """The processes of one side, and the ports on which they answer."""

    name: str
    ports: list[int] = field(default_factory=list)
    workers: list["subprocess.Popen[bytes]"] = field(default_factory=list)
    beside: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    @property
    def pids(self) -> list[int]:
        """Return the processes that answer."""
        return [one.pid for one in self.workers]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def service_environment(server: Server, directory: Path, database_url: str | None = None) -> dict[str, str]:
    return os.environ | {
        "PACTA_DATABASE_URL": database_url or server.url("pacta_app"),
        "PACTA_WORKER_DATABASE_URL": server.url("pacta_sequencer"),
        "PACTA_PUBLIC_URL": PUBLIC_URL,
        "PACTA_SIGNING_KEY_FILE": str(directory / "signing-key.pem"),
        "PACTA_TOKEN_LIFETIME": "3600",
    }


def limit_environment(server: Server, database_url: str | None = None) -> dict[str, str]:
    url = database_url or server.url("pacta_app")
    return os.environ | {"LIMIT_DATABASE_URL": url.replace("+asyncpg", "")}


def serve_command(port: int) -> list[str]:
    return [sys.executable, "-m", "service.cli", "serve", "--port", str(port)]


def limit_command(port: int) -> list[str]:
    return [sys.executable, "-m", "tests.benchmarks.limit", str(port)]


def spawn(command: Sequence[str], environment: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    """Start a process; what it logs is written, as in production, and read by nobody."""
    return subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def end(processes: Sequence["subprocess.Popen[bytes]"]) -> None:
    for one in processes:
        one.terminate()
    for one in processes:
        try:
            one.wait(15)
        except subprocess.TimeoutExpired:
            one.kill()
            one.wait()


async def answers(port: int, path: str = "/livez") -> None:
    """Wait until somebody answers 200 on this port."""
    loop = asyncio.get_running_loop()
    until = loop.time() + START_SECONDS
    while True:
        with contextlib.suppress(OSError):
            (connection,) = await connect([port], 1)
            status, _ = await connection.ask(request("GET", path))
            connection.transport.close()
            if status == 200:
                return
        if loop.time() > until:
            message = f"nothing answers on port {port}"
            raise TimeoutError(message)
        await asyncio.sleep(0.005)


@contextlib.asynccontextmanager
async def running(server: Server, directory: Path) -> AsyncIterator[tuple[Side, Side]]:
    """Run both sides, two workers each, and one sequencer; give (service, limit)."""
    service, limit = Side("service"), Side("limit")
    try:
        sequencer = spawn([sys.executable, "-m", "service.cli", "worker"], service_environment(server, directory))
        service.beside.append(sequencer)
        # Both sides write into the same queue, so whoever is measured pays for its entries' indexes.
        limit.beside.append(sequencer)
        for _ in range(WORKERS):
            _start(service, serve_command, service_environment(server, directory))
            # The first worker makes the key that the second one reads.
            await answers(service.ports[-1])
            _start(limit, limit_command, limit_environment(server))
            await answers(limit.ports[-1])
        yield service, limit
    finally:
        end([*service.workers, *limit.workers, *service.beside])


def _start(side: Side, command: object, environment: Mapping[str, str]) -> None:
    assert callable(command)
    side.ports.append(free_port())
    side.workers.append(spawn(command(side.ports[-1]), environment))


async def token(port: int, client_id: str, secret: str) -> str:
    """Return an access token, as every client gets one."""
    basic = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    asked = (
        f"POST /oauth/token HTTP/1.1\r\nHost: pacta.test\r\nAuthorization: Basic {basic}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 29\r\n\r\ngrant_type=client_credentials"
    )
    (connection,) = await connect([port], 1)
    status, body = await connection.ask(asked.encode())
    connection.transport.close()
    assert status == 200, body
    return str(orjson.loads(body)["access_token"])


class Backends:
    """PostgreSQL's processes, by the side whose connections they serve."""

    def __init__(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        self.connection = connection

    async def of(self, side: Side) -> list[int]:
        """Return the pids of the backends of one side, the sequencer's among them."""
        names = ["pacta" if side.name == "service" else "limit", "pacta-sequencer"]
        asked = "SELECT pid FROM pg_stat_activity WHERE application_name = ANY($1)"
        return [row["pid"] for row in await self.connection.fetch(asked, names)]
