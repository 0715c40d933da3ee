"""What else a proposal for a commitment names: its successor, a working group, a later session. Pure."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from service.errors import Fault, fault
from service.register.commitments.rules.evidence import REFERENCE
from service.register.commitments.rules.lifecycle import Action
from service.register.decisions.rules.matter import UNDOES, Found, Name
from service.register.decisions.rules.mending import CORRECTS
from service.register.decisions.rules.origins import ENTRY, entry_named, wrong_entry

CHANGES: Final[Mapping[str, str]] = {
    "working_group_id": "working_group",
    "carried_to_session_id": "session",
    "session_id": "session",
}
"""Shared facts that name something of the commission, and what."""


def names(body: Mapping[str, Any]) -> list[Name]:
    """Return what `body` names, as far as it is spelled as a name is; what is not is told as a wrong shape."""
    action = body.get("action")
    found = _NAMES.get(action) if isinstance(action, str) else None
    return found(body) if found else []


def _changed(body: Mapping[str, Any]) -> list[Name]:
    changes = body.get("changes")
    if not isinstance(changes, dict):
        return []
    return [Name(f"/changes/{name}", kind, key) for name, kind in CHANGES.items() if (key := _id(changes.get(name)))]


def _carried_over(body: Mapping[str, Any]) -> list[Name]:
    return [Name("/session_id", "session", key)] if (key := _id(body.get("session_id"))) else []


def _superseding(body: Mapping[str, Any]) -> list[Name]:
    several = body.get("successors")
    return _reference("/successor", body.get("successor")) + _references("/successors", several)


def _correcting(body: Mapping[str, Any]) -> list[Name]:
    return [*entry_named(body, CORRECTS), *_value(body.get("fact"), body.get("value"))]


def _reference(pointer: str, one: object) -> list[Name]:
    return [Name(pointer, "commitment", one)] if isinstance(one, str) and re.fullmatch(REFERENCE, one) else []


def _references(pointer: str, several: object) -> list[Name]:
    listed = several if isinstance(several, list) else []
    return [name for place, one in enumerate(listed) for name in _reference(f"{pointer}/{place}", one)]


def wrong_name(name: Name, found: Found | None) -> Fault | None:
    """Return what is wrong with what was found under a name; a commitment that is named must be open, and another one."""
    if name.kind == ENTRY:
        detail = wrong_entry(found, "commitment")
    else:
        detail = _wrong_commitment(name, found) if name.kind == "commitment" else _not_of_the_commission(found)
    return fault(name.pointer, detail) if detail else None


def _wrong_commitment(name: Name, found: Found | None) -> str | None:
    if found is None:
        return "names no commitment; send the reference of an open one of the same commission"
    if found.is_itself:
        return "names the commitment itself"
    if not found.is_beside:
        return f"{name.key} is of another commission; name one of the same commission"
    return None if found.is_open else f"{name.key} is closed; name one that is open, or implemented"


def _value(fact: object, value: object) -> list[Name]:
    """Return what the value of a correction names."""
    if not isinstance(fact, str):
        return []
    if fact in {"successor", "target"}:
        return _reference("/value", value)
    if fact == "successors":
        return _references("/value", value)
    kind, key = CHANGES.get(fact), _id(value)
    return [Name("/value", kind, key)] if kind and key else []


def _not_of_the_commission(found: Found | None) -> str | None:
    return None if found and found.is_beside else "there is none with this id in this commission"


def _id(value: object) -> str | None:
    try:
        return str(UUID(value)) if isinstance(value, str) else None
    except ValueError:
        return None


_NAMES: Final[Mapping[str, Callable[[Mapping[str, Any]], list[Name]]]] = {
    Action.AMEND: _changed,
    Action.CARRY_OVER: _carried_over,
    Action.SUPERSEDE: _superseding,
    Action.MERGE: lambda body: _reference("/target", body.get("target")),
    Action.CORRECT: _correcting,
    Action.REINSTATE: lambda body: entry_named(body, UNDOES),
}
