"""Lists of commitments: typed filters, and orders that are each backed by an index."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from functools import lru_cache, partial
from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID

import sqlalchemy as sa
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter
from pydantic_core import PydanticCustomError
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import array as sa_array

from service.database.columns import table
from service.database.statement import Connection, Query, is_among
from service.errors import InvalidContent
from service.identity.queries import require_active
from service.permissions import Caller, Kind
from service.register.commitments.by_words import ASKED, COMMON, HAS_WORDS, QUESTION, found, is_common
from service.register.commitments.models import LACKS, Commitment
from service.register.commitments.queries import as_told
from service.register.commitments.rules.kinds import CommitmentKind
from service.register.commitments.rules.late import Requirable
from service.register.commitments.rules.lifecycle import State
from service.register.commitments.rules.reporting import Level
from service.register.commitments.statements import (
    NO_DATE,
    disputed,
    dormant,
    due,
    due_soon,
    live,
    one_sided,
    overdue,
    read,
    unknown,
)
from service.register.commitments.visibility import Condition, bound, mine, visible_to
from service.register.decisions.engine.matter import Row
from service.register.parties.queries import codes_asked, require_registered
from service.register.spans import Among, among_values, was_among
from service.values import AskedDay, Moment, PartyCode, Sector, limited, storable
from service.values.codes import CommissionId, SessionId, WorkingGroupId
from service.values.questions import Question

_commitment = table(Commitment)
SESSION: Final = "session_id"
CARRIED: Final = "carried"
STATE: Final = "state"
SEVERAL: Final = re.compile("[,;|]")


class Sort(StrEnum):
    """Orders of the list; all but the first change while one pages through them, if commitments change."""

    REFERENCE = "reference"
    NEWEST = "newest"
    TARGET_DATE = "target_date"
    ACTIVITY = "activity"


def _one(said: str) -> str:
    if SEVERAL.search(said):
        raise PydanticCustomError("several_references", "is one reference; for several repeat it")
    return said


OneReference: TypeAlias = Annotated[limited(80), AfterValidator(_one)]  # type: ignore[valid-type]


class Filter(BaseModel):
    """What to list: members are joined by AND, repeated values of one member by OR."""

    model_config = ConfigDict(frozen=True)

    commission_id: list[CommissionId] = Field(
        default_factory=list, max_length=50, description="Of one of these commissions."
    )
    session_id: list[SessionId] = Field(
        default_factory=list, max_length=50, description="Agreed at, or carried over to, one of these sessions."
    )
    carried: bool | None = Field(
        None, description="With `session_id`: carried over to it from an earlier session (or agreed there)."
    )
    working_group_id: list[WorkingGroupId] = Field(
        default_factory=list, max_length=50, description="Owned by one of these working groups."
    )
    state: list[State] = Field(
        default_factory=list,
        max_length=20,
        description="What was retracted is listed where it is asked for, and only there.",
    )
    kind: list[CommitmentKind] = Field(default_factory=list, max_length=5, description="Of one of these kinds.")
    sector: list[Sector] = Field(default_factory=list, max_length=50, description="Of one of these areas.")
    awaiting: list[PartyCode] = Field(
        default_factory=list, max_length=20, description="An open proposal awaits one of these parties."
    )
    awaiting_step_of: list[PartyCode] = Field(
        default_factory=list, max_length=20, description="A step of one of these parties is missing."
    )
    overdue: bool | None = Field(None, description="Open, and past its due date (or not).")
    due_soon: bool | None = Field(None, description="Open, and due within 30 days (or not).")
    dormant: bool | None = Field(
        None, description="Open, and for six months nothing has happened in the world or was reported (or not)."
    )
    disputed: bool | None = Field(
        None, description="A proposal was refused and nothing has taken effect since (or not)."
    )
    one_sided: bool | None = Field(
        None,
        description="Recorded or moved without a party that joined later and has not acknowledged it, or disputes it (or not).",
    )
    unknown: bool | None = Field(None, description="Found late, and something of it is not known (or not).")
    unknown_fact: list[Requirable] = Field(
        default_factory=list, max_length=20, description="One of these facts is not known: `signatories`, say."
    )
    level: list[Level] = Field(
        default_factory=list, max_length=5, description="Some party's last progress report says one of these levels."
    )
    reported_before: AskedDay | None = Field(
        None,
        description="No party's last progress report speaks of this day or a later one; there may be none.",
        examples=["2026-01-01"],
    )
    mine: bool | None = Field(None, description="Led by the organisation for which the caller acts (or not).")
    q: Question | None = Field(
        None,
        description="Words of titles and texts in any language, of bodies and groups, or their beginnings, however they are typed; "
        '"quoted phrases", `or` and `-not` are understood. What is misspelt, `/v1/search` finds.',
        examples=["pipeline or gas"],
    )
    reference: list[OneReference] = Field(
        default_factory=list,
        max_length=20,
        description="Of one of these references, or parts of them that end them, however they are typed: `pk-az/8/4`, `08/004`.",
        examples=[["08/004"]],
    )


FLAGS: Mapping[str, Condition] = {
    "overdue": overdue,
    "due_soon": due_soon,
    "dormant": dormant,
    "disputed": disputed,
    "unknown": unknown,
    "mine": mine,
    "one_sided": one_sided,
}
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
    values = {name: value[0] if _single(name, value) else value for name, value in asked.items()}
    if after is not None:
        values |= {f"after_{place}": value for place, value in enumerate(after)}
    shape = tuple((name, value if isinstance(value, bool) else _single(name, value)) for name, value in asked.items())
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


def _single(name: str, value: object) -> bool:
    return name not in _OTHERS and isinstance(value, list) and len(value) == 1


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
    wanted = [seen, *(_condition(name, said) for name, said in shape if name not in apart)]
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


def _given(name: str, kind: Any) -> Any:  # noqa: ANN401 -- SQLAlchemy's types and operators
    return sa.bindparam(name, type_=kind)


_TEXTS: Final[Any] = ARRAY(sa.Text())
# The partial indexes are spelled as they are.
_reported = _commitment.c.levels != sa.literal_column("'{}'")


_OTHERS: Final[Mapping[str, Condition]] = {
    "awaiting": live & _commitment.c.awaiting.overlap(_given("awaiting", _TEXTS)),
    "awaiting_step_of": LACKS.op("?|")(_given("awaiting_step_of", _TEXTS)),
    "unknown_fact": unknown & _commitment.c.unknown.op("?|")(_given("unknown_fact", _TEXTS)),
    "level": _reported & _commitment.c.levels.overlap(_given("level", _TEXTS)),
    "reported_before": _commitment.c.reported_on.is_(None)
    | (_commitment.c.reported_on < _given("reported_before", sa.Date())),
    QUESTION: found(ASKED),
    "reference": found(sa.func.ending_so(_given("reference", _TEXTS))),
}
"""Filters that are no mere equality with the column of their name; of those that may be repeated, all values are asked at once."""


def _condition(name: str, said: bool) -> Condition:  # noqa: FBT001 -- a member of the shape
    if name in FLAGS:
        return FLAGS[name] if said else sa.not_(FLAGS[name])
    return _OTHERS[name] if name in _OTHERS else _among(_commitment.c[name], name, single=said)


def _of_sessions(page: sa.Select[Any], *, single: bool, is_carried: bool | None) -> sa.CTE:
    """Return what takes the table's place, by its name: the page of what was agreed there, of what was carried there, or of both.

    Each is a range of an index; for an OR the database would read the whole session, or the whole table. What went on to a
    session after it is found by an index without order: it is little.
    """
    agreed = _among(_commitment.c.session_id, SESSION, single=single)
    carried = _among(_commitment.c.carried_to_session_id, SESSION, single=single)
    asked = sa.bindparam(
        SESSION, type_=_commitment.c.session_id.type if single else ARRAY(_commitment.c.session_id.type)
    )
    before = _commitment.c.earlier_sessions.overlap(sa_array([asked]) if single else asked)
    no = (agreed.is_not(sa.true()), carried.is_not(sa.true()))
    own, others = [page.where(agreed)], [page.where(carried, no[0]), page.where(before, *no)]
    pages = [*([] if is_carried else own), *([] if is_carried is False else others)]
    return sa.union_all(*pages).cte(_commitment.name)


def _among(column: sa.ColumnElement[Any], name: str, *, single: bool) -> Condition:
    # A single value by `=`: only then does an index that begins with it also give the order.
    if single:
        return column == sa.bindparam(name, type_=column.type)
    return is_among(column, name)
