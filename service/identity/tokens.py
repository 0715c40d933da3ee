"""Access tokens: JWTs signed with Ed25519, as RFC 9068 (`at+jwt`) says. No I/O; the moment is given."""

import base64
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from service.errors import NotAuthenticated

ALGORITHM: Final = "Ed25519"
SCOPES: Final[Mapping[str, str]] = {
    "read": "Read what the caller may see.",
    "write": "Record, propose, confirm, register: what the caller's roles permit.",
}


@dataclass(frozen=True, slots=True)
class Issuer:
    """The service's own issuer: its address (also the audience), its key, and how long a token is good (seconds)."""

    url: str
    key: OKPKey
    lifetime: int

    def issue(self, client_id: str, now: int, scopes: Iterable[str] = SCOPES) -> str:
        """Return an access token for `client_id`, good from `now` (seconds since 1970) for the lifetime."""
        header = {"alg": ALGORITHM, "typ": "at+jwt", "kid": self.key.kid}
        claims = {
            "iss": self.url,
            "aud": self.url,
            "sub": client_id,
            "client_id": client_id,
            "iat": now,
            "exp": now + self.lifetime,
            "jti": secrets.token_urlsafe(16),
            "scope": " ".join(scopes),
        }
        return jwt.encode(header, claims, self.key, algorithms=[ALGORITHM])

    def verify(self, token: str, now: int) -> Mapping[str, Any]:
        """Return the claims of `token`; `NotAuthenticated` unless it is ours, for us, and not past its end."""
        try:
            decoded = jwt.decode(token, self.key, algorithms=[ALGORITHM])
        except (JoseError, ValueError, TypeError) as wrong:
            raise unauthenticated("The token is not one that this service signed.") from wrong
        claims = decoded.claims
        if decoded.header.get("typ") != "at+jwt" or claims.get("iss") != self.url or claims.get("aud") != self.url:
            raise unauthenticated("The token was issued by, or for, another service.")
        if not isinstance(claims.get("exp"), int) or claims["exp"] <= now:
            raise unauthenticated("The token has expired. Get a new one from /oauth/token.")
        return claims

    def jwks(self) -> dict[str, Any]:
        """Return the public keys (RFC 7517)."""
        public = {**self.key.as_dict(private=False), "alg": ALGORITHM, "use": "sig", "kid": self.key.kid}
        return {"keys": [public]}


def claimed_issuer(token: str) -> object:
    """Return the `iss` that a token claims, unverified: it only chooses whose keys are to verify it. None if unreadable."""
    try:
        part = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, IndexError):
        return None
    return claims.get("iss") if isinstance(claims, dict) else None


def unauthenticated(detail: str) -> NotAuthenticated:
    """Return the 401 that says how to authenticate (RFC 6750, section 3)."""
    return NotAuthenticated(detail, headers={"WWW-Authenticate": 'Bearer realm="pacta", error="invalid_token"'})


def new_secret() -> str:
    """Return a new client secret of 256 random bits."""
    return secrets.token_urlsafe(32)


def hash_secret(secret: str) -> bytes:
    """Return the SHA-256 under which a secret is stored; with 256 random bits no slow hash is needed."""
    return sha256(secret.encode()).digest()
