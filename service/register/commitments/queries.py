"""Reading commitments: who sees which, the locked read that every move begins with, transitions."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, NoReturn
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from service.database.columns import table
from service.errors import NotFound, ProposalAlreadyOpen
from service.identity.queries import require_active
from service.permissions import Caller, Role, Standing, standing
from service.register.commissions.models import Rule, Session
from service.register.commitments import statements
from service.register.commitments.models import Commitment
from service.register.commitments.rules.lifecycle import OPEN
from service.register.commitments.rules.matter import COMMITMENT
from service.register.commitments.rules.requirements import Facts
from service.register.commitments.rules.requirements import facts as facts_of
from service.register.commitments.visibility import bound, visible_to
from service.register.decisions.rules.judging import Case
from service.register.decisions.rules.matter import Found, Name
from service.register.groups.models import WorkingGroup
from service.trail.entry import Head
from service.trail.stamp import Stamp

_commitment = table(Commitment)
_beside = _commitment.alias("beside")
_NAMED: Final = {"working_group": table(WorkingGroup), "session": table(Session)}
MEMBERS: Final = (
    "reference", "session_id", "carried_to_session_id", "working_group_id", "item_number", "sector", "titles", "texts",
    "confidentiality", "target_date", "instrument_required", "no_instrument_reason", "instrument", "party_facts", "state",
    "effective_on", "suspended_from", "review_on", "successor",
)  # fmt: skip
"""What an entry says of a commitment; the row's other columns follow from these, or from the proposals."""
_flags = {f"is_{role}": str(role) for role in (Role.SECRETARIAT, Role.CO_LEAD, Role.MEMBER, Role.PARTY, Role.AUDITOR)}
Row = Any


@dataclass(frozen=True, slots=True)
class Locked:
    """A commitment, locked: its row with the commission's fixed facts, the caller's standing, the next stamp."""

    row: Row
    standing: Standing
    stamp: Stamp

    @property
    def proposal(self) -> UUID | None:
        """Return the open proposal, judged now: one past its `expires_at` is open no more."""
        end = self.row["expires_at"]
        return None if end is not None and end <= self.stamp.at else self.row["open_transition_id"]

    @property
    def expired(self) -> UUID | None:
        """Return the proposal that has expired and of which no entry says so yet."""
        return None if self.proposal else self.row["open_transition_id"]

    @property
    def facts(self) -> Facts:
        """Return what the rules of evidence look at."""
        return facts(self.row)

    def case(self, found: Mapping[Name, Found | None]) -> Case:
        """Return what a proposal is judged by; `found` is what was found under the names in it."""
        return Case(members(self.row), self.facts, self.stamp.at, found)

    def require_nothing_open(self) -> None:
        """Raise `ProposalAlreadyOpen` if a proposal is open: one at a time."""
        if self.proposal:
            raise ProposalAlreadyOpen(
                f"A proposal by {self.row['proposed_by']} is open; it awaits {', '.join(self.row['awaiting'])}.",
                open_transition_id=str(self.proposal),
            )

    def others(self, party: str | None) -> list[str]:
        """Return the parties that have to confirm what `party` proposes."""
        return others(self.row, party)


def members(row: Row) -> dict[str, Any]:
    """Return the commitment's members as JSON values."""
    return {name: str(value) if isinstance(value := row[name], UUID | Enum) else value for name in MEMBERS}


def facts(row: Row) -> Facts:
    """Return what the rules of evidence look at, from a row with the commission's parties and languages."""
    return facts_of(row, row["parties"], row["languages"])


def others(row: Row, party: str | None) -> list[str]:
    """Return the parties that have to confirm what `party` proposes: nobody where the rule is unilateral."""
    return [] if row["rule"] == Rule.UNILATERAL else [code for code in row["parties"] if code != party]


def rights(caller: Caller, row: Row) -> Standing:
    """Return the caller's standing from the role columns of a row."""
    return standing(caller, **{role: row[flag] for flag, role in _flags.items()})


async def get(connection: AsyncConnection, caller: Caller, commitment_id: UUID) -> dict[str, Any]:
    """Return one commitment with the caller's roles and the commission's fixed facts; `NotFound` otherwise."""
    row = await statements.one(caller.kind).row(connection, bound(caller, commitment_id=commitment_id))
    return row or await _absent(connection, caller)


async def get_for_update(connection: AsyncConnection, caller: Caller, commitment_id: UUID) -> Locked:
    """Lock the commitment that the caller may see; `NotFound` otherwise.

    Two moves at once: the second waits here, and then
    reads the row as the first left it; whatever it decides on must therefore lie on this row.
    """
    row = await statements.locking(caller.kind).row(connection, bound(caller, commitment_id=commitment_id))
    return locked(caller, row or await _absent(connection, caller))


def locked(caller: Caller, row: Row) -> Locked:
    """Return the row of a locked read as what it is."""
    return Locked(row, rights(caller, row), Stamp(row["new_id"], row["at"], Head(row["seq"], row["leaf"])))


async def find(connection: AsyncConnection, name: Name, caller: Caller | None, beside: UUID) -> Found | None:
    """Return what stands under a name, as the caller (None: the service) may see it from the commitment `beside`."""
    ours = sa.select(_beside.c.commission_id).where(_beside.c.id == beside).scalar_subquery()
    if name.kind != COMMITMENT.kind:
        kind = _NAMED[name.kind]
        there = sa.select(kind.c.id).where(kind.c.id == UUID(name.key), kind.c.commission_id == ours)
        return Found() if await connection.scalar(there) else None
    asked = sa.select(_commitment.c.id, (_commitment.c.commission_id == ours).label("is_beside"))
    asked = asked.where(_commitment.c.reference == name.key)
    if caller is not None:
        asked = asked.where(visible_to(caller.kind))
    row = (await connection.execute(asked, bound(caller) if caller else {})).one_or_none()
    return Found(row.id, is_itself=row.id == beside, is_beside=row.is_beside) if row else None


async def lock_open(connection: AsyncConnection, commitment_id: UUID) -> bool:
    """Lock another commitment that a move names, and return whether it is open."""
    asked = sa.select(_commitment.c.state).where(_commitment.c.id == commitment_id)
    return await connection.scalar(asked.with_for_update(key_share=True)) in OPEN


async def place(
    connection: AsyncConnection, caller: Caller, commission_id: UUID, session_id: UUID | None, group_id: UUID | None
) -> Row | None:
    """Return what recording needs to know of the commission, its session and group, with the caller's roles."""
    named = {"commission_id": commission_id, "session_id": session_id, "group_id": group_id}
    return await statements.place(caller.kind).row(connection, bound(caller, **named))


async def _absent(connection: AsyncConnection, caller: Caller) -> NoReturn:
    await require_active(connection, caller)
    raise NotFound("There is no such commitment for this caller.")
