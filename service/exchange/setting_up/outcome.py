"""What became of each thing that a file names. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from typing_extensions import override


class Did(StrEnum):
    """What was done about it."""

    THERE = "there"
    MADE = "made"
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    AWAITS = "awaits"
    WAITS = "waits"
    DIFFERS = "differs"
    REFUSED = "refused"


WRONG = frozenset({Did.DIFFERS, Did.REFUSED})
"""What somebody has to look at."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A line of what is told: what was done, about what, and why not more."""

    did: Did
    what: str
    why: str = ""
    planned: bool = False
    status: int | None = None
    """Of a refusal: its status."""

    @override
    def __str__(self) -> str:
        """Return the line."""
        did = f"would be {self.did}" if self.planned else str(self.did)
        return f"{did:<10} {self.what}" + (f": {self.why}" if self.why else "")


def compared(what: str, said: object, known: object) -> Outcome:
    """Return that something is there, or that the file says it otherwise: then it stays as it is."""
    if said == known:
        return Outcome(Did.THERE, what)
    return Outcome(Did.DIFFERS, what, f"the file says {said!r}, the register {known!r}; it is left as it is")
