"""Starting the worker from the settings, and the one list of its jobs."""

import asyncio
from typing import Final

from service.database.connection import Address
from service.database.pool import Pool, stay_fit
from service.exchange.running import forget_files, run_next
from service.register.documents.keeping import Documents
from service.register.documents.sweeping import sweep
from service.settings import Settings
from service.worker.jobs import Job, Tools
from service.worker.worker import Worker

IMPORT_SECONDS: Final = 1800.0
"""How long the largest import may take."""
SIZE: Final = 3
"""Connections: two for the turn of a job, one of which tells how far it is, and one to look whether the schema is still fit."""

HOUR: Final = 3600.0


async def _sweep_documents(tools: Tools) -> bool:
    """Remove the files that belong to no document."""
    documents = Documents.of(tools.settings)
    if documents.kept_in is not None:
        await sweep(tools.pool, documents)
    return False


async def _import(tools: Tools) -> bool:
    return await run_next(tools.pool)


async def _forget(tools: Tools) -> bool:
    return await forget_files(tools.pool)


JOBS: Final[tuple[Job, ...]] = (
    Job("imports", _import, within=IMPORT_SECONDS),
    Job("forget_files", _forget, rest=600.0),
    Job("sweep_documents", _sweep_documents, rest=HOUR / 4, within=HOUR),
)
"""Every job, in the order of their turns. What its role needs of the tables stands in `database/privileges.py`."""


def create_worker(settings: Settings) -> Worker:
    """Return the worker with a pool of its own, as the role pacta_worker."""
    pool = Pool.of(settings, Address.of_worker(settings), name="pacta-worker", size=SIZE, writes=True)
    return Worker(Tools(pool, settings), JOBS)


async def work(settings: Settings) -> None:
    """Give the jobs their turns until cancelled."""
    worker = create_worker(settings)
    try:
        await asyncio.gather(worker.run(), stay_fit(worker.pool, worker.pool))
    finally:
        await worker.pool.close()
