"""What one party does alone: which party may, and what of what is open stands in its way. Pure.

Such a move takes effect at once, awaits nobody, and neither waits for an open proposal nor closes it; but what ends the matter
(`takes_back`) closes the party's own, and waits for another's.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from service.errors import NotPermitted
from service.register.decisions.rules.lifecycle import Step, Who

RECORDER = "recorded_by"
"""The fact that names the party that recorded a matter: no move changes it."""


def retracting(action: StrEnum, target: StrEnum, states: Iterable[StrEnum]) -> tuple[Step, ...]:
    """Return the rows by which a recorder takes back what is its own still: nothing that makes it joint has taken effect."""
    return tuple(
        Step(action, state, target, who=Who.OWN, by=RECORDER, when={"is_joint": False}, takes_back=True)
        for state in states
    )


def is_open_to(step: Step, facts: Mapping[str, object], party: str | None) -> bool:
    """Return whether `party` may make the move, as far as the row names the one that may."""
    return step.by is None or facts[step.by] == party


def require_open_to(step: Step, facts: Mapping[str, object], party: str | None) -> None:
    """Raise `NotPermitted`, naming the one party that may make the move, unless it is `party`."""
    if not is_open_to(step, facts, party):
        raise NotPermitted(f"Only {facts[step.by or '']} may do '{step.action}' here, and does it alone.")


def has_room(step: Step, proposed_by: str | None, party: str | None) -> bool:
    """Return whether `party` may make the move beside the open proposal of `proposed_by`; None: no proposal is open."""
    if proposed_by is None or (step.who is Who.OWN and not step.takes_back):
        return True
    return step.takes_back and proposed_by == party
