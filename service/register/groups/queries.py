"""Reading working groups."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from service.database.columns import table
from service.errors import NotFound
from service.register.groups.models import Membership, WorkingGroup

_group, _member = table(WorkingGroup), table(Membership)
_members = (
    sa.select(
        sa.func.coalesce(
            sa.func.jsonb_agg(
                sa.func.jsonb_build_object(
                    "organisation_id", _member.c.organisation_id, "party", _member.c.party, "role", _member.c.role
                )
            ),
            sa.literal([], JSONB),
        )
    )
    .where((_member.c.working_group_id == _group.c.id) & _member.c.ended_at.is_(None))
    .scalar_subquery()
)
_read = sa.select(*_group.c, _members.label("members"))
Row = Any


async def get(connection: AsyncConnection, working_group_id: UUID) -> Row:
    """Return the group with its present members; `NotFound` otherwise."""
    found = (await connection.execute(_read.where(_group.c.id == working_group_id))).mappings().one_or_none()
    if found is None:
        raise NotFound("There is no such working group.")
    return found


async def page(
    connection: AsyncConnection,
    commissions: Sequence[UUID],
    sectors: Sequence[str],
    after: list[Any] | None,
    limit: int,
) -> Sequence[Row]:
    """Return groups by age, of these commissions and sectors (all if empty)."""
    asked = _read.order_by(_group.c.id).limit(limit + 1)
    if commissions:
        asked = asked.where(_group.c.commission_id.in_(commissions))
    if sectors:
        asked = asked.where(_group.c.sector.in_(sectors))
    if after:
        asked = asked.where(_group.c.id > after[0])
    return (await connection.execute(asked)).mappings().all()
