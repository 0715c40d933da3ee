"""`pacta principal`: the first administrator, made where nobody can log in yet; each change is an entry of the registry."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.transaction import in_transaction
from service.permissions import Kind

if TYPE_CHECKING:
    from service.database.statement import Connection

principals = typer.Typer(no_args_is_help=True, help="Register the first administrator; rotate or end its access.")


@principals.command()
def create(
    client_id: str,
    kind: Annotated[Kind, typer.Option(help="What it is; it never changes.")] = Kind.ADMINISTRATOR,
    name: Annotated[str, typer.Option(help="Name for people.")] = "",
    organisation_id: Annotated[
        str | None, typer.Option(help="Of a representative, whom its party's registrar registers.")
    ] = None,
) -> None:
    """Register a principal and print its secret, this once."""
    from service.errors import InvalidContent
    from service.errors.sent import Sent
    from service.register.parties import principal_commands as commands
    from service.register.parties import queries
    from service.register.parties.commands import OPERATOR
    from service.register.parties.schemas import PrincipalCreate

    said = {"client_id": client_id, "name": name or client_id, "kind": kind, "organisation_id": organisation_id}
    try:
        new = Sent(PrincipalCreate, said).read()
    except InvalidContent as wrong:
        raise typer.BadParameter(str(wrong)) from wrong

    async def run(connection: "Connection") -> str:
        acts_for = await queries.find_organisation(connection, new.organisation_id) if new.organisation_id else None
        await _require_no_party(connection, acts_for["party"] if acts_for else None)
        return (await commands.register_principal(connection, OPERATOR, new))[1] or ""

    typer.echo(f"client_id:     {client_id}\nclient_secret: {in_transaction('pacta-principal', run)}")


@principals.command()
def rotate(
    client_id: str,
    keep_minutes: Annotated[int, typer.Option(min=0, help="How long the old secrets stay good.")] = 0,
) -> None:
    """Print a new secret; the old ones end, now or in a while."""
    from service.register.parties import principal_commands as commands
    from service.register.parties import principal_queries as queries
    from service.register.parties.commands import OPERATOR

    async def run(connection: "Connection") -> str:
        known = await queries.principal_by_client_id(connection, client_id)
        await _require_no_party(connection, known["party"])
        until = datetime.now(UTC) + timedelta(minutes=keep_minutes) if keep_minutes else None
        return (await commands.rotate_secret(connection, OPERATOR, known["id"], until))[1]

    typer.echo(f"client_id:     {client_id}\nclient_secret: {in_transaction('pacta-principal', run)}")


@principals.command()
def deactivate(client_id: str) -> None:
    """End a principal's access for good, at once."""
    from service.register.parties import principal_commands as commands
    from service.register.parties import principal_queries as queries
    from service.register.parties.commands import OPERATOR

    async def run(connection: "Connection") -> None:
        known = await queries.principal_by_client_id(connection, client_id)
        await _require_no_party(connection, known["party"])
        await commands.deactivate_principal(connection, OPERATOR, known["id"])

    in_transaction("pacta-principal", run)
    typer.echo(f"{client_id} is deactivated.")


async def _require_no_party(connection: "Connection", party: str | None) -> None:
    """Raise `NotPermitted` for a party's principal, which is its registrar's to register and to end, and not the operator's."""
    from service.permissions import Caller
    from service.register.parties import queries
    from service.register.parties.authority import Authority
    from service.register.parties.commands import OPERATOR

    operator = Caller(OPERATOR.principal_id, "operator", Kind.ADMINISTRATOR)
    Authority(operator, await queries.registrars(connection)).over(party)
