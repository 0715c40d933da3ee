"""Has a spreadsheet read by a process that is bounded in time, memory and output, and knows nothing of this one."""

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

SECONDS: Final = 120
MOST_OUTPUT: Final = 2**27
Cell: TypeAlias = str | Mapping[str, str]


class NotRead(Exception):
    """The file cannot be read; the text says why, and what to do instead."""


@dataclass(frozen=True, slots=True)
class Read:
    """A sheet as it was read: its headings, its rows, and by cell what has to be mended first."""

    headings: Sequence[Cell]
    rows: Sequence[Sequence[Cell]]
    problems: Sequence[Mapping[str, str]]


async def read(content: bytes) -> Read:
    """Return the cells of an .xlsx, .ods or CSV file; `NotRead` otherwise."""
    # -I: neither the environment nor the working directory says what is imported; the installed packages are.
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-c", _START, *sys.path,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL, env={}, cwd="/",
    )  # fmt: skip
    try:
        async with asyncio.timeout(SECONDS):
            told, _ = await process.communicate(content)
    except TimeoutError:
        raise NotRead("It takes longer to read than any list of commitments does. Make several files of it.") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode or len(told) > MOST_OUTPUT:
        raise NotRead(
            "It takes more time or memory to read than any list of commitments does. Make several files of it."
        )
    return _read(await asyncio.to_thread(json.loads, told))


_START: Final = "import sys; sys.path[:] = sys.argv[1:]; from service.exchange.reading import child; child.main()"


def _read(told: Mapping[str, Any]) -> Read:
    if refused := told.get("refused"):
        raise NotRead(refused)
    return Read(told["headings"], told["rows"], told["problems"])
