"""In which order waiting entries get their indexes: within a subject that of its chain, else as they came. Pure.

The queue's own ids do not tell: after a restart of the sequence behind them (a move by logical replication, a restore without the
values of sequences) a later entry may have a lower id, and an index is for good.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID


class Waiting(NamedTuple):
    """An entry that has no index yet: its place in the queue, and the place in its subject's chain."""

    id: int
    log_id: UUID
    subject: UUID
    seq: int
    leaf: bytes


def arranged(waiting: Iterable[Waiting]) -> list[Waiting]:
    """Return the entries as they came, but none before an earlier one of its own subject."""
    placed: list[tuple[int, Waiting]] = []
    for chain in _by_subject(waiting).values():
        last = 0
        for one in chain:
            last = max(last, one.id)
            placed.append((last, one))
    return [one for _, one in sorted(placed, key=lambda place: (place[0], place[1].seq))]


def without_predecessor(waiting: Iterable[Waiting], indexed: Mapping[UUID, Collection[int]]) -> Iterator[Waiting]:
    """Yield the first entry of each subject that neither begins its chain, nor follows one that waits or is `indexed`.

    `indexed` holds, by subject, numbers of entries that have an index already.
    """
    for subject, chain in _by_subject(waiting).items():
        there = {one.seq for one in chain}.union(indexed.get(subject, ()))
        broken = next((one for one in chain if one.seq and one.seq - 1 not in there), None)
        if broken:
            yield broken


def _by_subject(waiting: Iterable[Waiting]) -> Mapping[UUID, Sequence[Waiting]]:
    chains: dict[UUID, list[Waiting]] = defaultdict(list)
    for one in sorted(waiting, key=lambda one: one.seq):
        chains[one.subject].append(one)
    return chains
