"""What leaves the service about a commission: rows as the schemas publish them, without being checked once more."""

from collections.abc import Mapping
from typing import Any, Final

from service.permissions import Caller
from service.register.commissions.rules.charter.matter import CHARTER
from service.register.commissions.rules.charter.requirements import unknown
from service.register.commissions.schemas import CommissionRead
from service.register.decisions.answers import allowed, open_transition
from service.register.decisions.rules.ended import kept_by, without_secretariat
from service.trail.reopening import notice

_MADE: Final = {
    "open_transition",
    "kept_by",
    "parties",
    "reopened",
    "awaits_secretariats",
    "step_templates",
    "unknown",
    "named_auditors",
}
_APPOINTING: Final = ("is_party", "is_secretariat", "is_auditor")
"""What a caller is that may know auditors by name."""
_PLAIN: Final = tuple(name for name in CommissionRead.model_fields if name not in _MADE)


def commission(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row as `CommissionRead`."""
    told = {name: row[name] for name in _PLAIN}
    seats, names = row["secretariats"], row["named"] or {}
    told["parties"] = [
        {"party": party, "secretariat_id": seats.get(party), "secretariat": names.get(seats.get(party))}
        for party in row["parties"]
    ]
    known = (row["auditors_called"] or []) if any(row[role] for role in _APPOINTING) else []
    told["named_auditors"] = sorted(known, key=lambda one: str(one["id"]))
    told["awaits_secretariats"] = without_secretariat(row)
    told["kept_by"] = kept_by(row)
    told["reopened"] = {**row["reopened"], "notice": notice(row["reopened"])} if row["reopened"] else None
    told["step_templates"] = [
        {"party": party, "kind": kind, **it, "steps": [{"note": None, **step} for step in it["steps"]]}
        for party, kept in sorted(row["step_templates"].items())
        for kind, it in sorted(kept.items())
    ]
    told["unknown"] = unknown(row)
    told["open_transition"] = open_transition(row)
    return told


def detail(caller: Caller, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row as `CommissionDetail`."""
    return commission(row) | {"allowed_actions": allowed(CHARTER, caller, row)}
