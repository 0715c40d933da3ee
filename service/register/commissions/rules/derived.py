"""What entries of version 1, which stand in the commission's trail, tell of a session: in the words of today. Pure.

Until its own first entry a session is what these add up to; a migration writes no entry.
"""

from collections.abc import Mapping
from typing import Any, Final

from service.register.commissions.rules.matter import MEMBERS

RECORDED: Final = "session.recorded"
CHANGED: Final = "session.changed"
NAMES: Final[Mapping[str, str]] = {"status": "state"}


def renamed(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return facts of a session by today's names."""
    return {NAMES.get(name, name): value for name, value in facts.items()}


def recorded(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members of a session from the entry that recorded it."""
    known = {name: value for name, value in renamed(data).items() if name in MEMBERS}
    return {**dict.fromkeys(MEMBERS), "virtual": False, "subject_to": [], "corrected": {}, **known}


def told(kind: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the data of such an entry as one of the session's own trail would have it."""
    if kind == RECORDED:
        return {"session": recorded(data)}
    return {"changed": {name: renamed(data[name]) for name in ("before", "after")}}
