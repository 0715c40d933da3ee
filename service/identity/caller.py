"""Who is calling: the token's principal, read once per token and process, forgotten when the registry changes."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import Depends, Request
from fastapi.openapi.models import HTTPBearer as HTTPBearerModel
from fastapi.security import OAuth2
from fastapi.security.base import SecurityBase
from starlette.requests import HTTPConnection

from service.database.columns import table
from service.database.statement import Connection, Query
from service.database.transaction import Transaction
from service.errors import NotPermitted
from service.identity import queries
from service.identity.issuers import Providers
from service.identity.models import LOCAL
from service.identity.tokens import SCOPES, Issuer, claimed_issuer, unauthenticated
from service.permissions import Caller
from service.trail.models import Registry

_epoch = Query(sa.select(table(Registry).c.seq), int)
CLIENT_CREDENTIALS = OAuth2(
    flows={"clientCredentials": {"tokenUrl": "/oauth/token", "scopes": dict(SCOPES)}},
    scheme_name="ClientCredentials",
    description="Client id and secret of a principal, as the administrator registered it (RFC 6749, 4.4).",
    auto_error=False,
)


class BearerToken(SecurityBase):
    """Reads the bearer token of a request (RFC 6750, 2.1), and is published under its own name."""

    model = HTTPBearerModel(description="An access token that you already have.")
    scheme_name = "BearerToken"

    async def __call__(self, request: HTTPConnection) -> str | None:
        """Return the token as it was sent; None without one."""
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        return token.strip() or None if kind.lower() == "bearer" else None


@dataclass(slots=True)
class Callers:
    """The tokens that this process has verified, each with its caller and its end (seconds since 1970)."""

    issuer: Issuer
    providers: Providers = field(default_factory=Providers)
    known: dict[str, tuple[Caller, int]] = field(default_factory=dict)
    generation: int = 0

    def forget(self) -> None:
        """Forget every caller: somebody was deactivated, or registered anew."""
        self.known.clear()
        self.generation += 1

    async def find(self, connection: Connection, token: str) -> Caller:
        """Return the caller whose `token` it is; `NotAuthenticated` if there is none."""
        now = int(time.time())
        caller, end = self.known.get(token, (None, 0))
        if caller is not None and now < end:
            return caller
        generation = self.generation
        caller, claims = await self._known(connection, token, now)
        if caller is None:
            raise queries.inactive()
        caller = replace(caller, scopes=frozenset(str(claims.get("scope", "")).split()))
        # What was read while the registry changed may already be old: it is used, not kept.
        if generation == self.generation:
            self._keep(token, caller, int(claims["exp"]))
        return caller

    async def _known(self, connection: Connection, token: str, now: int) -> tuple[Caller | None, Mapping[str, Any]]:
        provider = self.providers.get(claimed_issuer(token))
        if provider is None:
            claims: Mapping[str, Any] = self.issuer.verify(token, now)
            return await queries.caller(connection, LOCAL, str(claims["sub"])), claims
        # Its scopes are its own affair; what the principal may do here, its roles say.
        claims = {**await provider.verify(token, now), "scope": " ".join(SCOPES)}
        found = await queries.caller(connection, provider.trusted.issuer, str(claims.get("sub")))
        # Registered before the operator changed the file, perhaps: a provider speaks for its own party only.
        return (found if found and found.party == provider.trusted.party else None), claims

    def _keep(self, token: str, caller: Caller, end: int) -> None:
        if len(self.known) >= 10_000:
            self.known.clear()
        self.known[token] = (caller, end)


async def known_caller(
    request: Request,
    connection: Transaction,
    token: Annotated[str | None, Depends(BearerToken())],
) -> Caller:
    """Return who is calling, as this process knows it; 401 without a good token, 403 without the scope (RFC 6750, 3.1).

    Another process may have deactivated the principal since: whoever takes this asks so in its own statement
    (`visibility.visible_to`), or by `queries.require_active`.
    """
    if token is None:
        raise unauthenticated("Send a token: Authorization: Bearer ... (get one from POST /oauth/token).")
    callers: Callers = request.app.state.callers
    caller = await callers.find(connection, token)
    needed = "read" if request.method in {"GET", "HEAD"} else "write"
    if needed not in caller.scopes:
        message = f"The token lacks the scope '{needed}': get one with it."
        challenge = f'Bearer realm="pacta", error="insufficient_scope", scope="{needed}"'
        raise NotPermitted(message, headers={"WWW-Authenticate": challenge})
    return caller


KnownCaller = Annotated[Caller, Depends(known_caller, scope="function")]


async def current_caller(connection: Transaction, caller: KnownCaller) -> Caller:
    """Return who is calling, active at this moment: deactivation works at once, in every process."""
    await queries.require_active(connection, caller)
    return caller


CurrentCaller = Annotated[Caller, Depends(current_caller, scope="function")]


async def epoch(connection: Connection) -> int:
    """Return the number of the registry's last change."""
    return await _epoch.row(connection) or 0
