"""Access tokens: JWTs signed with Ed25519, as RFC 9068 (`at+jwt`) says. No I/O; the moment is given."""

import base64
import json
import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import ClaimError, ExpiredTokenError, JoseError
from joserfc.jwk import KeyFlexible, OKPKey
from joserfc.jws import JWSRegistry
from joserfc.jwt import JWTClaimsRegistry

from service.errors import NotAuthenticated

ALGORITHM: Final = "Ed25519"
SCOPES: Final[Mapping[str, str]] = {
    "read": "Read what the caller may see.",
    "write": "Record, propose, confirm, register: what the caller's roles permit.",
}
LONGEST_TOKEN: Final = 16_384
"""Characters; a provider may put much into a token, and what a request's head may hold is not much more."""
LONGEST_HEADER: Final = 8_192
LEEWAY_SECONDS: Final = 30
"""So far another's clock may be ahead of ours: for `iat` and `nbf`. An end is an end."""
TYPES: Final = {"jwt", "at+jwt"}
"""What a token of a provider may say it is (RFC 9068, 2.1; RFC 8725, 3.11), in small letters and without `application/`."""
_WRONG: Final = {
    "iss": "was issued by another",
    "aud": "is for another service",
    "sub": "does not say whose it is",
    "exp": "does not say when it ends",
    "nbf": "is not good yet",
    "iat": "was issued in the future",
}
# What reading a stranger's bytes can raise, in joserfc and below it: nesting too deep, numbers too long, members of a wrong kind.
UNREADABLE: Final = (
    JoseError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    RecursionError,
)


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
        decoded = decode(token, self.key, [ALGORITHM])
        if decoded is None:
            raise unauthenticated("The token is not one that this service signed. Get one from POST /oauth/token.")
        require_claims(decoded, now, issuer=self.url, audience=self.url, types={"at+jwt"})
        return decoded.claims

    def read(self, token: str) -> Mapping[str, Any] | None:
        """Return the claims of a token that `issue` made, also if it has ended; None for any other."""
        decoded = decode(token, self.key, [ALGORITHM])
        ours = decoded is not None and decoded.claims.get("iss") == self.url and "jti" in decoded.claims
        return decoded.claims if decoded and ours else None

    def jwks(self) -> dict[str, Any]:
        """Return the public keys (RFC 7517)."""
        public = {**self.key.as_dict(private=False), "alg": ALGORITHM, "use": "sig", "kid": self.key.kid}
        return {"keys": [public]}


def decode(token: str, keys: KeyFlexible, algorithms: Collection[str]) -> jwt.Token | None:
    """Return `token`, read, if one of `keys` signed it; None for whatever else a stranger may send."""
    if len(token) > LONGEST_TOKEN:
        return None
    # A member of a header that is not understood is ignored (RFC 7515, 4), unless `crit` says that it must not be.
    registry = JWSRegistry(algorithms=algorithms, strict_check_header=False)
    registry.max_header_length = LONGEST_HEADER
    try:
        return jwt.decode(token, keys, registry=registry)
    except UNREADABLE:
        return None


def require_claims(token: jwt.Token, now: int, *, issuer: str, audience: str, types: Collection[str] = TYPES) -> None:
    """Raise `NotAuthenticated` unless a signed token is an access token of `issuer` for `audience` and good at `now`."""
    kind = token.header.get("typ", "JWT")
    if not isinstance(kind, str) or kind.lower().removeprefix("application/") not in types:
        raise unauthenticated(f"The token is no access token: its header says the type {kind!r:.50}.")
    rules = JWTClaimsRegistry(
        now,
        LEEWAY_SECONDS,
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": audience},
        sub={"essential": True},
    )
    try:
        rules.validate({name: claim for name, claim in token.claims.items() if name != "exp"})
        JWTClaimsRegistry(now, exp={"essential": True}).validate({"exp": token.claims.get("exp")})
    except ExpiredTokenError as wrong:
        raise unauthenticated("The token has ended. Get a new one from where it came from.") from wrong
    except ClaimError as wrong:
        raise unauthenticated(
            f"The token {_WRONG.get(wrong.claim, 'is not good')} (its claim {wrong.claim})."
        ) from wrong


def claimed_issuer(token: str) -> str | None:
    """Return the `iss` that a token claims, unverified: it only chooses whose keys are to verify it. None if unreadable."""
    if len(token) > LONGEST_TOKEN:
        return None
    try:
        part = token.split(".")[1]
        found = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))["iss"]
    except UNREADABLE:
        return None
    return found if isinstance(found, str) else None


def unauthenticated(detail: str) -> NotAuthenticated:
    """Return the 401 for a token that is not good (RFC 6750, section 3.1)."""
    return NotAuthenticated(detail, headers={"WWW-Authenticate": 'Bearer realm="pacta", error="invalid_token"'})


def unknown() -> NotAuthenticated:
    """Return the 401 for a request that says nothing of who sends it: no error, only how to say it (RFC 6750, 3.1)."""
    return NotAuthenticated(
        "Send a token: Authorization: Bearer ... (get one from POST /oauth/token).",
        headers={"WWW-Authenticate": 'Bearer realm="pacta"'},
    )


def new_secret() -> str:
    """Return a new client secret of 256 random bits."""
    return secrets.token_urlsafe(32)


def hash_secret(secret: str) -> bytes:
    """Return the SHA-256 under which a secret is stored; with 256 random bits no slow hash is needed."""
    return sha256(secret.encode(errors="replace")).digest()
