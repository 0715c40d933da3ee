"""Replaying one entry, whatever its subject. Pure."""

from service.verify.canonical import Entry
from service.verify.finding import Severity
from service.verify.replay import commissions as commission
from service.verify.replay import commitments as commitment
from service.verify.replay.register import Register, Subject
from service.verify.replay.shape import Broken


def follow(register: Register, subject: Subject, entry: Entry) -> None:
    """Replay the subject's next entry; raises `Broken` with the rule that it breaks."""
    if entry.subject == entry.commission:
        commission.follow(register, entry)
        return
    if not register.id:
        raise Broken(
            "what it changes cannot be followed, since the founding of the commission could not be", Severity.UNPROVEN
        )
    commitment.follow(register, subject, entry)
