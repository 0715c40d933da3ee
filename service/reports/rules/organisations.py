"""What organisations were called on a day, as the registry's entries tell it: a report's names come from entries too. Pure."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

import orjson

from service.register.parties.rules import NAMING, REGISTERED, RENAMED
from service.values import start

Data = dict[str, Any]
REGISTRAR: Final = "registrar.named"
KINDS: Final = (*NAMING, REGISTRAR)
"""Kinds of entries that tell of names: a registrar's, which tells who acts for it too, of before an organisation had always one of its own."""
_MEMBERS: Final = {
    REGISTERED: {"id", "name"},
    RENAMED: {"id", "name", "names", "since"},
    REGISTRAR: {"id", "name"},
}
"""What each of them must tell, to be one."""
_TOLD: Final = ("id", "party", "code", "name", "names")


def read(stored: Iterable[bytes]) -> list[Data]:
    """Return the entries that tell what organisations are called; `ValueError` for bytes that are none (they were damaged)."""
    return [_sound(orjson.loads(one)) for one in stored]


def _sound(entry: Any) -> Data:  # noqa: ANN401 -- whatever JSON it is
    match entry:
        case {"kind": str(kind), "recorded_at": str(), "data": dict(data)} if kind in _MEMBERS:
            told = data.get("organisation", {}) if kind == REGISTRAR else data
            # A registrar that was there before is told by its id alone.
            if told is None or (isinstance(told, dict) and told.keys() >= _MEMBERS[kind]):
                return dict(entry)
    raise ValueError("an entry of the registry does not tell what an organisation is called")


def organisations(entries: Iterable[Mapping[str, Any]], day: date, until: str | None = None) -> dict[str, Data]:
    """Return each organisation by its id, with the name that it had on the day; `until`: by what was recorded by then."""
    found: dict[str, Data] = {}
    for entry in entries:
        if until is not None and entry["recorded_at"] > until:
            break
        kind, data = entry["kind"], entry["data"]
        new = data["organisation"] if kind == REGISTRAR else data if kind == REGISTERED else None
        if new:
            found[new["id"]] = {name: new.get(name) for name in _TOLD}
        elif kind == RENAMED and start(data["since"]) <= day:
            told = found.setdefault(data["id"], {name: data.get(name) for name in _TOLD})
            told |= {"name": data["name"], "names": data["names"]}
    return found
