"""The keys that a provider publishes (RFC 7517): fetched when they are needed, by one caller for all who wait.

Nothing here holds a database connection, and no caller waits longer than one fetch may last.
"""

import asyncio
import json
import math
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import structlog
from cryptography.exceptions import UnsupportedAlgorithm
from joserfc.errors import SecurityWarning
from joserfc.jwk import JWKRegistry, Key, KeySet, OctKey

from service.errors import Unavailable
from service.identity.outward import Away, ask
from service.identity.tokens import UNREADABLE

log = structlog.get_logger("pacta.issuers")
FETCH_SECONDS: Final = 2
LONGEST_BYTES: Final = 262_144
FRESH_SECONDS: Final = 300
"""Keys of this age are asked for anew before they are used: so long, at most, a key that was withdrawn stays good."""
KEPT_SECONDS: Final = 3600
"""So long keys that cannot be asked for anew stay good; the tokens that a provider signed before it went away have ended by then."""
UNKNOWN_SECONDS: Final = 60
"""A token that no key verifies makes us ask at most this often, so that rubbish does not flood the provider."""
RETRY_SECONDS: Final = 5
"""After a fetch that failed."""


@dataclass(slots=True)
class PublishedKeys:
    """The keys at one address, as they were last read."""

    uri: str
    clock: Callable[[], float] = time.monotonic
    keys: KeySet = field(default_factory=lambda: KeySet([]))
    read_at: float = -math.inf
    failed_at: float = -math.inf
    fetching: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def get(self, *, other_than: KeySet | None = None) -> KeySet:
        """Return keys that are good now; `Unavailable` if there are none and the provider cannot be asked.

        A caller whom some keys did not help says so with `other_than`, and gets newer ones where it is time to ask.
        """
        stale, lacking = self.age() >= FRESH_SECONDS, other_than is self.keys and self.age() >= UNKNOWN_SECONDS
        # While one caller asks for keys anew, those who can go on with the old ones do.
        if lacking or self.age() >= KEPT_SECONDS or (stale and not self.fetching.locked()):
            await self._refresh()
        if self.age() >= KEPT_SECONDS:
            self._forget()
            raise Unavailable(
                "The keys of the OpenID provider that issued this token cannot be read at the moment, so it cannot be "
                f"verified. Send the request again in {RETRY_SECONDS} seconds; if that lasts, tell the operator.",
                headers={"Retry-After": str(RETRY_SECONDS)},
            )
        return self.keys

    def age(self) -> float:
        """Return for how long (seconds) the provider may have published other keys without our knowing."""
        return self.clock() - self.read_at

    def good_for(self) -> float:
        """Return for how long (seconds) what these keys verified may be relied on: until they, or a failed fetch, are tried again."""
        left = FRESH_SECONDS - self.age()
        return left if left > 0 else RETRY_SECONDS

    def _forget(self) -> None:
        self.keys = KeySet([])
        self.read_at = -math.inf

    async def _refresh(self) -> None:
        begun = self.clock()
        async with self.fetching:
            # Whoever waited for another's fetch has its outcome, be it good or not.
            if self.read_at >= begun or begun - self.failed_at < RETRY_SECONDS:
                return
            try:
                found = await _fetch(self.uri)
            except Away as away:
                # The keys so far stay good for a while: a provider that is away for a moment locks nobody out.
                self.failed_at = self.clock()
                log.warning("issuer_unreachable", uri=self.uri, reason=str(away))
            else:
                self.keys, self.read_at, self.failed_at = found, self.clock(), -math.inf


async def _fetch(uri: str) -> KeySet:
    answer = await ask("GET", uri, seconds=FETCH_SECONDS, longest=LONGEST_BYTES)
    if answer.status != 200:
        raise Away(f"it answered {answer.status}")
    try:
        published = json.loads(answer.body)["keys"]
        found = [_understood(one) for one in published] if isinstance(published, list) else None
    except UNREADABLE:
        found = None
    if found is None:
        raise Away("it answered something else than a set of keys (RFC 7517, 5)")
    # A key that is not understood is skipped, and not the others with it (RFC 7517, 5).
    if skipped := found.count(None):
        log.warning("issuer_keys_skipped", uri=uri, skipped=skipped, of=len(found))
    return KeySet([key for key in found if key is not None])


def _understood(content: Any) -> Key | None:  # noqa: ANN401 -- whatever stands there
    """Return one key of a set; None for what cannot be understood, is too weak, or is a secret, which is none once it is public."""
    try:
        with warnings.catch_warnings(action="error", category=SecurityWarning):
            key = JWKRegistry.import_key(content)
            key.ensure_kid()
    except (*UNREADABLE, UnsupportedAlgorithm, SecurityWarning):
        return None
    return None if isinstance(key, OctKey) else key
