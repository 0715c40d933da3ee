"""Under load the leader is killed, frozen, cut off and replaced: how long nothing is written, and that nothing is lost.

`python -m tests.reliability.failover REPORT` does it once, alone in namespaces of its own, and writes what it found as JSON.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final, TypeAlias

import asyncpg
import httpx

from service.database.connection import Address
from service.database.pool import Pool
from service.demo.pilot import load as load_pilot
from service.settings import Settings
from tests.conftest import COMMISSION
from tests.reliability.cluster import Cluster, Database
from tests.reliability.history import Trail, anomalies
from tests.reliability.load import Load
from tests.reliability.machines import ALONE, Machines

ORIGIN: Final = "http://127.0.0.1:8000"
ROLES: Final = ("pacta_app", "pacta_sequencer", "pacta_worker", "pacta_owner")
CALM_SECONDS: Final = 2
"""How long the load goes on before and after each event."""
BACK_SECONDS: Final = 60
Event: TypeAlias = Callable[["Scene"], Awaitable[Callable[[], None]]]


class Scene:
    """The cluster, the service on it, and what was seen."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.cluster = Cluster(Machines(), directory)
        hosts = ",".join(one.address for one in self.cluster.databases.values())
        self.urls = {role: f"postgresql://{role}:{role}-word@{hosts}/pacta?sslmode=disable" for role in ROLES}
        self.superuser = f"postgresql://postgres:{self.cluster.told['PATRONI_SUPERUSER_PASSWORD']}@{hosts}/"
        self.settings = {
            "PATH": os.environ["PATH"],
            "PACTA_DATABASE_URL": self.urls["pacta_app"],
            "PACTA_SEQUENCER_DATABASE_URL": self.urls["pacta_sequencer"],
            "PACTA_WORKER_DATABASE_URL": self.urls["pacta_worker"],
            "PACTA_OWNER_DATABASE_URL": self.urls["pacta_owner"],
            "PACTA_PUBLIC_URL": "https://failover.test",
            "PACTA_SIGNING_KEY_FILE": str(directory / "signing-key.pem"),
            "PACTA_LOG_DIR": str(directory / "log"),
            "PACTA_LOG_LEVEL": "WARNING",
        }
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.credentials: dict[str, dict[str, str]] = {}

    async def begin(self) -> None:
        """Start the cluster, fill the database with the pilot, and start the API and the sequencer."""
        self.cluster.start()
        owner = await self.connect("postgres")
        await owner.execute("CREATE ROLE pacta_owner LOGIN CREATEROLE PASSWORD 'pacta_owner-word'")
        await owner.execute("CREATE DATABASE pacta OWNER pacta_owner")
        await owner.close()
        self.pacta("migrate")
        async with Pool.of(Settings(), Address.parse(self.urls["pacta_app"])) as pool:
            await load_pilot(pool, self.directory / "credentials.json")
        self.credentials = json.loads((self.directory / "credentials.json").read_text())
        for name, words in {"api": ("serve",), "sequencer": ("sequencer",)}.items():
            command = [sys.executable, "-m", "service.cli", *words]
            log = self.directory / f"{name}.log"
            self.processes[name] = self.cluster.machines.here.start(command, log, self.settings, as_root=True)
        async with asyncio.timeout(60), httpx.AsyncClient() as client:
            while not await _ready(client):  # noqa: ASYNC110 -- it tells nobody
                await asyncio.sleep(0.2)

    async def connect(self, database: str) -> "asyncpg.Connection[asyncpg.Record]":
        """Return a connection of the superuser to the leader."""
        return await asyncpg.connect(f"{self.superuser}{database}", ssl=False, target_session_attrs="read-write")

    def pacta(self, *words: str) -> str:
        """Run a command to its end, and return what it says."""
        done = subprocess.run(
            [sys.executable, "-m", "service.cli", *words],
            env=self.settings,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{words}: {done.returncode} {done.stdout}{done.stderr}"
        return done.stdout

    async def trail(self) -> Trail:
        """Return where the record has each key of the load."""
        owner = await self.connect("pacta")
        rows = await owner.fetch(
            "SELECT DISTINCT subject, seq, (regexp_matches(convert_from(canonical, 'UTF8'), 'key-[0-9a-f-]{36}', 'g'))[1] AS key"
            " FROM audit_entry WHERE kind LIKE '%recorded' OR kind LIKE '%proposed'"
        )
        await owner.close()
        found: dict[str, list[tuple[str, int]]] = {}
        for row in rows:
            found.setdefault(row["key"], []).append((str(row["subject"]), row["seq"]))
        return found


async def _ready(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get(f"{ORIGIN}/readyz")).status_code == 200
    except httpx.TransportError:
        return False


async def killed(scene: Scene) -> Callable[[], None]:
    leader = scene.cluster.leader()
    leader.tell(signal.SIGKILL)
    return lambda: leader.begin(scene.cluster.told)


async def frozen(scene: Scene) -> Callable[[], None]:
    leader = scene.cluster.leader()
    leader.tell(signal.SIGSTOP)
    return lambda: leader.tell(signal.SIGCONT)


async def patroni_frozen(scene: Scene) -> Callable[[], None]:
    leader = scene.cluster.leader()
    leader.tell(signal.SIGSTOP, postgres=False)
    return lambda: leader.tell(signal.SIGCONT)


async def cut_off(scene: Scene) -> Callable[[], None]:
    leader = scene.cluster.leader()
    leader.cut_off()
    return leader.reconnect


async def standby_frozen(scene: Scene) -> Callable[[], None]:
    standby: Database = scene.cluster.other(scene.cluster.leader())
    standby.tell(signal.SIGSTOP)
    return lambda: standby.tell(signal.SIGCONT)


async def switched_over(scene: Scene) -> Callable[[], None]:
    await asyncio.to_thread(scene.cluster.switch_over)
    return lambda: None


EVENTS: Final[dict[str, Event]] = {
    "switch-over": switched_over,
    "leader killed": killed,
    "leader frozen": frozen,
    "leader cut off": cut_off,
    "standby frozen": standby_frozen,
}


async def undergo(scene: Scene, load: Load, name: str) -> dict[str, Any]:
    """Let one thing happen under load, and wait until all is as it was."""
    await asyncio.sleep(CALM_SECONDS)
    began, before = time.monotonic(), load.acknowledged
    mend = await EVENTS[name](scene)
    # Long enough for the worst of them to be seen, and to be over.
    await _written_again(load, began)
    mend()
    back = time.monotonic()
    await asyncio.to_thread(scene.cluster.await_whole)
    await asyncio.sleep(CALM_SECONDS)
    until = time.monotonic()
    return {
        "event": name,
        "seconds_without_writes": round(load.silence(began, until), 1),
        "seconds_to_mend": round(until - back - CALM_SECONDS, 1),
        "acknowledged": load.acknowledged - before,
    }


async def _written_again(load: Load, began: float) -> None:
    """Wait until writes have stopped, if they do, and gone on for a while."""
    async with asyncio.timeout(BACK_SECONDS + 20):
        while True:
            await asyncio.sleep(0.2)
            recent = [one.ended for one in load.writes[-50:] if one.ended > began]
            lately = [one for one in recent if one > time.monotonic() - 1]
            if time.monotonic() - began > 8 and len(lately) > 5:
                return


def proven(scene: Scene, before: bytes) -> str:
    """Return what `pacta verify` says of the log, held to a checkpoint of before everything."""
    (scene.directory / "before").write_bytes(before)
    (scene.directory / "policy").write_text(scene.pacta("policy"))
    scene.pacta("export", "PK-AZ", str(scene.directory / "export"))
    words = ("verify", "export", "--policy", "policy", "--against", "before")
    done = subprocess.run(
        [sys.executable, "-m", "service.cli", *words], cwd=scene.directory, capture_output=True, text=True, check=False
    )
    return f"{done.returncode} {done.stdout}{done.stderr}"


async def signed(client: httpx.AsyncClient, token: str, *, whole: bool = False) -> bytes:
    """Return the log's checkpoint, once it is there; `whole`: once nothing waits for its signature."""
    async with asyncio.timeout(30):
        while True:
            ready = (await client.get(f"{ORIGIN}/readyz")).json()
            headers = {"Authorization": f"Bearer {token}"}
            answer = await client.get(f"{ORIGIN}/v1/commissions/{COMMISSION}/log/checkpoint", headers=headers)
            if answer.status_code == 200 and (not whole or await _nothing_waits(client)):
                return answer.content
            assert ready
            await asyncio.sleep(0.3)


async def _nothing_waits(client: httpx.AsyncClient) -> bool:
    figures = (await client.get(f"{ORIGIN}/metrics")).text
    ages = [
        float(line.rpartition(" ")[2])
        for line in figures.splitlines()
        if line.startswith(("pacta_entries_waiting", "pacta_oldest_entry_unsigned_seconds"))
    ]
    return not any(ages)


async def run(directory: Path, names: list[str]) -> dict[str, Any]:
    """Do everything once, and return the report."""
    began = time.monotonic()
    scene = Scene(directory)
    await scene.begin()
    started = time.monotonic() - began
    load = Load(ORIGIN, scene.credentials["PK"])
    async with httpx.AsyncClient(timeout=10) as client:
        form = {"grant_type": "client_credentials", **scene.credentials["PK"]}
        token = (await client.post(f"{ORIGIN}/oauth/token", data=form)).json()["access_token"]
        before = await signed(client, token)
        table = []
        async with load.on():
            for name in names:
                table.append(await undergo(scene, load, name))
                sys.stderr.write(f"{table[-1]}\n")
        await signed(client, token, whole=True)
        said = await asyncio.to_thread(proven, scene, before)
    found = anomalies(load.writes, load.reads, await scene.trail())
    return {
        "table": table,
        "acknowledged": load.acknowledged,
        "lost": sum(one.startswith("lost") for one in found),
        "anomalies": found,
        "answers": {str(status): count for status, count in sorted(load.answers.items())},
        "readings": len(load.reads),
        "ended": [name for name, one in scene.processes.items() if one.poll() is not None],
        "verdict": said,
        "log": {name: (directory / f"{name}.log").read_text()[-4000:] for name in scene.processes},
        "started_in": round(started, 1),
        "took": round(time.monotonic() - began, 1),
        "load_of_the_machine": os.getloadavg()[0],
    }


def command(report: Path, *names: str) -> list[str]:
    """Return the command that does it, alone in namespaces of its own."""
    return [*ALONE, sys.executable, "-m", "tests.reliability.failover", str(report), *names]


def main(report: Path, names: list[str]) -> None:
    """Do it, and write the report."""
    with tempfile.TemporaryDirectory(prefix="pacta-failover-", dir="/dev/shm") as place:
        directory = Path(place)
        directory.chmod(0o755)
        found = asyncio.run(run(directory, names or list(EVENTS)))
    report.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
