"""Has a document typeset by a child process: bounded in time and memory, one for each caller."""

import asyncio
import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, Final

import orjson
import structlog

from service.errors import ServiceError, Unavailable
from service.http.at_once import AtOnce, Most
from service.reports.pdf.fonts import FOLDERS

CHILD: Final = Path(__file__).with_name("typesetting.py")
SECONDS: Final = 30
"""So long a document may take; one of 2,000 rows takes some five."""
_log = structlog.get_logger()
MAKING: Final = AtOnce(
    of_each=Most(
        1, "One PDF is being made for you at this moment; there is one at a time. Wait for it, then ask again.", 5
    )
)


async def typeset(document: Mapping[str, Any], day: date, child: Path = CHILD, seconds: float = SECONDS) -> bytes:
    """Return the PDF of a document, dated by its day; `Unavailable` where that takes too long, `ServiceError` where it fails."""
    told = {
        "document": document,
        "fonts": list(map(str, FOLDERS)),
        "timestamp": int(datetime.combine(day, time(), UTC).timestamp()),
    }
    # One thread, since others are served on the same cores; nothing else of our environment.
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-I", str(child), env={"RAYON_NUM_THREADS": "1"}, cwd="/",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        async with asyncio.timeout(seconds):
            made, said = await process.communicate(orjson.dumps(told))
    except TimeoutError as late:
        message = f"The PDF was not made within {seconds:g} seconds. Ask again later, or ask for XLSX, CSV or JSON."
        raise Unavailable(message, headers={"Retry-After": "30"}) from late
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        _log.error("pdf_failed", status=process.returncode, said=said.decode(errors="replace")[-2000:])
        raise ServiceError("The PDF could not be made. Ask for XLSX, CSV or JSON instead, and tell the operator.")
    return made
