"""Starting the sequencer, and the collector of cosignatures beside it, from the settings."""

import asyncio

from service.database.connection import Address
from service.database.pool import Pool, stay_fit
from service.errors.operator import OperatorMistake
from service.sequencer import witnesses
from service.sequencer.directory import LogDirectory
from service.sequencer.heard import Heard
from service.sequencer.sequencer import Sequencer
from service.sequencer.witnesses import Collector
from service.settings import Settings


def create_sequencer(settings: Settings, host: str) -> Sequencer:
    """Return the sequencer with a pool of its own, as the role that may give indexes and store checkpoints.

    `host` becomes part of the logs' names when their key is made, and is not looked at later.
    """
    pool = _pool(settings, "pacta-sequencer")
    if settings.log_dir is None:
        raise OperatorMistake("The sequencer needs PACTA_LOG_DIR, a directory of its own outside the database.")
    return Sequencer(pool, LogDirectory.open(settings.log_dir, host))


def create_collector(settings: Settings, heard: Heard | None = None) -> Collector:
    """Return what asks the witnesses, in the same role as the sequencer and beside it."""
    asked = witnesses.load(settings.witnesses_file)
    return Collector(_pool(settings, "pacta-collector"), asked, heard or Heard())


async def work(settings: Settings, host: str) -> None:
    """Run the sequencer, and ask the witnesses, until cancelled."""
    sequencer = create_sequencer(settings, host)
    collector = create_collector(settings, sequencer.heard)
    await asyncio.gather(sequencer.run(), collector.run(), stay_fit(collector.pool, sequencer.pool, collector.pool))


def _pool(settings: Settings, name: str) -> Pool:
    return Pool.of(settings, Address.of_sequencer(settings), name=name, size=1, writes=True)
