"""What leaves the service about a commitment: rows as the schemas publish them, without being checked once more."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from service.errors import Fault
from service.permissions import Caller, Permission
from service.register.commitments.rules.lifecycle import LIFECYCLE
from service.register.commitments.rules.matter import COMMITMENT
from service.register.commitments.rules.requirements import Facts, missing
from service.register.commitments.schemas import (
    AuthenticTextRead,
    CommitmentRead,
    InstrumentRead,
    PartyFactsRead,
    SignatoryRead,
)
from service.register.decisions.engine.locking import others, standing_in
from service.register.decisions.rules.lifecycle import Step, Who
from service.register.decisions.rules.own import has_room, is_open_to

_SHAPED: Final = {"unknown", "instrument", "party_facts", "open_transition"}
_PLAIN: Final = tuple(name for name in CommitmentRead.model_fields if name not in _SHAPED)
_INSTRUMENT: Final = dict.fromkeys(InstrumentRead.model_fields)
_ITEMISED: Final = {
    "signatories": dict.fromkeys(SignatoryRead.model_fields),
    "authentic_texts": dict.fromkeys(AuthenticTextRead.model_fields),
}
_PARTY_FACTS: Final = dict.fromkeys(PartyFactsRead.model_fields)


def commitment(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row as `CommitmentRead`; members that are not known are null, not absent."""
    answer = {name: row[name] for name in _PLAIN}
    answer["unknown"] = sorted(row["unknown"] or ())
    answer["instrument"] = row["instrument"] and _instrument(row["instrument"])
    answer["party_facts"] = {party: {**_PARTY_FACTS, **facts} for party, facts in row["party_facts"].items()}
    answer["open_transition"] = _open(row) if row["live"] else None
    return answer


def _instrument(known: Mapping[str, Any]) -> dict[str, Any]:
    whole = {
        name: [{**blank, **one} for one in known[name]]
        for name, blank in _ITEMISED.items()
        if known.get(name) is not None
    }
    return {**_INSTRUMENT, **known, **whole}


def detail(caller: Caller, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row as `CommitmentDetail`: with the moves that the caller may propose, and what each still needs."""
    return commitment(row) | {"allowed_actions": _allowed(caller, row)}


def _open(row: Mapping[str, Any]) -> dict[str, Any]:
    waiting = {name: row[name] for name in ("proposed_by", "awaiting", "expires_at")}
    return {"id": row["open_transition_id"], **waiting}


def _allowed(caller: Caller, row: Mapping[str, Any]) -> list[dict[str, Any]]:
    if not standing_in(caller, row).may(Permission.PROPOSE):
        return []
    awaited, proposed_by = others(row, caller.party), row["proposed_by"] if row["live"] else None
    return [
        {"action": step.action, "missing": gaps, "awaits": [] if step.who is Who.OWN else awaited}
        for step, gaps in _moves(COMMITMENT.facts(row, row["parties"], row["languages"]))
        if is_open_to(step, row, caller.party) and has_room(step, proposed_by, caller.party)
    ]


@lru_cache(maxsize=10_000)
def _moves(facts: Facts) -> list[tuple[Step, list[Fault]]]:
    """Return a row of each action that is possible, with what it still needs: the same for all commitments of the same facts."""
    possible = LIFECYCLE.possible(facts.state, facts.conditions({}))
    return [(step, missing(step.action, {}, facts)) for step in {step.action: step for step in possible}.values()]
