"""Replaying one entry, whatever its subject. Pure."""

from typing import Any

from service.verify import commission, commitment
from service.verify.finding import Severity
from service.verify.reading import Broken
from service.verify.register import Register, Subject


def follow(register: Register, subject: Subject, entry: dict[str, Any]) -> None:
    """Replay the subject's next entry; raises `Broken` with the rule that it breaks."""
    if entry["subject"] == entry["commission"]:
        commission.follow(register, entry)
        return
    if not register.id:
        message = "what it changes cannot be followed, since the founding of the commission could not be"
        raise Broken(message, Severity.UNPROVEN)
    commitment.follow(register, subject, entry)
