"""Lives of commitments, an entry at a time, of which a log for the verifier's benchmark is made: by what is told most often in them."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from itertools import chain, count, islice, repeat
from typing import Any, Final

from typing_extensions import override

from service.tlog.merkle import leaf_hash
from service.trail.entry import FIRST_PREV, canonical
from tests.verify.journal import Entry, Journal, name

ALIVE: Final = 500
"""Commitments that live at the same time: their entries lie between one another's, as in a real register."""
FOR_ALL: Final = 8
"""How often what a life is of is told in it."""
Life = Callable[["Chronicle", str, int], Iterator[object]]
"""Lives what comes after the agreement, one entry at a time: of a commitment, by its id and number."""


class Chronicle(Journal):
    """A journal that is handed over entry by entry; of each commitment that lives it keeps what a correction has to look up."""

    def __init__(self, version: int) -> None:
        self.own: dict[str, list[Entry]] = {}
        self.heads: dict[str, tuple[int, bytes]] = {}
        super().__init__(version=version)

    def taken(self) -> Iterator[bytes]:
        """Yield the bytes of what was written since, numbered and chained."""
        for entry in self.entries:
            seq, leaf = self.heads.get(entry["subject"], (-1, FIRST_PREV))
            stored = canonical({**entry, "seq": seq + 1, "prev": leaf.hex()})
            self.heads[entry["subject"]] = (seq + 1, leaf_hash(stored))
            self.own.setdefault(entry["subject"], []).append(entry)
            yield stored
        self.entries.clear()

    def newest(self, subject: str) -> str:
        """Return the leaf hash of the subject's newest entry that was taken."""
        return self.heads[subject][1].hex()

    def forget(self, subject: str) -> None:
        """Let a life end."""
        for kept in (self.facts, self.own, self.heads):
            kept.pop(subject, None)

    @override
    def _named(self, subject: str, action: str, evidence: dict[str, Any]) -> Any:
        written, self.entries = self.entries, [*self.own.get(subject, ()), *self.entries]
        try:
            return super()._named(subject, action, evidence)
        finally:
            self.entries = written

    @override
    def _seq(self, subject: str) -> int:
        return super()._seq(subject) + len(self.own.get(subject, ()))


def entries(life: Life, version: int) -> Iterator[bytes]:
    """Yield a commission's entries of this version without end: commitments are recorded, and live on in turn; then others take their place."""
    journal, numbers, alive = Chronicle(version), count(1), deque[tuple[str, Iterator[object]]]()
    while True:
        if len(alive) < ALIVE:
            number = next(numbers)
            one = journal.record(number, session=None)
            alive.append((one, chain(_agreed(journal, one), life(journal, one, number))))
        yield from journal.taken()
        one, life_of_one = alive.popleft()
        if any(True for _ in islice(life_of_one, 1)):
            alive.append((one, life_of_one))
        else:
            journal.forget(one)


def _agreed(journal: Journal, one: str) -> Iterator[object]:
    yield journal.confirm(one)


def moved(laps: int) -> Life:
    """Return a life of moves whose evidence is texts and dates, so many times one after another: fourteen entries once."""

    def life(journal: Journal, one: str, number: int) -> Iterator[object]:
        steps: tuple[Callable[[], object], ...] = (
            lambda: journal.change(one, "PK", focal_point=f"Desk {number % 97}"),
            lambda: journal.propose(one, "lapse", reason=f"Out of date, says note {number}."),
            lambda: journal.close(one, "refused", "AZ"),
            lambda: journal.change(one, "AZ", focal_point=f"Room {number % 89}"),
            lambda: journal.propose(one, "suspend", reason=f"Elections in {number % 7} weeks.", review_on="2027"),
            lambda: journal.close(one, "withdrawn", "PK"),
            lambda: journal.propose(one, "suspend", reason=f"Elections in {number % 11} weeks.", review_on="2027-05"),
            lambda: journal.confirm(one),
            lambda: journal.change(one, "PK", focal_point=f"Hall {number % 83}"),
            lambda: journal.propose(one, "resume", reason=f"They are over, says note {number}."),
            lambda: journal.confirm(one),
            lambda: journal.change(one, "AZ", focal_point=f"Floor {number % 79}"),
        )
        for step in chain.from_iterable(repeat(steps, laps)):
            yield step()

    return life


def _agreed_alone(*_: object) -> Iterator[object]:
    return iter(())


def _reported(journal: Journal, one: str, number: int) -> Iterator[object]:
    for time in range(FOR_ALL):
        report = {
            "id": name(9, number * FOR_ALL + time), "period_start": None, "period_end": "2024-12", "level": "limited",
            "text": f"The draft went round once more, says note {number}.", "delay_reason": "domestic_approval", "next_step": None,
            "expected_on": "2027",
        }  # fmt: skip
        yield journal.add(one, "commitment.reported", ("PK", "AZ")[time % 2], {"report": report})


def _amended(journal: Journal, one: str, number: int) -> Iterator[object]:
    for time in range(FOR_ALL):
        yield journal.propose(
            one, "amend", reason="So agreed.", changes={"titles": {"en": f"Item {number} as of {time}"}}
        )
        yield journal.confirm(one)


def _corrected(journal: Chronicle, one: str, number: int) -> Iterator[object]:
    yield journal.propose(one, "suspend", reason=f"Elections in {number % 7} weeks.", review_on="2027")
    yield journal.confirm(one)
    for time in range(FOR_ALL):
        day = f"2027-0{time + 1}"
        yield journal.propose(
            one, "correct", corrects=journal.newest(one), fact="review_on", value=day, reason="A slip."
        )
        yield journal.confirm(one)


KINDS: Final[Mapping[str, Life]] = {
    "recorded and agreed": _agreed_alone,
    "reported on": _reported,
    "amended": _amended,
    "corrected": _corrected,
}
"""Lives of today's entries, by what is told in them."""
