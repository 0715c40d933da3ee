"""Reading instruments."""

from collections.abc import Collection
from datetime import date
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from service.database.columns import table
from service.database.statement import Connection, Query
from service.errors import NotFound
from service.identity.queries import require_active
from service.permissions import Caller, Kind
from service.register.commissions.confidentiality import readable
from service.register.commissions.models import Commission
from service.register.commissions.roles import bound, roles_of
from service.register.decisions.engine.matter import Row
from service.register.decisions.models import live
from service.register.decisions.unseen import unnamed
from service.register.instruments.matter import COMMITMENT, INSTRUMENTS, carried_by, seen_by, visible_to
from service.register.instruments.models import Instrument, InstrumentReckoning
from service.register.instruments.rules.reckoning import COLUMNS

_instrument, _commission, _reckoning = table(Instrument), table(Commission), table(InstrumentReckoning)
TODAY = sa.cast(sa.func.timezone("UTC", sa.func.now()), sa.Date)
TELLING = (_commission.c.languages, _commission.c.entered)
"""What else the charter says of an instrument of which a commitment alone told."""
_UNREAD = {"leaf", "refused_transition_id", "seq"}


@cache
def listed(kind: Kind) -> sa.Select[Any]:
    """Return what reads instruments for a list, as a caller of this kind may see them: not who the caller is in each commission."""
    joined = _instrument.join(_commission, _commission.c.id == _instrument.c.commission_id)
    joined = joined.join(_reckoning, _reckoning.c.instrument_id == _instrument.c.id)
    of_commission = (_commission.c.parties, _commission.c.outside)
    return _told(kind).add_columns(*of_commission).select_from(joined).where(visible_to(kind))


def _told(kind: Kind) -> sa.Select[Any]:
    """Return what selects what is told of an instrument, with what is reckoned of it."""
    return sa.select(
        *(column for column in _instrument.c if column.name not in _UNREAD),
        # Of one of which a commitment alone tells there is no entry yet.
        sa.func.greatest(_instrument.c.seq, sa.literal_column("0")).label("version"),
        live(_instrument).label("live"),
        carried_by(kind).label("carried"),
        *(_reckoning.c[name] for name in COLUMNS),
        TODAY.label("today"),
    )


async def get(connection: Connection, caller: Caller, instrument_id: UUID) -> Row:
    """Return one instrument with the caller's roles and the commission's fixed facts; `NotFound` otherwise."""
    row = await _one(caller.kind).row(connection, instrument_id=instrument_id, **bound(caller))
    if row is None:
        await require_active(connection, caller)
        raise NotFound("There is no such instrument for this caller.")
    (told,) = await unnamed(connection, (INSTRUMENTS,), caller, [row])
    return told


async def commitments(
    connection: Connection, caller: Caller, commission_id: UUID, wanted: Collection[UUID]
) -> dict[UUID, str]:
    """Return of these the commitments of the commission that the caller may see, and the confidentiality of each.

    They are locked by ascending id: until the instrument is recorded that is to carry them, none of them is closed in.
    """
    found = _commitments(caller.kind)
    return dict(await found.rows(connection, commission_id=commission_id, wanted=list(wanted), **bound(caller)))


async def instruments(
    connection: Connection, caller: Caller, commission_id: UUID, wanted: Collection[UUID]
) -> set[UUID]:
    """Return which of these are instruments of the commission that the caller may see."""
    found = _instruments(caller.kind)
    return {*await found.rows(connection, commission_id=commission_id, wanted=list(wanted), **bound(caller))}


def today_of(row: Row) -> date:
    """Return the day (UTC) on which the row was read."""
    day: date = row["today"]
    return day


@cache
def _one(kind: Kind) -> Query[dict[str, Any]]:
    asked = seen_by(kind, _told(kind)).where(_reckoning.c.instrument_id == _instrument.c.id)
    return Query(asked.where(_instrument.c.id == sa.bindparam("instrument_id")), dict)


_wanted: Any = sa.bindparam("wanted", type_=ARRAY(sa.Uuid()))
_commission_id: Any = sa.bindparam("commission_id", type_=sa.Uuid())


class _Carried(NamedTuple):
    id: UUID
    confidentiality: str


@cache
def _commitments(kind: Kind) -> Query[_Carried]:
    roles = roles_of(kind, COMMITMENT.c.commission_id, COMMITMENT.c.working_group_id)
    here = (COMMITMENT.c.id == sa.any_(_wanted), COMMITMENT.c.commission_id == _commission_id)
    asked = sa.select(COMMITMENT.c.id, COMMITMENT.c.confidentiality)
    asked = asked.where(*here, readable(roles, COMMITMENT)).order_by(COMMITMENT.c.id)
    return Query(asked.with_for_update(key_share=True, of=COMMITMENT), _Carried)


@cache
def _instruments(kind: Kind) -> Query[UUID]:
    here = (_instrument.c.id == sa.any_(_wanted), _instrument.c.commission_id == _commission_id)
    return Query(sa.select(_instrument.c.id).where(*here, visible_to(kind)), UUID)
