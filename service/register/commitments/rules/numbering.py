"""References: a draft's, which is its own, and the number that belongs to what was agreed. Pure.

The service gives references by these rules while it holds the lock on the series, and the verifier finds them again from the
entries alone.
"""

from collections.abc import Mapping
from typing import Any

from service.register.decisions.rules.numbers import Numbers, drafts, is_apart, is_draft, is_restricted, number_of

__all__ = ["drafts", "is_apart", "is_draft", "is_restricted", "number", "number_of", "numbered", "stem_of"]


def stem_of(code: str, ordinal: int | None) -> str:
    """Return what the references of a session begin with; between sessions the number of the session is 00."""
    return f"{code}/{ordinal or 0:02d}"


def number(members: Mapping[str, Any], given: Numbers) -> int:
    """Return the number of a commitment that is agreed: its paragraph's, if that is free, else the next above the highest."""
    paragraph = members["item_number"]
    if paragraph and not given.apart and not is_restricted(paragraph) and not given.has(paragraph):
        return int(paragraph)
    return given.next


def numbered(members: Mapping[str, Any], given: Numbers) -> str:
    """Return the reference of a commitment that is agreed."""
    return f"{given.stem}/{number(members, given):03d}"
