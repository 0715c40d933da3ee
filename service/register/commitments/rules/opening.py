"""The instrument that a move of a commitment opens: recorded and entered by the confirmation with which the move takes effect. Pure.

What the move says of a text is said of the instrument, and from then on told by the commitment as by any that an instrument carries.
An instrument of the register has a kind and a title: of a text that was found without them the commitment alone tells what is known,
until a correction supplies them.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol
from uuid import UUID

from service.register.commitments.rules.carried import ITS_OWN, followed_in_part, instrument_of, stands
from service.register.commitments.rules.lifecycle import Action, State
from service.register.decisions.rules.beside import Opening
from service.register.decisions.rules.judging import step_of
from service.register.decisions.rules.lifecycle import Step
from service.register.decisions.rules.matter import Case
from service.register.instruments.rules.evidence import FoundIn
from service.register.instruments.rules.lifecycle import FOUND_IN, InstrumentAction
from service.register.instruments.rules.matter import BEGUN, INSTRUMENT
from service.register.instruments.rules.texts import Manner
from service.values import end

Members = Mapping[str, Any]


class Among(Protocol):
    """Among whom a text is: its parties, and in which languages they agree."""

    @property
    def parties(self) -> Sequence[str]:
        """Return their codes."""

    @property
    def languages(self) -> Sequence[str]:
        """Return those of its authentic texts."""


_DRAFTED, _FOUND = (0x1, 0x2), (0x100, 0x200)
"""By what the ids of the instrument, and of the move that enters it, differ from that of the move that opens it.

Of what was found it is another bit: moves of which the ids follow one another, as in the pilot, then open nothing under an id that
is taken.
"""
ENGLISH: Final = "en"
FINDING: Final = frozenset({Action.AGREE, Action.SIGN, Action.CORRECT})
"""Moves after which the commitment may tell of a text that there is already, and that no instrument of the register tells of."""
NAMED: Final = frozenset({"kind", "title"})
"""What every instrument of the register has."""
SIGNATURE: Final = ("signed_on", "place", "signatories", "authentic_texts")
"""What is known of a text only where it was signed."""


def opening(step: Step, evidence: Members, case: Case) -> Opening | None:
    """Return what the move opens: a draft of which no instrument of the register tells yet. None: nothing.

    Its parties and languages are those of the commission, its confidentiality that of the commitment; `amend` changes them.
    """
    if step.action is not Action.DRAFT_MOU or case.made is None or instrument_of(case.members):
        return None
    known = {"kind": evidence["instrument_kind"], "title": evidence["instrument_title"]}
    known["text_reference"] = evidence.get("text_reference")
    members = members_of(case.made.matter_id, known, case.members["confidentiality"], case.facts)
    entering = {name: evidence[name] for name in ("drafting_party", "effective_on")}
    return _opened(case, case.made.transition, _DRAFTED, members, entering)


def found(step: Step, after: Members, case: Case) -> Opening | None:
    """Return what the move opens that changes these members of the commitment: a text that there is already. None: nothing.

    The instrument is entered in the state that it was found in, with what is known of it and nothing else.
    """
    known = after.get("instrument", case.members["instrument"]) or {}
    if step.action not in FINDING or case.made is None or not known.keys() >= NAMED or known.get("id"):
        return None
    if step.action is Action.CORRECT and (case.members["instrument"] or {}).keys() >= NAMED:
        # Of what was taken off an instrument, and of what was found before there were instruments, a correction opens none.
        return None
    state = found_in({**case.members, **after})
    if state is None:
        return None
    members = members_of(case.made.matter_id, known, case.members["confidentiality"], case.facts)
    entering = entering_of(state, known, case.facts.parties)
    if step.action is Action.SIGN:
        entering["manner"] = Manner.SIGNED.value
    return _opened(case, case.made.transition, _FOUND, members, entering)


def found_in(commitment: Members) -> FoundIn | None:
    """Return the state in which the text is, as the state of the commitment tells; None: of no text it is sure that there is one."""
    known = commitment["instrument"]
    match stands(commitment):
        case State.MOU_DRAFTED:
            return FoundIn.DRAFTED
        case State.SIGNED:
            return FoundIn.SIGNED
        case State.IMPLEMENTED if commitment["instrument_required"] or any(map(known.get, SIGNATURE)):
            return FoundIn.SIGNED
    return None


def entering_of(state: FoundIn, known: Members, parties: Sequence[str]) -> dict[str, Any]:
    """Return the evidence by which the text is entered; what is not known is left out."""
    if state is FoundIn.DRAFTED:
        said = {"drafting_party": known.get("drafting_party"), "effective_on": known.get("drafted_on")}
    else:
        act = {to: known[name] for to, name in {"on": "signed_on", "place": "place", "signatories": "signatories"}.items()
               if known.get(name)}  # fmt: skip
        said = {
            FOUND_IN: state.value,
            "effective_on": known.get("signed_on"),
            **{name: known.get(name) for name in ("drafting_party", "drafted_on")},
            "texts": known.get("authentic_texts"),
            # Signed is what every party has signed.
            "acts": [{**act, "parties": list(parties)}] if act else None,
        }
    return {name: one for name, one in said.items() if one}


def members_of(commitment_id: str, known: Members, confidentiality: str, among: Among) -> dict[str, Any]:
    """Return the members of an instrument of which the commitment tells what is known."""
    languages = list(among.languages)
    told = [one["language"] for one in known.get("authentic_texts") or ()]
    last = known.get("expires_on")
    return {
        **BEGUN,
        "kind": known["kind"],
        "titles": {ENGLISH if ENGLISH in languages else languages[0]: known["title"]},
        "contracting_parties": list(among.parties),
        "authentic_languages": list(dict.fromkeys([*languages, *told])),
        "confidentiality": confidentiality,
        "text_reference": known.get("text_reference"),
        "in_force_on": known.get("enters_into_force_on"),
        "duration": {"kind": "until", "on": end(last).isoformat()} if last else None,
        "ceremony_on": known.get("ceremony_on"),
        "commitment_ids": [commitment_id],
    }


def _opened(case: Case, made: str, by: tuple[int, int], members: Members, entering: Members) -> Opening:
    its_id, its_move = (_beside(made, one) for one in by)
    return opening_of(its_id, its_move, members, entering, case.facts)


def opening_of(key: str, move: str, members: Members, entering: Members, among: Among) -> Opening:
    """Return the instrument with the id `key`, recorded with these members, and entered by this move."""
    known = INSTRUMENT.facts(members, among.parties, among.languages)
    entered = step_of(INSTRUMENT, known, {**entering, "action": InstrumentAction.ENTER})
    return Opening(INSTRUMENT.kind, key, move, members, entered, entering)


def _beside(key: str, by: int) -> str:
    """Return an id that follows from another one, of the same version and moment: what is opened twice would have it twice."""
    return str(UUID(int=UUID(key).int ^ by))


def told_of(opened: Opening, commitment: Members, case: Case) -> dict[str, Any]:
    """Return what the commitment, as the move leaves it, tells of the instrument that the move opens."""
    facts = INSTRUMENT.facts(opened.members, case.facts.parties, case.facts.languages)
    entered = INSTRUMENT.effective(opened.step, opened.evidence, Case(opened.members, facts, case.at, {}, seq=0))
    (mine,) = opened.members["commitment_ids"]
    return followed_in_part(opened.id, mine, {**opened.members, **entered["after"]}, commitment, entered["on"])


def told_of_found(opened: Opening, commitment: Members, case: Case) -> dict[str, Any]:
    """Return the same of what was found; what is not known of it goes by the instrument's names, and is supplied there."""
    its_own = ITS_OWN.get(stands(commitment), {})
    lacking = sorted(its_own.get(name, name) for name in commitment["unknown"] or ())
    unknown = dict.fromkeys(lacking, True) or None
    return {**told_of(opened, commitment, case), "unknown": unknown}
