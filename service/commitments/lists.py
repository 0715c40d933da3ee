"""Lists of commitments: typed filters, and orders that are each backed by an index."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from service.commitments.lifecycle import State
from service.commitments.models import Commitment
from service.commitments.queries import disputed, dormant, due_soon, live, overdue, read
from service.commitments.visibility import visible_to
from service.orm import table
from service.pages import decode, encode
from service.permissions import Caller
from service.wire import PartyCode, Sector, limited, storable

_commitment = table(Commitment)
# Not the last day of the calendar: the driver sends that one as infinity.
NO_DATE = date(9000, 1, 1)


class Sort(StrEnum):
    """Orders of the list; all but the first change while one pages through them, if commitments change."""

    REFERENCE = "reference"
    NEWEST = "newest"
    TARGET_DATE = "target_date"
    ACTIVITY = "activity"


class Filter(BaseModel):
    """What to list: members are joined by AND, repeated values of one member by OR."""

    model_config = ConfigDict(frozen=True)

    commission_id: list[UUID] = Field(default_factory=list, max_length=50)
    session_id: list[UUID] = Field(
        default_factory=list, max_length=50, description="Agreed at, or carried over to, one of these sessions."
    )
    working_group_id: list[UUID] = Field(default_factory=list, max_length=50)
    state: list[State] = Field(default_factory=list, max_length=20)
    sector: list[Sector] = Field(default_factory=list, max_length=50)
    awaiting: list[PartyCode] = Field(
        default_factory=list, max_length=20, description="An open proposal awaits one of these parties."
    )
    overdue: bool | None = Field(None, description="Open, and past its due date (or not).")
    due_soon: bool | None = Field(None, description="Open, and due within 30 days (or not).")
    dormant: bool | None = Field(None, description="Open, and unchanged for six months (or not).")
    disputed: bool | None = Field(
        None, description="A proposal was refused and nothing has taken effect since (or not)."
    )
    q: limited(200) | None = Field(  # type: ignore[valid-type]
        None, description='Words in titles and texts of any language; "quoted phrases", `or` and `-not` are understood.'
    )


_target = sa.func.coalesce(_commitment.c.due_on, sa.text("'9000-01-01'::date"))
ORDERS: dict[Sort, tuple[list[Any], bool, list[Any]]] = {
    Sort.REFERENCE: ([_commitment.c.reference], False, [storable]),
    Sort.NEWEST: ([_commitment.c.id], True, [UUID]),
    Sort.TARGET_DATE: ([_target, _commitment.c.id], False, [date.fromisoformat, UUID]),
    Sort.ACTIVITY: ([_commitment.c.changed_at, _commitment.c.id], True, [datetime.fromisoformat, UUID]),
}
"""Columns, whether they descend, and how a cursor's values are read back."""


async def page(
    connection: AsyncConnection, caller: Caller, wanted: Filter, sort: Sort, cursor: str | None, limit: int
) -> Sequence[Any]:
    """Return one more than `limit` rows that the caller may see, after `cursor`."""
    columns, descending, kinds = ORDERS[sort]
    asked = read.where(visible_to(caller), *_conditions(wanted))
    after = decode(cursor, sort, *kinds)
    if after is not None:
        here, there = sa.tuple_(*columns), sa.tuple_(*(sa.bindparam(None, value) for value in after))
        asked = asked.where(here < there if descending else here > there)
    order = [column.desc() if descending else column.asc() for column in columns]
    return (await connection.execute(asked.order_by(*order).limit(limit + 1))).mappings().all()


def mark(sort: Sort, row: Any) -> str:  # noqa: ANN401 -- a row
    """Return the cursor that stands after `row`."""
    values = {
        Sort.REFERENCE: [row["reference"]],
        Sort.NEWEST: [row["id"]],
        Sort.TARGET_DATE: [row["due_on"] or NO_DATE, row["id"]],
        Sort.ACTIVITY: [row["changed_at"], row["id"]],
    }
    return encode(sort, *values[sort])


def _conditions(wanted: Filter) -> list[Any]:
    listed = ("commission_id", "working_group_id", "state", "sector")
    found: list[Any] = [_commitment.c[name].in_(getattr(wanted, name)) for name in listed if getattr(wanted, name)]
    if wanted.session_id:
        sessions = (_commitment.c.session_id, _commitment.c.carried_to_session_id)
        found.append(sa.or_(*(column.in_(wanted.session_id) for column in sessions)))
    if wanted.awaiting:
        found.append(live & _commitment.c.awaiting.overlap(wanted.awaiting))
    for condition, asked in (
        (overdue, wanted.overdue),
        (due_soon, wanted.due_soon),
        (dormant, wanted.dormant),
        (disputed, wanted.disputed),
    ):
        if asked is not None:
            found.append(condition if asked else sa.not_(condition))
    if wanted.q:
        found.append(_commitment.c.words.op("@@")(sa.func.websearch_to_tsquery(sa.text("'simple'"), wanted.q)))
    return found
