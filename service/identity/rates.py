"""How much a principal may ask of one process: a bucket of requests for each, which fills again steadily."""

import math
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Final

from service.errors import TooManyRequests

WINDOW_SECONDS: Final = 60
MOST_KNOWN: Final = 10_000
"""So many principals are counted; then those are forgotten whose bucket is full again."""


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


@dataclass(slots=True)
class Rates:
    """A limit of `quota` requests a minute for each principal, in this process; None: no limit.

    All may come at once; each second then gives a sixtieth of them back.
    """

    quota: int | None = None
    clock: Callable[[], float] = time.monotonic
    buckets: dict[Hashable, _Bucket] = field(default_factory=dict)

    def take(self, principal: Hashable) -> dict[str, str]:
        """Count one request and return what its answer's headers say; `TooManyRequests` (429) if none is left."""
        if self.quota is None:
            return {}
        now, pace = self.clock(), self.quota / WINDOW_SECONDS
        bucket = self.buckets.get(principal)
        if bucket is None:
            bucket = self._begin(principal, self.quota, now)
        bucket.left = min(self.quota, bucket.left + (now - bucket.at) * pace)
        bucket.at = now
        if bucket.left < 1:
            wait = math.ceil((1 - bucket.left) / pace)
            raise TooManyRequests(
                f"This principal has sent {self.quota} requests within a minute, which is the most. Wait {wait} s.",
                headers={"Retry-After": str(wait), **self._told(0, wait)},
            )
        bucket.left -= 1
        return self._told(int(bucket.left), math.ceil((self.quota - bucket.left) / pace))

    def _told(self, left: int, seconds: int) -> dict[str, str]:
        return {
            "RateLimit-Policy": f'"principal";q={self.quota};w={WINDOW_SECONDS}',
            "RateLimit": f'"principal";r={left};t={seconds}',
        }

    def _begin(self, principal: Hashable, quota: int, now: float) -> _Bucket:
        if len(self.buckets) >= MOST_KNOWN:
            full = [one for one, known in self.buckets.items() if now - known.at >= WINDOW_SECONDS]
            for one in full:
                del self.buckets[one]
        return self.buckets.setdefault(principal, _Bucket(quota, now))
