"""Where the bytes of documents are kept: each content once, under its SHA-256. In a directory, or in a bucket (`bucket.py`).

    await store.put(draft, digest)      the file `draft`, already on the disk, is kept; it stays where it is
    await store.open(digest)            a reading of it; None if it is not there

`put` returns when the content, and its name, would outlast a power failure; whoever commits an entry that names it has waited
for that. It takes as long for what is kept already as for what is new: nobody learns from it what others have brought.
"""

import asyncio
import os
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from service import durable

PIECE: Final = 262_144
"""Bytes that are read or written at once: so much of a file is in memory."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One content in the store."""

    digest: str
    size: int
    age: float
    """Seconds since it was last put there."""


class Reading(Protocol):
    """A content that was found, to be read once."""

    size: int

    def pieces(self, start: int, end: int) -> AsyncIterator[bytes]:
        """Yield the bytes from `start` up to, without, `end`."""
        ...

    async def close(self) -> None:
        """Give up what reading needed."""
        ...


class Store(Protocol):
    """Where contents are kept, by their digests (SHA-256, hex)."""

    async def put(self, draft: Path, digest: str) -> None:
        """Keep the content of `draft`, whose digest this is, anew if it is there already; OSError, or `Unavailable`, if that cannot be."""
        ...

    async def open(self, digest: str) -> Reading | None:
        """Return a reading of a content; None if it is not there."""
        ...

    async def find(self, digest: str) -> Kept | None:
        """Return what is kept under a digest."""
        ...

    async def remove(self, digest: str) -> None:
        """Remove a content; it need not be there."""
        ...

    def every(self) -> AsyncIterator[Kept]:
        """Yield all that is kept, in no order."""
        ...


class Directory:
    """A store in a directory: `ab/abcdef...`; the first two letters keep each folder small."""

    def __init__(self, path: Path) -> None:
        self.path = path

    async def put(self, draft: Path, digest: str) -> None:
        """Link `draft` into its place. It must be on the disk already."""
        await asyncio.to_thread(self._put, draft, digest)

    def _put(self, draft: Path, digest: str) -> None:
        place = self._place(digest)
        durable.make_directory(place.parent, 0o700)
        # A name of its own first: a link does not replace, and a rename does, whole or not at all.
        beside = place.with_name(f".{digest}.{secrets.token_hex(8)}.draft")
        os.link(draft, beside)
        os.utime(beside)
        beside.replace(place)
        # Renaming one of two names of the same file to the other does nothing, and leaves both.
        beside.unlink(missing_ok=True)
        durable.sync(place.parent)

    async def open(self, digest: str) -> "FileReading | None":
        """Open the file, which stays readable while this reading has it, also where it is removed meanwhile."""
        with suppress(FileNotFoundError):
            handle = await asyncio.to_thread(os.open, self._place(digest), os.O_RDONLY)
            return FileReading(handle, os.fstat(handle).st_size)
        return None

    async def find(self, digest: str) -> Kept | None:
        """Return what is kept under a digest."""
        with suppress(FileNotFoundError):
            return _kept(await asyncio.to_thread(self._place(digest).stat), digest)
        return None

    async def remove(self, digest: str) -> None:
        """Remove the file, and wait until its name is gone from the disk."""
        place = self._place(digest)
        with suppress(FileNotFoundError):
            await asyncio.to_thread(place.unlink)
            await asyncio.to_thread(durable.sync, place.parent)

    async def every(self) -> AsyncIterator[Kept]:
        """Yield all that is kept; a folder at a time is in memory."""
        for folder in await asyncio.to_thread(lambda: sorted(self.path.glob("[0-9a-f][0-9a-f]"))):
            for one in await asyncio.to_thread(_within, folder):
                yield one

    def _place(self, digest: str) -> Path:
        return self.path / digest[:2] / digest


class FileReading:
    """An open file."""

    def __init__(self, handle: int, size: int) -> None:
        self.handle, self.size = handle, size

    async def pieces(self, start: int, end: int) -> AsyncIterator[bytes]:
        """Yield the bytes, and close the file at the end, or where the reader goes away."""
        try:
            while start < end:
                piece = await asyncio.to_thread(os.pread, self.handle, min(PIECE, end - start), start)
                if not piece:
                    raise OSError("a document is shorter than it was")
                start += len(piece)
                yield piece
        finally:
            await self.close()

    async def close(self) -> None:
        """Close the file."""
        if self.handle >= 0:
            os.close(self.handle)
            self.handle = -1


def _within(folder: Path) -> list[Kept]:
    found = []
    for file in sorted(folder.iterdir()):
        if not file.name.startswith("."):
            with suppress(FileNotFoundError):
                found.append(_kept(file.stat(), file.name))
    return found


def _kept(found: os.stat_result, digest: str) -> Kept:
    return Kept(digest, found.st_size, time.time() - found.st_mtime)
