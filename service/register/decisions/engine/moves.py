"""A move as it is stored: the transition that a proposal opens, a party's answer to it, and how it is closed.

Each is a statement that is run with the entry, made once; only the values differ.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from service.database.columns import table
from service.database.statement import Change, Connection
from service.permissions import Caller
from service.register.decisions.models import Confirmation, Decision, Transition, TransitionStatus
from service.register.decisions.rules.judging import Judged
from service.trail.append import EntryChange
from service.trail.entry import timestamp
from service.trail.stamp import Stamp

_transition, _confirmation = table(Transition), table(Confirmation)
CLOSED: Final[Mapping[str, Any]] = {
    "open_transition_id": None, "proposed_by": None, "awaiting": [], "expires_at": None
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Move:
    """A proposal that may be made: of which matter, where it leads, and whose confirmation it awaits."""

    id: UUID
    kind: str
    judged: Judged
    target: str
    proposed_by: str | None
    awaits: list[str]

    def described(self) -> dict[str, Any]:
        """Return the proposal as its entry says it."""
        return {
            "transition": str(self.id),
            "action": str(self.judged.step.action),
            "source": str(self.judged.step.source),
            "target": str(self.target),
            "evidence": self.judged.evidence,
            "awaits": self.awaits,
            "expires_at": timestamp(last) if (last := self.judged.expires_at) else None,
        }

    def opened(self) -> dict[str, Any]:
        """Return the columns of the matter that hold an open proposal, or none."""
        if not self.awaits:
            return dict(CLOSED)
        return {
            "open_transition_id": self.id,
            "proposed_by": self.proposed_by,
            "awaiting": self.awaits,
            "expires_at": self.judged.expires_at,
        }

    def row(self, matter_id: UUID, commission_id: UUID, caller: Caller, at: datetime) -> dict[str, Any]:
        """Return the transition as its table holds it."""
        return {
            "id": self.id,
            "matter_kind": self.kind,
            "matter_id": matter_id,
            "commission_id": commission_id,
            "action": self.judged.step.action,
            "status": TransitionStatus.OPEN if self.awaits else TransitionStatus.EFFECTIVE,
            "source": self.judged.step.source,
            "target": self.target,
            "evidence": self.judged.evidence,
            "proposed_by": self.proposed_by,
            "proposer_id": caller.principal_id,
            "awaited": self.awaits,
            "proposed_at": at,
            "expires_at": self.judged.expires_at,
            "closed_at": None if self.awaits else at,
        }


def answer_row(
    transition_id: UUID, caller: Caller, stamp: Stamp, decision: Decision, reason: str | None
) -> dict[str, Any]:
    """Return a party's answer as its table holds it."""
    return {
        "transition_id": transition_id,
        "party": caller.party,
        "id": stamp.id,
        "decision": decision,
        "reason": reason,
        "principal_id": caller.principal_id,
        "decided_at": stamp.at,
    }


def opened(row: Mapping[str, Any]) -> EntryChange:
    """Return the statement that stores a transition."""
    return EntryChange(_opened, {f"transition_{name}": value for name, value in row.items()})


def answered(row: Mapping[str, Any]) -> EntryChange:
    """Return the statement that stores a party's answer."""
    return EntryChange(_answered, {f"confirmation_{name}": value for name, value in row.items()})


def closed(transition_id: UUID, status: TransitionStatus, at: datetime) -> EntryChange:
    """Return the statement that closes a transition."""
    return EntryChange(_closed, {"close_id": transition_id, "close_status": status, "close_at": at})


async def end(connection: Connection, transition_id: UUID, status: TransitionStatus, at: datetime) -> None:
    """Close a transition that ended by itself; a statement of its own, since another may be opened beside it."""
    await _end.run(connection, close_id=transition_id, close_status=status, close_at=at)


def _bound(name: str, into: sa.Table) -> dict[str, Any]:
    return {column.name: sa.bindparam(f"{name}_{column.name}", type_=column.type) for column in into.columns}


_closing = (
    sa.update(_transition)
    .where(_transition.c.id == sa.bindparam("close_id"))
    .values(
        status=sa.bindparam("close_status", type_=_transition.c.status.type),
        closed_at=sa.bindparam("close_at", type_=_transition.c.closed_at.type),
    )
)
_end = Change(_closing)
_closed = _closing.cte("closed")
_opened = sa.insert(_transition).values(_bound("transition", _transition)).cte("proposed")
_answered = sa.insert(_confirmation).values(_bound("confirmation", _confirmation)).cte("answered")
