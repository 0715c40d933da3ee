"""What is looked for by words, as the database's `asked` reads it: which of them find something, and which only leave out."""

import re
from typing import Annotated, Final, TypeAlias

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from service.values.text import limited

LEAST: Final = 2
_finding_nothing = re.compile(r'(?<!\S)(?:-(?:"[^"]*"|\S+)|or(?!\S))', re.IGNORECASE)


def is_long_enough(said: str) -> bool:
    """Return whether `said` has two letters or digits, beside what it leaves out: with fewer, all or nothing would be found."""
    return sum(char.isalnum() for char in _finding_nothing.sub("", said)) >= LEAST


def long_enough(said: str) -> str:
    """Return `said`; `ValueError` if it is too short."""
    if not is_long_enough(said):
        less = ", beside what is left out (-)" if _finding_nothing.search(said) else ""
        raise PydanticCustomError("too_short_to_search", f"must have two letters or digits at least{less}")
    return said


Question: TypeAlias = Annotated[limited(200), AfterValidator(long_enough)]  # type: ignore[valid-type]
