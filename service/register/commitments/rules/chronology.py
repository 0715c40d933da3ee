"""Whether dates make sense together: what cannot have been so is refused, what is odd and may have been so is a warning. Pure.

A reduced date is its whole period: it lies before another only where it ends before that begins.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from service.errors import Fault, fault
from service.register.commitments.rules.lifecycle import Action, State
from service.values import end, start
from service.values.dates import other_calendar

Dates = Mapping[str, Any]
"""What a commitment tells of its days: `state`, `since`, `agreed_on`, `drafted_on`, `signed_on`, and `session`, the day of it that is
known first, with its `state`; null between sessions."""
JUDGED: Final = ("state", "agreed_on", "effective_on", "instrument")
"""Members of a commitment that tell of days which have to make sense together."""
NOT_MET: Final = frozenset({"proposed", "planned", "postponed"})
"""States of a session of which nobody has confirmed that it met."""
OF_INSTRUMENT: Final = ("expires_on", "enters_into_force_on", "entered_into_force_on", "ceremony_on")
FORCE: Final = ("enters_into_force_on", "entered_into_force_on")
BEFORE: Final[Mapping[str, tuple[str, ...]]] = {
    Action.DRAFT_MOU: ("agreed_on",),
    Action.REDRAFT: ("agreed_on", "drafted_on"),
    Action.SIGN: ("agreed_on", "drafted_on"),
}
"""Which days come before that of the move; of all others also the signature."""
STAYING: Final = frozenset({Action.AGREE, Action.AMEND, Action.CORRECT, Action.REINSTATE})
"""Moves that come after no state: the first, and those that leave it as it is or was."""


def contradictions(members: Mapping[str, Any]) -> dict[str, str]:
    """Return which days of a commitment cannot be so, by the name that evidence gives them, and why."""
    instrument = members["instrument"] or {}
    agreed, signed, expires = members["agreed_on"], instrument.get("signed_on"), instrument.get("expires_on")
    wrong = {}
    if members["state"] == State.IMPLEMENTED and _precedes(members["effective_on"], agreed):
        wrong["effective_on"] = f"it cannot have been implemented before it was agreed, on {agreed}"
    if expires and _precedes(expires, signed) and not other_calendar(expires):
        wrong["expires_on"] = f"it cannot have expired before it was signed, on {signed}"
    return wrong


def evident(action: str, evidence: Mapping[str, Any]) -> list[Fault]:
    """Return what cannot be so in evidence of a move, whatever the commitment was before."""
    told = {name: evidence.get(name) for name in ("agreed_on", "effective_on")} | {"state": evidence.get("found_in")}
    instrument = {"signed_on": _signed(action, evidence), "expires_on": evidence.get("expires_on")}
    return [fault(f"/{name}", said) for name, said in contradictions({**told, "instrument": instrument}).items()]


def impossible(before: Mapping[str, Any], after: Mapping[str, Any], pointer: str | None = None) -> list[Fault]:
    """Return what cannot be so once members change to `after`, and was not so before; told at `pointer`, or by its name."""
    if not (found := contradictions({name: after.get(name, before[name]) for name in JUDGED})):
        return []
    known = contradictions(before)
    return [fault(pointer or f"/{name}", said) for name, said in found.items() if name not in known]


def odd(action: str, evidence: Mapping[str, Any], dates: Dates, source: str) -> list[Fault]:
    """Return what is odd in evidence and may have been so in history: a warning, never a refusal."""
    if action == Action.CORRECT:
        corrected = {evidence["fact"]: evidence["value"]}
        return [fault("/value", one["detail"]) for one in _of_evidence(action, corrected, dates)]
    return [*_after_what_was_before(action, evidence, dates, source), *_of_evidence(action, evidence, dates)]


def _after_what_was_before(action: str, evidence: Mapping[str, Any], dates: Dates, source: str) -> Iterator[Fault]:
    if action in STAYING:
        return
    named = {name: dates[name] for name in BEFORE.get(action, ("agreed_on", "drafted_on", "signed_on"))}
    if dates["state"] == source:
        named["since"] = dates["since"]
    for name, day in named.items():
        if _precedes(evidence.get("effective_on"), day):
            what = f"it became {source}" if name == "since" else f"it was {name.removesuffix('_on')}"
            yield fault("/effective_on", f"lies before {day}, when {what}")
            return


def _of_evidence(action: str, evidence: Mapping[str, Any], dates: Dates) -> Iterator[Fault]:
    session = dates["session"] or {"day": None, "state": None}
    for name in ("agreed_on", "signed_on", "effective_on"):
        if _precedes(_text(evidence, name), session["day"]):
            yield fault(f"/{name}", f"lies before the session, which met on {session['day']}")
    if action == Action.AGREE and session["state"] in NOT_MET:
        yield fault("/agreed_on", f"the session that is named is {session['state']}: nobody has confirmed that it met")
    signed = _signed(action, evidence) or dates["signed_on"]
    for name in OF_INSTRUMENT:
        if said := other_calendar(text) if (text := _text(evidence, name)) else None:
            yield fault(f"/{name}", said)
        elif name in FORCE and _precedes(text, signed):
            yield fault(f"/{name}", f"lies before the signature, {signed}: was it applied provisionally?")


def _signed(action: str, evidence: Mapping[str, Any]) -> str | None:
    signs = action == Action.SIGN or evidence.get("found_in") == State.SIGNED
    return evidence.get("effective_on") if signs else evidence.get("signed_on")


def _text(evidence: Mapping[str, Any], name: str) -> str | None:
    value = evidence.get(name)
    return value if isinstance(value, str) else None


def _precedes(one: str | None, other: str | None) -> bool:
    return bool(one and other) and end(str(one)) < start(str(other))
