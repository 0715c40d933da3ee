"""Replaying an instrument's entries: how it is recorded; `decisions.py` has its moves. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from service.register.commitments.rules.alone import alone, key_of
from service.register.decisions.rules.beside import Opening
from service.register.decisions.rules.matter import Case
from service.register.decisions.rules.numbers import drafts
from service.register.instruments.rules.effect import stem_of
from service.register.instruments.rules.facts import SHARED
from service.register.instruments.rules.lifecycle import InstrumentAction
from service.register.instruments.rules.naming import AWAITED, is_as_close, recorded
from service.register.instruments.rules.requirements import too_long, wrong_members
from service.values import AS_RECORDED
from service.verify.canonical import Entry
from service.verify.replay import decisions
from service.verify.replay.evidence import as_today, is_beside
from service.verify.replay.register import Opened, Register, Subject
from service.verify.replay.shape import OF_INSTRUMENTS, Broken, hold_to_shape, require, spelled

RECORDED = "instrument.recorded"


def replay(register: Register, subject: Subject, entry: Entry) -> None:
    """Replay one entry of an instrument; raises `Broken` with the rule that it breaks."""
    hold_to_shape(OF_INSTRUMENTS, entry.kind, entry.data)
    decisions.replay_its_own(register, subject, entry, "an instrument", _begin)


def _begin(register: Register, subject: Subject, entry: Entry, party: str) -> None:
    if "told_by" in entry.data:
        _go_on(register, subject, entry, party)
        return
    opened = register.opened.pop(entry.subject, None)
    require(bool(opened) is ("opened_by" in entry.data), "it tells otherwise than the move did whether that opened it")
    if opened:
        _open(register, subject, entry, party, opened)
        return
    members, proposal = entry.data["instrument"], entry.data["proposal"]
    possible = drafts(stem_of(register.code), entry.subject)
    require(members["reference"] in possible, f"{members['reference']} is not the reference of this draft")
    for name in SHARED:
        _hold_to_model(name, members)
    for name, detail in wrong_members(members, register.parties, _day(entry)):
        require(False, f"{name}: {detail}")  # noqa: FBT003 -- it does not hold
    require(not too_long(members, SHARED), "its facts are longer than an entry can hold twice")
    for one in recorded(members):
        # A clause of before the register held it to one may name any.
        require(one.kind == AWAITED or is_beside(register, one), f"{one.pointer[1:]} names nothing of this commission")
    for key in members["commitment_ids"]:
        kept = register.subjects[key].facts
        as_close = is_as_close(members["confidentiality"], kept["confidentiality"])
        require(as_close, f"{kept['reference']} is kept closer than what is to carry it")
    require(proposal["action"] == InstrumentAction.ENTER, "recording proposes to enter it, and nothing else")
    subject.facts, subject.recorded_by = members, party
    register.instruments[entry.subject] = members
    assert subject.rules is not None
    decisions.open_proposal(register, subject.rules, subject, entry, party)


def _open(register: Register, subject: Subject, entry: Entry, party: str, opened: Opened) -> None:
    """Replay what another matter's move opened: with just the facts and the move that follow from that, and with the next number."""
    require(entry.data["opened_by"] == opened.by, "it does not name the entry of the move that opened it")
    _enter(register, subject, entry, party, opened.opening)


def _go_on(register: Register, subject: Subject, entry: Entry, party: str) -> None:
    """Replay the beginning of the trail of one of which a commitment alone told: as what it stands by that one's entries, and no other."""
    by = entry.data["told_by"]
    teller = register.subjects.get(by["id"])
    require(teller and key_of(by["id"]) == entry.subject, "no commitment told of it that it names")
    assert teller is not None
    require(by["leaf"] == teller.last.leaf.hex(), "it does not name the last entry of the commitment that told of it")
    require(not teller.was_carried, "what was told of it is another instrument's")
    told = alone(by["id"], as_today(teller), register.charter)
    require(told, "the commitment that it names tells of none")
    assert told is not None
    _enter(register, subject, entry, party, told)


def _enter(register: Register, subject: Subject, entry: Entry, party: str, opening: Opening) -> None:
    """Replay how it is recorded and entered: with just the facts and the move that follow from what is known."""
    data, rules = entry.data, subject.rules
    assert rules is not None
    members = data["instrument"]
    require(
        members["reference"] in drafts(stem_of(register.code), entry.subject), "its reference is not that of this draft"
    )
    made = {**opening.members, "reference": members["reference"]}
    require(spelled(members) == spelled(made), "its facts are not those that the move which opened it brings")
    row = opening.step
    entering: dict[str, Any] = {
        "transition": opening.transition,
        "action": str(row.action),
        "source": str(row.source),
        "target": str(row.target),
        "evidence": opening.evidence,
        "awaits": [],
        "expires_at": None,
    }
    require(spelled(data["proposal"]) == spelled(entering), "it is not entered as the move says that opened it")
    subject.facts, subject.recorded_by, subject.is_joint = members, party, True
    register.instruments[entry.subject] = members
    facts = rules.facts(register.known(subject), register.parties, register.languages)
    numbers = register.numbers(stem_of(register.code), apart=rules.apart(members))
    case = Case(dict(members), facts, datetime.fromisoformat(entry.recorded_at), {}, 0, AS_RECORDED, party, numbers)
    effective = rules.effective(row, opening.evidence, case)
    require(
        spelled(data.get("effective")) == spelled(effective), "what it changes is not what entering it brings about"
    )
    if "told_by" in data:
        decisions.carry_along(register, rules, entry, subject, effective)
    members |= effective["after"]
    register.hold_to_openings(rules, members)
    register.number(members["reference"], subject)


def _hold_to_model(name: str, members: Mapping[str, Any]) -> None:
    try:
        read = SHARED[name].validate_python(members[name], context=AS_RECORDED)
    except ValidationError as wrong:
        raise Broken(f"{name}: {wrong.errors(include_url=False)[0]['msg']}") from wrong
    told = SHARED[name].dump_python(read, mode="json", exclude_unset=True)
    require(spelled(told) == spelled(members[name]), f"{name} is not spelled as the service writes it")


def _day(entry: Entry) -> Any:  # noqa: ANN401 -- a day
    return datetime.fromisoformat(entry.recorded_at).astimezone(UTC).date()
