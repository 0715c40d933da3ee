"""What was found late and is known in part: what belongs to which state, and what is not known of it. Pure.

Nobody types that something is not known: it is what a state normally requires and the evidence does not say.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, Final

from service.errors import Fault, fault
from service.register.commitments.rules.lifecycle import SPINE, Action, State
from service.register.decisions.rules.matter import is_unknown
from service.register.instruments.rules.texts import InstrumentKind, Signatory


class Requirable(StrEnum):
    """What a state that something was found in requires, and what may not be known of it, by the names of the evidence."""

    AGREED_ON = "agreed_on"
    EFFECTIVE_ON = "effective_on"
    INSTRUMENT_KIND = "instrument_kind"
    INSTRUMENT_TITLE = "instrument_title"
    DRAFTING_PARTY = "drafting_party"
    TEXTS = "texts"
    PLACE = "place"
    SIGNATORIES = "signatories"
    AUTHENTIC_TEXTS = "authentic_texts"
    SIGNED_ON = "signed_on"
    DRAFTED_ON = "drafted_on"
    TEXT_REFERENCE = "text_reference"
    ENTERS_INTO_FORCE_ON = "enters_into_force_on"
    REPORT = "report"
    REVIEW_ON = "review_on"
    NO_INSTRUMENT_REASON = "no_instrument_reason"


OF_DRAFT: Final = ("drafting_party", "texts", "text_reference", "drafted_on")
BEGINS: Final[Mapping[str, State]] = {
    **dict.fromkeys((*OF_DRAFT, "instrument_id"), State.MOU_DRAFTED),
    **dict.fromkeys(("place", "signatories", "authentic_texts"), State.SIGNED),
    **dict.fromkeys(("expires_on", "enters_into_force_on", "ceremony_on"), State.SIGNED),
    **dict.fromkeys(("signed_on", "report", "outcome", "modification", "no_instrument_reason"), State.IMPLEMENTED),
}
"""The first state of which each piece of evidence can tell."""


def misplaced(evidence: Mapping[str, Any]) -> list[Fault]:
    """Return what evidence of an agreement tells of a state that the commitment was not found in."""
    found = SPINE.index(_found_in(evidence))
    return [
        fault(
            f"/{name}",
            f"belongs to one that was found in {' or '.join(SPINE[SPINE.index(first) :])}; say so in found_in",
        )
        for name, first in BEGINS.items()
        if evidence.get(name) and found < SPINE.index(first)
    ]


def unknown(
    evidence: Mapping[str, Any], parties: tuple[str, ...], languages: tuple[str, ...], *, instrument_required: bool
) -> dict[str, bool] | None:
    """Return what the state that it was found in requires and the evidence does not say, by the names of the evidence."""
    required = _required(evidence, instrument_required=instrument_required)
    lacking = [str(name) for name in required if not _is_said(name, evidence, parties, languages)]
    return dict.fromkeys(sorted(lacking), True) or None


MOVED: Final[Mapping[str, Mapping[str, Requirable]]] = {
    Action.DRAFT_MOU: {
        name.value: name
        for name in (
            Requirable.INSTRUMENT_KIND,
            Requirable.INSTRUMENT_TITLE,
            Requirable.DRAFTING_PARTY,
            Requirable.EFFECTIVE_ON,
            Requirable.TEXTS,
        )
    },
    # Once it is implemented, that day is one of the instrument still.
    Action.SIGN: {"effective_on": Requirable.SIGNED_ON}
    | {name.value: name for name in (Requirable.PLACE, Requirable.SIGNATORIES, Requirable.AUTHENTIC_TEXTS)},
    Action.IMPLEMENT: {name.value: name for name in (Requirable.EFFECTIVE_ON, Requirable.REPORT)},
    Action.SUSPEND: {"review_on": Requirable.REVIEW_ON},
}
"""What each move has to bring, as its evidence spells it, and under which name that is unknown once a correction took it out."""


def taken_out(
    action: str, evidence: Mapping[str, Any], parties: tuple[str, ...], languages: tuple[str, ...]
) -> Iterator[Requirable]:
    """Yield what a move led by all that it had to bring, and of which it turned out that nobody knows it, or all of it."""
    asked = MOVED.get(action, {})
    if is_unknown(evidence) and "effective_on" not in asked:
        yield Requirable.EFFECTIVE_ON
    for name, listed in asked.items():
        if not _is_said(name, evidence, parties, languages):
            yield listed


def _found_in(evidence: Mapping[str, Any]) -> str:
    return evidence.get("found_in") or State.AGREED


def _required(evidence: Mapping[str, Any], *, instrument_required: bool) -> Iterator[Requirable]:
    found = _found_in(evidence)
    yield Requirable.AGREED_ON
    if found == State.AGREED:
        return
    yield Requirable.EFFECTIVE_ON
    if found == State.IMPLEMENTED:
        yield Requirable.REPORT
        if not instrument_required:
            yield Requirable.NO_INSTRUMENT_REASON
            return
        yield Requirable.SIGNED_ON
        if evidence.get("instrument_kind") == InstrumentKind.TREATY:
            yield Requirable.ENTERS_INTO_FORCE_ON
    yield from (Requirable.INSTRUMENT_KIND, Requirable.INSTRUMENT_TITLE)
    yield from (
        (Requirable.DRAFTING_PARTY, Requirable.TEXTS)
        if found == State.MOU_DRAFTED
        else (Requirable.PLACE, Requirable.SIGNATORIES, Requirable.AUTHENTIC_TEXTS)
    )


def _is_said(name: str, evidence: Mapping[str, Any], parties: tuple[str, ...], languages: tuple[str, ...]) -> bool:
    said = evidence.get(name) or ()
    match name:
        case "signatories":
            return {one["party"] for one in said if all(map(one.get, Signatory.model_fields))} >= {*parties}
        case "authentic_texts":
            return {one["language"] for one in said if one.get("reference")} >= {*languages}
        case "texts":
            return bool(said or evidence.get("text_reference"))
    return bool(said)
