"""The one way in which a commitment changes: a domain statement and an entry of its trail, in one transaction.

`take_effect` is the only place that decides a commitment's state, and `save` and `insert` are the only writers of its row.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from service.audit.append import append
from service.audit.entry import Author, Entry, canonical, timestamp
from service.audit.stamp import Stamp
from service.commitments.effect import effect
from service.commitments.lifecycle import State, Step, target
from service.commitments.models import Commitment, Transition, TransitionStatus
from service.commitments.queries import Locked
from service.errors import InvalidContent, fault
from service.orm import table
from service.permissions import Caller
from service.wire import end

_commitment, _transition = table(Commitment), table(Transition)
MEMBERS: Final = (
    "reference", "session_id", "carried_to_session_id", "working_group_id", "item_number", "sector", "titles", "texts",
    "confidentiality", "target_date", "instrument_required", "no_instrument_reason", "instrument", "party_facts", "state",
    "effective_on", "suspended_from", "review_on", "successor",
)  # fmt: skip
"""What an entry says of a commitment; the row's other columns follow from these, or from the proposals."""
MOST_BYTES: Final = 20_000
CLOSED: Final[dict[str, Any]] = {"open_transition_id": None, "proposed_by": None, "awaiting": [], "expires_at": None}


@dataclass(frozen=True, slots=True)
class Move:
    """A proposal: the row of the lifecycle that it follows, its evidence, and whose confirmation it awaits."""

    id: UUID
    step: Step
    evidence: Mapping[str, Any]
    proposed_by: str | None
    awaits: list[str]
    suspended_from: State | None = None
    expires_at: datetime | None = None

    def described(self) -> dict[str, Any]:
        """Return the proposal as its entry says it."""
        return {
            "transition": str(self.id),
            "action": str(self.step.action),
            "source": str(self.step.source),
            "target": str(target(self.step, self.suspended_from)),
            "evidence": dict(self.evidence),
            "awaits": self.awaits,
            "expires_at": timestamp(self.expires_at) if self.expires_at else None,
        }

    def opened(self) -> dict[str, Any]:
        """Return the columns of the commitment that hold an open proposal, or none."""
        if not self.awaits:
            return dict(CLOSED)
        return {
            "open_transition_id": self.id,
            "proposed_by": self.proposed_by,
            "awaiting": self.awaits,
            "expires_at": self.expires_at,
        }

    def inserted(self, commitment_id: UUID, caller: Caller, at: datetime) -> sa.CTE:
        """Return the statement that stores the transition."""
        status = TransitionStatus.OPEN if self.awaits else TransitionStatus.EFFECTIVE
        row = {
            "id": self.id,
            "commitment_id": commitment_id,
            "action": self.step.action,
            "status": status,
            "source": self.step.source,
            "target": target(self.step, self.suspended_from),
            "evidence": dict(self.evidence),
            "proposed_by": self.proposed_by,
            "proposer_id": caller.principal_id,
            "awaited": self.awaits,
            "proposed_at": at,
            "expires_at": self.expires_at,
            "closed_at": None if self.awaits else at,
        }
        return sa.insert(_transition).values(row).cte("proposed")


def take_effect(
    step: Step, evidence: Mapping[str, Any], row: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Decide what the commitment becomes; return the entry's `effective` member, and the columns to write."""
    before = members(row)
    after = effect(step, evidence, before)
    return {"before": {name: before[name] for name in after}, "after": after}, columns(after) | CLOSED | {
        "refused_transition_id": None
    }


def members(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the commitment's members as JSON values."""
    return {name: _json(row[name]) for name in MEMBERS}


def columns(after: Mapping[str, Any]) -> dict[str, Any]:
    """Return changed members as column values; the due date follows the target date."""
    found = {name: UUID(value) if value and name.endswith("_id") else value for name, value in after.items()}
    if "target_date" in after:
        found["due_on"] = end(after["target_date"]) if after["target_date"] else None
    return found


def check_length(row: Mapping[str, Any], pointer: str) -> None:
    """Raise `InvalidContent` if titles, texts and reason are so long that before and after would not fit one entry."""
    length = sum(len(canonical(row[name])) for name in ("titles", "texts", "no_instrument_reason"))
    if length > MOST_BYTES:
        message = f"titles, texts and reason have {length} bytes together; at most {MOST_BYTES} fit the audit trail"
        raise InvalidContent(message, errors=[fault(pointer, message)])


async def insert(
    connection: AsyncConnection,
    caller: Caller,
    stamped: Stamp,
    row: Mapping[str, Any],
    data: dict[str, Any],
    move: Move,
) -> None:
    """Store a new commitment with the proposal that comes with it, and the first entry of its trail."""
    author = Author(caller.principal_id, caller.party)
    entry = stamped.entry(row["commission_id"], row["id"], author, "commitment.recorded", data)
    made = sa.insert(_commitment).values(**row, **_head(entry)).add_cte(move.inserted(row["id"], caller, stamped.at))
    await connection.execute(made)
    await append(connection, entry)


async def save(
    connection: AsyncConnection,
    caller: Caller,
    locked: Locked,
    kind: str,
    data: dict[str, Any],
    changes: Mapping[str, Any],
    along: Sequence[sa.CTE] = (),
) -> None:
    """Change a locked commitment, with the statements that go `along`, and write the next entry of its trail.

    An expired proposal that no entry has named yet is named by this one, whatever else it says.
    """
    if locked.expired:
        data["expired"] = str(locked.expired)
        await connection.execute(_expire(locked.expired, locked.stamp.at))
        changes = {**CLOSED, **changes}
    row = locked.row
    author = Author(caller.principal_id, caller.party)
    entry = locked.stamp.entry(row["commission_id"], row["id"], author, kind, data)
    changed = sa.update(_commitment).where(_commitment.c.id == row["id"]).values(**changes, **_head(entry))
    for statement in along:
        changed = changed.add_cte(statement)
    await connection.execute(changed)
    await append(connection, entry)


def close(transition_id: UUID, status: TransitionStatus, at: datetime) -> sa.CTE:
    """Return the statement that closes a transition."""
    mine = sa.update(_transition).where(_transition.c.id == transition_id)
    return mine.values(status=status, closed_at=at).cte("closed")


def _expire(transition_id: UUID, at: datetime) -> sa.Update:
    mine = sa.update(_transition).where(_transition.c.id == transition_id)
    return mine.values(status=TransitionStatus.EXPIRED, closed_at=at)


def _head(entry: Entry) -> dict[str, Any]:
    return {"seq": entry.seq, "leaf": entry.leaf, "changed_at": entry.recorded_at}


def _json(value: Any) -> Any:  # noqa: ANN401 -- any column's value
    return str(value) if isinstance(value, UUID | Enum) else value
