"""Reading working groups."""

from collections.abc import Sequence
from functools import cache
from typing import Any, TypedDict
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from service.database.columns import table
from service.database.statement import FIRST, LIMIT, Connection, Query, is_among
from service.errors import there
from service.register.commissions.models import Membership
from service.register.groups.models import WorkingGroup

_group, _member = table(WorkingGroup), table(Membership)


class MemberRow(TypedDict):
    """An organisation's present part in a group; read from JSON, where its id is a text."""

    organisation_id: str
    party: str
    role: str


class GroupRow(TypedDict):
    """A group with its present members."""

    id: UUID
    commission_id: UUID
    titles: dict[str, str]
    sector: str
    founded_at_session_id: UUID | None
    seq: int
    members: list[MemberRow]


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
_one = Query(_read.where(_group.c.id == sa.bindparam("group_id")), GroupRow)


@cache
def _page(*filters: str) -> Query[GroupRow]:
    """Return the list with these filters, each a column that is one of the values given under its name."""
    wanted = [is_among(_group.c[name], name) for name in filters]
    asked = _read.where(_group.c.id > sa.bindparam("after"), *wanted).order_by(_group.c.id).limit(LIMIT)
    return Query(asked, GroupRow)


async def get(connection: Connection, working_group_id: UUID) -> GroupRow:
    """Return the group with its present members; `NotFound` otherwise."""
    return there(await _one.row(connection, group_id=working_group_id), "There is no such working group.")


async def page(
    connection: Connection,
    commissions: Sequence[UUID],
    sectors: Sequence[str],
    after: list[Any] | None,
    limit: int,
) -> list[GroupRow]:
    """Return groups by age, of these commissions and sectors (all if empty), one more than `limit` if there is more."""
    filters = {name: value for name, value in (("commission_id", commissions), ("sector", sectors)) if value}
    last = after[0] if after else FIRST
    return await _page(*filters).rows(connection, after=last, limit=limit + 1, **filters)
