"""What ends an open proposal without an answer: its end has come, or a party that it needs has left. Pure.

It is judged under the lock, and told by the next entry.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final

from service.errors import Conflict

DISSOLVED: Final = "dissolved"
UNSETTLED: Final = "unsettled"
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
    if kind == CHARTER or commission_state not in {UNSETTLED, DISSOLVED}:
        return True
    return commission_state == DISSOLVED and action in REMAINING


def require_room_in(commission_state: str, kind: str, action: str) -> None:
    """Raise `Conflict`, with what is possible, if nothing of the kind is done in a commission of this state."""
    if has_room_in(commission_state, kind, action):
        return
    if commission_state == DISSOLVED:
        possible = ", ".join(sorted(REMAINING))
        raise Conflict(f"This commission is dissolved, and takes no '{action}'. Still possible: {possible}.")
    raise Conflict(
        "This commission is unsettled: it takes nothing new until its parties have agreed to decide together. Propose 'join' "
        "(POST /v1/commissions/{commission_id}/transitions)."
    )
