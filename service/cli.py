"""The command `pacta`."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
from pydantic import ValidationError
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from service import demo as demonstration
from service import logs, serving
from service.commitments.lifecycle import picture
from service.db import create_engine
from service.embedded import EmbeddedError
from service.errors import ServiceError
from service.main import create_app, create_sequencer
from service.migrate import migrate as run_migrations
from service.parties import commands, queries
from service.parties.schemas import PrincipalCreate
from service.permissions import Kind
from service.settings import Settings

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Pacta: the shared record of what governments agreed. Settings are environment variables PACTA_...",
)
principal = typer.Typer(no_args_is_help=True, help="Register the first administrator; rotate or end its access.")
app.add_typer(principal, name="principal")
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
    demonstration.run(host, port, data_dir, fresh=fresh)


@app.command()
def serve(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    *,
    with_worker: Annotated[bool, typer.Option("--with-worker", help="Run the sequencer in this process too.")] = False,
) -> None:
    """Serve the API on PACTA_DATABASE_URL. Behind TLS: a proxy ends it."""
    settings = Settings()
    logs.configure(settings.log_level)
    serving.serve(create_app(settings, with_worker=with_worker), host, port)


@app.command()
def worker() -> None:
    """Run the sequencer beside several `pacta serve`, on PACTA_WORKER_DATABASE_URL."""
    settings = Settings()
    logs.configure(settings.log_level)
    serving.run_until_told(create_sequencer(settings).run())


@app.command()
def migrate() -> None:
    """Bring the database to the present schema, as its owner (PACTA_OWNER_DATABASE_URL).

    The roles in PACTA_DATABASE_URL and PACTA_WORKER_DATABASE_URL are created if they are missing.
    """
    settings = Settings()
    if settings.owner_database_url is None:
        msg = "Set PACTA_OWNER_DATABASE_URL, such as postgresql+asyncpg://pacta_owner:...@host/pacta."
        raise _Told(msg)
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
    text = serving.document(create_app(Settings()))
    if check and (not output.exists() or output.read_text(encoding="utf-8") != text):
        message = f"{output} is stale. Write it anew with: pacta openapi"
        raise _Told(message)
    if not check:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(text, encoding="utf-8")


@app.command()
def lifecycle() -> None:
    """Print the lifecycle as a Mermaid picture."""
    typer.echo(picture(), nl=False)


@principal.command()
def create(
    client_id: str,
    kind: Annotated[Kind, typer.Option(help="What it is; it never changes.")] = Kind.ADMINISTRATOR,
    name: Annotated[str, typer.Option(help="Name for people.")] = "",
    organisation_id: Annotated[str, typer.Option(help="For a representative: whom it acts for.")] = "",
) -> None:
    """Register a principal and print its secret, this once."""
    acts_for = UUID(organisation_id) if organisation_id else None
    new = PrincipalCreate(client_id=client_id, name=name or client_id, kind=kind, organisation_id=acts_for)

    async def run(connection: AsyncConnection) -> str:
        return (await commands.register_principal(connection, commands.OPERATOR, new))[1]

    typer.echo(f"client_id:     {client_id}\nclient_secret: {_in_database(run)}")


@principal.command()
def rotate(
    client_id: str,
    keep_minutes: Annotated[int, typer.Option(min=0, help="How long the old secrets stay good.")] = 0,
) -> None:
    """Print a new secret; the old ones end, now or in a while."""

    async def run(connection: AsyncConnection) -> str:
        known = await queries.principal_by_client_id(connection, client_id)
        until = datetime.now(UTC) + timedelta(minutes=keep_minutes) if keep_minutes else None
        return (await commands.rotate_secret(connection, commands.OPERATOR, known["id"], until))[1]

    typer.echo(f"client_id:     {client_id}\nclient_secret: {_in_database(run)}")


@principal.command()
def deactivate(client_id: str) -> None:
    """End a principal's access for good, at once."""

    async def run(connection: AsyncConnection) -> None:
        known = await queries.principal_by_client_id(connection, client_id)
        await commands.deactivate_principal(connection, commands.OPERATOR, known["id"])

    _in_database(run)
    typer.echo(f"{client_id} is deactivated.")


class _Told(Exception):
    """Something the operator can mend."""


def _in_database(run: Callable[[AsyncConnection], Coroutine[Any, Any, Any]]) -> Any:  # noqa: ANN401
    async def begin() -> Any:  # noqa: ANN401
        settings = Settings()
        engine = create_engine(settings.database_url.get_secret_value(), settings=settings)
        try:
            async with engine.begin() as connection:
                return await run(connection)
        finally:
            await engine.dispose()

    return asyncio.run(begin())


def main() -> None:
    """Run the command; what the operator can mend is said in a sentence, without a traceback."""
    try:
        app()
    except (EmbeddedError, ServiceError, ValidationError, ValueError, _Told) as wrong:
        sys.exit(f"pacta: {wrong}")
    except IntegrityError as wrong:
        sys.exit(f"pacta: something with this name is there already, or what it refers to is not: {wrong.orig}")
    except (SQLAlchemyError, OSError) as wrong:
        said = str(wrong).splitlines()[0]
        sys.exit(f"pacta: the database cannot be used: {said}\nCheck the PACTA_..._DATABASE_URL settings.")


if __name__ == "__main__":
    main()
