"""The commands by which the record is proved: keys handed over, logs exported, verified, and witnessed."""

import os
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from signal import SIGINT
from typing import Annotated, Any, Final
from uuid import UUID

import typer
from typer.core import TyperCommand
from typing_extensions import override

proofs = typer.Typer()
USAGE_ERROR: Final[type[Exception]] = typer.BadParameter.__bases__[0]
"""The error of a wrong call, which typer does not export by its own name."""
Host = Annotated[str, typer.Option(help="Address to listen on.")]
Port = Annotated[int, typer.Option(help="Port to listen on.", min=0, max=65535)]


@proofs.command()
def policy(
    commissions: Annotated[
        list[UUID] | None, typer.Argument(help="Ids of commissions; without any, every log that was signed.")
    ] = None,
) -> None:
    """Print the policy file by which a party or a witness knows the logs, from the keys in PACTA_LOG_DIR.

    Hand it over in person: whoever gets it from the service itself has verified nothing.
    """
    from service.sequencer.directory import LogDirectory
    from service.settings import Settings

    directory = LogDirectory.existing(Settings.read().log_dir)
    typer.echo("# Hand this over in person. The key of each log is its own; a name never changes.")
    typer.echo(directory.policy(commissions or directory.logs()), nl=False)


@proofs.command()
def keep_note(
    note: Annotated[Path, typer.Argument(help="The newest checkpoint of one log that a party or a witness holds.")],
) -> None:
    """Keep a checkpoint in PACTA_LOG_DIR where the note of its log was lost, so that the sequencer signs that log again.

    It must be the newest that anybody outside holds: what was signed after it and is not in the database would be a second
    history. Reads PACTA_SEQUENCER_DATABASE_URL.
    """
    import asyncio

    from service.database.connection import Address
    from service.database.pool import Pool
    from service.sequencer.directory import LogDirectory
    from service.sequencer.signing import hand_over
    from service.settings import Settings
    from service.tlog.encoding import as_written

    settings = Settings.read()
    address, directory = Address.of_sequencer(settings), LogDirectory.existing(settings.log_dir)

    async def run() -> None:
        pool = Pool.of_command(settings, address, "pacta-keep-note")
        async with pool, pool.transaction() as connection:
            kept = await hand_over(connection, directory, as_written(note.read_bytes()))
        typer.echo(
            f"{kept.origin}: the checkpoint over {kept.size} entries is kept. The sequencer signs from there on."
        )

    asyncio.run(run())


@proofs.command()
def export(
    commission: Annotated[
        str, typer.Argument(help="The commission's code, such as PK-AZ, or its id; 'registry' for who may call.")
    ],
    directory: Annotated[Path, typer.Argument(help="Where to write; an older export there is brought up to date.")],
    witnesses: Annotated[
        int, typer.Option(min=0, max=100, help="Take the newest checkpoint that so many witnesses have cosigned.")
    ] = 0,
    audience: Annotated[
        str, typer.Option(help="Redact it for `public` or `parties`: of what is not for them the hashes alone.")
    ] = "",
    *,
    documents: Annotated[
        bool, typer.Option("--documents", help="Bring the files of documents along, restricted ones too.")
    ] = False,
) -> None:
    """Write a commission's whole log, restricted entries too, for `pacta verify`; reads PACTA_DATABASE_URL.

    With --documents also where documents are kept; exit 1 if a file of one is missing or altered there.
    """
    from service.cli.export import run

    raise typer.Exit(run(commission, directory, witnesses, audience, documents=documents))


class _Verdict(TyperCommand):
    """A command whose status is a verdict: what ends it without one has a status beyond those, from sysexits.h."""

    @override
    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except USAGE_ERROR as wrong:
            vars(wrong)["exit_code"] = os.EX_USAGE
            raise

    @override
    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except typer.Exit:
            raise
        except KeyboardInterrupt:
            raise typer.Exit(128 + SIGINT) from None
        except OSError as wrong:
            # What could not be written would be tried again at the end of the process, whose status would be that.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            typer.echo(f"pacta: the report cannot be written: {wrong.strerror}", err=True)
            raise typer.Exit(os.EX_IOERR) from wrong
        except Exception as wrong:
            traceback.print_exc()
            typer.echo("pacta: the verifier itself failed, which says nothing of the export.", err=True)
            raise typer.Exit(os.EX_SOFTWARE) from wrong


@proofs.command(cls=_Verdict)
def verify(
    directory: Annotated[Path, typer.Argument(help="An exported log.")],
    policy: Annotated[Path | None, typer.Option(help="Whom you believe: your own file (C2SP tlog-policy).")] = None,
    against: Annotated[Path | None, typer.Option(help="A checkpoint that you kept; the log must continue it.")] = None,
    *,
    no_replay: Annotated[bool, typer.Option("--no-replay", help="Skip the replay of the lifecycle.")] = False,
) -> None:
    """Verify an exported log, offline. Exit 0: proven, 1: tampering, 2: not enough evidence, 3: malformed, 64: called wrongly.

    4: of a redacted export, proven as far as it is shown and judged: what is withheld may be the cause of what is not. One of which all
    that is shown was judged is 0.

    70: the verifier failed, 74: its report could not be written; neither says anything of the export.
    """
    from service.cli.verify import run

    raise typer.Exit(run(directory, policy, against, replay=not no_replay))


Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])]


@proofs.command()
def report(
    directory: Annotated[Path, typer.Argument(help="An exported log.")],
    session: Annotated[
        str | None,
        typer.Option(help="A session's code, such as PK-AZ/08, or its id; without it, the whole commission."),
    ] = None,
    as_of: Day = None,
    known_at: Annotated[
        datetime | None,
        typer.Option(
            help="By what was recorded by this moment (UTC).", formats=["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S.%fZ"]
        ),
    ] = None,
    since: Day = None,
    compared_to: Day = None,
    audience: Annotated[str, typer.Option(help="public, parties or restricted.")] = "parties",
) -> None:
    """Make the report of a session, or of a commission, from an export, offline: the same bytes that the service gives.

    A redacted export gives that of its own audience, or of a narrower one. Nothing is verified here; `pacta verify` does that. As of today
    (UTC), if no day is given.
    """
    from service.cli.report import run

    days = {"as_of": as_of, "since": since, "compared_to": compared_to}
    moment = known_at.replace(tzinfo=UTC) if known_at else None
    raise typer.Exit(run(directory, session, audience, {name: day.date() for name, day in days.items() if day}, moment))


WitnessDirectory = Annotated[Path, typer.Argument(help="Where its key and its memory are kept.")]
WitnessName = Annotated[
    str | None, typer.Option(help="Name of the witness, such as witness.example.gov/pacta; to make its key.")
]


@proofs.command()
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
    from service import telemetry
    from service.http import serving
    from service.witness.app import create_app
    from service.witness.start import opened

    telemetry.configure("INFO")
    with opened(directory, logs, name) as memory, serving.listen(host, port) as listener:
        typer.echo(f"{memory}Listening on {host}:{listener.getsockname()[1]}. Ctrl-C ends it.")
        serving.serve(create_app(memory), host, port, listener)


@proofs.command()
def witness_key(directory: WitnessDirectory, name: WitnessName = None) -> None:
    """Print the public key of a witness, which is made if there is none, for the policies of those who trust it."""
    from service.witness.start import public_key

    typer.echo(public_key(directory, name))
