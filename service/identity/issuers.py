"""OpenID providers of governments: each is trusted for its own party only, as the operator's file says."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Self

from joserfc.jwt import Token
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

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
        None, pattern=r"^https?://", description="For Swagger UI and the pages: where users log in."
    )
    token_url: Url | None = Field(
        None, pattern=r"^https?://", description="For Swagger UI and the pages: where codes become tokens."
    )
    client_id: str | None = Field(
        None,
        min_length=1,
        description="For the pages: as which client this service is registered there; `aud` of its ID tokens.",
    )
    client_secret_file: Path | None = Field(
        None, description="For the pages: the file that holds that client's secret."
    )

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.client_id and not (self.authorization_url and self.token_url):
            raise ValueError("client_id needs authorization_url and token_url beside it")
        if self.client_secret_file and not self.client_id:
            raise ValueError("client_secret_file needs client_id beside it")
        return self


@dataclass(frozen=True, slots=True)
class Provider:
    """A trusted issuer with the keys that it publishes."""

    trusted: TrustedIssuer
    published: PublishedKeys
    secret: str | None = None
    """Of the client that signs readers in; None where it has none."""

    async def verify_id(self, token: str, now: int) -> dict[str, Any]:
        """Return the claims of an ID token (OpenID Connect Core, 3.1.3.7); `NotAuthenticated` unless it is for our client alone."""
        decoded = await self._signed(token)
        client = str(self.trusted.client_id)
        require_claims(decoded, now, issuer=self.trusted.issuer, audience=client, types={"jwt"})
        if decoded.claims["aud"] not in (client, [client]):
            raise unauthenticated("The ID token is for others too (its claim aud).")
        return decoded.claims

    async def verify(self, token: str, now: int) -> tuple[dict[str, Any], float]:
        """Return the claims of `token`, and for how long (seconds) they may be relied on before the keys are asked for anew.

        `NotAuthenticated` unless the issuer signed it, for us, and it is good now; `Unavailable` while its keys cannot be had.
        """
        decoded = await self._signed(token)
        require_claims(decoded, now, issuer=self.trusted.issuer, audience=self.trusted.audience)
        return decoded.claims, self.published.good_for()

    async def _signed(self, token: str) -> Token:
        keys = await self.published.get()
        decoded = decode(token, keys, self.trusted.algorithms)
        if decoded is None:
            keys = await self.published.get(other_than=keys)
            decoded = decode(token, keys, self.trusted.algorithms)
        if decoded is None:
            raise unauthenticated("The token is not one that its issuer signed with a key that it publishes.")
        return decoded


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

    def signing_in(self) -> list[Provider]:
        """Return those at which readers of the pages sign in."""
        return [one for one in self.known.values() if one.trusted.client_id]

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
    return Providers({one.issuer: Provider(one, PublishedKeys(one.jwks_uri), _secret(one)) for one in found})


def _secret(one: TrustedIssuer) -> str | None:
    if one.client_secret_file is None:
        return None
    try:
        return one.client_secret_file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as wrong:
        raise OperatorMistake(
            f"{one.client_secret_file} (client_secret_file of {one.issuer} in PACTA_ISSUERS_FILE) cannot be read."
        ) from wrong
