"""What clients noted while something was done to the service, held to what the record says afterwards.

Every write bears a key of its own in its text, so that its entry can be found in the trail. Times are seconds of one clock, that of
the program that asked.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias


class Outcome(Enum):
    """How a write ended for who asked, after it was asked again under the same key as often as it was needed."""

    DONE = "done"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Write:
    """A change that was asked for, and when: from the first time it was sent to the answer."""

    key: str
    begun: float
    ended: float
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Read:
    """A version of a subject that was shown."""

    subject: str
    begun: float
    ended: float
    version: int


Place: TypeAlias = tuple[str, int]
"""A subject, and the place of an entry in its chain, which is the version that it made."""
Trail: TypeAlias = Mapping[str, Sequence[Place]]
"""Where the trail has each key."""


def anomalies(writes: Sequence[Write], reads: Sequence[Read], trail: Trail) -> list[str]:
    """Return what contradicts the promises, a sentence each."""
    return [*_kept(writes, trail), *_in_order(writes, trail), *_fresh(writes, reads, trail), *_forwards(reads)]


def _kept(writes: Sequence[Write], trail: Trail) -> Iterator[str]:
    for one in writes:
        times = len(trail.get(one.key, ()))
        if one.outcome is Outcome.DONE and times == 0:
            yield f"lost: {one.key} was acknowledged and is not in the trail"
        if one.outcome is Outcome.REFUSED and times:
            yield f"ghost: {one.key} was refused and is in the trail"
        if times > 1:
            yield f"doubled: {one.key} is in the trail {times} times"


def _in_order(writes: Sequence[Write], trail: Trail) -> Iterator[str]:
    """Tell of writes that were asked for after another was acknowledged, and stand before it."""
    for done in _by_subject(_done(writes, trail)).values():
        newest = -1, ""
        ends = sorted((write.ended, seq, write.key) for write, seq in done)
        for write, seq in sorted(done, key=lambda one: one[0].begun):
            while ends and ends[0][0] < write.begun:
                newest = max(newest, ends.pop(0)[1:])
            if newest[0] > seq:
                yield f"reordered: {write.key} was asked for after {newest[1]} was acknowledged, and stands before it"


def _fresh(writes: Sequence[Write], reads: Sequence[Read], trail: Trail) -> Iterator[str]:
    """Tell of readings that began after a write was acknowledged, and do not show it."""
    done = _by_subject(_done(writes, trail))
    for subject, shown in _read_by_subject(reads).items():
        ends, newest = sorted((write.ended, seq) for write, seq in done.get(subject, ())), -1
        for one in sorted(shown, key=lambda read: read.begun):
            while ends and ends[0][0] < one.begun:
                newest = max(newest, ends.pop(0)[1])
            if one.version < newest:
                yield f"stale: {subject} was shown at {one.version} after {newest} was acknowledged"


def _forwards(reads: Sequence[Read]) -> Iterator[str]:
    """Tell of readings that began after another had ended, and show less than it."""
    for subject, shown in _read_by_subject(reads).items():
        ends, newest = sorted((one.ended, one.version) for one in shown), -1
        for one in sorted(shown, key=lambda read: read.begun):
            while ends and ends[0][0] < one.begun:
                newest = max(newest, ends.pop(0)[1])
            if one.version < newest:
                yield f"backwards: {subject} was shown at {one.version} after it was shown at {newest}"


def _done(writes: Iterable[Write], trail: Trail) -> Iterator[tuple[str, Write, int]]:
    for one in writes:
        for subject, seq in trail.get(one.key, ())[:1] if one.outcome is Outcome.DONE else ():
            yield subject, one, seq


def _by_subject(done: Iterable[tuple[str, Write, int]]) -> dict[str, list[tuple[Write, int]]]:
    found: defaultdict[str, list[tuple[Write, int]]] = defaultdict(list)
    for subject, write, seq in done:
        found[subject].append((write, seq))
    return found


def _read_by_subject(reads: Iterable[Read]) -> dict[str, list[Read]]:
    found: defaultdict[str, list[Read]] = defaultdict(list)
    for one in reads:
        found[one.subject].append(one)
    return found
