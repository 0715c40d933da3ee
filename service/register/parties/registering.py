"""What every change of the registry over HTTP shares: who is its author, and that callers are read anew after it."""

from collections.abc import AsyncIterator, Mapping
from typing import Any
from uuid import UUID

from fastapi import Depends

from service.database.statement import Connection
from service.errors import Fault, fault
from service.identity.caller import KnownCallers
from service.identity.issuers import Providers
from service.identity.queries import require_active
from service.permissions import ActiveCaller
from service.register.parties import queries
from service.register.parties.authority import Authority
from service.register.parties.principal_commands import misplaced
from service.trail import stamp


async def forget_callers(callers: KnownCallers) -> AsyncIterator[None]:
    """Forget the callers that are known by their tokens, once the registry's change is committed."""
    yield
    callers.forget()


# Stands before the transaction among the dependencies, and so ends after its commit.
Forget = Depends(forget_callers, scope="function")


async def authority(connection: Connection, caller: ActiveCaller) -> Authority:
    """Lock the registry, and return what the caller may change in it; 403 if that is nothing.

    Who waited for the lock is asked again whether it is active: two registrars may have ended each other.
    """
    await stamp.registry(connection)
    await require_active(connection, caller)
    found = Authority(caller, await queries.registrars(connection))
    found.require()
    return found


async def organisation_of(connection: Connection, sound: Mapping[str, Any]) -> queries.OrganisationRow | None:
    """Return the organisation for which a principal that is to be registered would act; None without one."""
    organisation_id = sound.get("organisation_id")
    return await queries.find_organisation(connection, UUID(organisation_id)) if organisation_id else None


async def wrong_principal(
    connection: Connection, providers: Providers, sound: Mapping[str, Any], acts_for: queries.OrganisationRow | None
) -> list[Fault]:
    """Return what is wrong with a principal to register: its organisation, or the issuer that is to vouch for it."""
    kind, organisation_id, issuer = (sound.get(name) for name in ("kind", "organisation_id", "issuer"))
    wrong = list(misplaced(kind, organisation_id)) if kind else []
    if organisation_id and acts_for is None:
        wrong.append(fault("/organisation_id", "names no organisation; GET /v1/organisations lists them"))
    if acts_for and acts_for["closed_on"]:
        wrong.append(
            fault("/organisation_id", f"names {acts_for['code']}, which was closed on {acts_for['closed_on']}")
        )
    return wrong + await wrong_issuer(connection, providers, issuer, acts_for["party"] if acts_for else None)


async def wrong_issuer(
    connection: Connection, providers: Providers, issuer: str | None, party: str | None, place: str = ""
) -> list[Fault]:
    """Return what is wrong with the issuer that is to vouch for a representative of `party`, or with there being none."""
    if party and not issuer and (await queries.party(connection, party))["own_issuer_only"]:
        said = f"is needed: {party} takes logins at its own identity provider alone (own_issuer_only)"
        return [fault(f"{place}/issuer", said)]
    return untrusted(providers, issuer, party, place)


def untrusted(providers: Providers, issuer: str | None, party: str | None, place: str = "") -> list[Fault]:
    """Return what is wrong with an issuer, if one is sent: the operator lists it, for this party."""
    provider = providers.get(issuer) if issuer else None
    if issuer and provider is None:
        return [
            fault(f"{place}/issuer", "is not trusted here; the operator lists those that are, in PACTA_ISSUERS_FILE")
        ]
    if provider and provider.trusted.party != party:
        said = f"vouches for representatives of {provider.trusted.party} and for nobody else"
        return [fault(f"{place}/issuer", said)]
    return []
