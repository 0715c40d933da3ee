"""What an amendment, or a recording, may not make of a commitment. Pure."""

from collections.abc import Mapping
from typing import Any

from service.errors import Fault, fault
from service.register.commitments.rules.effect import effect
from service.register.commitments.rules.lifecycle import Action
from service.register.commitments.rules.requirements import MOST_BYTES
from service.register.decisions.rules.lifecycle import Step
from service.trail.entry import canonical

TEXTS = ("titles", "texts")


def unfit(step: Step, evidence: Mapping[str, Any], before: Mapping[str, Any]) -> list[Fault]:
    """Return what is wrong with the commitment that an amendment would make of `before`."""
    if step.action is not Action.AMEND:
        return []
    after = effect(step, evidence, before)
    if not after:
        return [fault("/changes", "nothing would change: these are the facts already")]
    full = {**before, **after}
    empty = [fault(f"/changes/{name}", "must keep at least one language") for name in TEXTS if not full[name]]
    return empty or too_long(full, "/changes")


def too_long(members: Mapping[str, Any], pointer: str) -> list[Fault]:
    """Return the fault that titles, texts and reason are so long that before and after would not fit one entry."""
    length = sum(len(canonical(members[name])) for name in (*TEXTS, "no_instrument_reason"))
    if length <= MOST_BYTES:
        return []
    return [
        fault(
            pointer, f"titles, texts and reason have {length} bytes together; at most {MOST_BYTES} fit the audit trail"
        )
    ]
