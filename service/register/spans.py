"""In which states matters may have been, on which days, as known at which moments: by this a list of what was is found in the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar, Final

import sqlalchemy as sa
from sqlmodel import Field

from service.database.columns import Id, Table, moment, table
from service.database.spans import ANY
from service.database.statement import is_among


class Span(Table, table=True):
    """A state in which a matter may have been from one day until before another, as known from one moment; its end, as known from another.

    Kept by triggers (`database/spans.py`). It is never too little: what it was, the entries tell.
    """

    __table_args__: ClassVar[tuple[object, ...]] = (sa.Index("ix_span_by_beginning", "commission_id", "begins"),)

    matter_id: Id = Field(primary_key=True, sa_type=sa.Uuid)
    known_from: datetime = Field(primary_key=True, sa_type=sa.DateTime(timezone=True))
    state: str = Field(primary_key=True, sa_type=sa.Text)
    commission_id: Id = Field(sa_type=sa.Uuid, nullable=False)
    begins: date = Field(nullable=False)
    ends: date = Field(nullable=False)
    known_to: datetime = moment()


@dataclass(frozen=True, slots=True)
class Among:
    """What may have been in one of these states on a day (None: whatever the day), as known at a moment (None: now)."""

    states: Sequence[str]
    day: date | None
    known_at: datetime | None


COMMISSION: Final = "commission_id"
_FOREVER: Any = sa.literal_column("'infinity'")
_day: Any = sa.func.coalesce(sa.bindparam("past_day", type_=sa.Date()), _FOREVER)
_moment: Any = sa.func.coalesce(sa.bindparam("past_moment", type_=sa.DateTime(timezone=True)), _FOREVER)


def was_among(matter: sa.Table, asked: Mapping[str, object]) -> sa.ColumnElement[bool]:
    """Return the condition that a matter may have been in one of the states asked for; its values are `among_values`.

    `asked`: the filters that are given; where a commission is one, as a single value or not, what was elsewhere is not looked at.
    """
    span = table(Span).c
    wanted = [
        span.matter_id == matter.c.id,
        span.begins <= _day,
        span.known_from <= _moment,
        (span.ends > _day) | (span.known_to > _moment),
        is_among(span.state, "past_states"),
    ]
    if COMMISSION in asked:
        here = span.commission_id
        single = asked[COMMISSION]
        wanted.append(here == sa.bindparam(COMMISSION, type_=here.type) if single else is_among(here, COMMISSION))
    # Within a function it is asked of each row in the order of the list; the database reads what was so once, where that is less.
    return sa.func.coalesce(sa.exists().where(*wanted).correlate(matter), sa.false())


def among_values(among: Among | None) -> Mapping[str, Any]:
    """Return the values of that condition."""
    if among is None:
        return {}
    return {"past_states": [*among.states, ANY], "past_day": among.day, "past_moment": among.known_at}
