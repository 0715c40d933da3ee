"""What a move may not make of an instrument. Pure."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC
from functools import partial
from typing import Any, Final

import orjson

from service.errors import Fault, fault
from service.register.decisions.rules.lifecycle import Step
from service.register.decisions.rules.matter import Case
from service.register.instruments.rules.computed import ends_by_notice, ends_for
from service.register.instruments.rules.effect import MENDING, effect, last_act
from service.register.instruments.rules.evidence import Ground
from service.register.instruments.rules.facts import SHARED
from service.register.instruments.rules.lifecycle import InstrumentAction
from service.register.instruments.rules.requirements import MOST_BYTES, too_long, wrong_members
from service.values import end, start

NOTHING: Final = "nothing would change: this is what it says already"
Evidence = Mapping[str, Any]


def _wrong_move(step: Step, evidence: Evidence, case: Case, *, by_first: bool = False) -> list[Fault]:
    """Return what is wrong with the instrument that the move would make."""
    found = _CASES.get(str(step.action))
    if by_first and step.action is InstrumentAction.TERMINATE:
        found = partial(_run_out, by_first=True)
    if found and (wrong := list(found(evidence, case))):
        return wrong
    after = effect(step, evidence, case)
    if not after:
        return [fault("", NOTHING)]
    if len(orjson.dumps(after)) > MOST_BYTES:
        return [fault("", f"what it changes would have more than {MOST_BYTES} bytes")]
    pointer = "/changes" if step.action is InstrumentAction.AMEND else ""
    return [fault(f"{pointer}/{name}", detail) for name, detail in _newly_wrong(after, case)]


def _wrong_value(step: Step, evidence: Evidence, case: Case) -> list[Fault]:
    return [fault("/value", f"{name}: {detail}") for name, detail in _newly_wrong(effect(step, evidence, case), case)]


def _newly_wrong(after: Mapping[str, Any], case: Case) -> list[tuple[str, str]]:
    """Return what no instrument can be, of what was not so before: that may be put right next."""
    today = case.at.astimezone(UTC).date()
    full = {**case.members, **after}
    before = list(wrong_members(case.members, case.facts.parties, today))
    wrong = [one for one in wrong_members(full, case.facts.parties, today) if one not in before]
    if too_long(full, SHARED):
        wrong.append((next(iter(after)), f"the shared facts would have more than {MOST_BYTES} bytes"))
    return wrong


def _of_a_party(_: Evidence, case: Case) -> Iterator[Fault]:
    contracting = case.members["contracting_parties"]
    if case.party not in contracting:
        yield fault("/action", f"is for the parties of this instrument: {', '.join(contracting)}")


def _revocable(evidence: Evidence, case: Case) -> Iterator[Fault]:
    notice = (case.members["notices"] or {}).get(case.party)
    if not notice or notice["revoked_on"]:
        yield fault("/action", f"needs a notice of {case.party} that stands; there is none")
    elif (ended := ends_for(case.members, str(case.party))) and _day(evidence, case) >= ended:
        yield fault("/effective_on", f"lies not before {ended}, when the notice took effect")


def _run_out(evidence: Evidence, case: Case, *, by_first: bool = False) -> Iterator[Fault]:
    """`by_first`: the first notice ends it for all of its parties, also where two others are left."""
    party = evidence.get("notice_of")
    if evidence["ground"] != Ground.NOTICE or not party:
        return
    notice = (case.members["notices"] or {}).get(party)
    if not notice or notice["revoked_on"]:
        yield fault("/notice_of", f"{party} has given no notice that stands")
        return
    yield from _of_a_party(evidence, case)
    own = ends_for(case.members, party)
    ended = own and (own if by_first else ends_by_notice(case.members))
    if own and ended is None:
        detail = f"by this notice it ends for {party} alone, from {own} on, and goes on between the others; or propose another ground"
        yield fault("/ground", detail)
    elif ended is None:
        yield fault(
            "/ground", "from the clauses that are known no end by this notice can be computed; propose agreement"
        )
    elif ended > case.at.astimezone(UTC).date():
        yield fault("/ground", f"the notice takes effect on {ended}, which lies ahead; or propose another ground")
    elif _day(evidence, case) < ended:
        yield fault("/effective_on", f"lies before {ended}, when the notice takes effect")


def _day(evidence: Evidence, case: Case) -> Any:  # noqa: ANN401 -- a day
    return end(evidence["effective_on"]) if evidence.get("effective_on") else case.at.astimezone(UTC).date()


def _after_the_first(evidence: Evidence, case: Case) -> Iterator[Fault]:
    """Whoever signed first did so before, or on the day of, the last act."""
    last = last_act(evidence["acts"])
    for party, first in (case.members["signatures"] or {}).items():
        if last and start(first["on"]) > end(last):
            yield fault("/acts", f"{party} signed on {first['on']}, after the last of these acts")
    if (said := evidence.get("effective_on")) and said != last:
        yield fault("/effective_on", f"is the day of the last act, {last}; leave it out")


_CASES: Final[Mapping[str, Callable[[Evidence, Case], Iterator[Fault]]]] = {
    InstrumentAction.SIGN_FIRST: _of_a_party,
    InstrumentAction.GIVE_NOTICE: _of_a_party,
    InstrumentAction.RECORD_STEP: _of_a_party,
    InstrumentAction.APPLY_TEMPLATE: _of_a_party,
    InstrumentAction.SEND_NOTIFICATION: _of_a_party,
    InstrumentAction.RECEIVE_NOTIFICATION: _of_a_party,
    InstrumentAction.PUBLISH: _of_a_party,
    InstrumentAction.REVOKE_NOTICE: _revocable,
    InstrumentAction.TERMINATE: _run_out,
    InstrumentAction.SIGN: _after_the_first,
}
unfit: Final = MENDING.judging(_wrong_value, _wrong_move)
"""What is wrong with the instrument that a move would make, or with what it puts right or undoes."""
unfit_by_first: Final = MENDING.judging(_wrong_value, partial(_wrong_move, by_first=True))
"""The same up to entries of version 6: by the first notice an instrument ended for all of its parties."""
