"""The command `pacta`. Each command imports what it needs when it runs, so that `--help` answers at once."""

import asyncio
import gc
import json
import os
import sys
from pathlib import Path
from typing import Annotated, Final, TypeAlias

import typer

from service.cli.access import accesses
from service.cli.documents import documents
from service.cli.logs import logs
from service.cli.principals import principals
from service.cli.proofs import Host, Port, proofs

COLLECT: Final = (50_000, 20, 50)
"""Allocations between collections of garbage. What is imported stays, and so does what is kept of a log: with Python's own 700 it is
looked through again and again, for a quarter of a start, a tenth of a verification, and some 8 % of a write."""
app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Pacta: the shared record of what governments agreed. Settings are environment variables PACTA_...",
)
Wait: TypeAlias = Annotated[
    float, typer.Option(min=0, max=3600, help="Seconds to wait, as the service starts, for the database to let it in.")
]
app.add_typer(principals, name="principal")
app.add_typer(documents, name="documents")
app.add_typer(proofs)
app.add_typer(logs, name="log")
app.add_typer(accesses, name="access")


@app.command()
def demo(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    data_dir: Annotated[Path, typer.Option(help="Where everything is kept.")] = Path(".pacta"),
    *,
    fresh: Annotated[bool, typer.Option(help="Forget what is kept there and begin anew.")] = False,
) -> None:
    """Run everything here: a private PostgreSQL, the pilot's data, the service, Swagger UI."""
    from service.demo import run as demonstration

    demonstration.run(host, port, data_dir, fresh=fresh)


@app.command()
def serve(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    *,
    with_sequencer: Annotated[
        bool, typer.Option("--with-sequencer", help="Run the sequencer in this process too.")
    ] = False,
    wait: Wait = 0,
) -> None:
    """Serve the API on PACTA_DATABASE_URL by one process. A proxy before it ends TLS, and spreads requests over several."""
    # Nothing of it is garbage at all.
    gc.disable()
    from service.cli.beginning import begin
    from service.database.connection import Address, Limits
    from service.database.proving import prove
    from service.http import serving
    from service.main import create_app
    from service.telemetry import tracing

    settings = begin()
    tracing.begin()
    app = create_app(settings, with_sequencer=with_sequencer)
    gc.freeze()
    gc.enable()
    addresses = [Address.of_service(settings), *([Address.of_sequencer(settings)] if with_sequencer else [])]
    asyncio.run(prove(Limits.of_requests(settings), *addresses, wait=wait))
    serving.serve(app, host, port, keep_alive=settings.keep_alive_seconds)


@app.command()
def sequencer(*, wait: Wait = 0) -> None:
    """Run the sequencer beside several `pacta serve`, on PACTA_SEQUENCER_DATABASE_URL."""
    from service.cli.beginning import begin
    from service.database.connection import Address, Limits
    from service.database.proving import prove
    from service.http import serving
    from service.http.addresses import Addresses
    from service.sequencer.start import work

    settings = begin()
    asyncio.run(prove(Limits.of_requests(settings), Address.of_sequencer(settings), wait=wait))
    serving.run_until_told(work(settings, Addresses.of(settings.public_url).host))


@app.command()
def worker(*, wait: Wait = 0) -> None:
    """Do what no request waits for, in turns, on PACTA_WORKER_DATABASE_URL. Any number may run beside several `pacta serve`."""
    from service.cli.beginning import begin
    from service.database.connection import Address, Limits
    from service.database.proving import prove
    from service.http import serving
    from service.worker.start import work

    settings = begin()
    asyncio.run(prove(Limits.of_requests(settings), Address.of_worker(settings), wait=wait))
    serving.run_until_told(work(settings))


@app.command()
def migrate(
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; say what is due, which locks it takes, and for how long.")
    ] = False,
    wait: Wait = 0,
) -> None:
    """Bring the database to the present schema, as its owner (PACTA_OWNER_DATABASE_URL).

    The roles in PACTA_DATABASE_URL, PACTA_SEQUENCER_DATABASE_URL and PACTA_WORKER_DATABASE_URL are created if they are missing.
    """
    from service.cli.beginning import begin
    from service.database.connection import Address, Limits
    from service.database.migrate import migrate as run_migrations
    from service.database.plan import planned
    from service.database.proving import await_database

    settings = begin()
    asyncio.run(await_database(Limits.of_requests(settings), Address.of_owner(settings), wait))
    if check:
        typer.echo("\n".join(asyncio.run(planned(Address.of_owner(settings), Limits.of_bulk(settings)))))
        return
    run_migrations(Address.of_owner(settings), Address.of_users(settings), Limits.of_bulk(settings))
    typer.echo("The schema is up to date.")


@app.command()
def doctor(
    *,
    fix: Annotated[bool, typer.Option("--fix", help="Mend what can be mended without harm to anything there.")] = False,
) -> None:
    """Hold the database, the keys, the notes and the witnesses to what they must be, and say how to mend what is not.

    Reads PACTA_OWNER_DATABASE_URL, and whatever else is set. Exit 0: all is well, 1: something is not.
    """
    from service.cli.doctor import run
    from service.settings import Settings

    raise typer.Exit(run(Settings.read(), fix=fix))


@app.command()
def deployment(
    directory: Annotated[
        Path, typer.Argument(help="Where to write; files that are there already are left as they are.")
    ],
    machine: Annotated[
        list[str] | None,
        typer.Option(help="One of three: two with a database each, and one with a vote.", metavar="NAME=ADDRESS"),
    ] = None,
) -> None:
    """Write what an operator starts from: Prometheus' configuration with its alarms, and a dashboard for Grafana.

    With three machines also what PostgreSQL under Patroni with etcd needs on each, for a database that fails over.
    """
    from service.cli.deploying import write

    for line in write(directory, machine or ()):
        typer.echo(line)


@app.command()
def openapi(
    output: Annotated[Path, typer.Option(help="File to write.")] = Path("openapi/openapi.json"),
    *,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; fail if the file is stale.")] = False,
) -> None:
    """Write the published document."""
    from service.http.openapi.document import document
    from service.main import create_app
    from service.main.routers import UNIONS
    from service.settings import Settings

    text = json.dumps(document(create_app(Settings.read()), UNIONS), indent=2, ensure_ascii=False) + "\n"
    if check and (not output.exists() or output.read_text(encoding="utf-8") != text):
        sys.exit(f"pacta: {output} is stale. Write it anew with: pacta openapi")
    if not check:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(text, encoding="utf-8")


@app.command()
def lifecycle() -> None:
    """Print the lifecycle as a Mermaid picture."""
    from service.register.commitments.rules.lifecycle import LIFECYCLE

    typer.echo(LIFECYCLE.picture(), nl=False)


@app.command()
def set_up(
    file: Annotated[Path | None, typer.Argument(help="What to set up (YAML).")] = None,
    party: Annotated[
        str | None, typer.Option("--as", help="Do this party's own part; without it the administrator's.", metavar="PK")
    ] = None,
    url: Annotated[str, typer.Option(envvar="PACTA_URL", help="Where the API is.")] = "http://127.0.0.1:8000",
    secrets: Annotated[Path, typer.Option(help="Where new secrets are kept (mode 0600), and read.")] = Path(
        "pacta-secrets.json"
    ),
    credentials: Annotated[Path | None, typer.Option(help="Another such file, which is only read.")] = None,
    client_id: Annotated[
        list[str] | None,
        typer.Option(help="Who logs in, beside the principals of the file; of the administrator's part: who does it."),
    ] = None,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Change nothing; say what would be done.")] = False,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of the file.")] = False,
    example: Annotated[bool, typer.Option("--example", help="Print a file that can be run.")] = False,
) -> None:
    """Set up parties, commissions and what is in them from one file, through the API; run again, it does what is still missing.

    The administrator's run registers parties with their registrars and founds commissions. All else is the parties' own: what is joint
    is proposed by the one, and confirmed by the other's run of the same file where it is equal.
    """
    from service.cli import set_up as command
    from service.exchange.setting_up.secrets import Secrets

    if schema or example:
        (command.schema if schema else command.example)()
        return
    if file is None:
        raise typer.BadParameter("is needed: the file to set up; --example prints one", param_hint="FILE")
    who = tuple(client_id or ()) or (() if party else ("administrator",))
    known = Secrets(secrets, *([credentials] if credentials else []))
    raise typer.Exit(command.run(file, url, party, who, known, dry=dry_run))


def main() -> None:
    """Run the command; whose fault it is if it fails, its exit status says, and a sentence what to do."""
    gc.set_threshold(*COLLECT)
    _hold_standard_streams()
    try:
        app()
    except Exception as wrong:  # noqa: BLE001 -- whatever it is ends the command, and is told
        from service.cli.endings import ended

        sys.exit(ended(wrong))


def _hold_standard_streams() -> None:
    """Have something under the numbers 0 to 2, where they were closed: a socket there would get what is meant for people."""
    while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(number)


if __name__ == "__main__":
    main()
