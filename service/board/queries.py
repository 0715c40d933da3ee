"""What the pages read beside what the API's own queries give: counts by state, and names."""

from collections.abc import Collection
from functools import cache
from typing import NamedTuple, TypedDict
from uuid import UUID

import sqlalchemy as sa

from service.database.columns import table
from service.database.statement import Connection, Query, is_among
from service.permissions import Caller, Kind
from service.register.commitments.models import Commitment
from service.register.commitments.rules.lifecycle import State
from service.register.commitments.statements import disputed, live, one_sided, overdue
from service.register.commitments.visibility import bound, visible_to
from service.register.parties.models import Organisation, Party

_commitment, _organisation, _party = table(Commitment), table(Organisation), table(Party)
_here = _commitment.c.commission_id == sa.bindparam("commission_id")
_listed = _commitment.c.state != sa.literal_column(f"'{State.RETRACTED}'")


class Counted(NamedTuple):
    """How many commitments stand in a state, and how many of these are overdue, disputed, or one-sided."""

    state: str
    commitments: int
    overdue: int
    disputed: int
    one_sided: int


class Awaited(NamedTuple):
    """How many open proposals on commitments await a party."""

    party: str
    proposals: int


class Body(TypedDict):
    """An organisation, as a page names it."""

    id: UUID
    party: str
    code: str
    name: str


class Government(NamedTuple):
    """A party, as a page names it."""

    code: str
    names: dict[str, str]


@cache
def _counts(kind: Kind) -> Query[Counted]:
    number = sa.func.count()
    asked = sa.select(
        _commitment.c.state,
        number.label("commitments"),
        number.filter(overdue).label("overdue"),
        number.filter(disputed).label("disputed"),
        number.filter(one_sided).label("one_sided"),
    )
    return Query(asked.where(_here, _listed, visible_to(kind)).group_by(_commitment.c.state), Counted)


@cache
def _awaited(kind: Kind) -> Query[Awaited]:
    each = sa.select(sa.func.unnest(_commitment.c.awaiting).label("party")).where(_here, live, visible_to(kind))
    one = each.subquery()
    return Query(sa.select(one.c.party, sa.func.count().label("proposals")).group_by(one.c.party), Awaited)


_bodies = Query(
    sa.select(*(_organisation.c[name] for name in ("id", "party", "code", "name"))).where(
        is_among(_organisation.c.id, "ids")
    ),
    Body,
)
_governments = Query(sa.select(_party.c.code, _party.c.names).where(is_among(_party.c.code, "codes")), Government)


async def counts(connection: Connection, caller: Caller, commission_id: UUID) -> dict[str, Counted]:
    """Return, by state, how many commitments of the commission the caller may see."""
    rows = await _counts(caller.kind).rows(connection, commission_id=commission_id, **bound(caller))
    return {row.state: row for row in rows}


async def awaited(connection: Connection, caller: Caller, commission_id: UUID) -> dict[str, int]:
    """Return, by party, how many open proposals await it, on commitments that the caller may see."""
    rows = await _awaited(caller.kind).rows(connection, commission_id=commission_id, **bound(caller))
    return {row.party: row.proposals for row in rows}


async def bodies(connection: Connection, ids: Collection[UUID]) -> dict[str, Body]:
    """Return organisations by their id as a text."""
    rows = await _bodies.rows(connection, ids=list(ids)) if ids else []
    return {str(row["id"]): row for row in rows}


async def governments(connection: Connection, codes: Collection[str]) -> dict[str, dict[str, str]]:
    """Return the names of parties by code."""
    return {row.code: row.names for row in await _governments.rows(connection, codes=list(codes))}
