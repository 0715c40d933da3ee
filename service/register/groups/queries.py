"""Reading working groups."""

from collections.abc import Sequence
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from service.database.columns import table
from service.database.statement import FIRST, LIMIT, Connection, Query, is_among
from service.errors import NotFound
from service.identity.queries import require_active
from service.permissions import Caller, Kind
from service.register.commissions.matter import one_by_one
from service.register.commissions.models import Commission, Membership
from service.register.commissions.roles import bound
from service.register.decisions.engine.matter import Row
from service.register.decisions.models import live
from service.register.groups.matter import GROUPS, seen_by
from service.register.groups.models import WorkingGroup
from service.register.groups.rules.lifecycle import GroupState
from service.register.parties.naming import organisations_named

_group, _commission, _member = table(WorkingGroup), table(Commission), table(Membership)
_UNREAD = {"leaf", "refused_transition_id", "changed_at", "seq", "code"}
_read = sa.select(
    *(column for column in _group.c if column.name not in _UNREAD),
    _group.c.seq.label("version"),
    GROUPS.reference.label("reference"),
    live(_group).label("live"),
    organisations_named(
        sa.select(_member.c.organisation_id).where(
            _member.c.working_group_id == _group.c.id, _member.c.ended_at.is_(None)
        ),
        _group,
    ),
)
_not_retracted = _group.c.state != sa.literal_column(f"'{GroupState.RETRACTED}'")


async def get(connection: Connection, caller: Caller, working_group_id: UUID) -> Row:
    """Return one group with the caller's roles and the commission's fixed facts; `NotFound` otherwise."""
    row = await _one(caller.kind).row(connection, group_id=working_group_id, **bound(caller))
    if row is None:
        await require_active(connection, caller)
        raise NotFound("There is no such working group for this caller.")
    return row


async def page(
    connection: Connection,
    caller: Caller,
    filters: dict[str, Sequence[Any]],
    after: list[Any] | None,
    limit: int,
) -> list[dict[str, Any]]:
    """Return groups by age, by columns that are one of the values given (all if empty); one more than `limit` if there is more."""
    given = {name: values for name, values in filters.items() if values}
    last = after[0] if after else FIRST
    return await _page(caller.kind, *given).rows(connection, after=last, limit=limit + 1, **given, **bound(caller))


async def codes(connection: Connection, commission_id: UUID) -> set[str]:
    """Return the codes of a commission's groups, also of those that the caller does not see.

    Of two groups that are recorded at once the second waits here, and finds the code of the first.
    """
    await _waiting.row(connection, commission_id=commission_id)
    return {*await _codes.rows(connection, commission_id=commission_id)}


@cache
def _one(kind: Kind) -> Query[dict[str, Any]]:
    return Query(seen_by(kind, _read).where(_group.c.id == sa.bindparam("group_id")), dict)


@cache
def _page(kind: Kind, *filters: str) -> Query[dict[str, Any]]:
    """Return the list with these filters, each a column that is one of the values given under its name."""
    wanted = [is_among(_group.c[name], name) for name in filters]
    asked = seen_by(kind, _read).where(_group.c.id > sa.bindparam("after"), _not_retracted, *wanted)
    return Query(asked.order_by(_group.c.id).limit(LIMIT), dict)


_codes = Query(sa.select(_group.c.code).where(_group.c.commission_id == sa.bindparam("commission_id")), str)
_waiting = one_by_one(sa.bindparam("commission_id", type_=sa.Uuid()))
