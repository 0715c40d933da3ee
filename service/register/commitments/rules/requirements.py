"""What a proposal still lacks, and what in it cannot be: rules that depend on the commitment's present facts.

Pure: the day is given. `missing` reads raw values as well as validated ones, so that one answer can list everything.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

import orjson
from typing_extensions import override

from service.errors import Fault, fault
from service.register.commitments.rules.carried import NAMED
from service.register.commitments.rules.evidence import MODELS, Outcome
from service.register.commitments.rules.lifecycle import CARRIED, LATER, READ, SPINE, UNSIGNED, Action, State
from service.register.commitments.rules.sided import came_later
from service.register.decisions.rules import matter
from service.register.decisions.rules.evidence import absent, always_needed
from service.register.instruments.rules.carrying import is_signed
from service.register.instruments.rules.texts import InstrumentKind
from service.values import start

ITEMISED = ("signatories", "authentic_texts")
"""What is missing of these is said party by party, language by language."""
UNASKED = ("action", *ITEMISED)
NEEDED: Final = always_needed(MODELS, UNASKED)
MOST_BYTES: Final = 20_000
"""Of a proposal's evidence, and of a commitment's titles, texts, items and reasons together: so that one entry holds them."""
GIVEN = ("value", "version", "status")
"""What may be null, false or zero, and must be said all the same."""
READ_FROM_IT: Final = (Action.SIGN, Action.DRAFT_MOU)
"""Moves that bring nothing of their own where an instrument of the register carries the commitment."""
STATES: Final[Mapping[str, State]] = {str(state): state for state in State}
"""Each by its name: calling `State` takes ten times as long."""
PAST = ("agreed_on", "effective_on", "signed_on", "entered_into_force_on", "ceremony_on")
JUDGED: Final = frozenset({*PAST, "signatories", "subject_to", "drafting_party", "authentic_texts"})
"""Of a piece of evidence, what can be impossible besides its length."""


@dataclass(slots=True, kw_only=True, unsafe_hash=True)
class Facts(matter.Facts):
    """What the rules of evidence look at: the commitment's state and the commission's parties and languages."""

    instrument_required: bool
    no_instrument_reason: str | None = None
    instrument_kind: str | None = None
    signed: bool = False
    """Whether an instrument is known to have been signed."""
    subject_to_approval: bool = False
    """Whether some party's approval at home was awaited when it was agreed."""
    carried: bool = False
    """Whether an instrument of the register carries it."""
    in_force_known: bool = False
    """Whether that instrument tells when it entered into force."""
    unknown: tuple[str, ...] = ()
    """What was found late and is not known."""
    later: tuple[str, ...] = ()
    """Parties that came in later, without which it was recorded or moved."""

    @override
    def conditions(self, body: Mapping[str, Any]) -> dict[str, object]:
        """Return whether an instrument is required; of what is agreed, also the state that it was found in."""
        known: dict[str, object] = {
            "is_joint": self.is_joint,
            "instrument_required": self.instrument_required,
            "signed": self.signed,
            "subject_to_approval": self.subject_to_approval,
            LATER: bool(self.later),
            CARRIED: self.carried,
            UNSIGNED: self.carried and not self.signed,
            READ: self.carried and self.signed,
        }
        if body.get("action") == Action.AGREE:
            known["found_in"] = body["found_in"] if body.get("found_in") in SPINE else State.AGREED
        return known


def facts(members: Mapping[str, Any], parties: Sequence[str], languages: Sequence[str]) -> Facts:
    """Return what the rules look at, from a commitment's members and the commission's parties and languages."""
    left, instrument, unknown = members["suspended_from"], members["instrument"] or {}, members.get("unknown")
    carried = instrument.get("id") is not None
    return Facts(
        state=STATES[members["state"]],
        parties=tuple(parties),
        languages=tuple(languages),
        left=STATES[left] if left else None,
        is_joint=members.get("is_joint", False),
        instrument_required=members["instrument_required"],
        no_instrument_reason=members["no_instrument_reason"],
        instrument_kind=instrument.get("kind"),
        signed=is_signed(instrument.get("state")) if carried else _is_signed(instrument, unknown or ()),
        carried=carried,
        in_force_known=bool(instrument.get("enters_into_force_on")),
        subject_to_approval=bool(members.get("subject_to")),
        unknown=tuple(sorted(unknown)) if unknown else (),
        later=tuple(sorted(came_later(members))) if members.get("entered") else (),
    )


def _is_signed(instrument: Mapping[str, Any], unknown: Collection[str]) -> bool:
    """Return whether an instrument is known to have been signed, be it that nothing else is known of it."""
    if instrument and any(instrument.get(name) for name in ("signed_on", "place", "signatories", "authentic_texts")):
        return True
    return "signatories" in unknown and "signed_on" not in unknown


def missing(action: StrEnum, given: Mapping[str, Any], facts: Facts) -> list[Fault]:
    """Return every piece of evidence that `action` needs here and that `given` (the body) does not hold."""
    if facts.carried and action in READ_FROM_IT:
        return []
    always = absent(NEEDED[action], given, GIVEN)
    in_this_case = _CASES.get(action)
    return [*always, *in_this_case(given, facts)] if in_this_case else always


def _agreed(given: Mapping[str, Any], _: Facts) -> Iterator[Fault]:
    # Whoever says in what state it was found may not know since when: the commitment lists that then.
    if not given.get("found_in") and not given.get("agreed_on"):
        yield fault(
            "/agreed_on", 'is needed; where nobody knows it say "found_in": "agreed", and it is listed as unknown'
        )


def _drafted(given: Mapping[str, Any], _: Facts) -> Iterator[Fault]:
    yield from absent(("instrument_kind", "instrument_title", "drafting_party", "effective_on"), given, ())
    if not given.get("texts") and not given.get("text_reference"):
        yield fault("/texts", "is needed, or text_reference: the draft, or where it is filed")


def _signed_by_all(given: Mapping[str, Any], facts: Facts) -> Iterator[Fault]:
    yield from absent(("effective_on", "place"), given, ())
    for party in _without(given.get("signatories"), "party", facts.parties):
        yield fault("/signatories", f"a signatory for {party} is needed")
    for language in _without(given.get("authentic_texts"), "language", facts.languages):
        yield fault("/authentic_texts", f"the authentic text in '{language}' is needed")


def _without(listed: object, name: str, needed: tuple[str, ...]) -> list[str]:
    # In a list, since what stands there may be of any type.
    found = [item.get(name) for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []
    return [value for value in needed if value not in found]


def _carried_over(given: Mapping[str, Any], _: Facts) -> Iterator[Fault]:
    if not given.get("session_id"):
        yield fault("/session_id", "is needed: the later session")


def _superseded(given: Mapping[str, Any], _: Facts) -> Iterator[Fault]:
    if not given.get("successor") and not given.get("successors"):
        yield fault("/successor", "is needed, or successors where it is split")


def _implemented(given: Mapping[str, Any], facts: Facts) -> Iterator[Fault]:
    if given.get("outcome") == Outcome.MODIFIED and not given.get("modification"):
        yield fault("/modification", "is needed: in what it was done otherwise than agreed")
    if facts.instrument_kind == InstrumentKind.TREATY:
        if facts.carried and not facts.in_force_known:
            yield fault(
                "", "the instrument is a treaty, and does not tell since when it is in force: record that there"
            )
        elif not facts.carried and not given.get("entered_into_force_on"):
            yield fault("/entered_into_force_on", "is needed: the instrument is a treaty")
    said = given.get("unknown")
    for name in facts.unknown:
        if not given.get(name) and not (isinstance(said, list) and name in said):
            yield fault(
                "/unknown",
                f"{name} is not known: supply it by 'correct'{_where(name, facts)}, or name it here if neither side knows it",
            )
    without = facts.state is State.AGREED and not facts.no_instrument_reason
    if without and not given.get("no_instrument_reason"):
        yield fault("/no_instrument_reason", "is needed: why it could be done without an instrument")


def _where(name: str, facts: Facts) -> str:
    """Return where that is corrected, if it is a fact of the instrument that carries the commitment."""
    return " of its instrument" if facts.carried and name in NAMED else ""


_CASES: Final[Mapping[StrEnum, Callable[[Mapping[str, Any], Facts], Iterator[Fault]]]] = {
    Action.AGREE: _agreed,
    Action.DRAFT_MOU: _drafted,
    Action.SIGN: _signed_by_all,
    Action.IMPLEMENT: _implemented,
    Action.CARRY_OVER: _carried_over,
    Action.SUPERSEDE: _superseded,
}


def impossible(given: Mapping[str, Any], facts: Facts, today: date) -> list[Fault]:
    """Return what cannot be so: a past event in the future, a party or language not of the commission, too long a text.

    `given` is the evidence as its entry says it, or what of it is of the right shape.
    """
    faults = [] if JUDGED.isdisjoint(given) else [*_not_yet(given, today), *_of_others(given, facts)]
    if len(orjson.dumps(given)) > MOST_BYTES:
        faults.append(fault("", f"the evidence is longer than {MOST_BYTES} bytes"))
    return faults


def _not_yet(given: Mapping[str, Any], today: date) -> Iterator[Fault]:
    for name in PAST:
        if given.get(name) and start(given[name]) > today:
            yield fault(f"/{name}", f"lies in the future; today is {today} (UTC)")


def _of_others(given: Mapping[str, Any], facts: Facts) -> Iterator[Fault]:
    """Yield the parties that are none of the commission, and the languages that have two texts."""
    for place, signatory in enumerate(given.get("signatories") or ()):
        if signatory.get("party", facts.parties[0]) not in facts.parties:
            yield fault(f"/signatories/{place}/party", _no_party(facts))
    for place, party in enumerate(given.get("subject_to") or ()):
        if party not in facts.parties:
            yield fault(f"/subject_to/{place}", _no_party(facts))
    drafting = given.get("drafting_party")
    if drafting and drafting not in facts.parties:
        yield fault("/drafting_party", _no_party(facts))
    languages = [text["language"] for text in given.get("authentic_texts") or () if "language" in text]
    if twice := [f"'{language}'" for language in dict.fromkeys(languages) if languages.count(language) > 1]:
        yield fault("/authentic_texts", f"names {', '.join(twice)} more than once; one text per language")


def _no_party(facts: Facts) -> str:
    return f"is not a party here; these are: {', '.join(facts.parties)}"
