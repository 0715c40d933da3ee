"""OpenID providers of governments: each is trusted for its own party only, as the operator's file says."""

import asyncio
import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal
from urllib.request import urlopen

import structlog
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from service.identity.tokens import unauthenticated
from service.values import PartyCode

log = structlog.get_logger("pacta.issuers")
Algorithm = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA"]
REFRESH_SECONDS: Final = 60
PATIENCE_SECONDS: Final = 2
LEEWAY_SECONDS: Final = 30
Url = str


class TrustedIssuer(BaseModel):
    """One provider in PACTA_ISSUERS_FILE (a JSON array)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    issuer: Url = Field(pattern=r"^https?://", description="`iss` of its tokens, exactly.")
    party: PartyCode = Field(description="The party whose principals it may vouch for, and no other's.")
    audience: str = Field(min_length=1, description="`aud` that its tokens must have: this service.")
    jwks_uri: Url = Field(pattern=r"^https?://", description="Where its public keys are published (RFC 7517).")
    algorithms: list[Algorithm] = Field(min_length=1, description="Signature algorithms that are accepted.")
    authorization_url: Url | None = Field(
        None, pattern=r"^https?://", description="For Swagger UI: where users log in."
    )
    token_url: Url | None = Field(None, pattern=r"^https?://", description="For Swagger UI: where codes become tokens.")


@dataclass(slots=True)
class Provider:
    """A trusted issuer with the keys that were last read from it."""

    trusted: TrustedIssuer
    keys: KeySet | None = None
    read_at: float = float("-inf")

    async def verify(self, token: str, now: int) -> dict[str, Any]:
        """Return the claims of `token`; `NotAuthenticated` unless the issuer signed it, for us, and it is good now.

        An unknown key is looked for at the provider at most once a minute, so that rubbish does not flood it.
        """
        claims = self._decode(token)
        if claims is None and time.monotonic() - self.read_at > REFRESH_SECONDS:
            await self._refresh()
            claims = self._decode(token)
        if claims is None:
            raise unauthenticated("The token is not one that its issuer signed.")
        audience = claims.get("aud")
        meant = self.trusted.audience in (audience if isinstance(audience, list) else [audience])
        begun = _number(claims.get("nbf"), 0) <= now + LEEWAY_SECONDS
        if claims.get("iss") != self.trusted.issuer or not meant or not begun or _number(claims.get("exp"), 0) <= now:
            raise unauthenticated("The token is for another service, or its time has not come or is over.")
        return claims

    def _decode(self, token: str) -> dict[str, Any] | None:
        if self.keys is None:
            return None
        try:
            return dict(jwt.decode(token, self.keys, algorithms=list(self.trusted.algorithms)).claims)
        except (JoseError, ValueError, TypeError, KeyError):
            return None

    async def _refresh(self) -> None:
        self.read_at = time.monotonic()
        try:
            self.keys = KeySet.import_key_set(await asyncio.to_thread(_fetch, self.trusted.jwks_uri))
        except (OSError, JoseError, ValueError, TypeError, KeyError) as wrong:
            # The keys so far stay good: a provider that is away for a moment locks nobody out.
            log.warning("issuer_unreachable", issuer=self.trusted.issuer, error=type(wrong).__name__)


@dataclass(slots=True)
class Providers:
    """Every trusted provider, by issuer."""

    known: dict[str, Provider] = field(default_factory=dict)

    def get(self, issuer: object) -> Provider | None:
        """Return the provider of this issuer, if it is trusted."""
        return self.known.get(issuer) if isinstance(issuer, str) else None

    def logins(self) -> dict[str, dict[str, Any]]:
        """Return the security schemes by which Swagger UI logs users in: authorization code with PKCE (RFC 7636)."""
        return {
            f"OpenID{one.trusted.party}": {
                "type": "oauth2",
                "description": f"The OpenID provider of {one.trusted.party}.",
                "flows": {
                    "authorizationCode": {
                        "authorizationUrl": one.trusted.authorization_url,
                        "tokenUrl": one.trusted.token_url,
                        "scopes": {"openid": "Log in."},
                    }
                },
            }
            for one in self.known.values()
            if one.trusted.authorization_url and one.trusted.token_url
        }

    def urls(self) -> list[str]:
        """Return the addresses that Swagger UI calls."""
        return [url for one in self.known.values() for url in (one.trusted.token_url,) if url]


def load(path: Path | None) -> Providers:
    """Return the providers in the file; none without one. `ValueError` says what is wrong with it."""
    if path is None:
        return Providers()
    found = TypeAdapter(list[TrustedIssuer]).validate_json(path.read_bytes())
    if len({one.issuer for one in found}) < len(found):
        raise ValueError(f"{path}: an issuer stands twice; it is trusted for one party.")
    return Providers({one.issuer: Provider(one) for one in found})


def _fetch(url: str) -> Any:  # noqa: ANN401 -- checked by the key set
    with urlopen(url, timeout=PATIENCE_SECONDS) as answer:  # noqa: S310 -- the operator's own addresses, http(s) only
        return json.load(answer)


def _number(value: object, otherwise: int) -> int:
    return int(value) if isinstance(value, int | float) else otherwise
