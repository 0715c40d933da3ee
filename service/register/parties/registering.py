"""What every change of the registry over HTTP shares: who is its author, and that callers are read anew after it."""

from collections.abc import AsyncIterator

from fastapi import Depends, Request

from service.database.statement import Connection
from service.errors import InvalidContent, fault
from service.identity.callers import Callers
from service.identity.issuers import Providers
from service.permissions import ActiveCaller, Permission
from service.register.parties import queries
from service.register.parties.schemas import PrincipalCreate
from service.trail.entry import Author


async def forget_callers(request: Request) -> AsyncIterator[None]:
    """Forget the callers that are known by their tokens, once the registry's change is committed."""
    yield
    callers: Callers = request.app.state.callers
    callers.forget()


# Stands before the transaction among the dependencies, and so ends after its commit.
Forget = Depends(forget_callers, scope="function")


def author(caller: ActiveCaller) -> Author:
    """Return the author of a change of the registry; 403 unless the caller may register."""
    caller.require(Permission.REGISTER)
    return Author(caller.principal_id, None)


async def vouched(connection: Connection, providers: Providers, new: PrincipalCreate) -> None:
    """Raise `InvalidContent` unless the issuer, if one is named, is trusted, and for the principal's own party."""
    if new.issuer is None:
        return
    provider = providers.get(new.issuer)
    if provider is None:
        message = "This issuer is not trusted here; the operator lists those that are in PACTA_ISSUERS_FILE."
        raise InvalidContent(message, errors=[fault("/issuer", message)])
    acts_for = await queries.organisation(connection, new.organisation_id) if new.organisation_id else None
    if acts_for is None or acts_for["party"] != provider.trusted.party:
        message = f"This issuer vouches for representatives of {provider.trusted.party}, and nobody else."
        raise InvalidContent(message, errors=[fault("/issuer", message)])
