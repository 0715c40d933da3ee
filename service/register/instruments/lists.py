"""Lists of instruments: typed filters, and orders that are each backed by an index."""

from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.dialects.postgresql import ARRAY, array

from service.database.columns import table
from service.database.statement import Connection, Query, is_among
from service.identity.queries import require_active
from service.permissions import Caller, Kind
from service.register.commissions.confidentiality import readable
from service.register.commissions.roles import Condition, bound, roles_of
from service.register.decisions.engine.matter import Row
from service.register.decisions.models import live
from service.register.decisions.unseen import unnamed
from service.register.instruments.matter import COMMITMENT, INSTRUMENTS, is_carried
from service.register.instruments.models import Instrument, InstrumentReckoning
from service.register.instruments.queries import TELLING, TODAY, listed
from service.register.instruments.rules.computed import SIGNED
from service.register.instruments.rules.lifecycle import InstrumentState
from service.register.instruments.rules.reckoning import NEAR
from service.register.instruments.rules.texts import InstrumentKind
from service.register.parties.queries import require_registered
from service.register.spans import Among, among_values, was_among
from service.values import PartyCode, storable
from service.values.codes import CommissionId, CommitmentId

_instrument, _reckoning = table(Instrument), table(InstrumentReckoning)
NO_DATE: Final = date(9000, 1, 1)
MOST_DAYS: Final = 36_525


class InstrumentSort(StrEnum):
    """Orders of the list."""

    REFERENCE = "reference"
    NEWEST = "newest"
    SIGNED = "signed"


class Filter(BaseModel):
    """What to list: members are joined by AND, repeated values of one member by OR."""

    model_config = ConfigDict(frozen=True)

    commission_id: list[CommissionId] = Field(
        default_factory=list, max_length=50, description="Of one of these commissions."
    )
    kind: list[InstrumentKind] = Field(default_factory=list, max_length=20, description="Of one of these kinds.")
    state: list[InstrumentState] = Field(
        default_factory=list,
        max_length=20,
        description="What was retracted is listed where it is asked for, and only there.",
    )
    party: list[PartyCode] = Field(default_factory=list, max_length=20, description="One of these is a party of it.")
    counterpart: list[PartyCode] = Field(
        default_factory=list, max_length=20, description="One of these is a party of it too, beside `party`."
    )
    commitment_id: list[CommitmentId] = Field(
        default_factory=list, max_length=50, description="It carries one of these commitments."
    )
    awaiting: list[PartyCode] = Field(
        default_factory=list, max_length=20, description="An open proposal awaits one of these parties."
    )
    awaiting_step_of: list[PartyCode] = Field(
        default_factory=list, max_length=20, description="A step of one of these parties is missing."
    )
    in_force: bool | None = Field(None, description="Whether it is in force today (UTC), where that is known.")
    expiring_within: int | None = Field(
        None, ge=0, le=MOST_DAYS, description="It ends within so many days: no later period follows.", examples=[365]
    )
    notice_day_within: int | None = Field(
        None,
        ge=0,
        le=MOST_DAYS,
        description="Its next last safe day for notice comes within so many days.",
        examples=[180],
    )
    signed_from: date | None = Field(None, description="Signed on this day or later.", examples=["2024-01-01"])
    signed_to: date | None = Field(None, description="Signed on this day or earlier.", examples=["2024-12-31"])


signed = sa.func.coalesce(_reckoning.c.signed_from, sa.text(f"'{NO_DATE}'::date"))
ORDERS: dict[InstrumentSort, tuple[list[Any], bool, list[Any]]] = {
    InstrumentSort.REFERENCE: ([_instrument.c.reference], False, [storable]),
    InstrumentSort.NEWEST: ([_instrument.c.id], True, [UUID]),
    InstrumentSort.SIGNED: ([signed, _reckoning.c.instrument_id], False, [date.fromisoformat, UUID]),
}
"""Columns, whether they descend, and how a cursor's values are read back."""
_was_signed = _instrument.c.state.in_([sa.literal_column(f"'{state}'") for state in sorted(SIGNED)])
_over = sa.func.coalesce(_reckoning.c.ends_before <= TODAY, sa.false())
_in_force = _was_signed & ~_over & (_reckoning.c.in_force_from <= TODAY)
_not_in_force = ~_was_signed | _over | (_reckoning.c.in_force_from > TODAY)


async def page(
    connection: Connection,
    caller: Caller,
    wanted: Filter,
    sort: InstrumentSort,
    after: list[Any] | None,
    limit: int,
    among: Among | None = None,
) -> list[Row]:
    """Return one more than `limit` rows that the caller may see, after these values of the order; `among`: that may have been so then."""
    asked = wanted.model_dump(exclude_defaults=True)
    values = {name: value[0] if _single(name, value) else _texts(value) for name, value in asked.items()}
    if after is not None:
        values |= {f"after_{place}": value for place, value in enumerate(after)}
    shape = tuple((name, _said(name, value)) for name, value in asked.items())
    statement = _page(caller.kind, shape, sort, going_on=after is not None, past=among is not None)
    rows = await statement.rows(connection, limit=limit + 1, **values, **bound(caller), **among_values(among))
    if not rows:
        await require_active(connection, caller)
    await require_registered(connection, {"awaiting": wanted.awaiting})
    return await unnamed(connection, (INSTRUMENTS,), caller, rows)


def place(sort: InstrumentSort, row: Mapping[str, Any]) -> list[object]:
    """Return the values of the order at which `row` stands."""
    return {
        InstrumentSort.REFERENCE: [row["reference"]],
        InstrumentSort.NEWEST: [row["id"]],
        InstrumentSort.SIGNED: [row["signed_from"] or NO_DATE, row["id"]],
    }[sort]


Said = bool | tuple[str, ...]
Shape = tuple[tuple[str, Said], ...]
"""Which filters are given: of a flag its value, of parties their codes, of any other whether it is a single value."""
_PLAIN: Final = frozenset({"commission_id", "kind", "state"})


def _said(name: str, value: Any) -> Said:  # noqa: ANN401 -- of any filter
    if name in _OF_PARTIES:
        return tuple(value)
    return value if isinstance(value, bool) else _single(name, value)


def _single(name: str, value: object) -> bool:
    return name in _PLAIN and isinstance(value, list) and len(value) == 1


def _texts(value: object) -> object:
    return [str(one) if isinstance(one, UUID) else one for one in value] if isinstance(value, list) else value


@lru_cache(maxsize=1000)
def _page(kind: Kind, shape: Shape, sort: InstrumentSort, *, going_on: bool, past: bool) -> Query[dict[str, Any]]:
    """Return the statement of a list; making it anew for each request would cost more than running it."""
    columns, descending, _ = ORDERS[sort]
    asked, wanted = listed(kind), [_condition(kind, name, said) for name, said in shape]
    if past:
        asked = asked.add_columns(*TELLING)
        wanted.append(was_among(_instrument, dict(shape)))
    if "state" not in dict(shape):
        wanted.append(_instrument.c.state != sa.literal_column(f"'{InstrumentState.RETRACTED}'"))
    if going_on:
        here = sa.tuple_(*columns)
        there = sa.tuple_(*(sa.bindparam(f"after_{place}", type_=one.type) for place, one in enumerate(columns)))
        wanted.append(here < there if descending else here > there)
    order = [column.desc() if descending else column.asc() for column in columns]
    return Query(asked.where(*wanted).order_by(*order).limit(sa.bindparam("limit", type_=sa.BigInteger())), dict)


def _condition(kind: Kind, name: str, said: Said) -> Condition:
    if name == "in_force":
        return _in_force if said else _not_in_force
    if name in _PLAIN:
        column = _instrument.c[name]
        return column == sa.bindparam(name, type_=column.type) if said else is_among(column, name)
    if name == "commitment_id":
        return _carrying(kind)
    if isinstance(said, tuple):
        return _OF_PARTIES[name](array([sa.literal_column(f"'{code}'", sa.Text()) for code in said]))
    return _CONDITIONS[name](sa.bindparam(name, type_=_TYPES[name]))


def _carrying(kind: Kind) -> Condition:
    """Return that it carries one of the commitments asked for, which the caller may see."""
    wanted: Any = sa.bindparam("commitment_id", type_=ARRAY(sa.Text()))
    roles = roles_of(kind, COMMITMENT.c.commission_id, COMMITMENT.c.working_group_id)
    named = COMMITMENT.c.id == sa.any_(sa.cast(wanted, ARRAY(sa.Uuid())))
    seen = sa.exists().where(is_carried(), named, readable(roles, COMMITMENT)).correlate(_instrument)
    # First by the values themselves: only of these the database knows how rare they are.
    return sa.and_(_instrument.c.commitment_ids.overlap(wanted), seen)


def _ending(days: Any) -> Condition:  # noqa: ANN401 -- SQLAlchemy's operators
    return _was_signed & _reckoning.c.ends_before.between(TODAY + 1, TODAY + days)


def _notice_day(days: Any) -> Any:  # noqa: ANN401 -- SQLAlchemy's operators
    """Return that the next last safe day for notice comes within so many days: as `rules.reckoning.next_notice_day` finds it."""
    here, last = _reckoning.c, TODAY + days
    first = here.notice_by.between(TODAY, last)
    again = here.rolls_months.is_not(None) & (here.notice_by < TODAY) & (_next_safe() <= last)
    return _was_signed & (first | again)


def _next_safe() -> sa.ScalarSelect[Any]:
    here = _reckoning.c
    reached = TODAY + here.notice_days + 1 + _months(here.notice_months)
    passed = _number(reached) - _number(here.counted_from) - 1 - here.first_months
    start = sa.func.greatest(0, sa.func.div(passed, here.rolls_months).cast(sa.Integer) - 1)
    numbers = (
        sa.func.generate_series(start, start + NEAR).table_valued(sa.column("number", sa.Integer())).render_derived()
    )
    end = sa.cast(here.counted_from + _months(here.first_months + numbers.c.number * here.rolls_months), sa.Date)
    safe = sa.cast(end - _months(here.notice_months), sa.Date) - here.notice_days - 1
    seen = here.ends_before.is_(None) | (end <= here.ends_before)
    found = sa.select(sa.func.min(safe)).select_from(numbers).where(safe >= TODAY, seen)
    return found.correlate(_reckoning).scalar_subquery()


def _months(number: Any) -> Any:  # noqa: ANN401 -- SQLAlchemy's operators
    return sa.func.make_interval(0, number)


def _number(day: Any) -> Any:  # noqa: ANN401 -- SQLAlchemy's operators
    """Return the number of a day's month."""
    return sa.cast(sa.extract("year", day) * 12 + sa.extract("month", day), sa.Integer)


_OF_PARTIES: Final[Mapping[str, Callable[[Any], Condition]]] = {
    "party": _instrument.c.contracting_parties.overlap,
    "counterpart": _instrument.c.contracting_parties.overlap,
    "awaiting": lambda wanted: live(_instrument) & _instrument.c.awaiting.overlap(wanted),
    "awaiting_step_of": _reckoning.c.lacking.overlap,
}
"""By the codes of parties, which stand in the statement itself: a plan for any code takes each for rare, and reads a million to sort them."""
_TYPES: Final[Mapping[str, Any]] = {
    "expiring_within": sa.Integer(),
    "notice_day_within": sa.Integer(),
    "signed_from": sa.Date(),
    "signed_to": sa.Date(),
}
_CONDITIONS: Final[Mapping[str, Callable[[Any], Condition]]] = {
    "expiring_within": _ending,
    "notice_day_within": _notice_day,
    "signed_from": lambda day: (signed >= day) & (signed < sa.text(f"'{NO_DATE}'::date")),
    "signed_to": lambda day: signed <= day,
}
