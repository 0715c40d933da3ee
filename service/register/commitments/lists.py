"""Lists of commitments, filtered (`filters.py`), in orders that are each backed by an index."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from functools import lru_cache, partial
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import array as sa_array

from service.database.columns import table
from service.database.statement import Connection, Query
from service.errors import InvalidContent
from service.identity.queries import require_active
from service.permissions import Caller, Kind
from service.register.commitments.by_words import COMMON, HAS_WORDS, QUESTION, is_common
from service.register.commitments.filters import CARRIED, SESSION, STATE, Filter, among, condition, is_single
from service.register.commitments.models import Commitment
from service.register.commitments.queries import as_told
from service.register.commitments.rules.lifecycle import State
from service.register.commitments.statements import (
    NO_DATE,
    due,
    read,
)
from service.register.commitments.visibility import bound, visible_to
from service.register.decisions.engine.matter import Row
from service.register.parties.queries import codes_asked, require_registered
from service.register.spans import Among, among_values, was_among
from service.values import Moment, storable

_commitment = table(Commitment)


class Sort(StrEnum):
    """Orders of the list; all but the first change while one pages through them, if commitments change."""

    REFERENCE = "reference"
    NEWEST = "newest"
    TARGET_DATE = "target_date"
    ACTIVITY = "activity"


ORDERS: dict[Sort, tuple[list[Any], bool, list[Any]]] = {
    Sort.REFERENCE: ([_commitment.c.reference], False, [storable]),
    Sort.NEWEST: ([_commitment.c.id], True, [UUID]),
    Sort.TARGET_DATE: ([due, _commitment.c.id], False, [date.fromisoformat, UUID]),
    Sort.ACTIVITY: ([_commitment.c.changed_at, _commitment.c.id], True, [TypeAdapter(Moment).validate_python, UUID]),
}
"""Columns, whether they descend, and how a cursor's values are read back."""


async def page(
    connection: Connection,
    caller: Caller,
    wanted: Filter,
    sort: Sort,
    after: list[Any] | None,
    limit: int,
    among: Among | None = None,
) -> list[Row]:
    """Return one more than `limit` rows that the caller may see, after these values of the order; `among`: that may have been so then."""
    if wanted.carried is not None and not wanted.session_id:
        said = "is asked of a session: name it by session_id"
        raise InvalidContent.listing([{"parameter": CARRIED, "detail": said}])
    asked = wanted.model_dump(exclude_defaults=True)
    values = {name: value[0] if is_single(name, value) else value for name, value in asked.items()}
    if after is not None:
        values |= {f"after_{place}": value for place, value in enumerate(after)}
    shape = tuple((name, value if isinstance(value, bool) else is_single(name, value)) for name, value in asked.items())
    values |= {"limit": limit + 1, **bound(caller), **among_values(among)}
    statement = partial(_page, caller.kind, shape, sort, going_on=after is not None)
    rows: Sequence[Row] = []
    if QUESTION in asked and SESSION not in asked and await is_common(connection, wanted.q):
        rows = await statement(past=False, near=True).rows(connection, **values)
    if len(rows) <= limit:
        rows = await statement(past=among is not None).rows(connection, **values)
    if not rows:
        await require_active(connection, caller)
    await require_registered(connection, codes_asked(wanted))
    return await as_told(connection, caller, rows)


async def alone(connection: Connection, caller: Caller, name: str, value: UUID) -> list[Row]:
    """Return a row that the caller may see of those that one filter finds with one value, in any state; none if there is none."""
    wanted = Filter(**{name: [value], STATE: [*State]})
    return await page(connection, caller, wanted, Sort.REFERENCE, None, 0)


def place(sort: Sort, row: Any) -> list[object]:  # noqa: ANN401 -- a row
    """Return the values of the order at which `row` stands."""
    return {
        Sort.REFERENCE: [row["reference"]],
        Sort.NEWEST: [row["id"]],
        Sort.TARGET_DATE: [row["due_on"] or NO_DATE, row["id"]],
        Sort.ACTIVITY: [row["changed_at"], row["id"]],
    }[sort]


Shape = tuple[tuple[str, bool], ...]
"""Which filters are given: of a flag its value, of any other whether it is a single value."""


@lru_cache(maxsize=1000)
def _page(
    kind: Kind, shape: Shape, sort: Sort, *, going_on: bool, past: bool, near: bool = False
) -> Query[dict[str, Any]]:
    """Return the statement of a list; making it anew for each request would cost more than running it.

    `near`: what has the words asked for is looked for among the next `COMMON` alone.
    """
    (columns, descending, _), given, seen = ORDERS[sort], dict(shape), visible_to(kind)
    if past:
        # What was not so is left before it is asked who may see it, which is more to look up.
        seen = sa.case((was_among(_commitment, given), seen), else_=sa.false())
    apart = {SESSION, CARRIED, *([QUESTION] if near else [])}
    wanted = [seen, *(condition(name, said) for name, said in shape if name not in apart)]
    if STATE not in given:
        wanted.append(_commitment.c.state != sa.literal_column(f"'{State.RETRACTED}'"))
    if going_on:
        here = sa.tuple_(*columns)
        there = sa.tuple_(*(sa.bindparam(f"after_{place}", type_=one.type) for place, one in enumerate(columns)))
        wanted.append(here < there if descending else here > there)
    order = [column.desc() if descending else column.asc() for column in columns]
    limit = sa.bindparam("limit", type_=sa.BigInteger())
    asked = read.order_by(*order).limit(limit)
    if near:
        following = sa.select(_commitment).where(*wanted).order_by(*order).limit(sa.literal_column(str(COMMON)))
        return Query(asked.where(HAS_WORDS).add_cte(following.cte(_commitment.name)), dict)
    if SESSION not in given:
        return Query(asked.where(*wanted), dict)
    page = sa.select(_commitment).where(*wanted).order_by(*order).limit(limit)
    return Query(asked.add_cte(_of_sessions(page, single=given[SESSION], is_carried=given.get(CARRIED))), dict)


def _of_sessions(page: sa.Select[Any], *, single: bool, is_carried: bool | None) -> sa.CTE:
    """Return what takes the table's place, by its name: the page of what was agreed there, of what was carried there, or of both.

    Each is a range of an index; for an OR the database would read the whole session, or the whole table. What went on to a
    session after it is found by an index without order: it is little.
    """
    agreed = among(_commitment.c.session_id, SESSION, single=single)
    carried = among(_commitment.c.carried_to_session_id, SESSION, single=single)
    asked = sa.bindparam(
        SESSION, type_=_commitment.c.session_id.type if single else ARRAY(_commitment.c.session_id.type)
    )
    before = _commitment.c.earlier_sessions.overlap(sa_array([asked]) if single else asked)
    no = (agreed.is_not(sa.true()), carried.is_not(sa.true()))
    own, others = [page.where(agreed)], [page.where(carried, no[0]), page.where(before, *no)]
    pages = [*([] if is_carried else own), *([] if is_carried is False else others)]
    return sa.union_all(*pages).cte(_commitment.name)
