"""What leaves the service about a session: rows as the schemas publish them, without being checked once more."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from service.permissions import Caller
from service.register.commissions.rules import at_home
from service.register.commissions.rules.lifecycle import MET, SessionState
from service.register.commissions.rules.matter import SESSION
from service.register.commissions.session_schemas import SessionRead
from service.register.decisions.answers import allowed, open_transition
from service.register.decisions.called import COMMISSION, WORKING_GROUP, Beside
from service.register.decisions.rules.ended import kept_by

_MADE: Final = {"kept_by", "open_transition", "unknown", "minutes", "steps", "steps_missing_of", "missing_steps"}
BESIDE: Final = Beside(
    {"commission": ("commission_id", COMMISSION), "working_group": ("working_group_id", WORKING_GROUP)}
)
_PLAIN: Final = tuple(name for name in SessionRead.model_fields if name not in {*_MADE, *BESIDE.members})
_NO_TEXT: Final[Mapping[str, None]] = {"reference": None, "document_id": None, "sha256": None}


def session(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row as `SessionRead`; members that are not known are null, not absent."""
    answer = {name: row[name] for name in _PLAIN} | BESIDE.of(row)
    answer["kept_by"] = kept_by(row)
    answer["minutes"] = row["minutes"] and [{**_NO_TEXT, **one} for one in row["minutes"]]
    answer |= at_home.told(row)
    answer["unknown"] = _unknown(row) if row["state"] in MET else []
    answer["open_transition"] = open_transition(row)
    return answer


def detail(
    caller: Caller, row: Mapping[str, Any], items: Mapping[str, int], same_ordinal: Sequence[Any]
) -> dict[str, Any]:
    """Return the row as `SessionDetail`; `items`: how many open proposals on its commitments await each party."""
    own = set(row["awaiting"]) if row["live"] else set()
    awaits = [
        {"party": party, "session": int(party in own), "commitments": items.get(party, 0)}
        for party in sorted(own | items.keys())
    ]
    told = {"awaits": awaits, "same_ordinal": same_ordinal, "allowed_actions": allowed(SESSION, caller, row)}
    return session(row) | told


def _unknown(row: Mapping[str, Any]) -> list[str]:
    adopted = ("minutes",) if row["state"] == SessionState.ADOPTED and not row["minutes_reference"] else ()
    asked = ("host_party", "starts_on", "ends_on", *(() if row["virtual"] else ("venue",)), *adopted)
    return [name for name in asked if row[name] is None]
