"""Numbers of one series: each is given once, and never again; and the references of drafts, which have none yet. Pure."""

from base64 import b32encode
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

from service.permissions import Confidentiality

DRAFT: Final = "d-"
FIRST_RESTRICTED: Final = 9001
"""What is restricted is numbered apart, so that no gap among the others tells of it."""
BEYOND: Final = 100_000
"""Where the others go on, should they ever reach the restricted ones."""
_LENGTHS: Final = range(4, 14)


def drafts(stem: str, matter_id: str) -> list[str]:
    """Return the draft references that the matter may have, in the order in which they are tried: the first that is free."""
    letters = b32encode(sha256(matter_id.encode()).digest()[:10]).decode().lower()
    return [f"{stem}/{DRAFT}{letters[:length]}" for length in _LENGTHS]


def is_draft(reference: str) -> bool:
    """Return whether it is a draft's reference."""
    return reference.rpartition("/")[2].startswith(DRAFT)


def number_of(reference: str) -> int:
    """Return the number in a reference that has one."""
    return int(reference.rpartition("/")[2])


def is_restricted(number: int) -> bool:
    """Return whether the number is of the series of what is restricted."""
    return FIRST_RESTRICTED <= number < BEYOND


def is_apart(members: Mapping[str, Any]) -> bool:
    """Return whether a matter with these members is numbered in the series of what is restricted."""
    return bool(members["confidentiality"] == Confidentiality.RESTRICTED)


@dataclass(slots=True)
class Numbers:
    """The numbers that were given in a series, as runs without a gap: 1, 14, 16, 16 are the first fourteen, and 16."""

    stem: str
    """What a reference has before its number, as `PK-AZ/08`."""
    runs: list[int] = field(default_factory=list)
    """First and last of each run, ascending."""
    kept: Mapping[str, Any] = field(default_factory=dict)
    """Where the service keeps the series."""
    apart: bool = False
    """Whether it is that of what is restricted."""

    @property
    def highest(self) -> int:
        """Return the highest number that was given, or 0."""
        return self.runs[-1] if self.runs else 0

    @property
    def next(self) -> int:
        """Return the next number above the highest."""
        following = self.highest + 1
        if self.apart:
            return max(following, FIRST_RESTRICTED)
        return max(following, BEYOND) if is_restricted(following) else following

    def has(self, number: int) -> bool:
        """Return whether the number was given."""
        place = bisect_left(self.runs, number)
        return place % 2 == 1 or (place < len(self.runs) and self.runs[place] == number)

    def give(self, number: int) -> None:
        """Note that a number is given; noting it twice changes nothing."""
        if self.has(number):
            return
        runs, place = self.runs, bisect_left(self.runs, number)
        follows = place > 0 and runs[place - 1] == number - 1
        precedes = place < len(runs) and runs[place] == number + 1
        runs[place - follows : place + precedes] = [number] * (2 - follows - precedes)
