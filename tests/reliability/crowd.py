"""Clients that do no good: they hang up, say nothing, or send their body by the byte."""

import asyncio
import resource
import time
from contextlib import suppress
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import httpx

HANGING_UP: Final = 1000
IDLE: Final = 2000
SLOW: Final = 50
SLOW_SECONDS: Final = 3
FILES: Final = 8192
PATIENCE_SECONDS: Final = 240
HEAD: Final = b"POST /oauth/token HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 90\r\n\r\n"


async def crowd(origin: str, pid: int) -> dict[str, float]:
    """Let them come all at once; return what a good client found meanwhile, in seconds, and what the service had open after."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(FILES, hard), hard))
    where = urlsplit(origin)
    assert where.hostname
    assert where.port
    host, port = where.hostname, where.port
    idle = [await asyncio.open_connection(host, port) for _ in range(IDLE)]
    slow = [asyncio.create_task(_slow(host, port)) for _ in range(SLOW)]
    hanging = [asyncio.create_task(_hang_up(host, port)) for _ in range(HANGING_UP)]
    waits = []
    async with httpx.AsyncClient(base_url=origin, timeout=PATIENCE_SECONDS) as client:
        end = time.monotonic() + SLOW_SECONDS
        while time.monotonic() < end:
            began = time.monotonic()
            # A connection that waits for its next request may be closed, where there are too many: then it is asked again.
            with suppress(httpx.ReadError, httpx.RemoteProtocolError):
                assert (await client.get("/livez")).status_code == 200
                waits.append(time.monotonic() - began)
    await asyncio.gather(*hanging, *slow)
    for _, writer in idle:
        writer.close()
    await asyncio.sleep(1)
    return {
        "longest answer to another client beside the crowd, seconds": round(max(waits), 2),
        "files that the API has open after the crowd": _open_files(pid),
    }


def _open_files(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


async def _hang_up(host: str, port: int) -> None:
    try:
        _, writer = await asyncio.open_connection(host, port)
        writer.write(HEAD + b"x" * 90)
        await writer.drain()
        writer.transport.abort()
    except OSError:
        return


async def _slow(host: str, port: int) -> None:
    try:
        _, writer = await asyncio.open_connection(host, port)
        writer.write(HEAD)
        for _ in range(SLOW_SECONDS * 2):
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.5)
        writer.close()
    except OSError:
        return
