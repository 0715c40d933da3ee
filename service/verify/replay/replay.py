"""Replaying one entry, whatever its subject. Pure."""

from service.verify.finding import Severity
from service.verify.replay import commissions as commission
from service.verify.replay import commitments as commitment
from service.verify.replay.register import Register, Subject
from service.verify.replay.shape import Broken
from service.verify.spelling import Entry


def follow(register: Register, subject: Subject, entry: Entry, stored: bytes) -> None:
    """Replay the subject's next entry, which is `stored` so; raises `Broken` with the rule that it breaks."""
    if entry.subject == entry.commission:
        commission.follow(register, entry)
        return
    if not register.id:
        raise Broken(
            "what it changes cannot be followed, since the founding of the commission could not be", Severity.UNPROVEN
        )
    commitment.follow(register, subject, entry, stored)
