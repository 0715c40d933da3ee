"""`pacta witness` that is killed at one moment of storing its second note: `python -m tests.witness.dying MOMENT ...`."""

import os
import signal
import sys
from pathlib import Path
from typing import Any

from service.cli import __main__ as cli

MOMENTS = ("before anything is written", "half written", "written", "renamed", "stored, before the answer leaves")
real_open, real_fsync, real_replace = os.open, os.fsync, os.replace
drafts = 0


def die(moment: str) -> None:
    if drafts == 2 and moment == sys.argv[0]:
        os.kill(os.getpid(), signal.SIGKILL)


def opening(path: Any, flags: int, mode: int = 0o777) -> int:
    global drafts  # noqa: PLW0603 -- the process is made to die
    if str(path).endswith(".draft") and Path(path).parent.name == "logs":
        drafts += 1
        die(MOMENTS[0])
    return real_open(path, flags, mode)


def syncing(handle: int) -> None:
    target = Path(f"/proc/self/fd/{handle}").readlink()
    if target.suffix == ".draft" and drafts == 2 and sys.argv[0] == MOMENTS[1]:
        os.ftruncate(handle, os.fstat(handle).st_size // 2)
        die(MOMENTS[1])
    real_fsync(handle)
    die(MOMENTS[2] if target.suffix == ".draft" else MOMENTS[4])


def replacing(source: Any, target: Any) -> None:
    real_replace(source, target)
    die(MOMENTS[3])


if __name__ == "__main__":
    sys.argv = sys.argv[1:]
    os.open, os.fsync, os.replace = opening, syncing, replacing  # type: ignore[assignment]
    cli.main()
