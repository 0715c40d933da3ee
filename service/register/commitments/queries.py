"""Reading commitments: who sees which, the locked read that every move begins with, transitions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from service.database.columns import table
from service.errors import NotFound
from service.identity.queries import require_active
from service.permissions import Caller, Role, Standing, standing
from service.register.commissions.models import Rule
from service.register.commitments import statements
from service.register.commitments.models import Commitment
from service.register.commitments.rules.lifecycle import OPEN, State
from service.register.commitments.rules.requirements import Facts
from service.register.commitments.visibility import bound, visible_to
from service.trail.entry import Head
from service.trail.stamp import Stamp

_commitment = table(Commitment)
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

    def others(self, party: str | None) -> list[str]:
        """Return the parties that have to confirm what `party` proposes."""
        return others(self.row, party)


def facts(row: Row) -> Facts:
    """Return what the rules of evidence look at, from a row with the commission's parties and languages."""
    return Facts(
        state=State(row["state"]),
        instrument_required=row["instrument_required"],
        parties=tuple(row["parties"]),
        languages=tuple(row["languages"]),
        no_instrument_reason=row["no_instrument_reason"],
        instrument_kind=(row["instrument"] or {}).get("kind"),
        suspended_from=State(row["suspended_from"]) if row["suspended_from"] else None,
    )


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


async def find(connection: AsyncConnection, reference: str, caller: Caller | None, beside: UUID) -> Row | None:
    """Return (id, is_beside) of the commitment with this reference, if the caller (None: the service) may see it.

    `is_beside` tells whether it is of the same commission as the commitment `beside`.
    """
    one = _commitment.alias("one")
    ours = sa.select(one.c.commission_id).where(one.c.id == beside).scalar_subquery()
    asked = sa.select(_commitment.c.id, (_commitment.c.commission_id == ours).label("is_beside"))
    asked = asked.where(_commitment.c.reference == reference)
    if caller is None:
        return (await connection.execute(asked)).one_or_none()
    return (await connection.execute(asked.where(visible_to(caller.kind)), bound(caller))).one_or_none()


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


async def belong(
    connection: AsyncConnection, commission_id: UUID, named: Sequence[tuple[sa.Table, UUID]]
) -> list[bool]:
    """Return, for each (table, id), whether such a session or group of the commission exists."""
    asked = [sa.exists().where(kind.c.id == key, kind.c.commission_id == commission_id) for kind, key in named]
    return list((await connection.execute(sa.select(*asked))).one()) if asked else []


async def _absent(connection: AsyncConnection, caller: Caller) -> NoReturn:
    await require_active(connection, caller)
    raise NotFound("There is no such commitment for this caller.")
