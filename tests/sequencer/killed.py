"""A sequencer that is killed: `python -m tests.sequencer.killed URL DIRECTORY`.

Reads numbers, one a line. For each it forks a sequencer that works once through everything and kills itself with
SIGKILL before its so-many-th statement or step of writing a file; answers the name of that step, or `ended` if the
sequencer came to its end before.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncpg

from service import telemetry
from service.database.connection import Address
from service.database.pool import Pool
from service.sequencer.directory import LogDirectory
from service.sequencer.sequencer import Sequencer
from service.settings import Settings

ENDED = b"ended"


class Death:
    """Counts the steps, and ends everything at the last that is wanted."""

    def __init__(self, steps: int, told: int) -> None:
        self.left, self.told = steps, told

    def step(self, name: str) -> None:
        self.left -= 1
        if self.left == 0:
            os.write(self.told, name.encode())
            os.kill(os.getpid(), signal.SIGKILL)

    def before(self, name: str, done: Callable[..., Any]) -> Callable[..., Any]:
        def step(*arguments: Any, **named: Any) -> Any:
            self.step(name)
            return done(*arguments, **named)

        return step


def watch(death: Death) -> None:
    """Make every statement and every step of writing a file one at which it can die."""
    for name in ("execute", "executemany", "fetch"):
        run = getattr(asyncpg.Connection, name)

        def step(connection: Any, query: str, *given: Any, run: Callable[..., Any] = run, **named: Any) -> Any:
            death.step(query)
            return run(connection, query, *given, **named)

        setattr(asyncpg.Connection, name, step)
    os.fsync = death.before("fsync", os.fsync)
    Path.replace = death.before("replace", Path.replace)  # type: ignore[method-assign]
    Path.unlink = death.before("unlink", Path.unlink)  # type: ignore[method-assign]


async def work(url: str, directory: Path, death: Death) -> None:
    """Give indexes and sign, once."""
    pool = Pool.of(Settings(), Address.parse(url), size=1)
    watch(death)
    sequencer = Sequencer(pool, LogDirectory.open(directory, "killed.test"))
    while await sequencer.step():
        pass
    await sequencer.sign()
    await pool.close()


def main(url: str, directory: Path) -> None:
    """Let a sequencer work and die for each number that is read."""
    telemetry.configure("CRITICAL")
    for line in sys.stdin:
        told, tell = os.pipe()
        child = os.fork()
        if child == 0:
            asyncio.run(work(url, directory, Death(int(line), tell)))
            os.write(tell, ENDED)
            os._exit(0)
        os.close(tell)
        _, status = os.waitpid(child, 0)
        said = os.read(told, 4096).decode().replace("\n", " ")
        os.close(told)
        assert os.WIFSIGNALED(status) != (said == ENDED.decode()), (status, said)
        sys.stdout.write(f"{said}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
