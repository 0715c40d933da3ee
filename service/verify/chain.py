"""The chain of every subject, entry by entry: numbers without gap, each naming the hash of the one before. Pure."""

from array import array
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import accumulate
from typing import Final

from service.register.commissions.rules import derived
from service.register.commissions.rules.charter.founding import FOUNDED
from service.register.groups.rules import derived as groups
from service.tlog.redaction import WITHHELD
from service.trail.chain import Link, faults
from service.trail.entry import NotCanonical
from service.trail.reopening import REOPENED
from service.verify import redacted
from service.verify.canonical import Entry, Newer, is_uuid, read
from service.verify.finding import Finding, malformed, tampered, unproven
from service.verify.redacted import Withheld
from service.verify.reopened import Reopened
from service.verify.reopened import read as read_reopened
from service.verify.replay.register import Register, Subject
from service.verify.replay.registry import REGISTRY
from service.verify.replay.replay import replay
from service.verify.replay.shape import Broken
from service.verify.replay.tellings import Reread

RECORDED: Final = "commitment.recorded"
BEGINS: Final = frozenset({RECORDED, derived.RECORDED, "working_group.recorded", "instrument.recorded"})
SPEAKING: Final = frozenset({derived.RECORDED, derived.CHANGED, groups.FOUNDED, groups.CHANGED})


class Trail:
    """What is known of the log so far: the end of each subject's chain, and what its entries add up to."""

    def __init__(
        self, again: Callable[[Sequence[int], int], bytes], *, replay: bool, is_redacted: bool = False
    ) -> None:
        """`again` reads an entry once more, from `ends` and its index."""
        self.replay = replay
        self.ends = array("I")
        """Of each entry, the bytes of it and those before it in its bundle: by these an entry is found in the export again."""
        self.log: str | None = None
        self.subjects: dict[str, Subject] = {}
        self.references: dict[str, Subject] = {}
        self.register = Register(self.references, Reread(partial(again, self.ends)))
        self.spoken: dict[str, Link] = {}
        """Of each session and group that the commission's own entries told of, the last that did."""
        self.size = 0
        self.redacted = is_redacted
        self.hides = is_redacted
        """Whether some entry may be withheld, or is of a newer version."""
        self.withheld = Withheld()
        self.reopened: list[Reopened] = []
        self.kept_root: bytes | None = None
        """The root over as many entries as the kept checkpoint has, if there are so many."""

    def extend(self, entries: Sequence[bytes], leaves: Sequence[bytes]) -> Iterator[Finding]:
        """Follow the entries of the next bundle, with their leaf hashes; yield what is wrong with each."""
        self.ends.extend(accumulate(map(len, entries)))
        # All are read before the first is followed: one thing done many times is done faster.
        whole = [self._read(stored) for stored in entries]
        for index, (entry, leaf) in enumerate(zip(whole, leaves, strict=True), self.size):
            if not isinstance(entry, Entry):
                yield from self._unread(index, entry, leaf)
                continue
            subject = self.subjects.get(entry.subject)
            if subject is None:
                subject, found = self._begin(index, entry)
                yield from found
            yield from self._link(index, entry, leaf, subject)
            if entry.kind == REOPENED:
                yield from self._reopen(index, entry)
            if entry.commission != self.log:
                # Its chain has told that; it is followed nowhere, since its subject is of no kind here.
                subject.broken = True
            if self.replay and not subject.broken:
                yield from self._replay(index, subject, entry)
        self.size += len(entries)

    def _read(self, stored: bytes) -> Entry | NotCanonical | None:
        """Return the entry, why it is none, or None where it is withheld."""
        if self.redacted and stored == WITHHELD:
            return None
        try:
            return read(stored)
        except NotCanonical as wrong:
            return wrong

    def _unread(self, index: int, why: NotCanonical | None, leaf: bytes) -> Iterator[Finding]:
        """Note an entry that is withheld, or of a newer version, or yield why it is none."""
        if isinstance(why, Newer):
            self.hides = True
            self.withheld.add(leaf, newer=True)
            yield unproven(f"entry {index}", str(why))
            return
        if why is not None:
            yield malformed(f"entry {index}", f"is not written as an entry is: {why}")
            return
        self.withheld.add(leaf)
        if index == 0:
            yield redacted.founding_is_shown("entry 0")

    def _reopen(self, index: int, entry: Entry) -> list[Finding]:
        found, wrong = read_reopened(index, entry)
        self.reopened += [found] if found else []
        return wrong

    def _replay(self, index: int, subject: Subject, entry: Entry) -> list[Finding]:
        try:
            replay(self.register, subject, entry)
        except Broken as broken:
            if self.withheld.count and not broken.by_itself:
                return list(self._not_judged(index, entry, subject, str(broken)))
            subject.broken = True
            return [Finding(broken.severity, place(index, entry, subject), str(broken))]
        except LookupError:
            # What it names is nowhere: of a log of which nothing is withheld, that is a mistake of ours.
            if not self.withheld.count:
                raise
            return list(self._not_judged(index, entry, subject, "what it names is not shown"))
        return []

    def _not_judged(self, index: int, entry: Entry, subject: Subject, why: str) -> Iterator[Finding]:
        if not subject.broken:
            subject.broken = True
            self.withheld.unjudged += 1
            yield redacted.not_judged(place(index, entry, subject), self.withheld, why)

    def _begin(self, index: int, entry: Entry) -> tuple[Subject, list[Finding]]:
        """Begin a subject with its first entry, and tell what is wrong with that.

        A commitment is known by its reference from then on; a session or group of which the commission's entries told goes on from there.
        """
        founding, unnamed, reference, wrongs = index == 0, self.log is None, _reference(entry), []
        if unnamed:
            self.log = entry.commission
        spoken = self.spoken.pop(entry.subject, None)
        if self.log == REGISTRY:
            # It has no founding: the first administrator stands at its beginning, and the replay judges who did what.
            begins = entry.subject == REGISTRY
        else:
            # Of a subject whose first entries are withheld the chain says so.
            begins = bool(spoken) or (entry.kind == FOUNDED if founding else entry.kind in BEGINS)
            begins = begins or (bool(self.withheld.count) and entry.seq > 0)
        if not begins:
            noun = "a commitment, a session, a working group or an instrument"
            wanted = "a log begins with the founding" if founding else f"a subject's first entry records {noun}"
            wrongs.append(tampered(place(index, entry), f"{wanted}, not with {entry.kind}"))
        if founding and entry.subject != entry.commission:
            wrongs.append(tampered(place(index, entry), "the commission that is founded is not the log's own"))
        if not (is_uuid(entry.subject) and (not unnamed or is_uuid(entry.commission))):
            wrongs.append(malformed(place(index, entry), "subject and commission are UUIDs"))
        subject = self.subjects[entry.subject] = Subject(spoken or Link(), reference=reference)
        if reference and self.references.setdefault(reference, subject) is not subject:
            wrongs.append(tampered(place(index, entry), f"uses the reference {reference} a second time"))
        return subject, wrongs

    def _link(self, index: int, entry: Entry, leaf: bytes, subject: Subject) -> list[Finding]:
        """Add an entry to its subject's chain, and return why it does not continue it."""
        _, commission, key, seq, prev, kind, at, _, _, data = entry
        found: list[Finding] = []
        before = subject.last
        if seq > before.seq + 1 and self.withheld.explains(entry, before.seq):
            found += self._not_judged(
                index, entry, subject, f"{seq - before.seq - 1} before it are {self.withheld.word}"
            )
            before = Link(seq - 1, bytes.fromhex(prev), before.recorded_at)
        for wrong in faults(before, self.log, seq, prev, at, commission):
            found.append(tampered(place(index, entry, subject), wrong))
        subject.last, subject.index = Link(seq, leaf, at), index
        if self.hides:
            self.withheld.shown(entry)
        if "effective" in data:
            # A commitment that is agreed has its number from then on; the replay judges which.
            subject.reference = _number(entry) or subject.reference
        if key == commission and kind in SPEAKING and isinstance(spoken := data.get("id"), str):
            # Of the session or group of which the commission itself tells: its own trail continues the entry that spoke of it last.
            self.spoken[spoken] = subject.last
        return found


def _reference(entry: Entry) -> str:
    """Return the reference under which the entry records a commitment, if it does."""
    commitment = entry.data.get("commitment") if entry.kind == RECORDED else None
    reference = commitment.get("reference") if isinstance(commitment, dict) else None
    return reference if isinstance(reference, str) else ""


def _number(entry: Entry) -> str:
    """Return the reference that the entry gives a commitment or an instrument, if it does."""
    if not isinstance(effective := entry.data.get("effective"), dict):
        return ""
    after = effective.get("after")
    reference = after.get("reference") if isinstance(after, dict) else None
    return reference if isinstance(reference, str) else ""


def place(index: int, entry: Entry, subject: Subject | None = None) -> str:
    """Return where a finding is: the entry's index, its subject and reference, seq and kind."""
    reference = f"{subject.reference}, " if subject and subject.reference else ""
    return f"entry {index} ({reference}subject {entry.subject}, seq {entry.seq}, {entry.kind})"
