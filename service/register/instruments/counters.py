"""The numbers of a commission's instruments, in a row of their own: who holds it, gives the next one.

The row is locked after the instruments: nobody who holds it locks one.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from service.database.columns import table
from service.database.statement import Connection, Query, is_among
from service.register.decisions.engine.series import MINE, begin_series, change
from service.register.decisions.models import NumberCounter
from service.register.decisions.rules.numbers import Numbers, drafts, is_apart, is_draft
from service.register.instruments.models import Instrument
from service.register.instruments.rules.effect import SERIES, stem_of

__all__ = ["change", "draft_of", "lock", "lock_all"]

ORDINARY: Final = "instrument"
APART: Final = "restricted"
_instrument, _counter = table(Instrument), table(NumberCounter)


class _Draft(NamedTuple):
    commission_id: UUID
    reference: str
    confidentiality: str


_lock: Query[list[int]] = Query(sa.select(_counter.c.given).where(MINE).with_for_update(key_share=True), list)
_drafts = Query(
    sa.select(*(_instrument.c[name] for name in _Draft._fields)).where(
        is_among(_instrument.c.id, "keys"), _instrument.c.reference == _instrument.c.draft_reference
    ),
    _Draft,
)


_taken = Query(sa.select(_instrument.c.draft_reference).where(is_among(_instrument.c.draft_reference, "wanted")), str)


async def draft_of(connection: Connection, code: str, instrument_id: str) -> str:
    """Return the reference that the instrument of the commission with this code has until it has its number."""
    possible = drafts(stem_of(code), instrument_id)
    taken = await _taken.rows(connection, wanted=possible)
    return next(one for one in possible if one not in taken)


async def lock(connection: Connection, row: Mapping[str, Any]) -> Numbers | None:
    """Lock the series in which the instrument will have its number, and return it; None if it has its number."""
    if not is_draft(row["reference"]):
        return None
    apart = is_apart(row)
    series = APART if apart else ORDINARY
    key = {"the_commission_id": row["commission_id"], "the_session": SERIES, "the_series": series}
    stem = stem_of(row["reference"].partition("/")[0])
    found = await _lock.row(connection, **key)
    if found is None:
        await begin_series(connection, row["commission_id"], SERIES, series, Numbers(stem))
        found = await _lock.one(connection, **key)
    return Numbers(stem, list(found), key, apart)


async def lock_all(connection: Connection, instrument_ids: Sequence[UUID]) -> None:
    """Lock the series of many instruments, in one order for all who do."""
    if instrument_ids:
        found = [one._asdict() for one in await _drafts.rows(connection, keys=instrument_ids)]
        wanted = {(one["commission_id"], is_apart(one)): one for one in found}
        for key in sorted(wanted):
            await lock(connection, wanted[key])
