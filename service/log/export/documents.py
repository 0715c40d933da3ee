"""The files of documents beside an exported log: those that its entries tell of, each under its digest.

A file is copied piece by piece and held to its digest; one that is there already, and right, is not fetched again.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

import sqlalchemy as sa

from service import durable
from service.database.columns import table
from service.database.pool import Pool
from service.database.statement import LIMIT, Query
from service.log.models import LogEntry
from service.register.documents.models import Document
from service.register.documents.store import Store

FOLDER: Final = "documents"
BATCH: Final = 500
_document, _entry = table(Document), table(LogEntry)


@dataclass(slots=True)
class Brought:
    """What became of the files: how many are beside the log, and what is wrong with others, a line for each."""

    count: int
    wrong: list[str]


async def bring(pool: Pool, store: Store, log_id: UUID, size: int, directory: Path) -> Brought:
    """Bring the files of all documents along that the first `size` entries of a log tell of and that were not withdrawn.

    What belongs to none of them is removed: a withdrawn document is gone from an older export too.
    """
    folder, wanted, wrong = directory / FOLDER, set[str](), list[str]()
    await asyncio.to_thread(durable.make_directory, folder)
    async for digest in _digests(pool, log_id, size):
        wanted.add(digest)
        if not await asyncio.to_thread(_is_right, folder / digest, digest) and (
            why := await _copy(store, digest, folder / digest)
        ):
            wrong.append(f"{FOLDER}/{digest}: {why}")
    for file in await asyncio.to_thread(lambda: [*folder.iterdir()]):
        if file.name not in wanted:
            file.unlink()
    return Brought(len(wanted) - len(wrong), wrong)


async def _digests(pool: Pool, log_id: UUID, size: int) -> AsyncIterator[str]:
    after = ""
    while True:
        async with pool.connection() as connection:
            found = await _page.rows(connection, log_id=log_id, size=size, after=after, limit=BATCH)
        for digest in found:
            yield digest
        if len(found) < BATCH:
            return
        after = found[-1]


async def _copy(store: Store, digest: str, file: Path) -> str | None:
    """Copy a content, and return why that could not be."""
    reading = await store.open(digest)
    if reading is None:
        return "is missing in the store; `pacta documents check` tells whose it is"
    hashed = hashlib.sha256()
    with durable.replacing(file, durable.SHARED) as written:
        async for piece in reading.pieces(0, reading.size):
            hashed.update(piece)
            await asyncio.to_thread(written.write, piece)
    if hashed.hexdigest() == digest:
        return None
    await asyncio.to_thread(file.unlink)
    return "is altered in the store; `pacta documents check` tells whose it is"


def _is_right(file: Path, digest: str) -> bool:
    """Return whether the file is there already, with the content that it should have."""
    if not file.exists():
        return False
    with file.open("rb") as read:
        return hashlib.file_digest(read, "sha256").hexdigest() == digest


_within = sa.exists().where(
    _entry.c.log_id == sa.bindparam("log_id"),
    _entry.c.subject == _document.c.matter_id,
    _entry.c.seq == _document.c.entry,
    _entry.c.index < sa.bindparam("size", type_=sa.BigInteger()),
)
_page = Query(
    sa.select(_document.c.sha256)
    .where(
        _document.c.commission_id == sa.bindparam("log_id"),
        _document.c.withdrawn_at.is_(None),
        _document.c.sha256 > sa.bindparam("after"),
        _within,
    )
    .distinct()
    .order_by(_document.c.sha256)
    .limit(LIMIT),
    str,
)
