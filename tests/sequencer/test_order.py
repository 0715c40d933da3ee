"""In which order entries get their indexes, whatever the queue's ids say."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from service.sequencer.order import Waiting, arranged, without_predecessor

LOG = UUID(int=1)


def waiting(number: int, subject: int, seq: int) -> Waiting:
    return Waiting(number, LOG, UUID(int=subject), seq, bytes(32))


chains = st.lists(st.integers(1, 5), min_size=1, max_size=5).flatmap(
    lambda lengths: st.permutations(range(1, sum(lengths) + 1)).map(
        lambda ids: [
            waiting(number, subject, seq)
            for number, (subject, seq) in zip(
                ids, [(subject, seq) for subject, length in enumerate(lengths) for seq in range(length)], strict=True
            )
        ]
    )
)


@given(chains)
def test_no_entry_comes_before_an_earlier_one_of_its_subject_whatever_the_ids(entries: list[Waiting]) -> None:
    order = arranged(entries)
    assert sorted(order) == sorted(entries)
    for subject in {one.subject for one in entries}:
        numbers = [one.seq for one in order if one.subject == subject]
        assert numbers == sorted(numbers)


@given(chains)
def test_where_the_ids_follow_the_chains_the_order_is_that_of_the_ids(entries: list[Waiting]) -> None:
    ids = sorted(one.id for one in entries)
    by_subject = sorted(entries, key=lambda one: (one.subject, one.seq))
    honest = [one._replace(id=number) for number, one in zip(ids, by_subject, strict=True)]
    assert arranged(honest) == sorted(honest)


def test_an_entry_follows_one_that_waits_or_that_has_an_index() -> None:
    entries = [waiting(1, 7, 0), waiting(2, 7, 1), waiting(3, 8, 4)]
    assert list(without_predecessor(entries, {UUID(int=8): {3}})) == []


def test_the_first_entry_whose_predecessor_is_nowhere_is_named() -> None:
    entries = [waiting(4, 7, 3), waiting(1, 7, 0), waiting(5, 7, 4), waiting(2, 8, 1)]
    assert sorted(without_predecessor(entries, {UUID(int=8): {3}})) == [waiting(2, 8, 1), waiting(4, 7, 3)]
