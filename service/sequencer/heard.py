"""What the sequencer hears from outside: how much of each log witnesses have cosigned."""

from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID


class Ahead(NamedTuple):
    """A witness that has cosigned a checkpoint over `size` entries."""

    size: int
    witness: str


@dataclass(slots=True)
class Heard:
    """The largest size that a witness told beyond what it was shown, by log, and the witnesses that were not asked yet.

    A database that was restored together with its notes cannot know that more was signed: a witness does.
    """

    ahead: dict[UUID, Ahead] = field(default_factory=dict)
    unasked: set[str] = field(default_factory=set)

    def tell(self, log_id: UUID, size: int, witness: str) -> None:
        """Remember that this witness has cosigned so many entries of a log."""
        self.ahead[log_id] = max(self.ahead.get(log_id, Ahead(0, "")), Ahead(size, witness))
