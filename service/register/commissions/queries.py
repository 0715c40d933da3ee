"""Reading commissions and sessions, and what a caller is in a commission."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from service.database.columns import table
from service.errors import NotFound
from service.permissions import Caller, Standing, standing
from service.register.commissions.models import Commission, CommissionAuditor, CommissionParty, Session
from service.trail.entry import Head
from service.trail.stamp import Stamp

_commission, _party, _auditor, _session = (
    table(Commission),
    table(CommissionParty),
    table(CommissionAuditor),
    table(Session),
)
_parties = (
    sa.select(
        sa.func.jsonb_agg(
            sa.func.jsonb_build_object("party", _party.c.party, "secretariat_id", _party.c.secretariat_id)
        )
    )
    .where(_party.c.commission_id == _commission.c.id)
    .scalar_subquery()
)
_read = sa.select(
    *(column for column in _commission.c if column.name not in {"parties", "leaf"}), _parties.label("parties")
)
Row = Any


@dataclass(frozen=True, slots=True)
class Locked:
    """A commission, locked: its row, what the caller is there, and the stamp for its next entry."""

    row: Row
    standing: Standing
    stamp: Stamp


def secretariat_of(caller: Caller, commission_id: sa.ColumnElement[UUID]) -> sa.ColumnElement[bool]:
    """Return the condition that the caller's organisation is a secretariat of the commission."""
    mine = (_party.c.commission_id == commission_id) & (_party.c.secretariat_id == caller.organisation_id)
    return sa.exists().where(mine) if caller.organisation_id else sa.false()


def auditor_of(caller: Caller, commission_id: sa.ColumnElement[UUID]) -> sa.ColumnElement[bool]:
    """Return the condition that the caller is appointed as auditor of the commission."""
    return sa.exists().where(
        (_auditor.c.commission_id == commission_id) & (_auditor.c.principal_id == caller.principal_id)
    )


async def get_for_update(connection: AsyncConnection, caller: Caller, commission_id: UUID) -> Locked:
    """Lock the commission's row, whose head the caller is about to move; `NotFound` otherwise."""
    asked = (
        sa.select(
            *_commission.c,
            secretariat_of(caller, _commission.c.id).label("secretariat"),
            sa.func.uuidv7().label("new_id"),
            sa.func.greatest(sa.func.clock_timestamp(), _commission.c.changed_at).label("at"),
        )
        .where(_commission.c.id == commission_id)
        .with_for_update(key_share=True, of=_commission)
    )
    row = (await connection.execute(asked)).mappings().one_or_none()
    if row is None:
        raise NotFound("There is no such commission.")
    rights = standing(caller, secretariat=row["secretariat"], party=caller.party in row["parties"])
    return Locked(row, rights, Stamp(row["new_id"], row["at"], Head(row["seq"], bytes(row["leaf"]))))


async def get(connection: AsyncConnection, commission_id: UUID) -> Row:
    """Return the commission; `NotFound` otherwise."""
    return await _one(connection, _read.where(_commission.c.id == commission_id), "There is no such commission.")


async def page(connection: AsyncConnection, after: list[Any] | None, limit: int) -> Sequence[Row]:
    """Return commissions by age, one more than `limit` if there is more."""
    asked = _read.order_by(_commission.c.id).limit(limit + 1)
    return (await connection.execute(asked.where(_commission.c.id > after[0]) if after else asked)).mappings().all()


async def rights(connection: AsyncConnection, caller: Caller, commission_id: UUID) -> Standing:
    """Return what the caller is in the commission; `NotFound` if there is none."""
    asked = sa.select(
        _commission.c.parties,
        secretariat_of(caller, _commission.c.id).label("secretariat"),
        auditor_of(caller, _commission.c.id).label("auditor"),
    ).where(_commission.c.id == commission_id)
    row = await _one(connection, asked, "There is no such commission.")
    return standing(
        caller, secretariat=row["secretariat"], auditor=row["auditor"], party=caller.party in row["parties"]
    )


async def session(connection: AsyncConnection, session_id: UUID) -> Row:
    """Return the session; `NotFound` otherwise."""
    return await _one(connection, sa.select(_session).where(_session.c.id == session_id), "There is no such session.")


async def sessions(
    connection: AsyncConnection, commission_id: UUID, after: list[Any] | None, limit: int
) -> Sequence[Row]:
    """Return the sessions of a commission by ordinal."""
    asked = sa.select(_session).where(_session.c.commission_id == commission_id).order_by(_session.c.ordinal)
    if after:
        asked = asked.where(_session.c.ordinal > after[0])
    return (await connection.execute(asked.limit(limit + 1))).mappings().all()


async def _one(connection: AsyncConnection, asked: sa.Select[Any], otherwise: str) -> Row:
    found = (await connection.execute(asked)).mappings().one_or_none()
    if found is None:
        raise NotFound(otherwise)
    return found
