"""What can happen to a machine, done to the service under load: `python -m tests.reliability.harness REPORT ROUNDS [careless] [TRIAL...]`.

One PostgreSQL, the API and the sequencer run on a disk that is a file, alone in namespaces of their own. `careless` has PostgreSQL answer
before what it promises is on the disk: then something must be lost, or this harness is blind.
"""

import asyncio
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, TypeAlias

from tests.reliability.computer import Computer
from tests.reliability.crowd import crowd
from tests.reliability.history import Outcome, anomalies
from tests.reliability.load import Load
from tests.reliability.machines import ALONE, alone, tell
from tests.reliability.scene import ORIGIN

BACK_SECONDS: Final = 240
"""Longer than the start of a process takes that gets a thirtieth of a busy machine; how long it took is in the report."""
REFUSED_SECONDS: Final = 15
FULL_SECONDS: Final = 4
HOUR: Final = 3600
Trial: TypeAlias = Callable[[Computer, Load], Awaitable[None]]


async def postmaster(computer: Computer, _: Load) -> None:
    """PostgreSQL is killed, all of it, and started again."""
    computer.kill_postgres()
    await computer.begin_postgres()


async def backend(computer: Computer, _: Load) -> None:
    """One process of PostgreSQL is killed, in the midst of something perhaps; the others begin anew by themselves."""
    tell([random.choice(computer.postgres()[1:])], signal.SIGKILL)


async def api(computer: Computer, _: Load) -> None:
    """The API is killed."""
    computer.scene.kill("api")
    computer.scene.start("api")


async def sequencer(computer: Computer, _: Load) -> None:
    """The sequencer is killed."""
    computer.scene.kill("sequencer")
    computer.scene.start("sequencer")


async def all_at_once(computer: Computer, _: Load) -> None:
    """Everything is killed."""
    computer.kill_all()
    await computer.begin_all()


async def power_cut(computer: Computer, _: Load) -> None:
    """What was written and not yet on the disk is gone with everything that ran."""
    computer.cut_power()
    await computer.begin_all()


async def disk_full(computer: Computer, _: Load) -> None:
    """No byte is left on the disk for a while; PostgreSQL is started again if it has ended."""
    with computer.full_disk():
        await asyncio.sleep(FULL_SECONDS)
    await computer.begin_postgres()


async def clock_set_back(computer: Computer, load: Load) -> None:
    """The clock of the database and of the sequencer falls behind by an hour, and comes right again."""
    for told in (computer.hour_behind(), {}):
        computer.kill_postgres()
        computer.scene.kill("sequencer")
        await computer.begin_postgres(told)
        assert (await computer.behind() > HOUR / 2) == bool(told)
        computer.scene.start("sequencer", told)
        await written(load)


async def many_clients(computer: Computer, load: Load) -> None:
    """A thousand clients hang up, two thousand say nothing, fifty send their bodies by the byte."""
    load.notes |= await crowd(ORIGIN, computer.scene.processes["api"].pid)


TRIALS: Final[dict[str, Trial]] = {
    one.__name__: one
    for one in (postmaster, backend, api, sequencer, all_at_once, power_cut, disk_full, clock_set_back, many_clients)
}


async def written(load: Load, count: int = 10) -> None:
    """Wait until so many writes more that were asked for after now are acknowledged."""
    now = time.monotonic()
    async with asyncio.timeout(BACK_SECONDS):
        while sum(one.begun > now and one.outcome is Outcome.DONE for one in load.writes[-200:]) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.1)


async def run(directory: Path, rounds: int, trials: Sequence[str], *, careless: bool) -> dict[str, Any]:
    """Do every trial in so many rounds, and return the report."""
    began = time.monotonic()
    with Computer(directory, careless=careless) as computer:
        await computer.begin()
        load = Load(ORIGIN, computer.scene.credentials["PK"])
        before = await computer.scene.checkpoint()
        async with load.on():
            await written(load)
            table = [await undergo(computer, load, name) for _ in range(rounds) for name in trials]
        said = "nothing more is signed"
        with suppress(TimeoutError):
            # A log that has lost what was signed is signed no more: there is nothing to wait for.
            async with asyncio.timeout(REFUSED_SECONDS if careless else None):
                await computer.scene.checkpoint(whole=True)
            said = await asyncio.to_thread(computer.scene.proven, before)
        found = anomalies(load.writes, load.reads, await computer.scene.trail())
        return {
            "table": table,
            "acknowledged": load.acknowledged,
            "anomalies": found,
            "answers": {str(status): count for status, count in sorted(load.answers.items())},
            "readings": len(load.reads),
            "notes": load.notes,
            "signing_refused": "signing_refused" in computer.scene.said(),
            "verdict": said,
            "skipped": computer.hindrances,
            "took": round(time.monotonic() - began, 1),
            "load_of_the_machine": os.getloadavg()[0],
        }


async def undergo(computer: Computer, load: Load, name: str) -> dict[str, Any]:
    """Let one thing happen, and wait until writes are back."""
    if name in computer.hindrances:
        return {"trial": name, "skipped": computer.hindrances[name]}
    began, before = time.monotonic(), load.acknowledged
    try:
        await TRIALS[name](computer, load)
        await written(load)
    except TimeoutError as wrong:
        raise TimeoutError(f"{name}: {load.answers}\n{computer.told()}") from wrong
    return {
        "trial": name,
        "seconds_without_writes": round(load.silence(began, time.monotonic()), 1),
        "acknowledged": load.acknowledged - before,
    }


def command(report: Path, rounds: int, *words: str) -> list[str]:
    """Return the command that does it, alone in namespaces of its own."""
    return [*ALONE, sys.executable, "-m", "tests.reliability.harness", str(report), str(rounds), *words]


def main(report: Path, rounds: int, words: Sequence[str]) -> None:
    """Do it, and write the report."""
    # Opened before, since it may lie in the memory that goes out of sight.
    with report.open("w") as told:
        alone()
        names = [one for one in words if one != "careless"] or list(TRIALS)
        with tempfile.TemporaryDirectory(prefix="pacta-reliability-", dir="/dev/shm") as place:
            directory = Path(place)
            directory.chmod(0o755)
            found = asyncio.run(run(directory, rounds, names, careless="careless" in words))
        json.dump(found, told, indent=1)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
