"""What a move of an instrument still lacks, whom it awaits, and what no instrument can be. Pure: the day is given."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

import orjson
from typing_extensions import override

from service.errors import Fault, fault
from service.register.decisions.rules import matter
from service.register.decisions.rules.evidence import absent, always_needed
from service.register.decisions.rules.lifecycle import Step
from service.register.instruments.rules.evidence import MODELS, FoundIn, Ground
from service.register.instruments.rules.lifecycle import BY_NOTICE, FOUND_IN, InstrumentAction, InstrumentState
from service.register.instruments.rules.texts import Manner
from service.values import start

Members = Mapping[str, Any]
NEEDED: Final = always_needed(MODELS)
GIVEN: Final = ("value", "status", "what", "where", "received")
"""What may be null or false, and must be said all the same."""
MOST_BYTES: Final = 20_000
"""Of the shared facts of an instrument, of a proposal's evidence, and of what a move changes: so that one entry holds them."""
PAST: Final = ("effective_on", "drafted_on", "text_agreed_on", "initialled_on", "received_on", "ceremony_on")


@dataclass(slots=True, kw_only=True, unsafe_hash=True)
class Facts(matter.Facts):
    """What the rules of evidence look at: its state, who has to sign, in which languages, and what of that is there."""

    awaited_to_sign: tuple[str, ...] = ()
    """Its parties that are of the commission and have not signed first; all of its parties, where none is."""
    texts_lacking: tuple[str, ...] = ()
    """Authentic languages of which no text is known."""
    contracting_parties: tuple[str, ...] = ()

    @override
    def conditions(self, body: Members) -> dict[str, object]:
        """Return whether it is joint; of what is entered in which state it was found, of an end whether it is one by notice."""
        known: dict[str, object] = {"is_joint": self.is_joint}
        if body.get("action") == InstrumentAction.ENTER:
            said = body.get(FOUND_IN) or FoundIn.DRAFTED
            known[FOUND_IN] = said if said in list(FoundIn) else FoundIn.DRAFTED
        if body.get("action") == InstrumentAction.TERMINATE:
            known[BY_NOTICE] = body.get("ground") == Ground.NOTICE
        return known


def facts(members: Members, parties: Sequence[str], languages: Sequence[str]) -> Facts:
    """Return what the rules look at, from an instrument's members and the commission's parties and languages."""
    contracting = tuple(members["contracting_parties"] or ())
    inside = [one for one in contracting if one in parties] or contracting
    texts = {one["language"] for one in members["texts"] or ()}
    return Facts(
        state=InstrumentState(members["state"]),
        parties=tuple(parties),
        languages=tuple(languages),
        is_joint=members.get("is_joint", False),
        awaited_to_sign=tuple(one for one in inside if one not in (members["signatures"] or {})),
        texts_lacking=tuple(one for one in members["authentic_languages"] or () if one not in texts),
        contracting_parties=contracting,
    )


def awaits(step: Step, evidence: Members, known: Members, party: str | None) -> list[str]:
    """Return whom a proposal awaits: the commission's other parties that are, or are to be, its parties.

    Where it carries commitments, or nobody else would be awaited: every other party of the commission.
    """
    everyone = matter.every_other(step, evidence, known, party)
    changes = evidence.get("changes") or {}
    if known["commitment_ids"] or changes.get("commitment_ids"):
        return everyone
    concerned = {*known["contracting_parties"], *(changes.get("contracting_parties") or ())}
    return [one for one in everyone if one in concerned] or everyone


def missing(action: StrEnum, given: Members, facts: Facts) -> list[Fault]:
    """Return every piece of evidence that `action` needs here and that `given` (the body) does not hold."""
    always = absent(NEEDED[action], given, GIVEN)
    in_this_case = _CASES.get(action)
    return [*always, *in_this_case(given, facts)] if in_this_case else always


def _entered(given: Members, _: Facts) -> Iterator[Fault]:
    if (given.get(FOUND_IN) or FoundIn.DRAFTED) == FoundIn.DRAFTED:
        yield from absent(("drafting_party", "effective_on"), given, ())


def _with_texts(given: Members, facts: Facts) -> Iterator[Fault]:
    told = [one.get("language") for one in _dicts(given.get("texts"))]
    for language in facts.texts_lacking:
        if language not in told:
            yield fault("/texts", f"where the text in '{language}' is filed is needed, or its document, or its digest")


def _signed(given: Members, facts: Facts) -> Iterator[Fault]:
    acts = _dicts(given.get("acts"))
    for place, act in enumerate(acts):
        yield from _whole_act(f"/acts/{place}", act, given.get("manner"))
    acting = [party for act in acts if isinstance(act.get("parties"), list) for party in act["parties"]]
    for party in facts.awaited_to_sign:
        if acts and party not in acting:
            yield fault("/acts", f"an act of {party} is needed")


def _whole_act(pointer: str, act: Members, manner: object) -> Iterator[Fault]:
    if not act.get("on"):
        yield fault(f"{pointer}/on", "is needed")
    if manner != Manner.SIGNED:
        return
    if not act.get("place"):
        yield fault(f"{pointer}/place", "is needed where it is signed")
    signing = [one.get("party") for one in _dicts(act.get("signatories")) if one.get("name")]
    parties = act.get("parties")
    for party in parties if isinstance(parties, list) else ():
        if party not in signing:
            yield fault(f"{pointer}/signatories", f"a signatory for {party} is needed, by name")


def _ended(given: Members, _: Facts) -> Iterator[Fault]:
    if given.get("ground") == Ground.NOTICE and not given.get("notice_of"):
        yield fault("/notice_of", "is needed: whose notice ends it")


def _dicts(listed: object) -> list[dict[str, Any]]:
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


_CASES: Final[Mapping[StrEnum, Callable[[Members, Facts], Iterator[Fault]]]] = {
    InstrumentAction.ENTER: _entered,
    InstrumentAction.AGREE_TEXT: _with_texts,
    InstrumentAction.INITIAL: _with_texts,
    InstrumentAction.SIGN: _signed,
    InstrumentAction.TERMINATE: _ended,
}


def impossible(given: Members, facts: Facts, today: date) -> list[Fault]:
    """Return what cannot be so: a past event in the future, an act of who is no party, a language twice, too long a text."""
    may_lie_ahead = (
        {"effective_on"} if given.get("action") == InstrumentAction.TERMINATE or "ground" in given else set()
    )
    wrong = [
        _ahead(f"/{name}", today)
        for name in PAST
        if name not in may_lie_ahead and given.get(name) and start(given[name]) > today
    ]
    for place, act in enumerate(given.get("acts") or ()):
        wrong += _wrong_act(f"/acts/{place}", act, facts.contracting_parties, today)
    for name in ("drafting_party", "sender", "notice_of"):
        if given.get(name) and given[name] not in facts.contracting_parties:
            wrong.append(fault(f"/{name}", _no_party(facts.contracting_parties)))
    languages = [one["language"] for one in given.get("texts") or () if "language" in one]
    if twice := _twice(languages):
        wrong.append(fault("/texts", f"names {twice} more than once; one text per language"))
    if len(orjson.dumps(given)) > MOST_BYTES:
        wrong.append(fault("", f"the evidence is longer than {MOST_BYTES} bytes"))
    return wrong


def _wrong_act(pointer: str, act: Members, contracting: Sequence[str], today: date) -> Iterator[Fault]:
    if act.get("on") and start(act["on"]) > today:
        yield _ahead(f"{pointer}/on", today)
    for place, party in enumerate(act.get("parties") or ()):
        if isinstance(party, str) and party not in contracting:
            yield fault(f"{pointer}/parties/{place}", _no_party(contracting))
    for place, one in enumerate(act.get("signatories") or ()):
        if one.get("party") and one["party"] not in (act.get("parties") or ()):
            yield fault(f"{pointer}/signatories/{place}/party", "is none of the parties of this act")


def wrong_members(members: Members, parties: Sequence[str], today: date) -> Iterator[tuple[str, str]]:
    """Yield what no instrument can be, by the member where it is wrong, given the commission's parties."""
    contracting, languages = members["contracting_parties"] or (), members["authentic_languages"] or ()
    if not set(contracting) & set(parties):
        yield "contracting_parties", f"has none of the commission's parties, which are: {', '.join(parties)}"
    if (prevailing := members["prevailing_language"]) and prevailing not in languages:
        yield "prevailing_language", f"is none of the authentic languages: {', '.join(languages)}"
    for party in members["legal_character"] or ():
        if party not in contracting:
            yield f"legal_character/{party}", _no_party(contracting)
    for place, one in enumerate(members["relations"] or ()):
        if bool(one.get("instrument_id")) is bool(one.get("title")):
            yield f"relations/{place}", "needs instrument_id, or the title of one that is not in this register"
    for place, act in enumerate(members["later_acts"] or ()):
        for one in _wrong_act(f"later_acts/{place}", act, contracting, today):
            yield one["pointer"], one["detail"]
    if (held := members["ceremony_on"]) and start(held) > today:
        yield "ceremony_on", f"lies in the future; today is {today} (UTC)"


def too_long(members: Members, shared: Iterable[str]) -> bool:
    """Return whether the shared facts are so long that before and after would not fit one entry."""
    return len(orjson.dumps({name: members.get(name) for name in shared}, default=str)) > MOST_BYTES


def _twice(listed: Sequence[str]) -> str:
    return ", ".join(dict.fromkeys(f"'{one}'" for one in listed if listed.count(one) > 1))


def _ahead(pointer: str, today: date) -> Fault:
    return fault(pointer, f"lies in the future; today is {today} (UTC)")


def _no_party(contracting: Sequence[str]) -> str:
    return f"is not a party of this instrument; these are: {', '.join(contracting)}"
