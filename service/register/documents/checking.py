"""Holding every document to its bytes: what is missing, what is not what it was, and what belongs to no document."""

import hashlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import sqlalchemy as sa

from service.database.columns import table
from service.database.pool import Pool
from service.database.statement import FIRST, LIMIT, Query
from service.register.documents.models import Document
from service.register.documents.store import Kept, Store
from service.register.documents.sweeping import DAY_SECONDS, orphans

BATCH: Final = 200
_document = table(Document)


@dataclass(frozen=True, slots=True)
class Needed:
    """A content that a document needs."""

    id: UUID
    sha256: str
    size: int


_page = Query(
    sa.select(_document.c.id, _document.c.sha256, _document.c.size)
    .where(_document.c.withdrawn_at.is_(None), _document.c.id > sa.bindparam("after"))
    .order_by(_document.c.id)
    .limit(LIMIT),
    Needed,
)
_count = Query(sa.select(sa.func.count().label("count")).where(_document.c.withdrawn_at.is_(None)), int)


async def count(pool: Pool) -> int:
    """Return how many documents there are to look at."""
    async with pool.connection() as connection:
        return await _count.one(connection)


async def check(pool: Pool, store: Store, seen: Callable[[int], None]) -> AsyncIterator[str]:
    """Yield what is wrong, a line for each; `seen` hears of how many documents were looked at."""
    after = FIRST
    while True:
        async with pool.connection() as connection:
            page = await _page.rows(connection, after=after, limit=BATCH)
        for one in page:
            if wrong := await _wrong(store, one):
                yield f"document {one.id}: {wrong}"
            seen(1)
        if len(page) < BATCH:
            break
        after = page[-1].id
    batch = list[Kept]()
    async for kept in store.every():
        # Younger ones may be about to be committed.
        batch += [kept] if kept.age >= DAY_SECONDS else []
        if len(batch) == BATCH:
            for orphan in await orphans(pool, batch):
                yield _orphaned(orphan)
            batch.clear()
    for orphan in await orphans(pool, batch):
        yield _orphaned(orphan)


def _orphaned(one: Kept) -> str:
    return f"content {one.digest}: orphaned; it has {one.size} bytes, and pacta worker removes it"


async def _wrong(store: Store, one: Needed) -> str | None:
    reading = await store.open(one.sha256)
    if reading is None:
        return f"missing; put {one.sha256} back from a backup"
    hashed = hashlib.sha256()
    async for piece in reading.pieces(0, reading.size):
        hashed.update(piece)
    if hashed.hexdigest() == one.sha256 and reading.size == one.size:
        return None
    return f"altered; put {one.sha256}, of {one.size} bytes, back from a backup"
