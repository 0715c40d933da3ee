"""What the entry that founded a commission says of its charter, whichever version it has. Pure."""

from collections.abc import Mapping
from typing import Any, Final

from service.register.commissions.rules.charter.evidence import Openness
from service.register.commissions.rules.charter.lifecycle import CharterState

FOUNDED: Final = "commission.founded"
APPOINTED: Final = "auditor.appointed"
"""The administrator appointed an auditor: entries of before the parties did."""
NOTHING_YET: Final[Mapping[str, Any]] = {
    "founding_act": None,
    "entered": {},
    "departed": {},
    "successor": None,
    "effective_on": None,
    "reopened": None,
    "auditors": [],
    "step_templates": {},
}


def founded(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members of a charter from the data of the entry that founded it.

    In an entry of version 1 it was mutual, or each party's moves took effect at once: such a commission is unsettled.
    """
    if "commission" in data:
        # An entry that says nothing of it was written before a commission could be public.
        return {
            "confidentiality": str(Openness.PARTIES),
            "reopened": None,
            "auditors": [],
            "step_templates": {},
            **data["commission"],
            "corrected": {},
        }
    is_mutual = data["rule"] == "mutual"
    return {
        **{name: data[name] for name in ("code", "titles", "languages", "founded_on")},
        **NOTHING_YET,
        "confidentiality": str(Openness.PARTIES),
        "parties": [one["party"] for one in data["parties"]],
        "outside": [],
        "secretariats": {one["party"]: one["secretariat_id"] for one in data["parties"]},
        "state": str(CharterState.IN_FORCE if is_mutual else CharterState.UNSETTLED),
        "corrected": {},
    }
