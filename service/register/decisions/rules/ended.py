"""What ends an open proposal without an answer, and in which commissions nothing is proposed at all. Pure.

An end that has come, or that a party has left which the proposal needs, is judged under the lock, and told by the next entry.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from service.errors import Conflict

FOUNDED: Final = "founded"
DISSOLVED: Final = "dissolved"
UNSETTLED: Final = "unsettled"
RESTING: Final = frozenset({FOUNDED, UNSETTLED, DISSOLVED})
CHARTER: Final = "commission"
REMAINING: Final = frozenset(
    {"correct", "acknowledge", "dispute", "withdraw", "lapse", "supersede", "merge", "cancel", "retract", "dissolve"}
)
"""What is still done once the commission is dissolved: what is wrong is put right, and what is open comes to an end."""


def has_left(departed: Mapping[str, Any], needed: Collection[str], since: datetime) -> bool:
    """Return whether one of the parties that a proposal of this moment needs has left since."""
    return any(party in needed and datetime.fromisoformat(one["at"]) > since for party, one in departed.items())


def has_room_in(commission_state: str, kind: str, action: str) -> bool:
    """Return whether anything of the kind is still done in a commission of this state; its charter's own table says that itself."""
    if kind == CHARTER or commission_state not in RESTING:
        return True
    return commission_state == DISSOLVED and action in REMAINING


def without_secretariat(charter: Mapping[str, Any]) -> list[str]:
    """Return the parties that take part in a commission with this charter and have yet to name their secretariat."""
    named = charter["secretariats"] or {}
    return [one for one in charter["parties"] if one not in charter["outside"] and one not in named]


def kept_by(charter: Mapping[str, Any]) -> str | None:
    """Return the party that keeps a commission with this charter alone, if one does."""
    inside = [party for party in charter["parties"] if party not in charter["outside"]]
    return inside[0] if len(inside) == 1 else None


def awaits_secretariats(parties: Sequence[str]) -> str:
    """Return why nothing is proposed as long as these parties have named no secretariat, and who may name it."""
    *others, last = parties
    whose = f"the registrars of {', '.join(others)} and {last} have" if others else f"the registrar of {last} has"
    return (
        f"The commission is founded, and not in force yet: {whose} yet to name the secretariat, each of its own party "
        "('name_secretariat', POST /v1/commissions/{commission_id}/transitions). Until then nothing is proposed."
    )


def require_room_in(charter: Mapping[str, Any], kind: str, action: str) -> None:
    """Raise `Conflict`, with what is possible, if nothing of the kind is done in a commission of which this is fixed."""
    commission_state = charter["commission_state"]
    if has_room_in(commission_state, kind, action):
        return
    if commission_state == FOUNDED:
        raise Conflict(awaits_secretariats(without_secretariat({**charter, "secretariats": charter["founding"]})))
    if commission_state == DISSOLVED:
        possible = ", ".join(sorted(REMAINING))
        raise Conflict(f"This commission is dissolved, and takes no '{action}'. Still possible: {possible}.")
    raise Conflict(
        "This commission is unsettled: it takes nothing new until its parties have agreed to decide together. Propose 'join' "
        "(POST /v1/commissions/{commission_id}/transitions)."
    )
