"""What else a move of an instrument names: an entry of its trail, commitments that it carries, other instruments. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain
from typing import Any, Final
from uuid import UUID

from service.errors import Fault, fault
from service.register.decisions.rules.matter import UNDOES, Found, Name
from service.register.decisions.rules.mending import CORRECTS
from service.register.decisions.rules.origins import ENTRY, entry_named, wrong_entry
from service.register.instruments.rules.lifecycle import InstrumentAction

INSTRUMENT: Final = "instrument"
"""The kind of a name that is the id of the instrument that takes this one's place: it is locked with it."""
RELATED: Final = "related_instrument"
AWAITED: Final = "awaited_instrument"
"""The kind of a name that is the id of an instrument that, by a clause, must be in force as well."""
CARRIED: Final = "carried_commitment"
LEVEL: Final = "confidentiality"
"""The kind of a name that is the confidentiality that it is to have: found is that nothing it carries is to be kept closer."""
STRICTEST: Final = ("public", "parties", "restricted")
"""Levels of confidentiality, the strictest last."""


CLOSER: Final = "a commitment that it carries is kept closer; whoever reads the instrument would learn of it"


def is_as_close(level: str, other: str) -> bool:
    """Return whether what has this confidentiality is kept as close as the other."""
    return STRICTEST.index(level) >= STRICTEST.index(other)


def names(body: Mapping[str, Any]) -> list[Name]:
    """Return what `body` names, as far as it is spelled as a name is; what is not is told as a wrong shape."""
    match body.get("action"):
        case InstrumentAction.REINSTATE:
            return entry_named(body, UNDOES)
        case InstrumentAction.CORRECT:
            return [*entry_named(body, CORRECTS), *_value(body.get("fact"), body.get("value"))]
        case InstrumentAction.SUPERSEDE:
            return list(_id("/successor_id", INSTRUMENT, body.get("successor_id")))
        case InstrumentAction.AMEND:
            changes = body.get("changes")
            return _amended(changes) if isinstance(changes, dict) else []
    return []


def _amended(changes: Mapping[str, Any]) -> list[Name]:
    found, level = recorded(changes, "/changes"), changes.get("confidentiality")
    if level not in STRICTEST:
        return found
    kept = [Name("/changes/confidentiality", LEVEL, level)] if "commitment_ids" not in changes else []
    return kept + [replace(one, kind=f"{CARRIED}:{level}") if one.kind == CARRIED else one for one in found]


def recorded(facts: Mapping[str, Any], pointer: str = "") -> list[Name]:
    """Return what shared facts name."""
    clause = _awaited(facts.get("entry_into_force"), f"{pointer}/entry_into_force")
    listed = (_of(fact, facts.get(fact), f"{pointer}/{fact}") for fact in ("commitment_ids", "relations"))
    return [*chain.from_iterable(listed), *clause]


def wrong_name(name: Name, found: Found | None) -> Fault | None:
    """Return what is wrong with what was found under a name."""
    if name.kind == ENTRY:
        detail = wrong_entry(found, "instrument")
    elif name.kind == LEVEL:
        detail = None if found is None or found.is_open else CLOSER
    elif name.kind.startswith(CARRIED):
        missing = "names no commitment of this commission; GET /v1/commitments lists them"
        detail = missing if found is None else None if found.is_open else CLOSER
    else:
        detail = _wrong_instrument(name, found)
    return fault(name.pointer, detail) if detail else None


def _wrong_instrument(name: Name, found: Found | None) -> str | None:
    if found is None:
        return "names no instrument of this commission; GET /v1/instruments lists them"
    if found.is_itself:
        return "names the instrument itself"
    return (
        None
        if found.is_open or name.kind in {RELATED, AWAITED}
        else "names an instrument that is not signed, or has ended"
    )


def _value(fact: object, value: object) -> list[Name]:
    if fact == "confidentiality" and value in STRICTEST:
        return [Name("/value", LEVEL, str(value))]
    if fact == "successor_id":
        return list(_id("/value", INSTRUMENT, value))
    if fact == "entry_into_force":
        return list(_awaited(value, "/value"))
    return list(_of(str(fact), value, "/value"))


def _of(fact: str, listed: object, pointer: str) -> Iterator[Name]:
    for place, one in enumerate(listed if isinstance(listed, list) else ()):
        if fact == "commitment_ids":
            yield from _id(f"{pointer}/{place}", CARRIED, one)
        elif fact == "relations" and isinstance(one, dict):
            yield from _id(f"{pointer}/{place}/instrument_id", RELATED, one.get("instrument_id"))


def _awaited(rule: object, pointer: str) -> Iterator[Name]:
    if isinstance(rule, dict):
        yield from _id(f"{pointer}/not_before", AWAITED, rule.get("not_before"))
        for part in ("provisional", "later_parties"):
            yield from _awaited(rule.get(part), f"{pointer}/{part}")


def _id(pointer: str, kind: str, value: object) -> Iterator[Name]:
    try:
        if isinstance(value, str):
            yield Name(pointer, kind, str(UUID(value)))
    except ValueError:
        return
