"""Replaying one entry, whatever its subject. Pure."""

from collections.abc import Mapping
from typing import Final

from service.register.commissions.rules import derived
from service.verify.canonical import Entry
from service.verify.finding import Severity
from service.verify.replay import commissions as commission
from service.verify.replay import commitments as commitment
from service.verify.replay import groups as group
from service.verify.replay import instruments as instrument
from service.verify.replay import sessions as session
from service.verify.replay.register import Register, Replaying, Subject
from service.verify.replay.registry import REGISTRY
from service.verify.replay.shape import Broken


def replay(register: Register, subject: Subject, entry: Entry) -> None:
    """Replay the subject's next entry; raises `Broken` with the rule that it breaks."""
    if subject.replay is None:
        # What a subject is, its first entry decides, and no later one.
        subject.replay = _replay_of(register, subject, entry)
    subject.replay(register, subject, entry)


def _replay_of(register: Register, subject: Subject, entry: Entry) -> Replaying:
    """Return how the subject is replayed that begins with this entry."""
    if entry.commission == REGISTRY:
        return _of_the_registry
    if entry.subject == entry.commission:
        return commission.replay
    if not register.id:
        raise Broken(
            "what it changes cannot be followed, since the founding of the commission could not be", Severity.UNPROVEN
        )
    if entry.subject in register.groups:
        subject.facts, subject.told = register.groups[entry.subject], register.spoken.pop(entry.subject)
        subject.recorded_by, subject.is_joint = register.founders[entry.subject], True
        return group.replay
    if entry.subject in register.sessions:
        subject.facts, subject.told = register.sessions[entry.subject], register.spoken.pop(entry.subject)
        # Everybody read it before it had a trail of its own.
        subject.recorded_by, subject.is_joint = subject.facts["host_party"], True
        return session.replay
    return _BEGINNING.get(entry.kind, commitment.replay)


def _of_the_registry(register: Register, _: Subject, entry: Entry) -> None:
    register.registry.replay(entry)


_BEGINNING: Final[Mapping[str, Replaying]] = {
    "working_group.recorded": group.replay,
    derived.RECORDED: session.replay,
    instrument.RECORDED: instrument.replay,
}
"""By the kind of its first entry, how what is no commitment is replayed."""
