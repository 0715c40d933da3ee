"""What was found drafted, signed or implemented through an instrument that the register has already: read from there. Pure."""

from collections.abc import Mapping
from typing import Any, Final

from service.errors import Fault
from service.register.commitments.rules.carried import NAMED, SINCE, lacking_of, said_twice
from service.register.commitments.rules.lifecycle import Action, State
from service.register.commitments.rules.naming import carrier
from service.register.decisions.rules.matter import Case
from service.register.instruments.rules.carrying import told

Members = Mapping[str, Any]
REACHED_ON: Final[Mapping[str, str]] = {State.MOU_DRAFTED: "drafted_on", State.SIGNED: "signed_on"}
"""Of one that was found in this state: since when it was, as a fact of the instrument."""


def found_through(action: str, evidence: Members, case: Case) -> tuple[str, Members] | None:
    """Return the id and the members of the instrument that carries what was found; None: the move names none, or none is known."""
    if evidence.get("found_in") not in SINCE or not (named := carrier({**evidence, "action": action})):
        return None
    there = case.found.get(named.name)
    return (named.name.key, there.members) if there and there.members else None


def since(evidence: Members, instrument: Members) -> str | None:
    """Return since when it was in the state that it was found in, of one that is drafted or signed: the instrument says it."""
    name = REACHED_ON.get(evidence["found_in"])
    day: str | None = instrument[name] if name else evidence.get("effective_on")
    return day


def told_of_carrier(key: str, instrument: Members, evidence: Members, after: Members, case: Case) -> dict[str, Any]:
    """Return what changes of the commitment, `after` by what was said of it alone, with what it tells of the instrument."""
    facts = {"id": key, **told(instrument, case.members["confidentiality"])}
    its_own = {*NAMED, "texts", *(["effective_on"] if evidence["found_in"] in REACHED_ON else [])}
    lacking = {name for name in after.get("unknown") or () if name not in its_own}
    lacking |= {*lacking_of(facts, instrument, evidence["found_in"])}
    known = {**after, "instrument": facts, "unknown": dict.fromkeys(sorted(lacking), True) or None}
    return {name: value for name, value in known.items() if case.members[name] != value}


def said_of_carrier(evidence: Members, key: str, instrument: Members, confidentiality: str) -> list[Fault]:
    """Return what evidence says otherwise than the instrument that is to carry what was found."""
    facts = {"id": key, **told(instrument, confidentiality)}
    day = REACHED_ON.get(evidence.get("found_in", ""))
    return said_twice(Action.AGREE, evidence, {"instrument": facts}, {"effective_on": day} if day else {})
