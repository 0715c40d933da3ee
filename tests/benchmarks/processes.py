"""The two sides as processes: the service as in production, the limit, and what else has to be started and ended."""

import asyncio
import base64
import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import orjson

from service.database.connection import Address, Limits
from service.database.migrate import migrate
from service.demo.postgres import Server, start
from service.settings import Settings
from tests.benchmarks.load import connect, request
from tests.serving import free_port

PUBLIC_URL = "http://pacta.test"
START_SECONDS = 120
WORKERS = 2
ROOT = Path(__file__).parent.parent.parent


class Ended(RuntimeError):
    """A process that was started has ended by itself: figures taken without it would mean nothing."""


@dataclass(frozen=True, slots=True)
class Program:
    """A process that was started, and the file that has what it wrote to stderr, to be shown if it fails."""

    name: str
    process: "subprocess.Popen[bytes]"
    stderr: Path

    @property
    def pid(self) -> int:
        """Return the process's number."""
        return self.process.pid

    def require_running(self) -> None:
        """Refuse to go on without it."""
        status = self.process.poll()
        if status is not None:
            message = f"{self.name} has ended with status {status}. Its last words:\n{self.last_words}"
            raise Ended(message)

    @property
    def last_words(self) -> str:
        """Return the end of what it wrote to stderr."""
        return self.stderr.read_text(errors="replace")[-2000:]


@dataclass(slots=True)
class Side:
    """The processes of one side, and the ports on which they answer."""

    name: str
    ports: list[int] = field(default_factory=list)
    workers: list[Program] = field(default_factory=list)
    beside: list[Program] = field(default_factory=list)

    @property
    def pids(self) -> list[int]:
        """Return the processes that answer."""
        return [one.pid for one in self.workers]


@contextlib.contextmanager
def migrated(name: str, *, durable: bool) -> Iterator[tuple[Server, Path]]:
    """Give a PostgreSQL of its own with the newest schema, and the directory in which it is; both are gone at the end of the block."""
    with tempfile.TemporaryDirectory(prefix=f"pacta-{name}-", ignore_cleanup_errors=True) as place:
        directory = Path(place)
        server = start(directory / "database", durable=durable)
        try:
            migrate(Address.parse(server.url("pacta_owner")), [], Limits.of_bulk(Settings()))
            yield server, directory
        finally:
            server.stop()


def service_environment(server: Server, directory: Path, database_url: str | None = None) -> dict[str, str]:
    return os.environ | {
        "PACTA_DATABASE_URL": database_url or server.url("pacta_app"),
        "PACTA_PUBLIC_URL": PUBLIC_URL,
        "PACTA_SIGNING_KEY_FILE": str(directory / "signing-key.pem"),
        "PACTA_TOKEN_LIFETIME": "3600",
    }


def sequencer_environment(server: Server, directory: Path) -> dict[str, str]:
    # The directory with which the fill has signed: the sequencer goes on from there.
    return service_environment(server, directory) | {
        "PACTA_SEQUENCER_DATABASE_URL": server.url("pacta_sequencer"),
        "PACTA_LOG_DIR": str(directory / "log"),
    }


def limit_environment(server: Server, database_url: str | None = None) -> dict[str, str]:
    url = database_url or server.url("pacta_app")
    return os.environ | {"LIMIT_DATABASE_URL": url}


def serve_command(port: int) -> list[str]:
    return [sys.executable, "-m", "service.cli", "serve", "--port", str(port)]


def limit_command(port: int) -> list[str]:
    return [sys.executable, "-m", "tests.benchmarks.limit", str(port)]


def spawn(name: str, command: Sequence[str], environment: Mapping[str, str], directory: Path) -> Program:
    """Start a process; what it logs is written to a file in `directory`, as in production, and shown if it fails."""
    handle, path = tempfile.mkstemp(prefix=f"{name}-", suffix=".stderr", dir=directory)
    with os.fdopen(handle, "wb") as said:
        process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=said)
    return Program(name, process, Path(path))


def end(programs: Sequence[Program]) -> None:
    for one in programs:
        one.process.terminate()
    for one in programs:
        try:
            one.process.wait(15)
        except subprocess.TimeoutExpired:
            one.process.kill()
            one.process.wait()


async def answers(program: Program, port: int, path: str = "/livez") -> None:
    """Wait until this program answers 200 on this port."""
    loop = asyncio.get_running_loop()
    until = loop.time() + START_SECONDS
    while True:
        with contextlib.suppress(OSError):
            (connection,) = await connect([port], 1)
            status, _ = await connection.ask(request("GET", path))
            connection.transport.close()
            if status == 200:
                return
        program.require_running()
        if loop.time() > until:
            message = f"{program.name} does not answer. Its last words:\n{program.last_words}"
            raise TimeoutError(message)
        await asyncio.sleep(0.005)


async def settled_in(program: Program, port: int) -> None:
    """Wait until a process of the service has made its published document, which it does beside its first requests: figures taken meanwhile are too low."""
    await answers(program, port, "/openapi.json")


@contextlib.asynccontextmanager
async def running(server: Server, directory: Path) -> AsyncIterator[tuple[Side, Side]]:
    """Run both sides, two workers each, and one sequencer; give (service, limit)."""
    service, limit = Side("service"), Side("limit")
    try:
        command = [sys.executable, "-m", "service.cli", "sequencer"]
        sequencer = spawn("sequencer", command, sequencer_environment(server, directory), directory)
        service.beside.append(sequencer)
        # Both sides write into the same queue, so whoever is measured pays for its entries' indexes and signatures.
        limit.beside.append(sequencer)
        for _ in range(WORKERS):
            port = free_port()
            await _start(service, serve_command(port), service_environment(server, directory), directory, port)
            port = free_port()
            await _start(limit, limit_command(port), limit_environment(server), directory, port)
        for program, port in zip(service.workers, service.ports, strict=True):
            await settled_in(program, port)
        yield service, limit
    finally:
        end([*service.workers, *limit.workers, *service.beside])


async def _start(
    side: Side, command: Sequence[str], environment: Mapping[str, str], directory: Path, port: int
) -> None:
    side.workers.append(spawn(side.name, command, environment, directory))
    await answers(side.workers[-1], port)
    side.ports.append(port)


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
        return await self._named(_application(side), "pacta-sequencer")

    async def answering(self, side: Side) -> list[int]:
        """Return the pids of the backends that serve one side's workers."""
        return await self._named(_application(side))

    async def _named(self, *names: str) -> list[int]:
        asked = "SELECT pid FROM pg_stat_activity WHERE application_name = ANY($1)"
        return [row["pid"] for row in await self.connection.fetch(asked, names)]


def _application(side: Side) -> str:
    return "pacta" if side.name == "service" else "limit"
