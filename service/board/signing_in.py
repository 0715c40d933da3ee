"""How readers sign in: what the application keeps for it, and what every step of it is held to."""

import re
import secrets
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from posixpath import normpath
from typing import Final, Self
from urllib.parse import unquote

from fastapi import Request

from service.board.cookies import Cookie, is_form_token
from service.board.sessions import SESSION_SECONDS, SIGN_IN_SECONDS
from service.database.state import State
from service.errors import NotFound, NotPermitted, TooManyRequests
from service.http.addresses import Addresses
from service.identity.issuers import Provider, Providers

FRONT: Final = "/read/"
A_MINUTE: Final = 60
MOST_A_MINUTE: Final = 30
MOST_KNOWN: Final = 10_000
_PRINTABLE: Final = re.compile(r"/read/[!-\[\]-~]*").fullmatch


@dataclass(slots=True)
class Bounded:
    """How often each may try within a minute, in this process."""

    clock: Callable[[], float] = time.monotonic
    tries: dict[str, deque[float]] = field(default_factory=dict)

    def require(self, who: str) -> None:
        """Count a try; `TooManyRequests` where there were too many."""
        now = self.clock()
        if len(self.tries) >= MOST_KNOWN:
            self.tries.clear()
        tries = self.tries.setdefault(who, deque())
        while tries and tries[0] <= now - A_MINUTE:
            tries.popleft()
        if len(tries) >= MOST_A_MINUTE:
            wait = int(A_MINUTE - (now - tries[0])) + 1
            raise TooManyRequests("There were too many attempts to sign in.", headers={"Retry-After": str(wait)})
        tries.append(now)


@dataclass(frozen=True, slots=True)
class SigningIn:
    """What signing in needs of the application."""

    addresses: Addresses
    providers: Providers
    session: Cookie
    attempt: Cookie
    takes_secrets: bool
    """Whether a client's id and secret are taken too: in the demonstration alone."""
    bounded: Bounded

    @classmethod
    def of(cls, addresses: Addresses, providers: Providers, *, takes_secrets: bool) -> Self:
        """Return it for a service at these addresses."""
        return cls(
            addresses,
            providers,
            Cookie.of(addresses, "pacta-reading", SESSION_SECONDS),
            Cookie.of(addresses, "pacta-sign-in", SIGN_IN_SECONDS),
            takes_secrets,
            Bounded(),
        )

    @property
    def is_possible(self) -> bool:
        """Return whether there is any way to sign in."""
        return self.takes_secrets or bool(self.providers.signing_in())

    def provider_of(self, party: str) -> Provider:
        """Return the provider at which readers of this party sign in; `NotFound` if there is none."""
        found = next((one for one in self.providers.signing_in() if one.trusted.party == party), None)
        if found is None:
            raise NotFound(f"Nobody signs in for {party} here.")
        return found

    def redirect_uri(self, party: str) -> str:
        """Return where the provider sends readers back to: another address for each, so that none can pass for another (RFC 9700, 4.4.2)."""
        return self.addresses.absolute(f"/read/sign-in/{party}/back")

    def require_form(self, request: Request, cookie: Cookie, token: str) -> str:
        """Return the secret that the browser shows; `NotPermitted` unless the form came from a page that was made for it."""
        secret = cookie.read(request)
        if secret is None or not is_form_token(token, secret):
            raise NotPermitted("The form is out of date, or came from elsewhere. Open the page again.")
        return secret


@dataclass(kw_only=True)
class HasSigningIn(State):
    """What this room needs of the application."""

    signing_in: SigningIn


def new_secret() -> str:
    """Return 256 random bits, as they stand in a cookie."""
    return secrets.token_urlsafe(32)


def led_back(path: str | None) -> str:
    """Return `path` if it is one of the pages; the front page for any other, and for what a browser could read as another."""
    if not path or not _PRINTABLE(path):
        return FRONT
    bare = unquote(path.partition("?")[0].partition("#")[0])
    is_inside = f"{normpath(bare)}/".startswith(FRONT) and not bare.startswith(f"{FRONT}sign-") and "\\" not in bare
    return path if is_inside else FRONT
