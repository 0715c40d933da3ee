"""A commitment as the rules look at it, for tests of the rules alone."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from service.register.commitments.rules.matter import COMMITMENT, MEMBERS
from service.register.decisions.rules.matter import Case, Found, Name


def case_of(
    members: Mapping[str, Any],
    found: Mapping[Name, Found | None] | None = None,
    seq: int = 1,
    at: datetime | None = None,
) -> Case:
    """Return the case of a commitment of Pakistan and Azerbaijan with these members; what is not said is not known."""
    known = {**dict.fromkeys(MEMBERS), "state": "agreed", "instrument_required": True, "corrected": {}, **members}
    facts = COMMITMENT.facts(known, ("PK", "AZ"), ("en",))
    return Case(known, facts, at or datetime(2026, 1, 1, tzinfo=UTC), found or {}, seq)
