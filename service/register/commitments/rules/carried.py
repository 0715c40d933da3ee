"""What becomes of a commitment with the instrument that carries it: said once, of the instrument, and read from there. Pure.

A commitment that follows an instrument has its id among what it tells of its `instrument`; from then on nothing but the instrument
changes what is told there. Whether it is drafted or signed follows too, so that the two can never disagree.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, Final

from service.errors import Fault, fault
from service.register.commitments.rules import late
from service.register.commitments.rules.lifecycle import Action, State
from service.register.instruments.rules.carrying import OF_ALL, Reckon, carries, is_signed, told
from service.register.instruments.rules.reckoning import from_entry_into_force, reckoned, reckoned_by_first
from service.register.instruments.rules.texts import Manner

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
ITS_OWN: Final[Mapping[str, Mapping[str, str]]] = {
    State.MOU_DRAFTED: {"effective_on": "drafted_on", "texts": "text_reference"},
    State.SIGNED: {"effective_on": "signed_on"},
}
"""By the state: what is not known of a commitment by its own names, and which fact of the instrument that carries it that is."""
SINCE: Final[Mapping[str, str]] = {
    State.MOU_DRAFTED: "drafted_on",
    **dict.fromkeys((State.SIGNED, State.IMPLEMENTED), "signed_on"),
}
"""By the state: the day of the instrument that it rests on."""
TOLD: Final[Mapping[str, tuple[str, ...]]] = {
    State.MOU_DRAFTED: ("drafting_party", "text_reference"),
    **dict.fromkeys((State.SIGNED, State.IMPLEMENTED), ("place", "signatories", "authentic_texts")),
}
"""By the state: what else the move to it brings of the instrument, and may turn out not to be known."""
Lacking = Callable[[Members, Members, Members, str], Iterable[str]]
"""Returns what is not known of a commitment, given what it tells of the instrument from now on, both as they were, and its state."""


def instrument_of(members: Members) -> str | None:
    """Return the id of the instrument of the register that the commitment follows."""
    found = members["instrument"] or {}
    return found.get("id")


def has_signed(members: Members) -> bool:
    """Return whether the instrument that it follows is signed."""
    return is_signed((members["instrument"] or {}).get("state"))


def lacking(facts: Members, instrument: Members, commitment: Members, state: str) -> list[str]:
    """Return what is not known: of one that comes to follow the instrument, also all that this does not tell of its state."""
    found = lacking_later(facts, instrument, commitment, state)
    if state not in TOLD or instrument_of(commitment) == facts["id"]:
        return found
    return sorted({*found, *lacking_of(facts, instrument, state)})


def lacking_later(facts: Members, instrument: Members, commitment: Members, state: str) -> list[str]:
    """Return what is not known of one that follows already: of what was listed what the instrument tells as before, or not; what it tells no more; an unknown day.

    Of an instrument that is kept closer, what it does not tell may be known, but for the day of its signature.
    """
    before, known = ITS_OWN.get(stands(commitment), {}), commitment["instrument"] or {}
    listed = {before.get(name, name) for name in commitment["unknown"] or ()}
    gone = late.OF_DRAFT if is_signed(instrument["state"]) else ()
    found = {name for name in listed if _of(known, name) == _of(facts, name) or not _is_told(name, facts, instrument)}
    lost = [name for name in TOLD.get(state, ()) if _is_told(name, known, instrument)]
    found |= {name for name in _shown(facts, SINCE.get(state), lost) if not _is_told(name, facts, instrument)}
    return sorted(found.difference(gone))


def lacking_of(facts: Members, instrument: Members, state: str) -> list[str]:
    """Return what is not known of what follows an instrument from this state on, of all that it is told of there."""
    unsigned = instrument["manner"] not in {None, Manner.SIGNED}
    asked = [one for one in TOLD[state] if not (unsigned and one == "signatories")]
    return [one for one in _shown(facts, SINCE[state], asked) if not _is_told(one, facts, instrument)]


def _shown(facts: Members, since: str | None, names: Iterable[str]) -> list[str]:
    """Return the day, and these facts, as far as the instrument is not kept closer than who tells of it."""
    listed = [since, *names] if since else [*names]
    return listed if "kind" in facts else [name for name in listed if name in OF_ALL]


def _of(facts: Members, name: str) -> Any:  # noqa: ANN401 -- any fact
    return facts.get(NAMED.get(name, ""))


def _is_told(name: str, facts: Members, instrument: Members) -> bool:
    """Return whether it is told: of signatories one for each party, of texts one for each language."""
    said = _of(facts, name) or ()
    match name:
        case "signatories":
            return {one["party"] for one in said if one.get("name")} >= {*instrument["contracting_parties"]}
        case "authentic_texts":
            found = {one["language"] for one in said if one.get("reference") or one.get("sha256")}
            return found >= {*instrument["authentic_languages"]}
    return bool(said)


def lacking_before(facts: Members, instrument: Members, commitment: Members, _: str) -> list[str]:
    """Return the same as it was by entries of commitments up to version 4: of what was listed, that of which nothing is told."""
    gone = late.OF_DRAFT if is_signed(instrument["state"]) else ()
    return [
        name for name in sorted(commitment["unknown"] or ()) if name not in gone and not facts.get(NAMED.get(name, ""))
    ]


def followed(
    key: str,
    mine: str,
    instrument: Members,
    commitment: Members,
    on: str | None,
    reckon: Reckon = reckoned,
    unknown: Lacking = lacking,
) -> dict[str, Any]:
    """Return what changes of the commitment with the id `mine`, as the instrument with the id `key` now stands.

    `on` is the day in the world of the move by which the instrument came to stand so.
    """
    if mine not in carries(instrument):
        after = _left(commitment, on) if instrument_of(commitment) == key else {}
    elif _follows(key, instrument, commitment):
        after = _carried(key, instrument, commitment, reckon)
        state = stands({**commitment, **after})
        after["unknown"] = dict.fromkeys(unknown(after["instrument"], instrument, commitment, state), True) or None
    else:
        after = {}
    return {name: value for name, value in after.items() if commitment[name] != value}


followed_by_first: Final = partial(followed, reckon=reckoned_by_first)
"""The same as it was by entries of instruments of version 6: the first notice ended one for all of its parties."""
followed_by_day: Final = partial(followed_by_first, unknown=lacking_later)
"""The same as it was by entries of instruments of version 4: of one that came to follow, an unknown day alone was listed."""
followed_in_part: Final = partial(followed_by_first, unknown=lacking_before)
"""The same as it was by entries of instruments of version 3."""
followed_before: Final = partial(followed_in_part, reckon=from_entry_into_force)
"""The same as it was by entries of instruments of version 2."""


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


def said_twice(
    action: str, evidence: Members, commitment: Members, days: Mapping[str, str] | None = None
) -> list[Fault]:
    """Return what evidence says otherwise than the instrument that the commitment follows; `days` are the instrument's too."""
    key, known = instrument_of(commitment), commitment["instrument"] or {}
    if not key:
        return []
    where = f"correct or amend it there (POST /v1/instruments/{key}/transitions), or leave it out"
    named = {**NAMED, **({"effective_on": DAYS[action]} if action in DAYS else {}), **(days or {})}
    return [
        fault(f"/{name}", f"is a fact of the instrument, which says {known.get(to) or 'nothing of it'}; {where}")
        for name, to in named.items()
        if evidence.get(name) and evidence[name] != known.get(to)
    ]
