"""A real PostgreSQL 18, and for each test a register of its own with the pilot in it, called over HTTP."""

import asyncio
import hashlib
import json
import os
import re
import shutil
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar
from uuid import uuid4

import asyncpg
import httpx
import orjson
import pytest
import structlog
from fastapi import FastAPI
from hypothesis import HealthCheck, settings
from pydantic import SecretStr

from service import telemetry
from service.cli import __main__ as cli
from service.database.connection import Address, Limits
from service.database.migrate import migrate
from service.database.pool import Pool
from service.database.state import state_of
from service.demo.pilot import load
from service.demo.postgres import Server, start
from service.http.addresses import Addresses
from service.http.openapi import document as openapi_document
from service.http.openapi.pilot import PILOT
from service.http.openapi.spelling import Schema
from service.http.openapi.unions import Union
from service.main import Service, _routed, create_service, serve
from service.register.documents.examples import SAMPLE
from service.sequencer.sequencer import Sequencer
from service.settings import Settings
from tests.contract import declared
from tests.renewal import Pristine, Register

telemetry.configure("CRITICAL")
QUIET = structlog.get_config()["wrapper_class"]
# A busy machine is no fault of what is tested: nothing here is asserted of time.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")
MEMORY, ROOM = Path("/dev/shm"), 2**31
# Machines that forbid it would rewrite every module of tests anew in each worker, and compile the service for each process that a test starts.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
IN_MEMORY = MEMORY.exists() and shutil.disk_usage(MEMORY).free > ROOM
JSON = {"application/json", "application/problem+json"}
COMMISSION = "01940000-0000-7000-8000-000000000001"
ENTRIES = 56
"""So many the pilot's log has."""
SESSION_8, SESSION_9 = "01940000-0000-7000-8000-000000000008", "01940000-0000-7000-8000-000000000009"
CLIENT_IDS = {
    "PK": "pk-secretariat",
    "AZ": "az-secretariat",
    "administrator": "administrator",
    "auditor": "auditor",
    "observer": "observer",
}


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave alone the modules without a test of the part that is asked for, as by `-m long`: importing all takes longer than some parts do."""
    part = config.getoption("markexpr")
    parts = re.findall(r"not (\w+)", " ".join(config.getini("addopts")))
    if part in parts and collection_path.suffix == ".py" and f"mark.{part}" not in collection_path.read_text():
        return True
    return None


def pytest_configure(config: pytest.Config) -> None:
    """Let temporary files lie in memory, where there is room: logs and exports are written to the disk for good some forty thousand times.

    But not images of containers, which are large.
    """
    if IN_MEMORY and config.getoption("markexpr") != "containers":
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def pytest_runtest_teardown() -> None:
    """Log as before: a command that a test ran in this process left a log behind that goes where its output was captured, which is closed."""
    if structlog.get_config()["wrapper_class"] is not QUIET:
        telemetry.configure("CRITICAL")


def item(number: int) -> str:
    """Return the id of the pilot's commitment with this item number."""
    return f"01940000-0000-7000-8000-{400 + number:012d}"


def organisation(number: int) -> str:
    """Return the id of one of the pilot's organisations (101.. Pakistan, 201.. Azerbaijan)."""
    return f"01940000-0000-7000-8000-{number:012d}"


documents: dict[tuple[object, ...], bytes] = {}
make_document = openapi_document.document


def document(app: FastAPI, unions: Sequence[Union] = ()) -> Schema:
    """Return the document of `app`, made once for all, and for those to which a test adds routes: it takes a second."""
    routes = (len(app.routes), *map(id, unions))
    if routes not in documents:
        documents[routes] = orjson.dumps(make_document(app, unions))
    made: Schema = orjson.loads(documents[routes])
    return made


openapi_document.document = document


@dataclass
class Copies:
    """Registers for tests: fresh copies of the pilot (or why there are no more), and those that are the pilot again."""

    fresh: asyncio.Queue[Register | Exception] = field(default_factory=lambda: asyncio.Queue(maxsize=6))
    renewed: list[Register] = field(default_factory=list)

    async def take(self) -> Register:
        """Return one, a renewed one first: its connections have planned already."""
        taken = self.renewed.pop() if self.renewed else await self.fresh.get()
        if isinstance(taken, Exception):
            raise taken
        return taken


@dataclass
class World:
    """A register with the pilot in it."""

    server: Server
    database: str
    app: FastAPI
    credentials: dict[str, dict[str, str]]
    clients: dict[str, httpx.AsyncClient] = field(default_factory=dict)
    connections: list[Any] = field(default_factory=list)
    routing: str = ""
    """What decides the routes of `app`."""
    register: Register | None = None
    """Who looks after a copy of the pilot; of a database that is nobody's copy, nobody does."""

    @property
    def pool(self) -> Pool:
        """Return the application's pool."""
        return self.service.pool

    @property
    def pools(self) -> list[tuple[Any, str]]:
        """Return who holds the pools of its connections, and by which name."""
        return [(self.service, "pool"), (self.service, "readers"), (self.service, "lookout"), (self.sequencer, "pool")]

    @property
    def service(self) -> Service:
        """Return what the application keeps."""
        return state_of(self.app, Service)

    @property
    def sequencer(self) -> Sequencer:
        """Return the sequencer that runs beside the application."""
        assert self.service.sequencer is not None
        return self.service.sequencer

    def as_(self, who: str, app: FastAPI | None = None) -> httpx.AsyncClient:
        """Return a client that calls as `who`: a key of CLIENT_IDS, or any client id; "" for nobody."""
        key = who if app is None else f"{who}@{id(app)}"
        if key not in self.clients:
            app = app or self.app

            async def check(response: httpx.Response) -> None:
                if response.headers.get("content-type") in JSON:
                    await response.aread()
                declared(response)

            token = state_of(app, Service).callers.issuer.issue(CLIENT_IDS.get(who, who), int(time.time()))
            self.clients[key] = httpx.AsyncClient(
                transport=httpx.ASGITransport(app, raise_app_exceptions=False),
                base_url="http://pacta.test",
                headers={"Authorization": f"Bearer {token}"} if who else {},
                event_hooks={"response": [check]},
            )
        return self.clients[key]

    async def sequence(self) -> int:
        """Give every entry its index and sign the logs, as the sequencer does; return how many got one."""
        done = int(await self.sequencer.step())
        await self.sequencer.sign()
        return done

    async def connect(self, role: str = "pacta_owner") -> "asyncpg.Connection[asyncpg.Record]":
        """Return a connection of one's own, as `role`; it is closed with the register."""
        self.connections.append(await asyncpg.connect(self.server.url(role, self.database)))
        return self.connections[-1]

    async def backup(self) -> str:
        """Copy the database as it is now, and return the copy's name; nobody may be connected meanwhile, so all connections are closed."""
        for connection in self.connections:
            await connection.close()
        await self.service.close()
        await self.sequencer.pool.close()
        if self.register is not None:
            await self.register.close()
        backup = f"{self.database}_backup"
        await as_superuser(self.server, f"CREATE DATABASE {backup} TEMPLATE {self.database} OWNER pacta_owner")
        await _open_to_roles(self.server, backup)
        if self.register is not None:
            await self.register.connect(self.server)
        return backup

    async def second_principal(
        self, client_id: str, kind: str = "representative", organisation_id: str | None = None
    ) -> str:
        """Register another principal, by the registrar of its party or by the administrator, and return its client id for `as_`."""
        body = {"client_id": client_id, "name": client_id, "kind": kind, "organisation_id": organisation_id}
        by = self.as_("administrator")
        if organisation_id is not None:
            party = (await by.get(f"/v1/organisations/{organisation_id}")).json()["party"]
            by = self.as_(party if party in CLIENT_IDS else f"{party.lower()}-registrar")
        made = await by.post("/v1/principals", json=body)
        assert made.status_code == 201, made.text
        return client_id


async def end_principal(by: httpx.AsyncClient, principal_id: str) -> httpx.Response:
    """Deactivate a principal, by its registrar, as one must: naming its client id."""
    known = (await by.get(f"/v1/principals/{principal_id}")).json()
    return await by.post(f"/v1/principals/{principal_id}/deactivation", json={"confirm": known.get("client_id", "-")})


def settings_for(server: Server, database: str, **others: Any) -> Settings:
    """Return the settings of a service on `database`."""
    return Settings(
        database_url=SecretStr(server.url("pacta_app", database)),
        sequencer_database_url=SecretStr(server.url("pacta_sequencer", database)),
        **others,
    )


def migrated(server: Server, database: str = "pacta") -> None:
    """Bring a database to the present schema."""
    migrate(Address.parse(server.url("pacta_owner", database)), [], Limits.of_bulk(Settings()))


async def as_superuser(server: Server, statement: str) -> None:
    """Run one statement as the superuser."""
    # A test that does not await holds up the loop for as long as it likes, and what connects meanwhile with it.
    connection = await asyncpg.connect(server.url("postgres", "postgres"), timeout=3600)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the databases lie: in memory, where there is room, since a copy for each test writes ten gigabytes in all."""
    if not IN_MEMORY:
        yield tmp_path_factory.mktemp("postgres")
        return
    with tempfile.TemporaryDirectory(prefix="pacta-tests-", dir=MEMORY) as directory:
        yield Path(directory)


@pytest.fixture(scope="session")
def server(place: Path) -> Iterator[Server]:
    """A PostgreSQL with the migrated database `pacta`, in which nothing is."""
    running = start(place, durable=False)
    try:
        migrated(running)
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="session")
async def pilot(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The credentials file of the database `pilot`, which every test copies."""
    await as_superuser(server, "CREATE DATABASE pilot TEMPLATE pacta OWNER pacta_owner")
    await _open_to_roles(server, "pilot")
    file = tmp_path_factory.mktemp("pilot") / "credentials.json"
    settings = settings_for(server, "pilot")
    pool = Pool.of(settings, Address.of_service(settings))
    await load(pool, file)
    await pool.close()
    # One that not everybody may read, with a number of the others: it is amended behind the register's back, and no entry says so.
    owner = await asyncpg.connect(server.url("pacta_owner", "pilot"))
    await _attach(owner, file.parent / "documents")
    await owner.execute("UPDATE commitment SET confidentiality = 'restricted' WHERE id = $1", item(5))
    await owner.close()
    return file


@pytest.fixture(scope="session")
async def copies(server: Server, pilot: Path, place: Path) -> AsyncIterator[Copies]:
    """Databases that are copies of the pilot, made while other tests run; or why there are no more."""
    assert pilot.exists()  # noqa: ASYNC240 -- nothing else runs
    # Files in memory are copied faster than pages are logged.
    strategy = "file_copy" if place.is_relative_to(MEMORY) else "wal_log"
    ready = Copies()
    owner = await asyncpg.connect(server.url("postgres", "pilot"))
    pristine = await Pristine.of(owner)
    await owner.close()

    async def one() -> Register | Exception:
        database = f"test_{uuid4().hex}"
        try:
            await as_superuser(
                server, f"CREATE DATABASE {database} TEMPLATE pilot OWNER pacta_owner STRATEGY {strategy}"
            )
            await _open_to_roles(server, database)
            return await Register.of(server, database, pristine)
        except Exception as wrong:  # noqa: BLE001 -- the test that would wait for it in vain is told
            return wrong

    async def make() -> None:
        while True:
            made.append(await one())
            await ready.fresh.put(made[-1])

    made: list[Register | Exception] = []
    making = asyncio.create_task(make())
    yield ready
    making.cancel()
    await asyncio.gather(making, return_exceptions=True)
    for register in made:
        if isinstance(register, Register):
            await register.close()


class Maker:
    """Makes registers, each on a copy of the pilot, and takes them down."""

    idle: ClassVar[dict[str, list[FastAPI]]] = defaultdict(list)
    """Applications whose register is gone, by what decides their routes: preparing these anew took a tenth of a second for each test."""

    def __init__(self, server: Server, pilot: Path, copies: Copies) -> None:
        self.server, self.pilot, self.copies = server, pilot, copies
        self.made: list[World] = []

    async def __call__(self, **settings: Any) -> World:
        register = await self.copies.take()
        world = self.on(register.database, **settings)
        world.register = register
        await register.serve(*world.pools)
        return world

    def on(self, database: str, **settings: Any) -> World:
        """Open a register on a database that is there; it is dropped at the end."""
        settings.setdefault("log_dir", self.pilot.parent / "logs" / database)
        settings.setdefault("documents_dir", self.pilot.parent / "documents")
        routing, app = self._app(settings_for(self.server, database, **settings))
        self.made.append(World(self.server, database, app, json.loads(self.pilot.read_text()), routing=routing))
        return self.made[-1]

    def _app(self, settings: Settings) -> tuple[str, FastAPI]:
        """Return what decides an application's routes, and one: whatever else is set, they serve the next test as well."""
        service = create_service(settings, with_sequencer=True)
        addresses, providers = Addresses.of(settings.public_url), service.callers.providers
        routing = f"{addresses.root} {providers.urls()} {providers.logins()}"
        idle = self.idle[routing]
        app = idle.pop() if idle else _routed(addresses, providers)
        app.user_middleware.clear()
        app.middleware_stack = None
        serve(app, service, settings)
        return routing, app

    async def close(self) -> None:
        while self.made:
            world = self.made.pop()
            for client in world.clients.values():
                await client.aclose()
            for connection in world.connections:
                await connection.close()
            pools = [getattr(holder, name) for holder, name in world.pools]
            if world.register and await world.register.renewed(pools):
                shutil.rmtree(self.pilot.parent / "logs" / world.database, ignore_errors=True)
                self.copies.renewed.append(world.register)
            else:
                for pool in pools:
                    await pool.close()
                if world.register:
                    await world.register.close()
                await as_superuser(self.server, f"DROP DATABASE {world.database} WITH (FORCE)")
            self.idle[world.routing].append(world.app)


@pytest.fixture
async def make_world(server: Server, pilot: Path, copies: Copies) -> AsyncIterator[Maker]:
    """Make registers of the test's own."""
    maker = Maker(server, pilot, copies)
    yield maker
    await maker.close()


@pytest.fixture(scope="session")
async def still(server: Server, pilot: Path, copies: Copies) -> AsyncIterator[World]:
    """The pilot's register, for tests that change nothing in it; every entry has its index."""
    maker = Maker(server, pilot, copies)
    world = await maker()
    await world.sequence()
    yield world
    await maker.close()


@pytest.fixture(scope="module")
async def worn(server: Server, pilot: Path, copies: Copies) -> AsyncIterator[World]:
    """A register that a module's tests share and may change, since none depends on what it holds."""
    maker = Maker(server, pilot, copies)
    yield await maker()
    await maker.close()


async def _attach(owner: "asyncpg.Connection[asyncpg.Record]", place: Path) -> None:
    """Keep two documents, one of them that at which readings are shown, behind the register's back too: the pilot itself has none."""
    digest = hashlib.sha256(SAMPLE.encode()).hexdigest()
    (place / digest[:2]).mkdir(parents=True)
    (place / digest[:2] / digest).write_text(SAMPLE)
    other = "01940000-0000-7000-8000-000000000802"
    for document_id in (str(PILOT["document_id"]), other):
        await owner.execute(
            "INSERT INTO document (id, matter_kind, matter_id, commission_id, role, name, media_type, size, sha256, party,"
            " principal_id, entry, recorded_at) VALUES ($1, 'commitment', $2, $3, 'annex', 'sample.pdf', 'application/pdf', $4, $5,"
            " 'PK', $6, 1, now())",
            *(document_id, item(7), COMMISSION, len(SAMPLE), digest, str(PILOT["principal_id"])),
        )


async def _open_to_roles(server: Server, database: str) -> None:
    # A copy does not carry the privileges on the database itself.
    await as_superuser(
        server,
        f"REVOKE ALL ON DATABASE {database} FROM PUBLIC; GRANT CONNECT ON DATABASE {database} TO pacta_app, pacta_sequencer, pacta_worker",
    )


@pytest.fixture
async def world(make_world: Maker) -> World:
    """A register of the test's own."""
    return await make_world()


@pytest.fixture
def said() -> Iterator[list[structlog.typing.EventDict]]:
    """What is logged."""
    telemetry.configure("INFO")
    with structlog.testing.capture_logs() as lines:
        yield lines


Command = Callable[..., tuple[int, str]]


@pytest.fixture
def pacta(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Run the command `pacta` in this process; what is told is its exit status, and what it said on standard error.

    A subprocess would import everything anew, which takes seconds.
    """

    def run(*arguments: str, **environment: str) -> tuple[int, str]:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["pacta", *arguments])
        # It would log to what is captured here, and later tests with it.
        monkeypatch.setattr(telemetry, "configure", lambda _: None)
        with pytest.raises(SystemExit) as ended:
            cli.main()
        code, said = ended.value.code, capsys.readouterr().err
        return (1, said + code) if isinstance(code, str) else (code or 0, said)

    return run
