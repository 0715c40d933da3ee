"""What is said of the instrument that carries a commitment, or is to: of which instrument it is a proposal instead, and as what."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from service.database.columns import table
from service.database.statement import Connection, Query
from service.errors import Conflict, InvalidContent, fault
from service.permissions import Caller, Kind
from service.register.commitments.models import Commitment
from service.register.commitments.rules.alone import VERSION
from service.register.commitments.rules.lifecycle import Action, State
from service.register.commitments.rules.signing import put_on, signed, taken_off
from service.register.commitments.visibility import bound, seen_by
from service.register.decisions.engine.matter import Instead
from service.register.instruments import queries as instruments
from service.register.instruments.matter import INSTRUMENTS
from service.register.instruments.models import Instrument
from service.register.instruments.rules.computed import SIGNED
from service.register.instruments.rules.lifecycle import InstrumentState

_commitment, _instrument = table(Commitment), table(Instrument)
_id = _commitment.c.instrument["id"].astext
_followed = _id.is_not(None)
# That of which it alone tells: `service/register/commitments/rules/alone.py`.
_alone = sa.cast(
    sa.func.overlay(
        sa.cast(_commitment.c.id, sa.Text()),
        sa.literal_column(f"'{VERSION}'"),
        sa.literal_column(str(len("xxxxxxxx-xxxx-V"))),
        sa.literal_column("1"),
    ),
    sa.Uuid(),
)
_told = (
    sa.select(sa.cast(_instrument.c.id, sa.Text()))
    .where(_instrument.c.id == _alone, _instrument.c.state == sa.literal_column(f"'{InstrumentState.DRAFTED}'"))
    .correlate(_commitment)
    .scalar_subquery()
)
_is_told = ~_followed & _told.is_not(None)
_carrier = sa.func.coalesce(_id, _told)
_unsigned = _commitment.c.instrument["state"].astext.not_in(
    [sa.literal_column(f"'{state}'") for state in sorted(SIGNED)]
)
# Of a commitment in another state its own lifecycle refuses the move.
_drafted = _commitment.c.state == sa.literal_column(f"'{State.MOU_DRAFTED}'")
OF_THE_INSTRUMENT: Final[Mapping[str, sa.ColumnElement[bool]]] = {
    Action.SIGN: _drafted & sa.func.coalesce(_followed & _unsigned | _is_told, sa.false()),
    Action.REDRAFT: _drafted & sa.func.coalesce(_followed | _is_told, sa.false()),
}


class _Known(NamedTuple):
    version: int
    reference: str
    instrument_id: str | None
    commission_id: UUID
    parties: list[str]


async def instead(
    connection: Connection, caller: Caller, commitment_id: UUID, body: Mapping[str, Any]
) -> Instead | None:
    """Return of what the body is a proposal instead of the commitment; None: of the commitment itself.

    409 where it is carried already, 422 where the body names no instrument of its commission.
    """
    action = body.get("action")
    if action == Action.DRAFT_MOU and body.get("instrument_id") is not None:
        return await _named(connection, caller, commitment_id, body)
    if not isinstance(action, str) or action not in OF_THE_INSTRUMENT:
        return None
    known = await _one(caller.kind, action).row(connection, commitment_id=commitment_id, **bound(caller))
    if known is None or known.instrument_id is None:
        return None
    key = UUID(known.instrument_id)
    if action == Action.SIGN:
        return Instead(INSTRUMENTS, key, signed(body, known.parties), known.version)
    one = await instruments.get(connection, caller, key)
    return Instead(INSTRUMENTS, key, taken_off(body, one["commitment_ids"], str(commitment_id)), known.version)


async def _named(
    connection: Connection, caller: Caller, commitment_id: UUID, body: Mapping[str, Any]
) -> Instead | None:
    known = await _one(caller.kind).row(connection, commitment_id=commitment_id, **bound(caller))
    if known is None:
        return None
    if known.instrument_id:
        raise Conflict(
            f"{known.reference} is carried by an instrument already (`instrument`); 'redraft' takes it off there."
        )
    try:
        key = UUID(str(body["instrument_id"]))
    except ValueError:
        raise InvalidContent.listing([fault("/instrument_id", "must be the id or code of an instrument")]) from None
    one = await instruments.get(connection, caller, key)
    if one["commission_id"] != known.commission_id:
        raise InvalidContent.listing([fault("/instrument_id", "names no instrument of this commission")])
    return Instead(INSTRUMENTS, key, put_on(body, one["commitment_ids"], str(commitment_id)), known.version)


@cache
def _one(kind: Kind, action: str | None = None) -> Query[Any]:
    """Return what finds the commitment; given an action, only where that is proposed of the instrument."""
    asked = sa.select(
        _commitment.c.seq.label("version"),
        _commitment.c.reference,
        _carrier.label("instrument_id"),
        _commitment.c.commission_id,
    )
    here = [_commitment.c.id == sa.bindparam("commitment_id"), *([OF_THE_INSTRUMENT[action]] if action else [])]
    found = seen_by(kind, asked).where(*here).subquery("found")
    return Query(sa.select(*(found.c[name] for name in _Known._fields)), _Known)
