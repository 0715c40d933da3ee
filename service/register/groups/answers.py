"""What leaves the service about a working group: rows as the schemas publish them, without being checked once more."""

from collections.abc import Mapping
from typing import Any, Final

from service.permissions import Caller
from service.register.decisions.answers import allowed, open_transition
from service.register.decisions.called import COMMISSION, SESSION, WORKING_GROUP, Beside
from service.register.decisions.rules.ended import kept_by
from service.register.groups.rules.matter import GROUP
from service.register.groups.rules.requirements import roles, unknown
from service.register.groups.schemas import WorkingGroupRead

_MADE: Final = {"kept_by", "members", "without_co_lead", "contacts", "unknown", "open_transition"}
BESIDE: Final = Beside(
    {
        "commission": ("commission_id", COMMISSION),
        "founded_at_session": ("founded_at_session_id", SESSION),
        "merged_into": ("merged_into_id", WORKING_GROUP),
    }
)
_PLAIN: Final = tuple(name for name in WorkingGroupRead.model_fields if name not in {*_MADE, *BESIDE.members})
_NOBODY: Final[Mapping[str, None]] = {"main": None, "alternate": None, "validator": None}


def group(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row as `WorkingGroupRead`."""
    answer = {name: row[name] for name in _PLAIN} | BESIDE.of(row)
    answer["kept_by"] = kept_by(row)
    names = row["named"] or {}
    answer["members"] = [
        {"organisation_id": organisation, "organisation": names.get(organisation), "party": party, "role": role}
        for organisation, party, role in roles(row["organisations"])
    ]
    answer["without_co_lead"] = [party for party in row["parties"] if party not in row["co_led_by"]]
    answer["contacts"] = {party: {**_NOBODY, **one} for party, one in row["contacts"].items()}
    answer["unknown"] = unknown(row)
    answer["open_transition"] = open_transition(row)
    return answer


def detail(caller: Caller, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row as `WorkingGroupDetail`."""
    return group(row) | {"allowed_actions": allowed(GROUP, caller, row)}
