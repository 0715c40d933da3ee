"""Signing in at a party's OpenID provider: authorization code with PKCE (RFC 7636), exchanged by this service itself.

Nothing here is stored but by who asks: the nonce and the verifier follow from the state, which the browser holds until it is used.
"""

import base64
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final
from urllib.parse import quote, urlencode

from service.errors import NotAuthenticated, Unavailable
from service.identity.issuers import Provider
from service.identity.outward import Away, ask
from service.identity.tokens import UNREADABLE

EXCHANGE_SECONDS: Final = 5
LONGEST_BYTES: Final = 65_536
RETRY: Final = {"Retry-After": "5"}


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to sign in, by its two secrets: what goes round by the provider, and what never leaves this browser."""

    state: str
    browser: str
    redirect_uri: str

    @property
    def nonce(self) -> str:
        """Return what the ID token must repeat."""
        return self._made_of("nonce")

    @property
    def verifier(self) -> str:
        """Return what proves to the provider that who redeems the code is who asked for it."""
        return self._made_of("verifier")

    @property
    def challenge(self) -> str:
        """Return the verifier's SHA-256, as the provider is told it beforehand (S256)."""
        return _text(sha256(self.verifier.encode()).digest())

    def _made_of(self, use: str) -> str:
        # Of the browser's secret too: who has seen the state on its way knows neither.
        return _text(sha256(f"{use} {self.state} {self.browser}".encode()).digest())


def authorization_url(provider: Provider, attempt: Attempt) -> str:
    """Return the address at which the reader signs in."""
    trusted = provider.trusted
    asked = {
        "response_type": "code",
        "client_id": trusted.client_id,
        "redirect_uri": attempt.redirect_uri,
        "scope": "openid",
        "state": attempt.state,
        "nonce": attempt.nonce,
        "code_challenge": attempt.challenge,
        "code_challenge_method": "S256",
    }
    url = str(trusted.authorization_url)
    return f"{url}{'&' if '?' in url else '?'}{urlencode(asked)}"


async def subject_of(provider: Provider, attempt: Attempt, code: str) -> str:
    """Return who signed in, by the provider's own name for it; `NotAuthenticated` unless it says so rightly.

    `Unavailable` while the provider is away. Hold no database connection meanwhile.
    """
    token = (await _exchanged(provider, attempt, code)).get("id_token")
    if not isinstance(token, str):
        raise _refused("its answer holds no ID token")
    claims = await provider.verify_id(token, int(time.time()))
    if claims.get("nonce") != attempt.nonce:
        raise _refused("its ID token is of another sign-in (its nonce)")
    return str(claims["sub"])


async def _exchanged(provider: Provider, attempt: Attempt, code: str) -> Mapping[str, Any]:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": attempt.redirect_uri,
        "code_verifier": attempt.verifier,
    }
    trusted = provider.trusted
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    if provider.secret is None:
        form["client_id"] = str(trusted.client_id)
    else:
        # RFC 6749, 2.3.1: both are written as in a form before they are joined.
        pair = f"{quote(str(trusted.client_id), safe='')}:{quote(provider.secret, safe='')}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    try:
        answer = await ask(
            "POST",
            str(trusted.token_url),
            seconds=EXCHANGE_SECONDS,
            longest=LONGEST_BYTES,
            content=urlencode(form).encode(),
            headers=headers,
        )
    except Away as away:
        raise Unavailable(
            f"The OpenID provider of {trusted.party} cannot be asked: {away}. Sign in again.", headers=RETRY
        ) from away
    if answer.status >= 500:
        raise Unavailable(f"The OpenID provider of {trusted.party} failed. Sign in again.", headers=RETRY)
    return _read(answer.status, answer.body)


def _read(status: int, body: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(body)
    except UNREADABLE as wrong:
        raise _refused("its answer cannot be read") from wrong
    if status != 200 or not isinstance(found, dict):
        raise _refused("it did not take the code: it was used already, or is of another sign-in")
    return found


def _refused(why: str) -> NotAuthenticated:
    return NotAuthenticated(f"The OpenID provider did not say who you are: {why}. Sign in again.")


def _text(digest: bytes) -> str:
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
