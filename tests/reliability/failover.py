"""Under load the leader is killed, frozen, cut off and replaced: how long nothing is written, and that nothing is lost.

`python -m tests.reliability.failover REPORT` does it once, alone in namespaces of its own, and writes what it found as JSON.
"""

import asyncio
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final, TypeAlias

from tests.reliability.cluster import Cluster, Database
from tests.reliability.history import anomalies
from tests.reliability.load import Load
from tests.reliability.machines import ALONE, Machines, alone
from tests.reliability.scene import ORIGIN, Scene

CALM_SECONDS: Final = 2
"""How long the load goes on before and after each event."""
BACK_SECONDS: Final = 240
Event: TypeAlias = Callable[["Clustered"], Awaitable[Callable[[], None]]]


class Clustered(Scene):
    """The service on a cluster."""

    def __init__(self, directory: Path) -> None:
        self.cluster = Cluster(Machines(), directory)
        hosts = ",".join(one.address for one in self.cluster.databases.values())
        word = self.cluster.told["PATRONI_SUPERUSER_PASSWORD"]
        super().__init__(self.cluster.machines.here, directory, hosts, word)


async def killed(scene: Clustered) -> Callable[[], None]:
    leader = scene.cluster.leader()
    leader.tell(signal.SIGKILL)
    return lambda: leader.begin(scene.cluster.told)


async def frozen(scene: Clustered) -> Callable[[], None]:
    leader = scene.cluster.leader()
    leader.tell(signal.SIGSTOP)
    return lambda: leader.tell(signal.SIGCONT)


async def cut_off(scene: Clustered) -> Callable[[], None]:
    leader = scene.cluster.leader()
    leader.cut_off()
    return leader.reconnect


async def standby_frozen(scene: Clustered) -> Callable[[], None]:
    standby: Database = scene.cluster.other(scene.cluster.leader())
    standby.tell(signal.SIGSTOP)
    return lambda: standby.tell(signal.SIGCONT)


async def switched_over(scene: Clustered) -> Callable[[], None]:
    await asyncio.to_thread(scene.cluster.switch_over)
    return lambda: None


EVENTS: Final[dict[str, Event]] = {
    "switch-over": switched_over,
    "leader killed": killed,
    "leader frozen": frozen,
    "leader cut off": cut_off,
    "standby frozen": standby_frozen,
}


async def undergo(scene: Clustered, load: Load, name: str) -> dict[str, Any]:
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
    async with asyncio.timeout(BACK_SECONDS):
        while True:
            await asyncio.sleep(0.2)
            recent = [one.ended for one in load.writes[-50:] if one.ended > began]
            lately = [one for one in recent if one > time.monotonic() - 1]
            if time.monotonic() - began > 8 and len(lately) > 5:
                return


async def run(directory: Path, names: list[str]) -> dict[str, Any]:
    """Do everything once, and return the report."""
    began = time.monotonic()
    scene = Clustered(directory)
    scene.cluster.start()
    await scene.begin()
    started = time.monotonic() - began
    load = Load(ORIGIN, scene.credentials["PK"])
    before, table = await scene.checkpoint(), []
    async with load.on():
        for name in names:
            table.append(await undergo(scene, load, name))
            sys.stderr.write(f"{table[-1]}\n")
    await scene.checkpoint(whole=True)
    said = await asyncio.to_thread(scene.proven, before)
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
        "signing_refused": "signing_refused" in scene.said(),
        "started_in": round(started, 1),
        "took": round(time.monotonic() - began, 1),
        "load_of_the_machine": os.getloadavg()[0],
    }


def command(report: Path, *names: str) -> list[str]:
    """Return the command that does it, alone in namespaces of its own."""
    return [*ALONE, sys.executable, "-m", "tests.reliability.failover", str(report), *names]


def main(report: Path, names: list[str]) -> None:
    """Do it, and write the report."""
    # Opened before, since it may lie in the memory that goes out of sight.
    with report.open("w") as told:
        alone()
        with tempfile.TemporaryDirectory(prefix="pacta-failover-", dir="/dev/shm") as place:
            directory = Path(place)
            directory.chmod(0o755)
            found = asyncio.run(run(directory, names or list(EVENTS)))
        json.dump(found, told, indent=1)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
