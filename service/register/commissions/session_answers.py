"""What leaves the service about a session: rows as the schemas publish them, without being checked once more."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from service.errors import Fault
from service.permissions import Caller, Permission
from service.register.commissions.rules.lifecycle import LIFECYCLE, MET
from service.register.commissions.rules.matter import SESSION
from service.register.commissions.rules.requirements import Facts, missing
from service.register.commissions.session_schemas import SessionRead
from service.register.decisions.engine.locking import others, standing_in
from service.register.decisions.rules.lifecycle import Step, Who
from service.register.decisions.rules.own import has_room, is_open_to

_MADE: Final = {"open_transition", "unknown", "minutes"}
_PLAIN: Final = tuple(name for name in SessionRead.model_fields if name not in _MADE)
_OPEN: Final = ("proposed_by", "awaiting", "expires_at")
_NO_TEXT: Final[Mapping[str, None]] = {"reference": None, "sha256": None}


def session(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row as `SessionRead`; members that are not known are null, not absent."""
    answer = {name: row[name] for name in _PLAIN}
    answer["minutes"] = row["minutes"] and [{**_NO_TEXT, **one} for one in row["minutes"]]
    answer["unknown"] = _unknown(row) if row["state"] in MET else []
    waiting = {"id": row["open_transition_id"], **{name: row[name] for name in _OPEN}}
    answer["open_transition"] = waiting if row["live"] else None
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
    told = {"awaits": awaits, "same_ordinal": same_ordinal, "allowed_actions": _allowed(caller, row)}
    return session(row) | told


def _unknown(row: Mapping[str, Any]) -> list[str]:
    asked = ("host_party", "starts_on", "ends_on", *(() if row["virtual"] else ("venue",)))
    return [name for name in asked if row[name] is None]


def _allowed(caller: Caller, row: Mapping[str, Any]) -> list[dict[str, Any]]:
    if not standing_in(caller, row).may(Permission.PROPOSE):
        return []
    awaited, proposed_by = others(row, caller.party), row["proposed_by"] if row["live"] else None
    return [
        {"action": step.action, "missing": gaps, "awaits": [] if step.who is Who.OWN else awaited}
        for step, gaps in _moves(SESSION.facts(row, row["parties"], row["languages"]))
        if is_open_to(step, row, caller.party) and has_room(step, proposed_by, caller.party)
    ]


@lru_cache(maxsize=10_000)
def _moves(facts: Facts) -> list[tuple[Step, list[Fault]]]:
    """Return a row of each action that is possible, with what it still needs: the same for all sessions of the same facts."""
    possible = LIFECYCLE.possible(facts.state, facts.conditions({}))
    return [(step, missing(step.action, {}, facts)) for step in {step.action: step for step in possible}.values()]
