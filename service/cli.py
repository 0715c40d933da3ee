"""The command `pacta`. Each command imports what it needs when it runs, so that `--help` answers at once."""

import sys
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from pydantic import ValidationError

from service.accounts import principals
from service.errors import ServiceError

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Pacta: the shared record of what governments agreed. Settings are environment variables PACTA_...",
)
app.add_typer(principals, name="principal")
Host = Annotated[str, typer.Option(help="Address to listen on.")]
Port = Annotated[int, typer.Option(help="Port to listen on.", min=0, max=65535)]


@app.command()
def demo(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    data_dir: Annotated[Path, typer.Option(help="Where everything is kept.")] = Path(".pacta"),
    *,
    fresh: Annotated[bool, typer.Option(help="Forget what is kept there and begin anew.")] = False,
) -> None:
    """Run everything here: a private PostgreSQL, the pilot's data, the service, Swagger UI."""
    from service import demo as demonstration

    demonstration.run(host, port, data_dir, fresh=fresh)


@app.command()
def serve(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    *,
    with_worker: Annotated[bool, typer.Option("--with-worker", help="Run the sequencer in this process too.")] = False,
) -> None:
    """Serve the API on PACTA_DATABASE_URL. Behind TLS: a proxy ends it."""
    from service import logs, serving
    from service.main import create_app
    from service.settings import Settings

    settings = Settings()
    logs.configure(settings.log_level)
    serving.serve(create_app(settings, with_worker=with_worker), host, port)


@app.command()
def worker() -> None:
    """Run the sequencer beside several `pacta serve`, on PACTA_WORKER_DATABASE_URL."""
    from service import logs, serving
    from service.main import work
    from service.settings import Settings

    settings = Settings()
    logs.configure(settings.log_level)
    serving.run_until_told(work(settings))


@app.command()
def policy(
    commissions: Annotated[
        list[UUID] | None, typer.Argument(help="Ids of commissions; without any, every log that was signed.")
    ] = None,
) -> None:
    """Print the policy file by which a party or a witness knows the logs, from the keys in PACTA_LOG_DIR.

    Hand it over in person: whoever gets it from the service itself has verified nothing.
    """
    from service.audit.log_directory import LogDirectory
    from service.settings import Settings

    directory = LogDirectory.existing(Settings().log_dir)
    typer.echo("# Hand this over in person. The key of each log is its own; a name never changes.")
    typer.echo(directory.policy(commissions or directory.logs()), nl=False)


WitnessDirectory = Annotated[Path, typer.Argument(help="Where its key and its memory are kept.")]
WitnessName = Annotated[
    str | None, typer.Option(help="Name of the witness, such as witness.example.gov/pacta; to make its key.")
]


@app.command()
def witness(
    directory: WitnessDirectory,
    logs: Annotated[Path, typer.Option(help="Policy file (C2SP tlog-policy) with a line `log <vkey>` for each log.")],
    name: WitnessName = None,
    host: Host = "127.0.0.1",
    port: Port = 8100,
) -> None:
    """Witness logs: cosign their checkpoints over HTTP (C2SP tlog-witness) once they prove that they only grew.

    It needs neither a database nor settings. Its key is made on the first start. Never restore an old copy of its
    directory: it would cosign a history that contradicts one it has cosigned. Behind TLS: a proxy ends it.
    """
    from service import logs as logging
    from service import serving
    from service.witness.app import create_app
    from service.witness.start import opened

    logging.configure("INFO")
    with opened(directory, logs, name) as memory, serving.listen(host, port) as listener:
        typer.echo(f"{memory}Listening on {host}:{listener.getsockname()[1]}. Ctrl-C ends it.")
        serving.serve(create_app(memory), host, port, listener)


@app.command()
def witness_key(directory: WitnessDirectory, name: WitnessName = None) -> None:
    """Print the public key of a witness, which is made if there is none, for the policies of those who trust it."""
    from service.witness.start import public_key

    typer.echo(public_key(directory, name))


@app.command()
def migrate() -> None:
    """Bring the database to the present schema, as its owner (PACTA_OWNER_DATABASE_URL).

    The roles in PACTA_DATABASE_URL and PACTA_WORKER_DATABASE_URL are created if they are missing.
    """
    from service.migrate import migrate as run_migrations
    from service.settings import Settings

    settings = Settings()
    if settings.owner_database_url is None:
        msg = "Set PACTA_OWNER_DATABASE_URL, such as postgresql+asyncpg://pacta_owner:...@host/pacta."
        raise ValueError(msg)
    users = [url.get_secret_value() for url in (settings.database_url, settings.worker_database_url) if url]
    run_migrations(settings.owner_database_url.get_secret_value(), users)
    typer.echo("The schema is up to date.")


@app.command()
def openapi(
    output: Annotated[Path, typer.Option(help="File to write.")] = Path("openapi/openapi.json"),
    *,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; fail if the file is stale.")] = False,
) -> None:
    """Write the published document."""
    from service import serving
    from service.main import create_app
    from service.settings import Settings

    text = serving.document(create_app(Settings()))
    if check and (not output.exists() or output.read_text(encoding="utf-8") != text):
        message = f"{output} is stale. Write it anew with: pacta openapi"
        raise ValueError(message)
    if not check:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(text, encoding="utf-8")


@app.command()
def export(
    commission: Annotated[str, typer.Argument(help="The commission's code, such as PK-AZ, or its id.")],
    directory: Annotated[Path, typer.Argument(help="Where to write; an older export there is brought up to date.")],
    witnesses: Annotated[
        int, typer.Option(min=0, max=100, help="Take the newest checkpoint that so many witnesses have cosigned.")
    ] = 0,
) -> None:
    """Write a commission's whole log, restricted entries too, for `pacta verify`; reads PACTA_DATABASE_URL."""
    import asyncio

    from service.db import create_engine
    from service.settings import Settings
    from service.trail.export_directory import to_directory

    async def run() -> None:
        settings = Settings()
        engine = create_engine(settings.database_url.get_secret_value(), settings=settings, name="pacta-export")
        try:
            done = await to_directory(engine, commission, directory, witnesses)
        finally:
            await engine.dispose()
        typer.echo(f"{done.code}: {done.signed.checkpoint.size} entries in {directory}, restricted ones too.")

    asyncio.run(run())


@app.command()
def lifecycle() -> None:
    """Print the lifecycle as a Mermaid picture."""
    from service.commitments.lifecycle import picture

    typer.echo(picture(), nl=False)


def main() -> None:
    """Run the command; what the operator can mend is said in a sentence, without a traceback."""
    try:
        app()
    except (ServiceError, ValidationError, ValueError) as wrong:
        sys.exit(f"pacta: {wrong}")
    except OSError as wrong:
        sys.exit(f"pacta: {_unreachable(wrong)}")
    except Exception as wrong:
        from sqlalchemy.exc import IntegrityError, SQLAlchemyError

        if not isinstance(wrong, SQLAlchemyError):
            raise
        sys.exit(f"pacta: {_taken(wrong) if isinstance(wrong, IntegrityError) else _unreachable(wrong)}")


def _unreachable(wrong: Exception) -> str:
    said = (str(wrong) or type(wrong).__name__).splitlines()[0]
    return f"the database cannot be used: {said}\nCheck the PACTA_..._DATABASE_URL settings."


def _taken(wrong: Exception) -> str:
    return f"something with this name is there already, or what it refers to is not: {wrong.__cause__}"


if __name__ == "__main__":
    main()
