"""What else a move of a working group names: an entry of its trail, an organisation, a session, another group, commitments. Pure."""

from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from service.errors import Fault, fault
from service.register.decisions.rules.matter import UNDOES, Found, Name
from service.register.decisions.rules.mending import CORRECTS
from service.register.decisions.rules.origins import ENTRY, entry_named, wrong_entry
from service.register.groups.rules.evidence import MOST
from service.register.groups.rules.lifecycle import GroupAction

GROUP: Final = "working_group"
ORGANISATION: Final = "organisation"
SESSION: Final = "session"
OWNED: Final = "commitment"
"""The kind of a name that is the id of a commitment of the group."""
MANY: Final = "too_many"
"""The kind of a name that stands for all commitments of the group: found is that they are too many."""


def names(body: Mapping[str, Any]) -> list[Name]:
    """Return what `body` names, as far as it is spelled as a name is; what is not is told as a wrong shape."""
    receiver = _id("/receiver_id", GROUP, body.get("receiver_id"))
    match body.get("action"):
        case GroupAction.REINSTATE:
            return entry_named(body, UNDOES)
        case GroupAction.CORRECT:
            is_session = body.get("fact") == "founded_at_session_id"
            return [*entry_named(body, CORRECTS), *(_id("/value", SESSION, body.get("value")) if is_session else [])]
        case GroupAction.NAME_ORGANISATION:
            # One that is released was of this party already.
            return _id("/organisation_id", ORGANISATION, body.get("organisation_id")) if body.get("role") else []
        case GroupAction.MERGE_INTO | GroupAction.DISSOLVE:
            return [*receiver, Name("", MANY, "")]
        case GroupAction.HAND_OVER:
            listed = body.get("commitments")
            owned = enumerate(listed) if isinstance(listed, list) else ()
            return [*receiver, *(name for place, one in owned for name in _id(f"/commitments/{place}", OWNED, one))]
    return []


def wrong_name(name: Name, found: Found | None) -> Fault | None:
    """Return what is wrong with what was found under a name."""
    detail = wrong_entry(found, "working group") if name.kind == ENTRY else _WRONG[name.kind](found)
    return fault(name.pointer, detail) if detail else None


def _wrong_group(found: Found | None) -> str | None:
    if found is None:
        return "names no working group of this commission; GET /v1/working-groups lists them"
    if found.is_itself:
        return "names the working group itself"
    return None if found.is_open else "names a working group that is not active"


_WRONG: Final[Mapping[str, Callable[[Found | None], str | None]]] = {
    GROUP: _wrong_group,
    ORGANISATION: lambda found: None if found else "names no organisation of the party that you act for",
    SESSION: lambda found: None if found else "names no session of this commission",
    OWNED: lambda found: None if found else "names no commitment of this working group",
    MANY: lambda found: (
        f"it has more than {MOST} commitments, and no more go along with one move; hand over the rest first"
        if found
        else None
    ),
}


def _id(pointer: str, kind: str, value: object) -> list[Name]:
    try:
        return [Name(pointer, kind, str(UUID(value)))] if isinstance(value, str) else []
    except ValueError:
        return []
