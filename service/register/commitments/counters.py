"""The numbers that were given, kept in a row of their own for each series: who holds it, gives the next one.

The row is locked after the commitments: nobody who holds it locks one.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from service.database.columns import table
from service.database.statement import Connection, Query, is_among
from service.register.commissions.models import Session
from service.register.commitments.models import Commitment
from service.register.commitments.rules.numbering import is_apart, is_draft, is_restricted, number_of
from service.register.decisions.engine.series import begin_series, change
from service.register.decisions.models import NumberCounter
from service.register.decisions.rules.numbers import Numbers

__all__ = ["change", "lock", "lock_all"]

ORDINARY: Final = "ordinary"
APART: Final = "restricted"
_commitment, _session, _counter = table(Commitment), table(Session), table(NumberCounter)
# The session is held until the commit: its ordinal is not corrected between this reading and the entry that tells of it.
_ordinal = (
    sa.select(_session.c.ordinal)
    .where(_session.c.id == sa.bindparam("session_id", type_=sa.Uuid()))
    .with_for_update(read=True)
    .cte("its_session")
)


def _spelled(ordinal: sa.ColumnElement[Any]) -> sa.ColumnElement[str]:
    """Return the label of a series, as `numbering.stem_of` spells it: sessions without an ordinal are counted with what lies between."""
    # Two sessions with one ordinal have one label, hence one series: no reference is ever given twice.
    return sa.func.to_char(sa.func.coalesce(ordinal, 0), sa.literal_column("'FM900'"))


_label = _spelled(sa.select(_ordinal.c.ordinal).scalar_subquery())


class _Given(NamedTuple):
    session: str
    given: list[int]


_lock = Query(
    sa.select(_counter.c.session, _counter.c.given)
    .where(
        _counter.c.commission_id == sa.bindparam("the_commission_id"),
        _counter.c.session == _label,
        _counter.c.series == sa.bindparam("the_series"),
    )
    .with_for_update(key_share=True),
    _Given,
)
_label_of = Query(sa.select(_label.label("label")), str)
_references = Query(
    sa.select(_commitment.c.reference).where(
        _commitment.c.commission_id == sa.bindparam("the_commission_id"),
        # Digits, and no draft's letters: a colon comes after 9.
        _commitment.c.reference.between(sa.bindparam("first"), sa.bindparam("last")),
    ),
    str,
)


class _Series(NamedTuple):
    commission_id: UUID
    reference: str
    session_id: UUID | None
    confidentiality: str
    label: str


_drafts = Query(
    sa.select(*(_commitment.c[name] for name in _Series._fields[:-1]), _spelled(_session.c.ordinal).label("label"))
    .select_from(_commitment.outerjoin(_session, _session.c.id == _commitment.c.session_id))
    .where(is_among(_commitment.c.id, "keys"), ~_commitment.c.is_joint),
    _Series,
)


async def lock(connection: Connection, row: Mapping[str, Any]) -> Numbers | None:
    """Lock the series in which the commitment will have its number, and return it; None if it has its number."""
    if not is_draft(row["reference"]):
        return None
    code, _, _ = row["reference"].partition("/")
    apart = is_apart(row)
    values = {"the_commission_id": row["commission_id"], "the_series": APART if apart else ORDINARY}
    found = await _lock.row(connection, session_id=row["session_id"], **values)
    if found is None:
        await _start(connection, code, row, values["the_series"])
        found = await _lock.one(connection, session_id=row["session_id"], **values)
    return Numbers(f"{code}/{found.session}", list(found.given), values | {"the_session": found.session}, apart)


async def lock_all(connection: Connection, commitment_ids: Sequence[UUID]) -> None:
    """Lock the series of many commitments, in one order for all who do: each has its number when it is its turn."""
    if commitment_ids:
        wanted = {
            (one.label, is_apart(one._asdict()), str(one.session_id)): one
            for one in await _drafts.rows(connection, keys=commitment_ids)
        }
        for key in sorted(wanted):
            await lock(connection, wanted[key]._asdict())


async def _start(connection: Connection, code: str, row: Mapping[str, Any], series: str) -> None:
    """Begin a series with what was given before there were any; if two do so at once, one of them does."""
    label = await _label_of.one(connection, session_id=row["session_id"])
    stem = f"{code}/{label}"
    asked = {"the_commission_id": row["commission_id"], "first": f"{stem}/0", "last": f"{stem}/:"}
    numbers = Numbers(stem)
    for reference in await _references.rows(connection, **asked):
        if is_restricted(number_of(reference)) is (series == APART):
            numbers.give(number_of(reference))
    await begin_series(connection, row["commission_id"], label, series, numbers)
