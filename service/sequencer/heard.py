"""What the sequencer hears from outside: how much of each log witnesses have cosigned."""

from dataclasses import dataclass, field
from typing import NamedTuple


class Ahead(NamedTuple):
    """A witness that has cosigned a checkpoint over `size` entries."""

    size: int
    witness: str


@dataclass(slots=True)
class Heard:
    """The largest size that a witness told beyond what it was shown, by the log's origin, and the witnesses that were not asked yet.

    A database that was restored together with its notes cannot know that more was signed: a witness does.
    """

    ahead: dict[str, Ahead] = field(default_factory=dict)
    unasked: set[str] = field(default_factory=set)

    def tell(self, origin: str, size: int, witness: str) -> None:
        """Remember that this witness has cosigned so many entries of a log."""
        self.ahead[origin] = max(self.ahead.get(origin, Ahead(0, "")), Ahead(size, witness))
