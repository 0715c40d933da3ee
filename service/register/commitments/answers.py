"""What leaves the service about a commitment: rows as the schemas publish them, without being checked once more."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from service.errors import Fault
from service.permissions import Caller, Permission
from service.register.commitments import queries
from service.register.commitments.rules.lifecycle import LIFECYCLE
from service.register.commitments.rules.requirements import Facts, missing
from service.register.commitments.schemas import CommitmentRead, InstrumentRead, PartyFactsRead
from service.register.commitments.transitions.schemas import TransitionRead

_SHAPED: Final = {"instrument", "party_facts", "open_transition"}
_PLAIN: Final = tuple(name for name in CommitmentRead.model_fields if name not in _SHAPED)
_INSTRUMENT: Final = dict.fromkeys(InstrumentRead.model_fields)
_PARTY_FACTS: Final = dict.fromkeys(PartyFactsRead.model_fields)
_TRANSITION: Final = tuple(TransitionRead.model_fields)


def commitment(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row as `CommitmentRead`; members that are not known are null, not absent."""
    answer = {name: row[name] for name in _PLAIN}
    answer["instrument"] = row["instrument"] and {**_INSTRUMENT, **row["instrument"]}
    answer["party_facts"] = {party: {**_PARTY_FACTS, **facts} for party, facts in row["party_facts"].items()}
    answer["open_transition"] = _open(row) if row["live"] else None
    return answer


def detail(caller: Caller, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row as `CommitmentDetail`: with the moves that the caller may propose, and what each still needs."""
    return commitment(row) | {"allowed_actions": [] if row["live"] else _allowed(caller, row)}


def transition(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row as `TransitionRead`."""
    return {name: row[name] for name in _TRANSITION} | {"confirmations": [_said(one) for one in row["confirmations"]]}


def _open(row: Mapping[str, Any]) -> dict[str, Any]:
    waiting = {name: row[name] for name in ("proposed_by", "awaiting", "expires_at")}
    return {"id": row["open_transition_id"], **waiting}


def _allowed(caller: Caller, row: Mapping[str, Any]) -> list[dict[str, Any]]:
    if not queries.rights(caller, row).may(Permission.PROPOSE):
        return []
    awaits = queries.others(row, caller.party)
    return [{"action": action, "missing": gaps, "awaits": awaits} for action, gaps in _moves(queries.facts(row))]


@lru_cache(maxsize=10_000)
def _moves(facts: Facts) -> list[tuple[str, list[Fault]]]:
    """Return each action that is possible with what it still needs: the same for every commitment of the same facts."""
    return [
        (str(action), missing(action, {}, facts)) for action in LIFECYCLE.allowed(facts.state, facts.conditions({}))
    ]


def _said(confirmation: Mapping[str, Any]) -> dict[str, Any]:
    decided_at = confirmation["decided_at"]
    # Out of the database's JSON it is a text, with an offset where ours have a Z.
    moment = datetime.fromisoformat(decided_at) if isinstance(decided_at, str) else decided_at
    said = {name: confirmation[name] for name in ("party", "decision", "reason", "principal_id")}
    return {**said, "decided_at": moment}
