"""What every change of the registry over HTTP shares: who is its author, and that callers are read anew after it."""

from collections.abc import AsyncIterator, Mapping
from typing import Any
from uuid import UUID

from fastapi import Depends

from service.database.statement import Connection
from service.errors import Fault, fault
from service.identity.caller import KnownCallers
from service.identity.issuers import Providers
from service.permissions import ActiveCaller, Permission
from service.register.parties import queries
from service.register.parties.commands import misplaced
from service.trail.entry import Author


async def forget_callers(callers: KnownCallers) -> AsyncIterator[None]:
    """Forget the callers that are known by their tokens, once the registry's change is committed."""
    yield
    callers.forget()


# Stands before the transaction among the dependencies, and so ends after its commit.
Forget = Depends(forget_callers, scope="function")


def author(caller: ActiveCaller) -> Author:
    """Return the author of a change of the registry; 403 unless the caller may register."""
    caller.require(Permission.REGISTER)
    return Author(caller.principal_id, None)


async def wrong_principal(connection: Connection, providers: Providers, sound: Mapping[str, Any]) -> list[Fault]:
    """Return what is wrong with a principal to register: its organisation, or the issuer that is to vouch for it."""
    kind, organisation_id, issuer = (sound.get(name) for name in ("kind", "organisation_id", "issuer"))
    wrong = list(misplaced(kind, organisation_id)) if kind else []
    acts_for = await queries.find_organisation(connection, UUID(organisation_id)) if organisation_id else None
    if organisation_id and acts_for is None:
        wrong.append(fault("/organisation_id", "names no organisation; GET /v1/organisations lists them"))
    provider = providers.get(issuer) if issuer else None
    if issuer and provider is None:
        wrong.append(fault("/issuer", "is not trusted here; the operator lists those that are, in PACTA_ISSUERS_FILE"))
    elif provider and (acts_for is None or acts_for["party"] != provider.trusted.party):
        party = provider.trusted.party
        wrong.append(fault("/issuer", f"vouches for representatives of {party} and for nobody else"))
    return wrong
