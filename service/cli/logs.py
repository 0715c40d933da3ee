"""`pacta log`: what an operator does with a log that cannot be signed any more."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Mapping

logs = typer.Typer(no_args_is_help=True, help="Go on after a refusal to sign.")
Handed = Annotated[
    list[Path] | None,
    typer.Option(help="A checkpoint of the old log that a party or a witness holds; the newest of all counts."),
]


@logs.callback()
def about() -> None:
    """Go on after a refusal to sign."""


@logs.command()
def reopen(
    commission: Annotated[
        str, typer.Argument(help="The commission's code, such as PK-AZ, or its id; 'registry' for who may call.")
    ],
    because: Annotated[str, typer.Option(help="The reason, for every party to read.")],
    checkpoint: Handed = None,
) -> None:
    """Reopen a log that the sequencer refuses to sign, where what is missing cannot be put back.

    The old log is never signed again. The new one has a new name and key, and says first what is missing and why; each party
    acknowledges it by the charter's move `acknowledge_log`. Reads PACTA_DATABASE_URL, PACTA_LOG_DIR and, to ask the witnesses,
    PACTA_WITNESSES_FILE.
    """
    told = asyncio.run(_reopen(commission, because, checkpoint or []))
    typer.echo(
        f"The log is reopened as {told['origin']}\n"
        f"  The old one had {told['size']} entries as far as is known; the first {told['continues']} are here, {told['missing']} are missing.\n"
        f"  Witnesses told: {', '.join(f'{name} {size}' for name, size in told['known'].items()) or 'nothing'}\n"
        f"  The key, to be handed over in person: {told['verifier_key']}\n"
        "Each party now acknowledges it: POST /v1/commissions/.../transitions"
        f' {{"action": "acknowledge_log", "number": {told["number"]}}}'
    )


async def _reopen(commission: str, because: str, handed: list[Path]) -> "Mapping[str, Any]":
    from pydantic import TypeAdapter, ValidationError

    from service.database.connection import Address
    from service.database.pool import Pool
    from service.errors import shapes
    from service.log.queries import named
    from service.register.commissions.commands import reopen_log
    from service.register.parties.commands import reopen_registry
    from service.sequencer import witnesses
    from service.sequencer.directory import LogDirectory
    from service.sequencer.reopening import reopen as reopened
    from service.settings import Settings
    from service.tlog.encoding import as_written
    from service.values import Reason

    try:
        because = TypeAdapter(Reason).validate_python(because)
    except ValidationError as wrong:
        (first,) = shapes.faults(wrong.errors(include_url=False)[:1], TypeAdapter(Reason).json_schema())
        raise typer.BadParameter(first["detail"], param_hint="--because") from wrong
    settings = Settings.read()
    directory, asked = LogDirectory.existing(settings.log_dir), witnesses.load(settings.witnesses_file)
    pool = Pool.of_command(settings, Address.of_service(settings), "pacta-log-reopen")
    async with pool, pool.transaction() as connection:
        log_id = (await named(connection, commission)).id
        record = reopen_log if log_id.int else reopen_registry
        notes = [as_written(one.read_bytes()) for one in handed]
        return await reopened(connection, directory, log_id, record, because, notes, asked)
