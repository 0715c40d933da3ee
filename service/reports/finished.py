"""Reports that were made are kept as their bytes: what is asked for again, by who may see the same, is not made again.

A report is a function of what it is asked about, of the signed notes that name its entries, and of what may be seen of them: all that is
in the key. Who may see what is asked of the database before, each time.
"""

from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from service.reports.rules.report import Asked

MOST_BYTES: Final = 16_000_000
Key = tuple[bytes, bytes, Asked, bytes]


def key_of(note: bytes, registry: bytes, asked: Asked, seen: Collection[str]) -> Key:
    """Return by what a report is known: the notes of both logs, what is asked, and the ids that may be seen."""
    return note, registry, asked, sha256("".join(sorted(seen)).encode()).digest()


@dataclass(slots=True)
class Finished:
    """The reports that are kept, the one that was asked for last at the end."""

    most: int = MOST_BYTES
    reports: OrderedDict[Key, bytes] = field(default_factory=OrderedDict)

    def get(self, key: Key) -> bytes | None:
        """Return the report, if it is kept."""
        if key in self.reports:
            self.reports.move_to_end(key)
        return self.reports.get(key)

    def put(self, key: Key, content: bytes) -> None:
        """Keep the report, and forget those that were not asked for longest until there is room."""
        self.reports[key] = content
        while sum(map(len, self.reports.values())) > self.most:
            self.reports.popitem(last=False)


FINISHED: Final = Finished()
