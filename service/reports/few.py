"""Counting a whole log beside the requests of others: only a few at once, each in a thread of its own.

Each takes a connection, a core and the entries in memory as long as it lasts, whoever asks: who would be one too many is
told to come back, and everything else goes on.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from service.errors import Unavailable

AT_ONCE: Final = 3
"""So many whole logs are read at once by one process."""


class Few:
    """Places for what runs at once, for all callers together."""

    def __init__(self, most: int) -> None:
        self.free = most

    @contextmanager
    def one(self, leaving: int = 0) -> Iterator[None]:
        """Take a place as long as the block lasts; `Unavailable` (503, with `Retry-After`) if no more than `leaving` are free."""
        if self.free <= leaving:
            message = "As many whole logs as may be are being counted at this moment. Ask again in two seconds."
            raise Unavailable(message, headers={"Retry-After": "2"})
        self.free -= 1
        try:
            yield
        finally:
            self.free += 1


counts: Final = Few(AT_ONCE)
