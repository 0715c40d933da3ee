"""What names another matter, by its id or reference, and what an instrument's clause names. Pure."""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final
from uuid import UUID

from service.values.codes import COMMISSION

Clause = Mapping[str, Any]
CLAUSE: Final = "entry_into_force"
"""The member by which an instrument says, or one of its parts does, which other must be in force as well."""
is_id: Final = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}").fullmatch
_is_reference = re.compile(f"{COMMISSION}(?:/[A-Za-z0-9-]+){{0,2}}").fullmatch


def names(value: object) -> Iterator[str]:
    """Yield those of one or several values that are the id or the reference of a matter."""
    for one in value if isinstance(value, list | tuple) else [value]:
        spelled = _spelled(one) if isinstance(one, str | UUID) else ""
        if is_id(spelled) or _is_reference(spelled):
            yield spelled


def awaited(clause: Clause | None) -> Iterator[str]:
    """Yield the id or reference of each instrument that a clause, or a part of it, awaits."""
    parts = [clause, *(clause.get(name) for name in ("provisional", "later_parties"))] if clause else []
    yield from names([one["not_before"] for one in parts if one and one.get("not_before")])


def unnamed(clause: Clause, hidden: Collection[str]) -> Clause:
    """Return a clause without the names of what is hidden: it awaits one nevertheless, so that no day is computed without that."""
    told = {name: unnamed(one, hidden) if isinstance(one, Mapping) else one for name, one in clause.items()}
    return told | {"not_before": "withheld"} if _spelled(clause.get("not_before")) in hidden else told


def _spelled(name: object) -> str:
    """Return a name, an id as ids are written: a clause may have it in capitals, or without its hyphens."""
    try:
        return str(UUID(str(name)))
    except ValueError:
        return str(name)
