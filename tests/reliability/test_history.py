"""The checker of histories is not blind: each kind of anomaly, planted in a history that is sound, is told, and nothing else is."""

from dataclasses import replace

import pytest

from tests.reliability.history import Outcome, Read, Trail, Write, anomalies

WRITES = [
    Write("k1", 1, 2, Outcome.DONE),
    Write("k2", 3, 4, Outcome.DONE),
    Write("k3", 3, 5, Outcome.REFUSED),
    Write("k4", 3, 9, Outcome.UNKNOWN),
    Write("k5", 6, 7, Outcome.DONE),
]
READS = [Read("one", 1, 2.5, 1), Read("one", 4.5, 5, 3), Read("one", 7.5, 8, 5), Read("other", 4.5, 5, 1)]
TRAIL: Trail = {"k1": [("one", 1)], "k2": [("one", 3)], "k4": [("one", 4)], "k5": [("one", 5)]}


def told(*, writes: list[Write] | None = None, reads: list[Read] | None = None, trail: Trail | None = None) -> set[str]:
    found = anomalies(WRITES if writes is None else writes, READS if reads is None else reads, trail or TRAIL)
    return {one.partition(":")[0] for one in found}


def test_a_sound_history_has_no_anomaly_whatever_became_of_what_nobody_was_told() -> None:
    assert told() == set()
    assert told(trail={key: places for key, places in TRAIL.items() if key != "k4"}) == set()


@pytest.mark.parametrize(
    ("kind", "planted"),
    [
        ("lost", {"trail": {key: places for key, places in TRAIL.items() if key != "k5"}}),
        ("doubled", {"trail": {**TRAIL, "k2": [("one", 3), ("one", 6)]}}),
        ("ghost", {"trail": {**TRAIL, "k3": [("one", 2)]}}),
        ("reordered", {"trail": {**TRAIL, "k2": [("one", 5)], "k5": [("one", 3)]}, "reads": []}),
        ("stale", {"reads": [*READS[:2], replace(READS[2], version=4)]}),
        ("backwards", {"reads": [*READS, Read("other", 6, 7, 0)]}),
    ],
)
def test_each_kind_of_anomaly_is_told_by_its_name(kind: str, planted: dict[str, object]) -> None:
    assert told(**planted) == {kind}  # type: ignore[arg-type]


def test_what_overlaps_may_be_in_either_order() -> None:
    writes = [Write("k1", 1, 4, Outcome.DONE), Write("k2", 3, 5, Outcome.DONE)]
    assert told(writes=writes, reads=[Read("one", 3, 6, 0)], trail={"k1": [("one", 2)], "k2": [("one", 1)]}) == set()
