"""Judging a proposal by the service's own judgement, with what the entries before it add up to. Pure."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from service.errors import Fault, ServiceError, TransitionNotAllowed
from service.register.commissions.rules.charter.requirements import AUDITOR, COMMISSION, ORGANISATION, PARTY
from service.register.commissions.rules.lifecycle import MET
from service.register.commissions.rules.naming import RIVAL
from service.register.commitments.rules.alone import alone, as_it_stands, tellers
from service.register.commitments.rules.fitness import too_long
from service.register.commitments.rules.matter import upgraded
from service.register.commitments.rules.naming import BODY, CARRIER, ELSEWHERE
from service.register.commitments.rules.numbering import is_apart, is_draft, stem_of
from service.register.decisions.rules import attached, judging
from service.register.decisions.rules.lifecycle import Step
from service.register.decisions.rules.matter import Case, Document, Facts, Found, Made, Name, Rules
from service.register.decisions.rules.numbers import Numbers
from service.register.decisions.rules.origins import ENTRY
from service.register.decisions.rules.templates import TEMPLATE, kept
from service.register.groups.rules import naming
from service.register.groups.rules.evidence import MOST
from service.register.groups.rules.lifecycle import GroupState
from service.register.instruments.rules.effect import stem_of as instruments_of
from service.register.instruments.rules.naming import AWAITED, CARRIED, INSTRUMENT, LEVEL, RELATED, is_as_close
from service.values import AS_RECORDED
from service.verify.replay.register import Register, Subject
from service.verify.replay.shape import Broken, require, spelled

Members = Mapping[str, Any]


def judge(
    register: Register, rules: Rules[Any], subject: Subject, known: Members, proposal: Members, at: str, party: str
) -> tuple[Step, Case]:
    """Return the row that the proposal follows, if it could be made at `at` of the subject as it stands, and how that was.

    `known` is what `Register.known` returns of the subject.

    Raises `Broken` if it could not.
    """
    action, evidence = proposal["action"], proposal["evidence"]
    body = {**evidence, "action": action, "expires_at": proposal["expires_at"]}
    case = case_of(register, rules, subject, known, body, at, party)
    step = row_for(rules, case.facts, body, party)
    require(lasts(proposal, at), "it had expired before it was made")
    try:
        judged = judging.judge(rules, step, case, body)
    except ServiceError as refused:
        raise Broken(f"the evidence of '{action}' is not as it must be: {_said(refused.errors[0])}") from refused
    if (proposal["source"], proposal["target"]) != (step.source, judged.target):
        raise Broken(f"'{action}' leads from {step.source} to {judged.target}")
    if spelled(judged.evidence) != spelled(evidence):
        raise Broken(f"the evidence of '{action}' is not spelled as the service writes it")
    return step, case


def lasts(proposal: Members, at: str) -> bool:
    """Tell whether the proposal's end, if it has one, has not come at the time `at`."""
    return proposal["expires_at"] is None or bool(proposal["expires_at"] > at)


def row_for(rules: Rules[Any], facts: Facts, body: Members, party: str | None = None) -> Step:
    """Return the row of the lifecycle that `body`, which `party` proposes, follows; `Broken` if there is none."""
    try:
        return judging.step_of(rules, facts, body, party)
    except TransitionNotAllowed as refused:
        raise Broken(refused.detail) from refused


def hold_to_names(rules: Rules[Any], case: Case) -> None:
    """Raise `Broken` if what the proposal names is not there, or is closed meanwhile."""
    for wrong in judging.wrong_names(rules, case.found):
        raise Broken(f"it cannot take effect: {_said(wrong)}")


def hold_to_readers(register: Register, case: Case, awaits: list[str]) -> None:
    """Raise `Broken` if a document is named that somebody cannot read who is to confirm."""
    for wrong in attached.unreadable(case.found, awaits, register.charter):
        raise Broken(_said(wrong))


def hold_to_length(members: Members) -> None:
    """Raise `Broken` if titles, texts, items and reasons are so long that before and after would not fit one entry."""
    for fault in too_long(members, ""):
        raise Broken(fault["detail"])


def case_of(
    register: Register,
    rules: Rules[Any],
    subject: Subject,
    known: Members,
    body: Members,
    at: str,
    party: str,
    made: Made | None = None,
) -> Case:
    """Return the subject as it stands at `at`, with what the `body` that `party` proposes names."""
    facts = rules.facts(known, register.parties, register.languages)
    named = {name: _look_up(register, rules, subject, name) for name in attached.names(rules, body)}
    numbers = _numbers(register, subject) if body["action"] in rules.joining else None
    return Case(
        subject.facts, facts, datetime.fromisoformat(at), named, subject.last.seq, AS_RECORDED, party, numbers, made
    )


def _numbers(register: Register, subject: Subject) -> Numbers | None:
    """Return the series in which a commitment has its number once it is agreed; None if it has it, or the matter has none."""
    if not is_draft(subject.facts.get("reference", "")):
        return None
    if subject.rules and subject.rules.kind == "instrument":
        return register.numbers(instruments_of(register.code), apart=subject.rules.apart(subject.facts))
    session = subject.facts["session_id"]
    ordinal = register.sessions[session]["ordinal"] if session else None
    return register.numbers(stem_of(register.code, ordinal), apart=is_apart(subject.facts))


def _look_up(register: Register, rules: Rules[Any], subject: Subject, name: Name) -> Found | None:
    if name.kind == ENTRY:
        return register.reread.origins(rules, subject.told).find(name.key)
    if look_up := _LOOK_UPS.get(name.kind.partition(":")[0]):
        return look_up(register, rules, subject, name)
    if rules.kind == "working_group":
        return _of_group(register, subject, name)
    if name.kind == "commitment":
        return _of_commitments(register, rules, subject, name)
    if name.kind == ELSEWHERE:
        # Of another commission nothing is known here.
        return Found(is_beside=name.key.startswith(f"{register.code}/"))
    there = name.key in (register.groups if name.kind == BODY else register.sessions)
    if name.kind == "working_group":
        there = register.groups.get(name.key, {}).get("state") == GroupState.ACTIVE
    return Found() if there else None


def _of_commitments(register: Register, rules: Rules[Any], subject: Subject, name: Name) -> Found | None:
    """Return another commitment that is named."""
    other = register.named(name.key)
    if other is None or not other.facts:
        return None
    return Found(is_itself=other is subject, is_open=other.facts["state"] in rules.lifecycle.takes_up)


def _of_group(register: Register, subject: Subject, name: Name) -> Found | None:
    """Return what a move of a working group names; which organisations a party has this log does not tell."""
    if name.kind == naming.GROUP:
        other = register.groups.get(name.key)
        is_open = other is not None and other["state"] == GroupState.ACTIVE
        return Found(is_itself=other is subject.facts, is_open=is_open) if other else None
    if name.kind == naming.SESSION:
        return Found() if name.key in register.sessions else None
    owned = [
        one
        for one, it in register.subjects.items()
        if register.groups.get(it.facts["working_group_id"]) is subject.facts
    ]
    if name.kind == naming.MANY:
        return Found() if len(owned) > MOST else None
    return Found() if name.kind == naming.ORGANISATION or name.key in owned else None


def is_beside(register: Register, name: Name) -> bool:
    """Return whether the commitment or instrument that is named by its id is one of the commission."""
    return bool(register.subjects.get(name.key) if name.kind.startswith(CARRIED) else instrument_of(register, name.key))


def as_today(commitment: Subject) -> Members:
    """Return the members of a commitment, in the words of today."""
    is_old = commitment.rules and commitment.rules.version == 1
    return upgraded(commitment.facts) if is_old else commitment.facts


def instrument_of(register: Register, key: str) -> Members | None:
    """Return the members of an instrument of the commission, also of one of which a commitment alone tells; None: there is none."""
    if known := register.instruments.get(key):
        return known
    for one in tellers(key):
        teller = register.subjects.get(one)
        if teller and not teller.was_carried and (told := alone(one, as_today(teller), register.charter)):
            return as_it_stands(told)
    return None


def _beside(register: Register, rules: Rules[Any], subject: Subject, name: Name) -> Found | None:
    if not is_beside(register, name):
        return None
    if name.kind.startswith(CARRIED):
        return Found()
    other = instrument_of(register, name.key)
    assert other is not None
    return Found(is_itself=other is subject.facts, is_open=other["state"] in rules.lifecycle.takes_up)


def _carrier(register: Register, _: Rules[Any], subject: Subject, name: Name) -> Found | None:
    """Return the instrument that is to carry what was found."""
    if not (its := instrument_of(register, name.key)):
        return None
    return Found(is_open=is_as_close(its["confidentiality"], subject.facts["confidentiality"]), members={**its})


def _rival(register: Register, _: Rules[Any], subject: Subject, name: Name) -> Found | None:
    """Return another session that met under the ordinal, of the same commission or group; "": under the session's own."""
    members, ordinal = subject.facts, name.key
    wanted = int(ordinal) if ordinal else members["ordinal"]
    if wanted is None or (ordinal and members["state"] not in MET):
        return None
    others = (one for one in register.sessions.values() if one is not members and one["state"] in MET)
    group = members["working_group_id"]
    met = any(one["ordinal"] == wanted and one["working_group_id"] == group for one in others)
    return Found() if met else None


def _document(register: Register, _: Rules[Any], subject: Subject, name: Name) -> Found | None:
    if not (kept := register.documents.get(name.key)):
        return None
    document = Document(kept.subject, kept.sha256, kept.closer)
    return Found(is_itself=kept.holder is subject, is_open=not kept.withdrawn, document=document)


def _template(register: Register, _: Rules[Any], __: Subject, name: Name) -> Found:
    return kept(register.charter["step_templates"], name.key)


def _of_the_registry(*_: object) -> Found:
    """The registry has a log of its own."""
    return Found()


_LOOK_UPS: Final[Mapping[str, Callable[[Register, Rules[Any], Subject, Name], Found | None]]] = {
    RIVAL: _rival,
    ORGANISATION: _of_the_registry,
    PARTY: _of_the_registry,
    AUDITOR: _of_the_registry,
    # Another commission has a log of its own, too.
    COMMISSION: _of_the_registry,
    CARRIED: _beside,
    CARRIER: _carrier,
    # How a commitment was kept just then only its own lock could tell.
    LEVEL: _of_the_registry,
    # A clause of before the register held it to one may name any.
    AWAITED: _of_the_registry,
    INSTRUMENT: _beside,
    RELATED: _beside,
    attached.DOCUMENT: _document,
    TEMPLATE: _template,
}


def _said(fault: Mapping[str, str] | Fault) -> str:
    return f"{fault['pointer'][1:] or 'it'}: {fault['detail']}"
