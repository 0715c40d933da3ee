"""Replaying an instrument's entries: how it is recorded; `decisions.py` has its moves. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from service.register.decisions.rules.numbers import drafts
from service.register.instruments.rules.effect import stem_of
from service.register.instruments.rules.facts import SHARED
from service.register.instruments.rules.lifecycle import InstrumentAction
from service.register.instruments.rules.naming import recorded
from service.register.instruments.rules.requirements import too_long, wrong_members
from service.values import AS_RECORDED
from service.verify.canonical import Entry
from service.verify.replay import decisions
from service.verify.replay.evidence import is_beside
from service.verify.replay.register import Register, Subject
from service.verify.replay.shape import INSTRUMENT_KINDS, Broken, hold_to_shape, require, spelled

RECORDED = "instrument.recorded"


def follow(register: Register, subject: Subject, entry: Entry) -> None:
    """Replay one entry of an instrument; raises `Broken` with the rule that it breaks."""
    hold_to_shape(INSTRUMENT_KINDS, entry.kind, entry.data)
    decisions.follow_its_own(register, subject, entry, "an instrument", _begin)


def _begin(register: Register, subject: Subject, entry: Entry, party: str) -> None:
    members, proposal = entry.data["instrument"], entry.data["proposal"]
    possible = drafts(stem_of(register.code), entry.subject)
    require(members["reference"] in possible, f"{members['reference']} is not the reference of this draft")
    for name in SHARED:
        _hold_to_model(name, members)
    for name, detail in wrong_members(members, register.parties, _day(entry)):
        require(False, f"{name}: {detail}")  # noqa: FBT003 -- it does not hold
    require(not too_long(members, SHARED), "its facts are longer than an entry can hold twice")
    for one in recorded(members):
        require(is_beside(register, one), f"{one.pointer[1:]} names nothing of this commission")
    require(proposal["action"] == InstrumentAction.ENTER, "recording proposes to enter it, and nothing else")
    subject.facts, subject.recorded_by = members, party
    register.instruments[entry.subject] = members
    assert subject.rules is not None
    decisions.open_proposal(register, subject.rules, subject, entry, party)


def _hold_to_model(name: str, members: Mapping[str, Any]) -> None:
    try:
        read = SHARED[name].validate_python(members[name], context=AS_RECORDED)
    except ValidationError as wrong:
        raise Broken(f"{name}: {wrong.errors(include_url=False)[0]['msg']}") from wrong
    told = SHARED[name].dump_python(read, mode="json", exclude_unset=True)
    require(spelled(told) == spelled(members[name]), f"{name} is not spelled as the service writes it")


def _day(entry: Entry) -> Any:  # noqa: ANN401 -- a day
    return datetime.fromisoformat(entry.recorded_at).astimezone(UTC).date()
