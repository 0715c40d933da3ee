"""The two cookies of the pages, and the tokens by which a form shows that it came from one of them. Pure, but for chance.

Over HTTPS both carry a prefix that browsers hold to its rules (RFC 6265bis, 4.1.3): `__Host-`, or `__Secure-` with the path where the
public address has one. Over plain HTTP, as in the demo, a browser would take neither.
"""

import base64
import hmac
import secrets
from dataclasses import dataclass
from hashlib import sha256

from fastapi import Request, Response

from service.http.addresses import Addresses


@dataclass(frozen=True, slots=True)
class Cookie:
    """A secret that a browser keeps, for so many seconds, and shows under the pages."""

    name: str
    path: str
    is_secure: bool
    seconds: int

    @classmethod
    def of(cls, addresses: Addresses, name: str, seconds: int) -> "Cookie":
        """Return the cookie as it is called and bounded at these public addresses."""
        if not addresses.root.lower().startswith("https://"):
            return cls(name, f"{addresses.prefix}/read/", is_secure=False, seconds=seconds)
        if addresses.prefix:
            return cls(f"__Secure-{name}", f"{addresses.prefix}/read/", is_secure=True, seconds=seconds)
        return cls(f"__Host-{name}", "/", is_secure=True, seconds=seconds)

    def read(self, request: Request) -> str | None:
        """Return the secret that the browser shows."""
        return request.cookies.get(self.name) or None

    def give(self, answer: Response, secret: str) -> None:
        """Let the browser keep a secret."""
        self._set(answer, secret, self.seconds)

    def take_back(self, answer: Response) -> None:
        """Let the browser forget it."""
        self._set(answer, "", 0)

    def _set(self, answer: Response, value: str, seconds: int) -> None:
        answer.set_cookie(
            self.name, value, max_age=seconds, path=self.path, secure=self.is_secure, httponly=True, samesite="lax"
        )


def form_token(secret: str) -> str:
    """Return a token that only a page for the browser with this secret can hold; each time another, since pages are compressed."""
    mask = secrets.token_bytes(32)
    return base64.urlsafe_b64encode(mask + _masked(mask, secret)).decode()


def is_form_token(token: str, secret: str) -> bool:
    """Return whether a form came from a page that was made for the browser with this secret."""
    try:
        given = base64.urlsafe_b64decode(token.encode())
    except ValueError:
        return False
    return len(given) == 64 and hmac.compare_digest(given[32:], _masked(given[:32], secret))


def _masked(mask: bytes, secret: str) -> bytes:
    digest = sha256(b"form " + secret.encode()).digest()
    return bytes(one ^ other for one, other in zip(mask, digest, strict=True))
