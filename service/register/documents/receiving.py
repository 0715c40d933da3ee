"""Receiving a file: into a draft on the disk, piece by piece, judged by what is in it before anything of it is kept."""

import asyncio
import hashlib
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import structlog

from service.errors import InvalidContent, TooLarge, Unavailable
from service.register.documents.content import media_type
from service.register.documents.keeping import Documents
from service.register.documents.rules.document import ENDINGS, MediaType
from service.register.documents.store import PIECE

SCAN_SECONDS: Final = 60
SCAN_BYTES: Final = 4096
log = structlog.get_logger("pacta.documents")


@dataclass(frozen=True, slots=True)
class Draft:
    """A file that has been received, and is on the disk; it is gone when the request ends."""

    path: Path
    size: int
    sha256: str
    media_type: MediaType


@asynccontextmanager
async def drafted(documents: Documents, pieces: AsyncIterator[bytes], expected: str | None) -> AsyncIterator[Draft]:
    """Receive a file and give it as it lies on the disk.

    Refused is what is too long, empty, of no kind that is taken, not of the `expected` digest, or refused by the operator's scan.
    """
    path = documents.receiving() / f"{secrets.token_hex(16)}.draft"
    try:
        size, digest = await _receive(documents, pieces, path)
        if expected is not None and digest != expected.lower():
            wrong = f"is not the digest of the file that came; that is {digest}, of {size} bytes"
            raise InvalidContent.listing([{"parameter": "sha256", "detail": wrong}])
        kind = await asyncio.to_thread(media_type, path)
        if kind is None:
            taken = ", ".join(endings[0].removeprefix(".").upper() for endings in ENDINGS.values())
            wrong = f"is none of the kinds that are taken, by what is in it: {taken}, without macros"
            raise InvalidContent.listing([{"pointer": "/file", "detail": wrong}])
        await _scan(documents.scan, path)
        yield Draft(path, size, digest, kind)
    finally:
        path.unlink(missing_ok=True)


async def _receive(documents: Documents, pieces: AsyncIterator[bytes], path: Path) -> tuple[int, str]:
    """Write the file to the disk, and return its size and its digest (SHA-256, hex)."""
    size, hashed, waiting = 0, hashlib.sha256(), bytearray()
    with await asyncio.to_thread(_create, path) as file:
        async for piece in pieces:
            size += len(piece)
            if size > documents.longest:
                raise TooLarge(f"The file is longer than {documents.longest} bytes, which its operator allows.")
            hashed.update(piece)
            waiting += piece
            if len(waiting) >= PIECE:
                await asyncio.to_thread(file.write, bytes(waiting))
                waiting.clear()
        if not size:
            raise InvalidContent.listing([{"pointer": "/file", "detail": "is empty"}])
        await asyncio.to_thread(_end, file, bytes(waiting))
    return size, hashed.hexdigest()


def _create(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _end(file: BinaryIO, rest: bytes) -> None:
    file.write(rest)
    file.flush()
    os.fsync(file.fileno())


async def _scan(command: tuple[str, ...], path: Path) -> None:
    """Have the operator's command look at the file; 422 if it ends with anything but 0, 503 if it does not end."""
    if not command:
        return
    # What is set for the service, secrets among it, is none of its business.
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PACTA_", "PG", "AWS_"))}
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            str(path),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=environment,
        )
    except OSError as wrong:
        log.error("scan_failed", error=str(wrong))  # noqa: TRY400 -- what matters is in it
        raise Unavailable("The operator's scan of files cannot be run. Nothing was kept; tell the operator.") from wrong
    try:
        async with asyncio.timeout(SCAN_SECONDS):
            assert process.stdout is not None
            said = await process.stdout.read(SCAN_BYTES)
            while await process.stdout.read(SCAN_BYTES):
                pass
            status = await process.wait()
    except TimeoutError as wrong:
        raise Unavailable(f"The operator's scan took longer than {SCAN_SECONDS} seconds. Nothing was kept.") from wrong
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if status:
        log.warning("scan_refused", status=status, said=said.decode(errors="replace")[:500])
        raise InvalidContent.listing(
            [{"pointer": "/file", "detail": "is refused by the scan of this service's operator"}]
        )
