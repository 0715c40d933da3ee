"""Who is calling, as routes depend on it: proved without the database first, then read, then asked whether still active."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from fastapi.openapi.models import HTTPBearer as HTTPBearerModel
from fastapi.security import OAuth2
from fastapi.security.base import SecurityBase
from starlette.requests import HTTPConnection

from service.database.state import State, state_of
from service.database.transaction import Transaction
from service.errors import NotPermitted
from service.identity import queries
from service.identity.callers import Callers, Known
from service.identity.tokens import SCOPES, unknown
from service.permissions import ActiveCaller, Caller

CLIENT_CREDENTIALS = OAuth2(
    flows={"clientCredentials": {"tokenUrl": "/oauth/token", "scopes": dict(SCOPES)}},
    scheme_name="ClientCredentials",
    description="Client id and secret of a principal, as its registrar registered it (RFC 6749, 4.4).",
    auto_error=False,
)


@dataclass(kw_only=True)
class HasCallers(State):
    """What this room needs of the application."""

    callers: Callers


async def known_callers(connection: HTTPConnection) -> Callers:
    """Return whom this process knows."""
    return state_of(connection.app, HasCallers).callers


KnownCallers = Annotated[Callers, Depends(known_callers)]


# What follows is solved for every request, each dependency, with all below it, as often as it is named: so there are few.
class Proof(SecurityBase):
    """Proves the bearer token of a request (RFC 6750, 2.1), once, and is published under the name of the token."""

    model = HTTPBearerModel(description="An access token that you already have.")
    scheme_name = "BearerToken"

    async def __call__(self, request: Request) -> Known:
        """Return what the token proves; 401 without a good one. A provider may be asked for its keys meanwhile."""
        known: Known | None = getattr(request.state, "known", None)
        if known is None:
            kind, _, token = request.headers.get("authorization", "").partition(" ")
            if kind.lower() != "bearer" or not token.strip():
                raise unknown()
            callers = await known_callers(request)
            known = await callers.prove(token.strip())
            request.state.rate = callers.rates.take((known.proof.issuer, known.proof.subject))
            request.state.known = known
        return known


proved = Proof()
# Guarded routers have it before all else, so that nobody waits for a provider with a database connection in hand.
Proved = Depends(proved, scope="function")


class Who(SecurityBase):
    """Tells who is calling; published under the name of the token, as the proof is."""

    model, scheme_name = Proof.model, Proof.scheme_name

    async def __call__(self, request: Request, connection: Transaction) -> Caller:
        """Return who is calling, as this process knows it; 401 without a good token, 403 without the scope (RFC 6750, 3.1)."""
        callers = await known_callers(request)
        caller = await callers.find(connection, await proved(request))
        request.state.caller = caller
        needed = "read" if request.method in {"GET", "HEAD"} else "write"
        if needed not in caller.scopes:
            challenge = f'Bearer realm="pacta", error="insufficient_scope", scope="{needed}"'
            raise NotPermitted(
                f"The token lacks the scope '{needed}': get one with it.", headers={"WWW-Authenticate": challenge}
            )
        return caller


UncheckedCaller = Annotated[Caller, Depends(Who(), scope="function")]
"""A caller that another process may have deactivated, or whose token it may have revoked, a moment ago.

Whoever takes it owes the question: in its own statement (`queries.is_active`, as `visibility.visible_to` does), or by
`queries.require_active`. Whoever will not ask takes `CurrentCaller`.
"""


async def current_caller(connection: Transaction, caller: UncheckedCaller) -> ActiveCaller:
    """Return who is calling, active at this moment: deactivation works at once, in every process."""
    return await queries.require_active(connection, caller)


CurrentCaller = Annotated[ActiveCaller, Depends(current_caller, scope="function")]
