"""`pacta documents`: what an operator does about the files of documents."""

import os
import sys

import typer

documents = typer.Typer(no_args_is_help=True, help="The files of documents.")


@documents.callback()
def files() -> None:
    """The files of documents."""


@documents.command()
def check() -> None:
    """Read every document, and hold it to its digest: what is missing, altered, or belongs to no document.

    Reads PACTA_DATABASE_URL, and PACTA_DOCUMENTS_DIR or PACTA_DOCUMENTS_URL. Exit 0: all is well, 1: something is not.
    """
    import asyncio

    from service import telemetry
    from service.database.connection import Address
    from service.database.pool import Pool
    from service.register.documents import checking
    from service.register.documents.keeping import required_store
    from service.settings import Settings

    settings = Settings.read()
    telemetry.configure(settings.log_level)
    store = required_store(settings)

    async def run() -> int:
        wrong = 0
        async with Pool.of_command(settings, Address.of_service(settings), "pacta-documents") as pool:
            count = await checking.count(pool)
            with typer.progressbar(length=count, label="documents", file=sys.stderr) as bar:
                async for line in checking.check(pool, store, bar.update):
                    wrong += 1
                    typer.echo(line)
        typer.echo(f"{count} documents, {wrong} things wrong.")
        return 1 if wrong else os.EX_OK

    raise typer.Exit(asyncio.run(run()))
