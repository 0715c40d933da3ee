"""When something last happened to a commitment in the world: by that it is dormant or not. Pure."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

from service.register.commitments.rules.lifecycle import Action
from service.values import end

SOON_DAYS: Final = 30
"""What falls due within so many days is due soon."""
DORMANT_MONTHS: Final = 6
"""A commitment to which nothing happened for so many months is dormant."""
NOTHING_HAPPENED: Final = frozenset({Action.CORRECT, Action.REINSTATE, Action.RETRACT})
"""Moves that mend the record: nothing has happened in the world."""


def happened_on(action: str, told: Mapping[str, Any], at: datetime) -> date | None:
    """Return the last day on which something happened by a move of this action that took effect at `at`, as far as its entry tells one."""
    if action in NOTHING_HAPPENED:
        return None
    after, instrument = told["after"], told["after"].get("instrument") or {}
    days = [told.get("on"), after.get("agreed_on"), *(instrument.get(name) for name in ("drafted_on", "signed_on"))]
    known = [end(day) for day in days if day]
    return min(max(known), at.astimezone(UTC).date()) if known else None
