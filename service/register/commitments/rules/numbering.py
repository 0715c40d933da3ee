"""References: a draft's, which is its own, and the number that belongs to what was agreed. Pure.

The service gives references by these rules while it holds the lock on the series, and the verifier finds them again from the
entries alone.
"""

from collections.abc import Mapping
from typing import Any, Final

from service.permissions import Confidentiality
from service.register.decisions.rules.numbers import Numbers, drafts, is_draft, number_of

__all__ = ["drafts", "is_apart", "is_draft", "is_restricted", "number", "number_of", "numbered", "stem_of"]

FIRST_RESTRICTED: Final = 9001
"""Restricted items are numbered apart, so that no gap among the others tells of them."""
BEYOND: Final = 100_000
"""Where the others go on, should they ever reach the restricted ones."""


def stem_of(code: str, ordinal: int | None) -> str:
    """Return what the references of a session begin with; between sessions the number of the session is 00."""
    return f"{code}/{ordinal or 0:02d}"


def is_restricted(number: int) -> bool:
    """Return whether the number is of the series of restricted items."""
    return FIRST_RESTRICTED <= number < BEYOND


def is_apart(members: Mapping[str, Any]) -> bool:
    """Return whether the commitment is numbered in the series of restricted items."""
    return bool(members["confidentiality"] == Confidentiality.RESTRICTED)


def number(members: Mapping[str, Any], given: Numbers) -> int:
    """Return the number of a commitment that is agreed: its paragraph's, if that is free, else the next above the highest."""
    apart, paragraph = is_apart(members), members["item_number"]
    if paragraph and not apart and not is_restricted(paragraph) and not given.has(paragraph):
        return int(paragraph)
    if apart:
        return max(given.highest + 1, FIRST_RESTRICTED)
    following = given.highest + 1
    return max(following, BEYOND) if is_restricted(following) else following


def numbered(members: Mapping[str, Any], given: Numbers) -> str:
    """Return the reference of a commitment that is agreed."""
    return f"{given.stem}/{number(members, given):03d}"
