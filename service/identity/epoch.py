"""Noticing that the registry was changed by another process: callers that were read before are forgotten."""

import asyncio
import contextlib
from typing import Final

import sqlalchemy as sa

from service.database.columns import table
from service.database.pool import LOST, Pool
from service.database.statement import Query
from service.identity.callers import Callers
from service.trail.models import Registry

SECONDS: Final = 0.5
_epoch = Query(sa.select(table(Registry).c.seq), int)


async def watch(pool: Pool, callers: Callers) -> None:
    """Look twice a second at the number of the registry's last change, until cancelled."""
    seen = None
    while True:
        with contextlib.suppress(*LOST):
            async with pool.connection() as connection:
                present = await _epoch.row(connection)
            if present != seen:
                callers.forget()
            seen = present
        await asyncio.sleep(SECONDS)
