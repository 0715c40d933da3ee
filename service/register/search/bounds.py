"""Searches at once: a caller that asks for many words at the same time waits for none of the others' answers."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from uuid import UUID

from service.errors import TooManyRequests

AT_ONCE: Final = 4
"""So many searches of one caller run at once in one process."""


class Bound:
    """How many searches of each caller are running."""

    def __init__(self, most: int = AT_ONCE) -> None:
        self.most = most
        self.running = Counter[UUID]()

    @contextmanager
    def one(self, principal_id: UUID) -> Iterator[None]:
        """Count one as long as the block lasts; `TooManyRequests` (429, with `Retry-After`) if as many are running as may."""
        if self.running[principal_id] >= self.most:
            message = (
                f"{self.most} searches of this caller are running; that is the most at once. Ask again in a second."
            )
            raise TooManyRequests(message, headers={"Retry-After": "1"})
        self.running[principal_id] += 1
        try:
            yield
        finally:
            self.running[principal_id] -= 1
            if not self.running[principal_id]:
                del self.running[principal_id]


searches: Final = Bound()
