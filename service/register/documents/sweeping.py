"""What lies in the store and belongs to no document: found, judged again under the lock that uploads take, and removed.

Such an orphan is left where a process died, or a request was refused, after its file was put there and before its entry was
committed; and where a document was withdrawn. Of a draft that nobody receives any more nobody else will ever hear.
"""

import asyncio
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Final

import sqlalchemy as sa

from service.database.columns import table
from service.database.pool import Pool
from service.database.statement import Query, is_among
from service.register.documents.commands import remove_unneeded
from service.register.documents.keeping import Documents
from service.register.documents.models import Document
from service.register.documents.store import Kept, Store

DAY_SECONDS: Final = 86_400
"""An orphan is left for so long: its entry may be about to be committed, and nothing hurries."""
BATCH: Final = 500
_document = table(Document)
_among = is_among(_document.c.sha256, "digests")
_live = Query(sa.select(_document.c.sha256).where(_among, _document.c.withdrawn_at.is_(None)).distinct(), str)
_withdrawn = Query(sa.select(_document.c.sha256).where(_document.c.withdrawn_at.is_not(None), _among).distinct(), str)


async def sweep(pool: Pool, documents: Documents) -> int:
    """Remove what has been an orphan for a day, and at once what was withdrawn; return how many contents it was."""
    await asyncio.to_thread(_clear, documents)
    removed, batch = 0, list[Kept]()
    async for one in documents.store.every():
        batch.append(one)
        if len(batch) == BATCH:
            removed += await _sweep(pool, documents.store, batch)
            batch.clear()
    return removed + await _sweep(pool, documents.store, batch)


async def orphans(pool: Pool, found: Sequence[Kept]) -> list[Kept]:
    """Return which of these contents no document needs."""
    digests = [one.digest for one in found]
    async with pool.connection() as connection:
        needed = set(await _live.rows(connection, digests=digests))
    return [one for one in found if one.digest not in needed]


async def _sweep(pool: Pool, store: Store, found: Sequence[Kept]) -> int:
    alone = await orphans(pool, found)
    async with pool.connection() as connection:
        withdrawn = set(await _withdrawn.rows(connection, digests=[one.digest for one in alone]))
    return await _remove(
        pool, store, (one for one in alone if one.age >= DAY_SECONDS or one.digest in withdrawn), withdrawn
    )


async def _remove(pool: Pool, store: Store, alone: Iterable[Kept], withdrawn: set[str]) -> int:
    removed = 0
    for one in alone:
        least = 0 if one.digest in withdrawn else DAY_SECONDS
        async with pool.transaction() as connection:
            removed += await remove_unneeded(connection, store, one.digest, least)
    return removed


def _clear(documents: Documents) -> None:
    """Remove drafts that were begun more than a day ago: no body takes so long to come."""
    for draft in documents.incoming.glob("*.draft"):
        with suppress(FileNotFoundError):
            if time.time() - draft.stat().st_mtime > DAY_SECONDS:
                draft.unlink()
