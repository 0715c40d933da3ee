"""Replaying one entry, whatever its subject. Pure."""

from service.register.commissions.rules import derived
from service.verify.canonical import Entry
from service.verify.finding import Severity
from service.verify.replay import commissions as commission
from service.verify.replay import commitments as commitment
from service.verify.replay import groups as group
from service.verify.replay import instruments as instrument
from service.verify.replay import sessions as session
from service.verify.replay.register import Register, Subject
from service.verify.replay.registry import REGISTRY
from service.verify.replay.shape import Broken


def follow(register: Register, subject: Subject, entry: Entry) -> None:
    """Replay the subject's next entry; raises `Broken` with the rule that it breaks."""
    if entry.commission == REGISTRY:
        register.registry.follow(entry)
        return
    if entry.subject == entry.commission:
        commission.follow(register, subject, entry)
        return
    if not register.id:
        raise Broken(
            "what it changes cannot be followed, since the founding of the commission could not be", Severity.UNPROVEN
        )
    if entry.subject in register.groups or entry.kind == "working_group.recorded":
        if not subject.facts and entry.subject in register.groups:
            subject.facts, subject.told = register.groups[entry.subject], register.spoken.pop(entry.subject)
            subject.recorded_by, subject.is_joint = register.founders[entry.subject], True
        group.follow(register, subject, entry)
        return
    if entry.subject in register.sessions or entry.kind == derived.RECORDED:
        if not subject.facts and entry.subject in register.sessions:
            _go_on(register, subject, entry)
        session.follow(register, subject, entry)
        return
    if entry.subject in register.instruments or entry.kind == instrument.RECORDED:
        instrument.follow(register, subject, entry)
        return
    commitment.follow(register, subject, entry)


def _go_on(register: Register, subject: Subject, entry: Entry) -> None:
    """Let a session go on from what the commission's entries told of it."""
    subject.facts = register.sessions[entry.subject]
    subject.told = register.spoken.pop(entry.subject)
    # Everybody read it before it had a trail of its own.
    subject.recorded_by, subject.is_joint = subject.facts["host_party"], True
