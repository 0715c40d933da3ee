"""Starting the sequencer, and the collector of cosignatures beside it, from the settings."""

import asyncio

from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from service.database.transaction import create_engine
from service.sequencer import witnesses
from service.sequencer.directory import LogDirectory
from service.sequencer.heard import Heard
from service.sequencer.sequencer import Sequencer
from service.sequencer.witnesses import Collector
from service.settings import Settings


def create_sequencer(settings: Settings, host: str) -> Sequencer:
    """Return the sequencer with an engine of its own, as the role that may give indexes and store checkpoints.

    `host` becomes part of the logs' names when their key is made, and is not looked at later.
    """
    url = settings.sequencer_database_url
    if url is None:
        raise ValueError("The sequencer needs PACTA_SEQUENCER_DATABASE_URL, the database as the role pacta_sequencer.")
    if settings.log_dir is None:
        raise ValueError("The sequencer needs PACTA_LOG_DIR, a directory of its own outside the database.")
    return Sequencer(_engine(url, settings, "pacta-sequencer"), LogDirectory.open(settings.log_dir, host))


def create_collector(settings: Settings, heard: Heard | None = None) -> Collector:
    """Return what asks the witnesses, in the same role as the sequencer and beside it; `create_sequencer` has checked."""
    assert settings.sequencer_database_url
    asked = witnesses.load(settings.witnesses_file)
    return Collector(_engine(settings.sequencer_database_url, settings, "pacta-collector"), asked, heard or Heard())


async def work(settings: Settings, host: str) -> None:
    """Run the sequencer, and ask the witnesses, until cancelled."""
    sequencer = create_sequencer(settings, host)
    collector = create_collector(settings, sequencer.heard)
    await asyncio.gather(sequencer.run(), collector.run())


def _engine(url: SecretStr, settings: Settings, name: str) -> AsyncEngine:
    one = settings.model_copy(update={"pool_size": 1})
    return create_engine(url.get_secret_value(), settings=one, name=name)
