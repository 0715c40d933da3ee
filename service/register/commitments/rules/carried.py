"""What becomes of a commitment with the instrument that carries it: said once, of the instrument, and read from there. Pure.

A commitment that follows an instrument has its id among what it tells of its `instrument`; from then on nothing but the instrument
changes what is told there. Whether it is drafted or signed follows too, so that the two can never disagree.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from service.errors import Fault, fault
from service.register.commitments.rules import late
from service.register.commitments.rules.lifecycle import Action, State
from service.register.instruments.rules.carrying import Reckon, carries, is_signed, told
from service.register.instruments.rules.reckoning import from_entry_into_force, reckoned

Members = Mapping[str, Any]
BEFORE: Final = (State.AGREED, State.MOU_DRAFTED)
UNSIGNED: Final = (State.PROPOSED, *BEFORE)
NAMED: Final[Mapping[str, str]] = {
    "instrument_kind": "kind",
    "instrument_title": "title",
    "drafting_party": "drafting_party",
    "text_reference": "text_reference",
    "place": "place",
    "signatories": "signatories",
    "authentic_texts": "authentic_texts",
    "expires_on": "expires_on",
    "enters_into_force_on": "enters_into_force_on",
    "entered_into_force_on": "enters_into_force_on",
    "ceremony_on": "ceremony_on",
    "signed_on": "signed_on",
    "drafted_on": "drafted_on",
}
"""What evidence of a commitment's moves says of its instrument, and under which name the commitment tells it."""
DAYS: Final[Mapping[str, str]] = {Action.SIGN: "signed_on", Action.DRAFT_MOU: "drafted_on"}
"""Of these moves, the day: it is one of the instrument."""


def instrument_of(members: Members) -> str | None:
    """Return the id of the instrument of the register that the commitment follows."""
    found = members["instrument"] or {}
    return found.get("id")


def has_signed(members: Members) -> bool:
    """Return whether the instrument that it follows is signed."""
    return is_signed((members["instrument"] or {}).get("state"))


def followed(
    key: str, mine: str, instrument: Members, commitment: Members, on: str | None, reckon: Reckon = reckoned
) -> dict[str, Any]:
    """Return what changes of the commitment with the id `mine`, as the instrument with the id `key` now stands.

    `on` is the day in the world of the move by which the instrument came to stand so.
    """
    if mine not in carries(instrument):
        after = _left(commitment, on) if instrument_of(commitment) == key else {}
    else:
        after = _carried(key, instrument, commitment, reckon) if _follows(key, instrument, commitment) else {}
    return {name: value for name, value in after.items() if commitment[name] != value}


def followed_before(key: str, mine: str, instrument: Members, commitment: Members, on: str | None) -> dict[str, Any]:
    """Return the same as it was by entries of instruments of version 2."""
    return followed(key, mine, instrument, commitment, on, from_entry_into_force)


def _follows(key: str, instrument: Members, commitment: Members) -> bool:
    """Return whether it follows: it does already, or has no other, and was not signed before the instrument was."""
    state, found = commitment["state"], instrument_of(commitment)
    if state == State.RETRACTED or found not in {None, key}:
        return False
    return found == key or stands(commitment) in UNSIGNED or is_signed(instrument["state"])


def stands(commitment: Members) -> str:
    """Return its state, or, of one that is suspended, the one to which it goes back."""
    return str(commitment["suspended_from"] or commitment["state"])


def _carried(key: str, instrument: Members, commitment: Members, reckon: Reckon) -> dict[str, Any]:
    known = commitment["instrument"] or {}
    facts = {"id": key, **told(instrument, commitment["confidentiality"], reckon)}
    after: dict[str, Any] = {"instrument": facts}
    if unknown := commitment["unknown"]:
        lacking = _unknown(unknown, facts, is_signed=is_signed(instrument["state"]))
        after["unknown"] = dict.fromkeys(lacking, True) or None
    signed, state = is_signed(instrument["state"]), commitment["state"]
    if state in BEFORE and signed:
        return after | {"state": State.SIGNED.value, "effective_on": instrument["signed_on"]}
    if state == State.AGREED:
        return after | {"state": State.MOU_DRAFTED.value, "effective_on": instrument["drafted_on"]}
    if not signed and stands(commitment) == State.SIGNED:
        # It turned out not to be signed.
        drafted = State.MOU_DRAFTED.value
        stood = {"suspended_from": drafted} if commitment["suspended_from"] else {"state": drafted}
        return after | stood | ({} if commitment["suspended_from"] else {"effective_on": instrument["drafted_on"]})
    since = {State.SIGNED: "signed_on", State.MOU_DRAFTED: "drafted_on"}.get(State(state))
    if since and known.get("id") and commitment["effective_on"] == known.get(since):
        after["effective_on"] = instrument[since]
    return after


def _unknown(unknown: Members, facts: Members, *, is_signed: bool) -> Iterator[str]:
    for name in sorted(unknown):
        gone = is_signed and name in late.OF_DRAFT
        if not gone and not facts.get(NAMED.get(name, "")):
            yield name


def _left(commitment: Members, on: str | None) -> dict[str, Any]:
    """Return what becomes of one that is carried no more: signed, it keeps what is known; before that it has no instrument."""
    if stands(commitment) not in UNSIGNED:
        kept = {name: one for name, one in commitment["instrument"].items() if name not in {"id", "state"}}
        return {"instrument": kept or None}
    after: dict[str, Any] = {"instrument": None}
    if commitment["suspended_from"] == State.MOU_DRAFTED:
        return after | {"suspended_from": State.AGREED.value}
    if commitment["state"] == State.MOU_DRAFTED:
        return after | {"state": State.AGREED.value, "effective_on": on}
    return after


def said_twice(action: str, evidence: Members, commitment: Members) -> list[Fault]:
    """Return what evidence says otherwise than the instrument that the commitment follows."""
    key, known = instrument_of(commitment), commitment["instrument"] or {}
    if not key:
        return []
    where = f"correct or amend it there (POST /v1/instruments/{key}/transitions), or leave it out"
    named = {**NAMED} | ({"effective_on": DAYS[action]} if action in DAYS else {})
    return [
        fault(f"/{name}", f"is a fact of the instrument, which says {known.get(to) or 'nothing of it'}; {where}")
        for name, to in named.items()
        if evidence.get(name) and evidence[name] != known.get(to)
    ]
