"""The API and the sequencer as processes on a database, what happens to them, and what they and the record say of it."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

import asyncpg
import httpx

from service.database.connection import Address
from service.database.pool import Pool
from service.demo.pilot import load as load_pilot
from service.settings import Settings
from tests.conftest import COMMISSION
from tests.reliability.history import Trail
from tests.reliability.machines import Machine

ORIGIN: Final = "http://127.0.0.1:8000"
ROLES: Final = ("pacta_app", "pacta_sequencer", "pacta_worker", "pacta_owner")
COMMANDS: Final = {"api": "serve", "sequencer": "sequencer"}
READY_SECONDS: Final = 240
_KEYS = """
    SELECT DISTINCT subject, seq, (regexp_matches(convert_from(canonical, 'UTF8'), 'key-[0-9a-f-]{36}', 'g'))[1] AS key
    FROM audit_entry WHERE kind LIKE '%recorded' OR kind LIKE '%proposed'
"""


class Scene:
    """A service on the database at `hosts`; every wait ends with an error."""

    def __init__(
        self, here: Machine, directory: Path, hosts: str, superuser: str, *, log_dir: Path | None = None
    ) -> None:
        self.here, self.directory = here, directory
        urls = {role: f"postgresql://{role}:{role}-word@{hosts}/pacta?sslmode=disable" for role in ROLES}
        self.app_url, self._superuser = urls["pacta_app"], f"postgresql://postgres:{superuser}@{hosts}/"
        self.settings = {
            "PATH": os.environ["PATH"],
            "PACTA_DATABASE_URL": urls["pacta_app"],
            "PACTA_SEQUENCER_DATABASE_URL": urls["pacta_sequencer"],
            "PACTA_WORKER_DATABASE_URL": urls["pacta_worker"],
            "PACTA_OWNER_DATABASE_URL": urls["pacta_owner"],
            "PACTA_PUBLIC_URL": "https://reliability.test",
            "PACTA_SIGNING_KEY_FILE": str(directory / "signing-key.pem"),
            "PACTA_LOG_DIR": str(log_dir or directory / "log"),
            "PACTA_LOG_LEVEL": "WARNING",
        }
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.credentials: dict[str, dict[str, str]] = {}

    async def begin(self) -> None:
        """Fill the database with the pilot, and start the API and the sequencer."""
        owner = await self.connect("postgres")
        await owner.execute("DROP DATABASE IF EXISTS pacta")
        await owner.execute(f"DROP ROLE IF EXISTS {', '.join(ROLES)}")
        await owner.execute("CREATE ROLE pacta_owner LOGIN CREATEROLE PASSWORD 'pacta_owner-word'")
        await owner.execute("CREATE DATABASE pacta OWNER pacta_owner")
        await asyncio.to_thread(self.pacta, "migrate")
        async with Pool.of(Settings(), Address.parse(self.app_url)) as pool:
            await load_pilot(pool, self.directory / "credentials.json")
        # What all begin from is on the disk; of a PostgreSQL that answers before it has written, a quick machine would lose who calls.
        await owner.execute("CHECKPOINT")
        await owner.close()
        self.credentials = json.loads((self.directory / "credentials.json").read_text())
        for name in COMMANDS:
            self.start(name)
        await self.ready()

    def start(self, name: str, told: Mapping[str, str] | None = None) -> None:
        """Start the API or the sequencer, as its supervisor does."""
        command = [sys.executable, "-m", "service.cli", COMMANDS[name]]
        log, known = self.directory / f"{name}.log", self.settings | dict(told or {})
        self.processes[name] = self.here.start(command, log, known, as_root=True)

    def kill(self, name: str) -> None:
        """Kill the API or the sequencer."""
        self.processes[name].send_signal(signal.SIGKILL)
        self.processes[name].wait()

    async def ready(self) -> None:
        """Wait until the API is ready."""
        async with asyncio.timeout(READY_SECONDS), httpx.AsyncClient() as client:
            while not await _is_ready(client):  # noqa: ASYNC110 -- it tells nobody
                await asyncio.sleep(0.2)

    async def connect(self, database: str = "pacta") -> "asyncpg.Connection[asyncpg.Record]":
        """Return a connection of the superuser to the server that takes changes."""
        return await asyncpg.connect(f"{self._superuser}{database}", ssl=False, target_session_attrs="read-write")

    def pacta(self, *words: str) -> str:
        """Run a command to its end, and return what it says."""
        done = self._run(*words)
        assert done.returncode == 0, f"{words}: {done.returncode} {done.stdout}{done.stderr}"
        return done.stdout

    def _run(self, *words: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "service.cli", *words]
        return subprocess.run(command, env=self.settings, capture_output=True, text=True, check=False)

    async def trail(self) -> Trail:
        """Return where the record has each key of the load."""
        owner = await self.connect()
        found: dict[str, list[tuple[str, int]]] = {}
        for row in await owner.fetch(_KEYS):
            found.setdefault(row["key"], []).append((str(row["subject"]), row["seq"]))
        await owner.close()
        return found

    async def checkpoint(self, *, whole: bool = False) -> bytes:
        """Return the log's checkpoint, once there is one; `whole`: once nothing waits for its signature."""
        form = {"grant_type": "client_credentials", **self.credentials["PK"]}
        async with asyncio.timeout(READY_SECONDS), httpx.AsyncClient(base_url=ORIGIN, timeout=60) as client:
            token = (await client.post("/oauth/token", data=form)).json()["access_token"]
            client.headers["Authorization"] = f"Bearer {token}"
            while True:
                answer = await client.get(f"/v1/commissions/{COMMISSION}/log/checkpoint")
                if answer.status_code == 200 and (not whole or await _nothing_waits(client)):
                    return answer.content
                await asyncio.sleep(0.3)

    def proven(self, before: bytes) -> str:
        """Return the exit status of `pacta verify` and what it says of the log, held to a checkpoint of before everything."""
        checkpoint, policy, export = (self.directory / name for name in ("before", "policy", "export"))
        checkpoint.write_bytes(before)
        policy.write_text(self.pacta("policy"))
        self.pacta("export", "PK-AZ", str(export))
        done = self._run("verify", str(export), "--policy", str(policy), "--against", str(checkpoint))
        return f"{done.returncode} {done.stdout}{done.stderr}"

    def said(self) -> str:
        """Return what both have logged."""
        return "".join((self.directory / f"{name}.log").read_text() for name in COMMANDS)


async def _is_ready(client: httpx.AsyncClient) -> bool:
    with suppress(httpx.TransportError):
        return (await client.get(f"{ORIGIN}/readyz")).status_code == 200
    return False


async def _nothing_waits(client: httpx.AsyncClient) -> bool:
    figures = (await client.get("/metrics")).text.splitlines()
    named = [
        line for line in figures if line.startswith(("pacta_entries_waiting", "pacta_oldest_entry_unsigned_seconds"))
    ]
    return not any(float(line.rpartition(" ")[2]) for line in named)
