"""`pacta access`: what an operator does for a party whose registrar has lost its access; told to the party 72 hours before it acts."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli.transaction import in_transaction

if TYPE_CHECKING:
    from service.database.statement import Connection
    from service.register.parties.restoring_queries import RestorationRow

accesses = typer.Typer(no_args_is_help=True, help="Restore a lost access of a party, announced for 72 hours.")
Party = Annotated[str, typer.Argument(help="The party's code, such as PK.")]
Because = Annotated[str, typer.Option(help="The reason, for every principal of the party to read.")]


@accesses.command()
def announce(
    party: Party,
    because: Because,
    client_id: Annotated[
        str | None, typer.Option(help="Of a new principal that is to act for the party's registrar.")
    ] = None,
    name: Annotated[str, typer.Option(help="Its name, for people.")] = "",
    issuer: Annotated[
        str | None, typer.Option(help="The party's OpenID provider that vouches for it; absent: a secret of ours.")
    ] = None,
    *,
    end_own_issuer_only: Annotated[
        bool,
        typer.Option("--end-own-issuer-only", help="The party's provider is lost: secrets of ours are good again."),
    ] = False,
) -> None:
    """Announce what will be done. All who act for the party read it (GET /v1/me); its registrar may stop it for 72 hours and after."""
    first = {"client_id": client_id, "name": name or client_id, "issuer": issuer} if client_id else None
    made = _announced(
        {"party": party, "reason": because, "principal": first, "ends_own_issuer_only": end_own_issuer_only}, issuer
    )
    typer.echo(
        f"Announced for {party}: everybody who acts for it reads so from now on (GET /v1/me), and its registrar may stop it.\n"
        f"It is carried out by `pacta access restore {party}`, from {made['acts_from']:%Y-%m-%d %H:%M:%S UTC} on."
    )


def _announced(said: dict[str, Any], issuer: str | None) -> "RestorationRow":
    from service.errors import InvalidContent
    from service.errors.sent import Sent
    from service.identity.issuers import load
    from service.register.parties import restoring_commands as commands
    from service.register.parties.commands import OPERATOR
    from service.register.parties.registering import untrusted
    from service.register.parties.schemas import RestorationCreate
    from service.settings import Settings

    async def run(connection: "Connection") -> "RestorationRow":
        wrong = untrusted(load(Settings.read().issuers_file), issuer, said["party"], "/principal")
        return await commands.announce(connection, OPERATOR, Sent(RestorationCreate, said).read(), wrong)

    try:
        return in_transaction("pacta-access", run)
    except InvalidContent as wrong:
        raise typer.BadParameter(str(wrong)) from wrong


@accesses.command()
def restore(party: Party) -> None:
    """Carry out what was announced 72 hours ago or more, and print the new principal's secret, this once."""
    from service.register.parties import restoring_commands as commands
    from service.register.parties.commands import OPERATOR

    async def run(connection: "Connection") -> None:
        done, secret = await commands.restore(connection, OPERATOR, party)
        # It is good from the commit on: whoever is killed in between has either done nothing, or has the secret.
        if secret:
            typer.echo(f"client_id:     {done['client_id']}\nclient_secret: {secret}")

    in_transaction("pacta-access", run)
    typer.echo(f"The access of {party} is restored as it was announced.")


@accesses.command()
def withdraw(party: Party, because: Because) -> None:
    """Take back what was announced."""
    from service.errors import Conflict
    from service.errors.sent import Sent
    from service.register.parties import restoring_commands as commands
    from service.register.parties import restoring_queries as queries
    from service.register.parties.commands import OPERATOR
    from service.register.parties.schemas import ObjectionCreate
    from service.trail import stamp

    reason = Sent(ObjectionCreate, {"reason": because}).read().reason

    async def run(connection: "Connection") -> None:
        await stamp.registry(connection)
        known = await queries.announced(connection, party)
        if known is None:
            raise Conflict(f"Nothing is announced for {party}.")
        await commands.stop(connection, OPERATOR, known["id"], reason)

    in_transaction("pacta-access", run)
    typer.echo(f"What was announced for {party} is withdrawn.")
