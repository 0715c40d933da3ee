"""`pacta export`: writes a log, and the files of its documents where these are asked for, and returns the exit status."""

import asyncio
import os
from pathlib import Path

import typer

from service import telemetry
from service.database.connection import Address, Limits
from service.database.pool import Pool
from service.log.export.audience import Audience
from service.log.export.directory import to_directory
from service.register.documents.keeping import required_store
from service.settings import Settings


def run(commission: str, directory: Path, witnesses: int, made_for: str, *, documents: bool) -> int:
    """Export as the settings say where all of it is kept; 1 if a file of a document is missing or altered there."""
    if made_for and made_for not in list(Audience):
        raise typer.BadParameter(
            f"there is no audience {made_for!r}; there are {', '.join(Audience)}", param_hint="--audience"
        )
    if made_for and documents:
        raise typer.BadParameter("come with a whole export alone: leave it out", param_hint="--documents")
    audience = Audience(made_for) if made_for else None
    settings = Settings.read()
    telemetry.configure(settings.log_level)
    store = required_store(settings) if documents else None

    async def export() -> int:
        address, limits = Address.of_service(settings), Limits.of_bulk(settings)
        async with Pool.of(settings, address, name="pacta-export", limits=limits) as pool:
            done = await to_directory(pool, commission, directory, witnesses, store, audience)
        held = f"redacted for the audience {audience}" if audience else "restricted ones too"
        typer.echo(f"{done.code}: {done.signed.checkpoint.size} entries in {directory}, {held}.")
        if done.documents is None:
            return os.EX_OK
        for line in done.documents.wrong:
            typer.echo(line, err=True)
        typer.echo(f"{done.documents.count} files of documents with them.")
        return 1 if done.documents.wrong else os.EX_OK

    return asyncio.run(export())
