"""What else a proposal for a commitment names: its successor, a working group, a later session. Pure."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from service.errors import Fault, fault
from service.register.commitments.rules.amendment import REFERENCE
from service.register.commitments.rules.lifecycle import Action, State
from service.register.decisions.rules.matter import UNDOES, Carrier, Found, Name
from service.register.decisions.rules.mending import CORRECTS
from service.register.decisions.rules.origins import ENTRY, entry_named, wrong_entry
from service.register.instruments.rules.carrying import is_signed
from service.register.instruments.rules.facts import MOST_COMMITMENTS
from service.register.instruments.rules.lifecycle import InstrumentState
from service.register.instruments.rules.naming import CLOSER

BODY: Final = "body"
"""A working group, in whatever state it is."""
CARRIER: Final = "carrier"
"""The instrument that carries what was found: a colon and the state in which it was found follow."""
ELSEWHERE: Final = "elsewhere"
"""A commitment of another commission."""
CHANGES: Final[Mapping[str, str]] = {
    "working_group_id": "working_group",
    "carried_to_session_id": "session",
    "session_id": "session",
    "event_session_id": "session",
    "founded_group_ids": BODY,
    "continues": ELSEWHERE,
    "pushed_by": ELSEWHERE,
}
"""Shared facts that name something, and what: of the commission all but the last two."""
BEFORE_SIGNED: Final = (InstrumentState.DRAFTED, InstrumentState.TEXT_AGREED, InstrumentState.INITIALLED)


def names(body: Mapping[str, Any]) -> list[Name]:
    """Return what `body` names, as far as it is spelled as a name is; what is not is told as a wrong shape."""
    action = body.get("action")
    found = _NAMES.get(action) if isinstance(action, str) else None
    return found(body) if found else []


def carrier(body: Mapping[str, Any]) -> Carrier | None:
    """Return the instrument that carries the commitment once the body's move takes effect, if it names one."""
    key = _id(body.get("instrument_id")) if body.get("action") == Action.AGREE else None
    if key is None:
        return None
    return Carrier("instrument", "commitment_ids", Name("/instrument_id", f"{CARRIER}:{body.get('found_in')}", key))


def _agreeing(body: Mapping[str, Any]) -> list[Name]:
    return [found.name] if (found := carrier(body)) else []


def _changed(body: Mapping[str, Any]) -> list[Name]:
    changes = body.get("changes")
    if not isinstance(changes, dict):
        return []
    return [one for name in CHANGES for one in _told(f"/changes/{name}", name, changes.get(name))]


def _told(pointer: str, fact: str, value: object) -> list[Name]:
    """Return what the value of a shared fact names."""
    kind = CHANGES[fact]
    if kind == ELSEWHERE:
        return [Name(pointer, kind, one.key) for one in _reference(pointer, value)]
    if kind == BODY:
        listed = value if isinstance(value, list) else []
        return [Name(f"{pointer}/{place}", kind, key) for place, one in enumerate(listed) if (key := _id(one))]
    return [Name(pointer, kind, key)] if (key := _id(value)) else []


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
    elif name.kind == ELSEWHERE:
        detail = wrong_elsewhere(found)
    elif name.kind.startswith(CARRIER):
        detail = _wrong_carrier(name.kind.partition(":")[2], found)
    else:
        detail = _wrong_commitment(name, found) if name.kind == "commitment" else _not_of_the_commission(found)
    return fault(name.pointer, detail) if detail else None


def wrong_elsewhere(found: Found | None) -> str | None:
    """Return why a commitment cannot be named as one of another commission."""
    if found is None:
        return "names no commitment that you may see"
    said = "is of this commission; name one of another: here it is carried over, superseded or merged"
    return said if found.is_beside else None


def _wrong_commitment(name: Name, found: Found | None) -> str | None:
    if found is None:
        return "names no commitment; send the reference of an open one of the same commission"
    if found.is_itself:
        return "names the commitment itself"
    if not found.is_beside:
        return f"{name.key} is of another commission; name one of the same commission"
    return None if found.is_open else f"{name.key} is closed; name one that is open, or implemented"


def _wrong_carrier(found_in: str, found: Found | None) -> str | None:
    """Return why an instrument does not carry what was found in a state: it is not there, not so far, or further."""
    if found is None or found.members is None:
        return "names no instrument of this commission; GET /v1/instruments lists them"
    state, carried = found.members["state"], found.members["commitment_ids"]
    if not found.is_open:
        return CLOSER
    if len(carried) >= MOST_COMMITMENTS:
        return f"names an instrument that carries {MOST_COMMITMENTS} commitments, the most that there may be"
    drafted = found_in == State.MOU_DRAFTED
    fits = state in BEFORE_SIGNED if drafted else is_signed(state)
    return None if fits else f"names an instrument that is {state}: what it carries was not found in {found_in}"


def _value(fact: object, value: object) -> list[Name]:
    """Return what the value of a correction names."""
    if not isinstance(fact, str):
        return []
    if fact in {"successor", "target"}:
        return _reference("/value", value)
    if fact == "successors":
        return _references("/value", value)
    return _told("/value", fact, value) if fact in CHANGES else []


def _not_of_the_commission(found: Found | None) -> str | None:
    return None if found and found.is_beside else "there is none with this id in this commission"


def _id(value: object) -> str | None:
    try:
        return str(UUID(value)) if isinstance(value, str) else None
    except ValueError:
        return None


_NAMES: Final[Mapping[str, Callable[[Mapping[str, Any]], list[Name]]]] = {
    Action.AGREE: _agreeing,
    Action.AMEND: _changed,
    Action.CARRY_OVER: _carried_over,
    Action.SUPERSEDE: _superseding,
    Action.MERGE: lambda body: _reference("/target", body.get("target")),
    Action.CORRECT: _correcting,
    Action.REINSTATE: lambda body: entry_named(body, UNDOES),
}
