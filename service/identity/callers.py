"""Who is calling: what a token proves without the database, then whom the register knows by it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from service.database.statement import Connection
from service.identity import queries
from service.identity.issuers import Providers
from service.identity.models import LOCAL
from service.identity.rates import Rates
from service.identity.tokens import SCOPES, Issuer, claimed_issuer
from service.permissions import Caller

MOST_KNOWN = 10_000
LONGEST = 1e11
"""Seconds since 1970, of which a login may be said to be; whatever is beyond says nothing."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What a good token says: for whom its issuer speaks, with which scopes, until when (seconds since 1970)."""

    issuer: str
    subject: str
    scopes: frozenset[str]
    ends: float
    token_id: str = ""
    party: str | None = None
    """The one party whose principals the issuer may vouch for; None for the service itself, which may for all."""
    logged_in_at: float | None = None
    """When that issuer says that the login was (seconds since 1970); None for the service itself, or where it says nothing."""


@dataclass(frozen=True, slots=True)
class Known:
    """A verified token, and its caller once the database was asked."""

    token: str
    proof: Proof
    caller: Caller | None = None


@dataclass(slots=True)
class Callers:
    """The tokens that this process has verified, each with its caller, forgotten when the registry changes."""

    issuer: Issuer
    providers: Providers = field(default_factory=Providers)
    known: dict[str, Known] = field(default_factory=dict)
    generation: int = 0
    clock: Callable[[], float] = time.time
    rates: Rates = field(default_factory=Rates)

    def forget(self) -> None:
        """Forget every caller: somebody was deactivated, or registered anew."""
        self.known.clear()
        self.generation += 1

    async def prove(self, token: str) -> Known:
        """Return what `token` proves; `NotAuthenticated` if it is not good. May ask a provider: hold no connection."""
        now = self.clock()
        known = self.known.get(token)
        return known if known and now < known.proof.ends else Known(token, await self._verify(token, int(now)))

    async def _verify(self, token: str, now: int) -> Proof:
        provider = self.providers.get(claimed_issuer(token))
        if provider is None:
            claims = self.issuer.verify(token, now)
            return Proof(
                LOCAL,
                claims["sub"],
                frozenset(str(claims.get("scope", "")).split()),
                claims["exp"],
                claims.get("jti", ""),
            )
        claims, seconds = await provider.verify(token, now)
        # Its scopes are its own affair; what the principal may do here, its roles say.
        trusted = provider.trusted
        ends = min(claims["exp"], now + seconds)
        login = claims.get("auth_time", claims.get("iat"))
        said = float(login) if isinstance(login, int | float) and abs(login) < LONGEST else None
        return Proof(trusted.issuer, claims["sub"], frozenset(SCOPES), ends, party=trusted.party, logged_in_at=said)

    async def find(self, connection: Connection, known: Known) -> Caller:
        """Return the caller to whom a verified token belongs; `NotAuthenticated` if the register knows none."""
        if known.caller is not None:
            return known.caller
        generation, proof = self.generation, known.proof
        caller = await queries.caller(connection, proof.issuer, proof.subject)
        # Registered before the operator changed the file, perhaps: a provider speaks for its own party only.
        if caller is None or proof.party not in {None, caller.party}:
            raise queries.inactive()
        caller = replace(caller, scopes=proof.scopes, token_id=proof.token_id, logged_in_at=proof.logged_in_at)
        # What was read while the registry changed may already be old: it is used, not kept.
        if generation == self.generation:
            self._keep(replace(known, caller=caller))
        return caller

    def _keep(self, known: Known) -> None:
        if len(self.known) >= MOST_KNOWN:
            self.known.clear()
        self.known[known.token] = known
