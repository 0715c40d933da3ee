"""Without whom a commitment was recorded, or moved: a party that came in later, or again. Pure.

What is looked at are the commitment's members with `recorded_by`, `recorded_at` and `moved_alone_at` (when a move of all took effect
that awaited nobody), and what the charter tells of who came and left.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

JOIN: Final = "join"
ACCEDE: Final = "accede"


def came_later(known: Mapping[str, Any]) -> dict[str, str]:
    """Return each party without which it was recorded or moved, and by which move the party came in."""
    entered = known.get("entered") or {}
    return {party: since["by"] for party, since in entered.items() if _without(party, since, known)}


def unacknowledged(known: Mapping[str, Any]) -> dict[str, str]:
    """Return those of them that have not acknowledged it since they came in, or dispute it."""
    entered = known.get("entered")
    if not entered:
        return {}
    said = known.get("acknowledged") or {}
    return {
        party: by
        for party, by in came_later(known).items()
        if not _acknowledged(said.get(party), _moment(entered[party]["at"]))
    }


def one_sided(known: Mapping[str, Any]) -> bool:
    """Return whether it stands without a party that joined: until that has acknowledged it, and does not dispute it."""
    return JOIN in unacknowledged(known).values()


def disputes(known: Mapping[str, Any]) -> dict[str, str]:
    """Return the reason of each party that disputes it."""
    said = known.get("acknowledged") or {}
    return {party: one["disputed"] for party, one in sorted(said.items()) if one["disputed"]}


def _without(party: str, since: Mapping[str, Any], known: Mapping[str, Any]) -> bool:
    began, recorded = _moment(since["at"]), _moment(known["recorded_at"])
    departed = (known.get("departed") or {}).get(party)
    # Before it left for a time it took part.
    left = _moment(departed["at"]) if departed else None
    if party != known["recorded_by"] and recorded < began and (left is None or recorded > left):
        return True
    alone = known.get("moved_alone_at")
    return alone is not None and left is not None and left < _moment(alone) < began


def _acknowledged(said: Mapping[str, Any] | None, began: datetime) -> bool:
    return said is not None and not said["disputed"] and _moment(said["at"]) >= began


def _moment(value: str | datetime) -> datetime:
    return datetime.fromisoformat(value) if isinstance(value, str) else value
