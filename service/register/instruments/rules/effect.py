"""What a move changes of an instrument once it takes effect. Pure.

The service writes these changes; the replay of the audit trail computes them again from the entries alone.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from service.register.decisions.rules import matter, mending, steps
from service.register.decisions.rules.lifecycle import Step
from service.register.decisions.rules.matter import Case
from service.register.decisions.rules.numbers import Numbers
from service.register.decisions.rules.patching import merge_patch
from service.register.instruments.rules.evidence import MODELS, FoundIn
from service.register.instruments.rules.facts import SHARED
from service.register.instruments.rules.lifecycle import FOUND_IN, OWN, InstrumentAction
from service.values import end

Evidence = Mapping[str, Any]
SERIES: Final = "I"
"""What stands in a reference where those of commitments have the session."""
PATCHED: Final = frozenset({"titles", "legal_character"})
"""Shared facts that change member by member; the others are replaced whole."""
KNOWN: Final = ("drafting_party", "drafted_on", "texts", "text_agreed_on", "initialled_on", "manner", "acts")
"""What is said of an instrument that was found further than drafted, by its own name."""


def stem_of(code: str) -> str:
    """Return what the references of a commission's instruments begin with."""
    return f"{code}/{SERIES}"


def numbered(given: Numbers) -> str:
    """Return the reference of the next instrument of a series."""
    return f"{given.stem}/{given.next:04d}"


def last_act(acts: Iterable[Mapping[str, Any]] | None) -> str | None:
    """Return the day of the last act, as far as days are known."""
    return max((one["on"] for one in acts or () if one.get("on")), key=end, default=None)


def day(step: Step, evidence: Evidence, at: datetime) -> str | None:
    """Return when a move happened in the world; of what was found further already, or put right, it may not be known."""
    if said := evidence.get("effective_on"):
        return str(said)
    if signed := last_act(evidence.get("acts")):
        return signed
    is_silent = step.action in {InstrumentAction.ENTER, InstrumentAction.SIGN}
    return None if is_silent else matter.day_of(step, evidence, at)


def moved(step: Step, evidence: Evidence, case: Case) -> dict[str, Any]:
    """Return what a move changes of the instrument that puts nothing right and undoes nothing."""
    before, state = case.members, str(step.leads_to(case.left))
    after: dict[str, Any] = {"state": state}
    if found := _EFFECTS.get(str(step.action)):
        after |= found(step, evidence, case)
    if state != before["state"]:
        after["effective_on"] = day(step, evidence, case.at)
    return {name: value for name, value in after.items() if before[name] != value}


def _entered(step: Step, evidence: Evidence, case: Case) -> dict[str, Any]:
    facts = {name: evidence[name] for name in KNOWN if evidence.get(name) is not None}
    since = day(step, evidence, case.at)
    if step.when[FOUND_IN] in REACHED and since:
        facts.setdefault(REACHED[str(step.when[FOUND_IN])], since)
    return facts | ({"reference": numbered(case.numbers)} if case.numbers else {})


def _text_agreed(_: Step, evidence: Evidence, case: Case) -> dict[str, Any]:
    facts = {"text_agreed_on": evidence["effective_on"], "text_agreed_at": evidence["place"]}
    return facts | _texts(evidence, case)


def _initialled(_: Step, evidence: Evidence, case: Case) -> dict[str, Any]:
    facts = {"initialled_on": evidence["effective_on"], "initialled_at": evidence["place"]}
    return facts | _texts(evidence, case)


def _redrafted(_: Step, __: Evidence, ___: Case) -> dict[str, Any]:
    """A text that is drafted anew was neither agreed nor signed."""
    gone = ("text_agreed_on", "text_agreed_at", "initialled_on", "initialled_at", "texts")
    return {**dict.fromkeys(gone), "signatures": {}}


def _signed(step: Step, evidence: Evidence, case: Case) -> dict[str, Any]:
    said = {"manner": evidence["manner"], "acts": evidence["acts"], "signed_on": day(step, evidence, case.at)}
    also = {name: evidence[name] for name in ("in_force_on", "ceremony_on", "duration") if evidence.get(name)}
    return said | also | _texts(evidence, case)


def _texts(evidence: Evidence, case: Case) -> dict[str, Any]:
    """Return the texts that are known once `evidence` is: one for each language."""
    given = evidence.get("texts")
    if not given:
        return {}
    languages = {one["language"] for one in given}
    kept = [one for one in case.members["texts"] or () if one["language"] not in languages]
    return {"texts": [*kept, *given]}


def _amended(_: Step, evidence: Evidence, case: Case) -> dict[str, Any]:
    changes = evidence["changes"]
    return {
        name: merge_patch(case.members[name], value) if name in PATCHED else value for name, value in changes.items()
    }


def _terminated(_: Step, evidence: Evidence, __: Case) -> dict[str, Any]:
    return {"ended_on": evidence["effective_on"], "ground": evidence["ground"]}


def _own(name: str, said: Callable[[Step, Evidence, Case], object]) -> Callable[..., dict[str, Any]]:
    """Return the effect by which one party says something of itself, anew or (None) no more."""

    def effect(step: Step, evidence: Evidence, case: Case) -> dict[str, Any]:
        party, new = str(case.party), said(step, evidence, case)
        others = {code: one for code, one in (case.members[name] or {}).items() if code != party}
        return {name: {**others, party: new} if new else others}

    return effect


def _signature(_: Step, evidence: Evidence, __: Case) -> dict[str, Any]:
    return {"on": evidence["effective_on"], "place": evidence["place"], "signatory": evidence["signatory"]}


def _sent(step: Step, evidence: Evidence, case: Case) -> dict[str, Any] | None:
    if not evidence["what"]:
        return None
    told = {name: evidence.get(name) for name in ("channel", "note_number")}
    return {"what": evidence["what"], "on": day(step, evidence, case.at), **told}


def _received(step: Step, evidence: Evidence, case: Case) -> dict[str, Any]:
    known = dict((case.members["received"] or {}).get(case.party, {}))
    known.pop(evidence["sender"], None)
    if evidence.get("received", True):
        known[evidence["sender"]] = {"on": day(step, evidence, case.at), "note_number": evidence.get("note_number")}
    return known


def _notice(_: Step, evidence: Evidence, __: Case) -> dict[str, Any]:
    told = {"sent_on": evidence["effective_on"], "received_on": evidence.get("received_on")}
    return {**told, "clause": evidence["clause"], "revoked_on": None}


def _revoked(step: Step, evidence: Evidence, case: Case) -> dict[str, Any]:
    known = (case.members["notices"] or {}).get(case.party) or {}
    return {**known, "revoked_on": day(step, evidence, case.at)}


def _published(step: Step, evidence: Evidence, case: Case) -> dict[str, Any] | None:
    return {"where": evidence["where"], "on": day(step, evidence, case.at)} if evidence["where"] else None


REACHED: Final[Mapping[str, str]] = {
    FoundIn.DRAFTED: "drafted_on",
    FoundIn.TEXT_AGREED: "text_agreed_on",
    FoundIn.INITIALLED: "initialled_on",
    FoundIn.SIGNED: "signed_on",
}
"""Of one that was found in this state: what says since when it is."""
_A: Final = InstrumentAction
_EFFECTS: Final[Mapping[str, Callable[[Step, Evidence, Case], dict[str, Any]]]] = {
    _A.ENTER: _entered,
    _A.AGREE_TEXT: _text_agreed,
    _A.INITIAL: _initialled,
    _A.REDRAFT: _redrafted,
    _A.SIGN: _signed,
    _A.AMEND: _amended,
    _A.TERMINATE: _terminated,
    _A.SUPERSEDE: lambda _, evidence, __: {"successor_id": evidence["successor_id"]},
    _A.SIGN_FIRST: _own("signatures", _signature),
    _A.GIVE_NOTICE: _own("notices", _notice),
    _A.REVOKE_NOTICE: _own("notices", _revoked),
    _A.OBJECT: _own("objections", lambda _, evidence, __: {"reason": evidence["reason"]}),
    **dict.fromkeys(
        (_A.RECORD_STEP, _A.APPLY_TEMPLATE),
        lambda step, evidence, case: steps.moved(step.action, evidence, case, day(step, evidence, case.at)),
    ),
    _A.SEND_NOTIFICATION: _own("sent", _sent),
    _A.RECEIVE_NOTIFICATION: _own("received", _received),
    _A.PUBLISH: _own("publications", _published),
}
MENDING: Final = mending.Mending(
    moved,
    MODELS,
    SHARED,
    kept=frozenset({"reference"}),
    unsure={
        _A.AGREE_TEXT: dict.fromkeys(("effective_on", "place")),
        _A.INITIAL: dict.fromkeys(("effective_on", "place")),
        _A.SIGN: dict.fromkeys(("manner", "acts")),
        _A.TERMINATE: dict.fromkeys(("effective_on", "ground")),
    },
    own=dict.fromkeys(OWN, "it"),
)
effect: Final = MENDING.effect_of
