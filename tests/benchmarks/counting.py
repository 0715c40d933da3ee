"""What the metrics of a commission of 10,000 commitments cost: replayed whole, and gone on from what was kept, beside bare reading.

`uv run python -m tests.benchmarks.counting [COMMITMENTS]`; ratios of one run, of the CPU alone: the database is not asked. The bare
limit reads the JSON of every entry once and counts nothing, which is the least that a replay can cost.
"""

import sys
from collections.abc import Callable
from datetime import date
from statistics import median
from time import process_time
from typing import Any

import orjson

from service.permissions import Confidentiality
from service.register.history.rules.known import completed, gathered
from service.register.history.rules.lives import Known
from service.reports.rules.audience import Shown
from service.reports.rules.counting import items, metrics
from service.tlog.merkle import leaf_hash
from tests.verify.journal import Journal, name, seal

ROUNDS = 5
DAY = date(2026, 1, 1)


def entries_of(commitments: int) -> list[tuple[str, bytes]]:
    """Return the log of a commission with so many commitments, a third of them carried out: copies of three, under ids of their own."""
    journal = Journal(version=2)
    begun = len(journal.entries)
    three = [journal.record(number, instrument_required=False) for number in range(1, 4)]
    for subject in three:
        journal.confirm(subject)
    journal.move(three[0], "implement", effective_on="2025-01-24", report="R", no_instrument_reason="N")
    stored = seal(journal.entries)
    copied = stored[:begun]
    for copy in range(commitments // 3):
        for one in stored[begun:]:
            for place, subject in enumerate(three):
                one = one.replace(subject.encode(), name(7, 3 * copy + place).encode())  # noqa: PLW2901 -- three in turn
            copied.append(one)
    return [(leaf_hash(one).hex(), one) for one in copied]


def told(entries: list[tuple[str, bytes]], before: Known | None = None) -> Known:
    """Return what entries tell, after those of `before`."""
    return gathered(((leaf, orjson.loads(stored)) for leaf, stored in entries), before)


def counted(found: Known) -> dict[str, Any]:
    """Return the metrics, as a request counts them."""
    known = completed(found)
    return metrics(known, items(known, DAY, None, Shown(known, Confidentiality.PARTIES)))


def seconds(work: Callable[[], object]) -> float:
    """Return the median of the CPU's time over some rounds."""
    spent = []
    for _ in range(ROUNDS):
        began = process_time()
        work()
        spent.append(process_time() - began)
    return median(spent)


def main() -> None:
    """Print the table."""
    commitments = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    entries = entries_of(commitments)
    kept = told(entries[:-10])
    assert counted(told(entries[-10:], kept)) == counted(told(entries))
    bare = seconds(lambda: [orjson.loads(stored) for _, stored in entries])
    print(f"{commitments} commitments, {len(entries)} entries; the bare limit takes {bare * 1000:.0f} ms of CPU")
    for what, work in (
        ("replayed whole and counted", lambda: counted(told(entries))),
        ("gone on by 10 entries and counted", lambda: counted(told(entries[-10:], kept))),
        ("gone on by 10 entries, nothing counted", lambda: told(entries[-10:], kept)),
    ):
        print(f"{what:40} {seconds(work) / bare:6.2f} times the bare limit")


if __name__ == "__main__":
    main()
