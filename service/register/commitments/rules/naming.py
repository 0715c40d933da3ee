"""What else a proposal for a commitment names: its successor, a working group, a later session. Pure."""

import re
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from service.errors import Fault, fault
from service.register.commitments.rules.evidence import REFERENCE
from service.register.commitments.rules.lifecycle import Action
from service.register.decisions.rules.matter import UNDOES, Found, Name
from service.register.decisions.rules.mending import CORRECTS
from service.register.decisions.rules.origins import ENTRY, entry_named, wrong_entry

REFERENCES: Final[Mapping[str, str]] = {Action.SUPERSEDE: "successor", Action.MERGE: "target"}
"""Actions whose evidence names another commitment, and the member that does."""
CHANGES: Final[Mapping[str, str]] = {
    "working_group_id": "working_group",
    "carried_to_session_id": "session",
    "session_id": "session",
}
"""Shared facts that name something of the commission, and what."""


def names(body: Mapping[str, Any]) -> list[Name]:
    """Return what `body` names, as far as it is spelled as a name is; what is not is told as a wrong shape."""
    action, changes = body.get("action"), body.get("changes")
    if action == Action.REINSTATE:
        return entry_named(body, UNDOES)
    if action == Action.CORRECT:
        return [*entry_named(body, CORRECTS), *_value(body.get("fact"), body.get("value"))]
    member = REFERENCES.get(action) if isinstance(action, str) else None
    if member and isinstance(reference := body.get(member), str) and re.fullmatch(REFERENCE, reference):
        return [Name(f"/{member}", "commitment", reference)]
    if action != Action.AMEND or not isinstance(changes, dict):
        return []
    return [Name(f"/changes/{name}", kind, key) for name, kind in CHANGES.items() if (key := _id(changes.get(name)))]


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
    return None if found.is_open else f"{name.key} is closed; name one that is open"


def _value(fact: object, value: object) -> list[Name]:
    """Return what the value of a correction names."""
    if fact in REFERENCES.values() and isinstance(value, str) and re.fullmatch(REFERENCE, value):
        return [Name("/value", "commitment", value)]
    kind, key = CHANGES.get(fact) if isinstance(fact, str) else None, _id(value)
    return [Name("/value", kind, key)] if kind and key else []


def _not_of_the_commission(found: Found | None) -> str | None:
    return None if found and found.is_beside else "there is none with this id in this commission"


def _id(value: object) -> str | None:
    try:
        return str(UUID(value)) if isinstance(value, str) else None
    except ValueError:
        return None
