"""The instrument of which a commitment alone told, before there were instruments: what it is, until its own trail begins. Pure.

It is a function of the commitment and of the charter, so that nothing is said twice: where the commitment changes, it does. Its first
move begins its trail, with an entry that names the commitment's last one; from then on the commitment follows it, as any that an
instrument carries. What was taken off an instrument tells of that one, and of no other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from pydantic import ValidationError

from service.register.commitments.rules.carried import instrument_of
from service.register.commitments.rules.lifecycle import State
from service.register.commitments.rules.opening import NAMED, SIGNATURE, entering_of, found_in, members_of, opening_of
from service.register.commitments.rules.sided import ACCEDE
from service.register.decisions.rules.beside import Opening
from service.register.decisions.rules.matter import Case
from service.register.instruments.rules.evidence import FoundIn
from service.register.instruments.rules.facts import SHARED
from service.register.instruments.rules.matter import INSTRUMENT
from service.values import AS_RECORDED

Members = Mapping[str, Any]
CLOSED: Final = (State.WITHDRAWN, State.LAPSED, State.SUPERSEDED, State.MERGED)
VERSION: Final = "8"
DRAFT: Final = ("drafting_party", "drafted_on")
"""What is known of a text only where a draft of it was sent."""


@dataclass(frozen=True, slots=True)
class Among:
    """Among whom the text is."""

    parties: Sequence[str]
    languages: Sequence[str]


def key_of(commitment_id: str) -> str:
    """Return the id of the instrument of which the commitment alone told: its own, as an id of version 8, which nothing else here has."""
    return f"{commitment_id[:14]}{VERSION}{commitment_id[15:]}"


def tellers(key: str) -> list[str]:
    """Return the ids of which that of a commitment must be one that alone told of the instrument with this id."""
    return [f"{key[:14]}{version}{key[15:]}" for version in "01234567"] if key[14:15] == VERSION else []


def tells_alone(commitment: Members) -> bool:
    """Return whether what it tells of an instrument may be all that is told of it: no instrument that it follows tells the same."""
    return (commitment["instrument"] or {}).keys() >= NAMED and not instrument_of(commitment)


def alone(commitment_id: str, commitment: Members, charter: Members) -> Opening | None:
    """Return the instrument of which the commitment alone tells: as what it stands, and as what it is entered when its trail begins.

    None where it tells of none, or what it tells would be no instrument today. `charter` has `parties`, `languages`, `entered`: who
    acceded later is no party of a text of before.
    """
    known, state = commitment["instrument"] or {}, _stood(commitment)
    if state is None or not tells_alone(commitment):
        return None
    acceded = {party for party, since in (charter["entered"] or {}).items() if since["by"] == ACCEDE}
    among = Among([one for one in charter["parties"] if one not in acceded], charter["languages"])
    members = members_of(commitment_id, known, commitment["confidentiality"], among)
    key = key_of(commitment_id)
    told = opening_of(key, key, members, entering_of(state, known, among.parties), among)
    return told if _is_sound(told) else None


def as_it_stands(told: Opening) -> dict[str, Any]:
    """Return the members of such an instrument: what it is recorded as, with what entering it brings."""
    members, at = dict(told.members), datetime.min.replace(tzinfo=UTC)
    facts = INSTRUMENT.facts(members, members["contracting_parties"], members["authentic_languages"])
    # Of what is entered as it was found, nothing hangs on the moment.
    effective = INSTRUMENT.effective(told.step, told.evidence, Case(members, facts, at, {}, seq=0))
    return members | dict(effective["after"])


def _stood(commitment: Members) -> FoundIn | None:
    """Return the state of the text; of a commitment that is closed by what is told of the text alone."""
    known = commitment["instrument"] or {}
    if commitment["state"] not in CLOSED:
        return found_in(commitment)
    if any(map(known.get, SIGNATURE)):
        return FoundIn.SIGNED
    return FoundIn.DRAFTED if any(map(known.get, DRAFT)) else None


def _is_sound(told: Opening) -> bool:
    try:
        for name, shape in SHARED.items():
            shape.validate_python(told.members[name], context=AS_RECORDED)
        INSTRUMENT.evidence[told.step.action].model_validate(
            {**told.evidence, "action": told.step.action}, context=AS_RECORDED
        )
    except ValidationError:
        return False
    return True
