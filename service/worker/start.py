"""Starting the worker from the settings, and the one list of its jobs."""

import asyncio
from typing import Final

from service.database.connection import Address
from service.database.pool import Pool, stay_fit
from service.register.documents.keeping import Documents
from service.register.documents.sweeping import sweep
from service.settings import Settings
from service.worker.jobs import Job, Tools
from service.worker.worker import Worker

SIZE: Final = 2
"""Connections: one for the turn of a job, and one to look whether the schema is still fit."""
HOUR: Final = 3600.0


async def _sweep_documents(tools: Tools) -> bool:
    """Remove the files that belong to no document."""
    documents = Documents.of(tools.settings)
    if documents.kept_in is not None:
        await sweep(tools.pool, documents)
    return False


JOBS: Final[tuple[Job, ...]] = (Job("sweep_documents", _sweep_documents, rest=HOUR / 4, within=HOUR),)
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
