"""What each party does at home for the minutes of a session: its steps, and the approval to which they are subject. Pure."""

from collections.abc import Mapping
from typing import Any

from service.register.decisions.rules import steps
from service.register.decisions.rules.steps import Missing

Members = Mapping[str, Any]


def missing(members: Members) -> list[Missing]:
    """Return whose step is missing, and since when.

    Minutes that are subject to a party's approval await it until that party has recorded that some approval at home is done.
    """
    known = members["steps"]
    awaited = [party for party in sorted(members["subject_to"] or ()) if not steps.has_approved(known, party)]
    since = members["effective_on"] if awaited else None
    return steps.missing(known) + [steps.approval_missing(party, since) for party in awaited]


def told(members: Members) -> dict[str, Any]:
    """Return what a reading tells of the steps at home."""
    return steps.told(members["steps"], missing(members))
