"""What takes long is bounded in how many run at once in one process: of each caller, or of all together.

Each holds a connection, a core or memory as long as it lasts: who would be one too many is told to come back, and everything else goes on.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from service.errors import TooManyRequests, Unavailable


class Most(NamedTuple):
    """So many at once; what is told to one too many, and after how many seconds it may come again."""

    places: int
    told: str
    again: int

    @property
    def headers(self) -> dict[str, str]:
        """Return the header that says when to come again."""
        return {"Retry-After": str(self.again)}


@dataclass(slots=True)
class AtOnce:
    """Places for what runs at once, by who asks; None: without a bound."""

    in_all: Most | None = None
    of_each: Most | None = None
    running: Counter[UUID | None] = field(default_factory=Counter)

    @property
    def free(self) -> int:
        """Return how many places are left for all callers together; only where these are bounded."""
        return self.in_all.places - self.running.total() if self.in_all else 0

    @contextmanager
    def one(self, caller: UUID | None = None, leaving: int = 0) -> Iterator[None]:
        """Take a place as long as the block lasts.

        `TooManyRequests` (429) if this caller has all of its own; `Unavailable` (503) if of those of all no more than `leaving` are free.
        """
        if self.of_each and self.running[caller] >= self.of_each.places:
            raise TooManyRequests(self.of_each.told, headers=self.of_each.headers)
        if self.in_all and self.free <= leaving:
            raise Unavailable(self.in_all.told, headers=self.in_all.headers)
        self.running[caller] += 1
        try:
            yield
        finally:
            self.running[caller] -= 1
            # Who has nothing running is forgotten.
            self.running += Counter()
