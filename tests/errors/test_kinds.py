"""Each kind of refusal explains itself: the class is the source of its type, its title and its page."""

import pytest

from service import errors

KINDS: list[type[errors.ServiceError]] = [
    kind for name in errors.__all__ if hasattr(kind := getattr(errors, name), "status")
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_kind_says_what_it_means_and_what_to_do(kind: type[errors.ServiceError]) -> None:
    meaning, _, remedy = (kind.__doc__ or "").partition("\n\n")
    assert meaning.strip().endswith(".")
    assert remedy.strip().endswith(".")


def test_no_two_kinds_share_a_title_or_a_type() -> None:
    assert len({kind.title for kind in KINDS}) == len({kind.type() for kind in KINDS}) == len(KINDS)


def test_every_kind_stands_in_the_family_tree() -> None:
    assert [kind.__name__ for kind in KINDS if kind.__name__ not in (errors.__doc__ or "")] == []
