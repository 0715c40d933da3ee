"""What is withheld in a redacted export: how much, and what it could be the cause of. Pure.

Of a withheld entry the leaf hash is there, in the hash tile, and the root proves it; what it says nobody is told. So the chain of what
is shown may have a gap, where as many entries are withheld between its ends as it lacks, and the next one names the hash of one of
them. What follows a gap, or breaks a rule that a withheld entry may be the cause of, is not judged; it is never said to be proven.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from service.verify.canonical import Entry
from service.verify.finding import Finding, tampered, withheld


@dataclass(slots=True)
class Withheld:
    """The withheld entries of the log so far."""

    count: int = 0
    newer: int = 0
    """How many of them are there, but of a version that is not known here: to whoever reads them here they say as little."""
    unnamed: set[str] = field(default_factory=set)
    """Leaf hashes, as entries name them, of those of which no later entry has told that it follows it."""
    before: dict[str, int] = field(default_factory=dict)
    """By subject: how many were withheld before its last entry that is shown."""
    gaps: int = 0
    """How many of them are of subjects that are shown."""
    unjudged: int = 0
    """How many subjects were not judged to their end."""

    @property
    def word(self) -> str:
        """What is said of these entries."""
        return "of a newer version" if self.newer else "withheld"

    def add(self, leaf: bytes, *, newer: bool = False) -> None:
        """Note that an entry is withheld, or of a version that is not known here."""
        self.count += 1
        self.newer += newer
        self.unnamed.add(leaf.hex())

    def shown(self, entry: Entry) -> None:
        """Note that this entry is shown."""
        self.before[entry.subject] = self.count

    def explains(self, entry: Entry, last: int) -> bool:
        """Return whether the entries that a chain lacks between number `last` and this one can be withheld ones, and count them."""
        lacking, since = entry.seq - last - 1, self.before.get(entry.subject, 0)
        # That it is a hash, or a text at all, nobody has looked yet.
        leaf = str(entry.prev)
        if not 0 < lacking <= self.count - since or leaf not in self.unnamed:
            return False
        self.unnamed.remove(leaf)
        self.gaps += lacking
        return True


def founding_is_shown(place: str) -> Finding:
    """Return the finding that a log's first entry is withheld: whoever may read anything of a commission may read that."""
    return tampered(place, "is withheld, and is the founding, which nobody may withhold")


def not_judged(place: str, hidden: Withheld, why: str) -> Finding:
    """Return the finding that something is not judged, since what is withheld may be the cause."""
    return withheld(place, f"not judged, since an entry that is {hidden.word} may be the cause: {why}")


def lines(hidden: Withheld) -> Iterator[str]:
    """Yield what the report says of what is withheld; nothing of a whole export."""
    if hidden.newer:
        yield f"  {hidden.newer} entries are of a version that this pacta does not know: what they say is not judged, nor proofs and documents"
    if count := hidden.count - hidden.newer:
        yield f"  {count} entries are withheld: their hashes alone are here, and what they say is not judged"
    if count and hidden.gaps:
        yield (
            f"  {hidden.gaps} of these are of subjects that are shown: each names what is not for this audience,"
            " or was withheld though it is for it; ask whoever exported"
        )
    if hidden.unjudged:
        yield f"  {hidden.unjudged} subjects are not judged beyond these"
