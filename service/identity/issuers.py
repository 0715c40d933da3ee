"""OpenID providers of governments: each is trusted for its own party only, as the operator's file says."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from service.errors.operator import OperatorMistake
from service.identity.published_keys import PublishedKeys
from service.identity.tokens import decode, require_claims, unauthenticated
from service.tlog.encoding import as_written
from service.values import PartyCode

Algorithm = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA"]
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


@dataclass(frozen=True, slots=True)
class Provider:
    """A trusted issuer with the keys that it publishes."""

    trusted: TrustedIssuer
    published: PublishedKeys

    async def verify(self, token: str, now: int) -> tuple[dict[str, Any], float]:
        """Return the claims of `token`, and for how long (seconds) they may be relied on before the keys are asked for anew.

        `NotAuthenticated` unless the issuer signed it, for us, and it is good now; `Unavailable` while its keys cannot be had.
        """
        keys = await self.published.get()
        decoded = decode(token, keys, self.trusted.algorithms)
        if decoded is None:
            keys = await self.published.get(other_than=keys)
            decoded = decode(token, keys, self.trusted.algorithms)
        if decoded is None:
            raise unauthenticated("The token is not one that its issuer signed with a key that it publishes.")
        require_claims(decoded, now, issuer=self.trusted.issuer, audience=self.trusted.audience)
        return decoded.claims, self.published.good_for()


@dataclass(slots=True)
class Providers:
    """Every trusted provider, by issuer."""

    known: dict[str, Provider] = field(default_factory=dict)

    def get(self, issuer: str | None) -> Provider | None:
        """Return the provider of this issuer, if it is trusted."""
        return self.known.get(issuer) if issuer is not None else None

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
    """Return the providers in the file; none without one. `OperatorMistake` says what is wrong with it."""
    if path is None:
        return Providers()
    try:
        found = TypeAdapter(list[TrustedIssuer]).validate_json(as_written(path.read_bytes()))
    except OSError as wrong:
        raise OperatorMistake(f"{path} (PACTA_ISSUERS_FILE) cannot be read: {wrong.strerror}.") from wrong
    except ValidationError as wrong:
        first = wrong.errors(include_url=False, include_input=False)[0]
        place = "/".join(map(str, first["loc"])) or "the list of issuers"
        raise OperatorMistake(f"{path} (PACTA_ISSUERS_FILE) cannot be used: {place}: {first['msg']}.") from wrong
    if len({one.issuer for one in found}) < len(found):
        raise OperatorMistake(f"{path} (PACTA_ISSUERS_FILE): an issuer stands twice; it is trusted for one party.")
    return Providers({one.issuer: Provider(one, PublishedKeys(one.jwks_uri)) for one in found})
