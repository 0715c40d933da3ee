"""Reading what an organisation has in hand."""

from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from service.database.columns import table
from service.database.statement import Connection, Query
from service.permissions import Caller, Kind
from service.register.commissions.models import Commission, CommissionParty, Membership
from service.register.commitments.models import LEADS, Commitment
from service.register.commitments.visibility import bound, visible_to
from service.register.groups.models import WorkingGroup

_commission, _party, _member = table(Commission), table(CommissionParty), table(Membership)
_group, _commitment = table(WorkingGroup), table(Commitment)
_organisation: Any = sa.bindparam("organisation_id", type_=sa.Uuid())
_of_party: Any = sa.bindparam("party", type_=sa.Text())


class Office(NamedTuple):
    """A commission in which a party takes part, and which of its organisations is its secretariat there."""

    commission_id: UUID
    code: str
    secretariat_id: UUID | None
    """None until it is named: then nothing was given to anybody there."""
    state: str


class Seat(NamedTuple):
    """An organisation's part in a working group."""

    id: UUID
    commission_id: UUID
    code: str
    state: str
    role: str


class Led(NamedTuple):
    """A commitment that an organisation leads, as its own party says, and whether the caller may see it."""

    id: UUID
    commission_id: UUID
    reference: str
    facts: dict[str, Any]
    seen: bool


_offices = Query(
    sa.select(_party.c.commission_id, _commission.c.code, _party.c.secretariat_id, _commission.c.state)
    .select_from(_party.join(_commission, _commission.c.id == _party.c.commission_id))
    .where(_party.c.party == _of_party, _party.c.ended_at.is_(None))
    .order_by(_party.c.commission_id),
    Office,
)
_seats = Query(
    sa.select(_group.c.id, _group.c.commission_id, _group.c.code, _group.c.state, _member.c.role)
    .select_from(_member.join(_group, _group.c.id == _member.c.working_group_id))
    .where(_member.c.organisation_id == _organisation, _member.c.ended_at.is_(None))
    .order_by(_group.c.id),
    Seat,
)


@cache
def _led(kind: Kind) -> Query[Led]:
    own = _commitment.c.party_facts.op("->", return_type=JSONB())(_of_party).label("facts")
    asked = sa.select(
        _commitment.c.id, _commitment.c.commission_id, _commitment.c.reference, own, visible_to(kind).label("seen")
    )
    leads = sa.literal_column(LEADS, JSONB()).contains(sa.func.to_jsonb(sa.cast(_organisation, sa.Text)))
    return Query(asked.where(leads, own.is_not(None)).order_by(_commitment.c.id), Led)


async def offices(connection: Connection, party: str) -> list[Office]:
    """Return the commissions in which the party takes part, by id."""
    return await _offices.rows(connection, party=party)


async def seats(connection: Connection, organisation_id: UUID) -> list[Seat]:
    """Return the working groups in which the organisation has a part, by id."""
    return await _seats.rows(connection, organisation_id=organisation_id)


async def led(connection: Connection, caller: Caller, party: str, organisation_id: UUID) -> list[Led]:
    """Return the commitments that the organisation leads, by id, whoever may see them."""
    asked = {"party": party, "organisation_id": organisation_id}
    return await _led(caller.kind).rows(connection, **asked, **bound(caller))
