"""Reading transitions of every matter, with each party's answer to them."""

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, aggregate_order_by

from service.database.columns import table
from service.database.statement import FIRST, Connection, Query, is_among
from service.errors import NotFound
from service.identity.models import Principal
from service.identity.queries import require_active
from service.permissions import Caller, Kind
from service.register.decisions.engine.matter import Matter, Matters, Row
from service.register.decisions.models import Confirmation, Transition, TransitionStatus, left
from service.register.decisions.moved import own_people
from service.register.parties.models import Organisation
from service.register.parties.naming import named as named_of
from service.register.parties.queries import codes_asked, require_registered
from service.values import PartyCode
from service.values.codes import CommissionId

_transition, _confirmation = table(Transition), table(Confirmation)
_principal, _organisation = table(Principal), table(Organisation)
_LIMIT: Final = sa.bindparam("limit", type_=sa.BigInteger())
_said = sa.func.to_jsonb(sa.literal_column("confirmation")).op("-")("transition_id").op("-")("id")
_answers = (
    sa.select(
        sa.func.coalesce(
            sa.func.jsonb_agg(aggregate_order_by(_said, _confirmation.c.decided_at)), sa.literal([], JSONB)
        )
    )
    .select_from(_confirmation)
    .where(_confirmation.c.transition_id == _transition.c.id)
    .scalar_subquery()
)
_office = (
    sa.select(named_of(_organisation.c.id, _organisation.c.code, _organisation.c.name))
    .select_from(_principal.join(_organisation, _organisation.c.id == _principal.c.organisation_id))
    .where(_principal.c.id == _transition.c.proposer_id)
    .scalar_subquery()
)
# A proposal past its end is expired whether or not an entry has said so yet.
_past = (_transition.c.status == sa.literal_column("'open'")) & (_transition.c.expires_at <= sa.func.now())


def _left(matter: Matter) -> sa.ColumnElement[bool]:
    """Return whether a party has left that the transition needs, which is still stored as open."""
    open_one = matter.table.c.open_transition_id == _transition.c.id
    stored = (_transition.c.status == sa.literal_column("'open'")) & open_one
    return sa.func.coalesce(stored & left(matter.table), sa.false())


def _status_of_its(matter: Matter) -> sa.ColumnElement[str]:
    gone = (_left(matter), TransitionStatus.PARTY_LEFT.value)
    return sa.case((_past, TransitionStatus.EXPIRED.value), gone, else_=sa.cast(_transition.c.status, sa.Text))


class Filter(BaseModel):
    """Which proposals to list: members are joined by AND, repeated values of one member by OR."""

    model_config = ConfigDict(frozen=True)

    commission_id: list[CommissionId] = Field(
        default_factory=list, max_length=50, description="Of one of these commissions."
    )
    awaiting: list[PartyCode] = Field(
        default_factory=list, max_length=20, description="It is open, and one of these parties has still to confirm it."
    )
    proposed_by: list[PartyCode] = Field(
        default_factory=list, max_length=20, description="One of these parties made it."
    )
    status: list[TransitionStatus] = Field(
        default_factory=list, max_length=6, description="It has one of these statuses."
    )


def named(row: Row) -> dict[str, Any]:
    """Return what a transition says of its matter beside the id, from the matter's row."""
    return {"matter_reference": row["reference"], "matter_titles": row["titles"], "matter_dates": row["matter_dates"]}


def warned(matter: Matter, row: Row) -> Row:
    """Return the transition with what is odd in it, by the days that its matter tells now."""
    dates = row["matter_dates"]
    found = matter.rules.odd(row["action"], row["evidence"], dates, row["source"]) if dates else []
    return {**row, "warnings": found}


def _warned(matters: Matters, row: Row) -> Row:
    return warned(next(one for one in matters if one.kind == row["matter_kind"]), row)


async def get(connection: Connection, matters: Matters, caller: Caller, transition_id: UUID) -> Row:
    """Return the transition of a matter that the caller may see, with each party's answer; `NotFound` otherwise."""
    found = await _one(tuple(matters), caller.kind).row(
        connection, transition_id=transition_id, **_values(matters, caller)
    )
    if found is None:
        await require_active(connection, caller)
        raise NotFound("There is no such transition for this caller.")
    return _warned(matters, found)


async def now(connection: Connection, matter: Matter, caller: Caller, transition_id: UUID) -> Row:
    """Return the transition that the caller has just moved: what it changed may have put the matter out of its sight."""
    return warned(matter, await _any(matter).one(connection, transition_id=transition_id, own_party=caller.party))


async def of_matter(
    connection: Connection, matter: Matter, matter_id: UUID, after: list[Any] | None, limit: int
) -> Sequence[Row]:
    """Return the transitions of a matter, oldest first; one more than `limit` if there is more."""
    last = after[0] if after else FIRST
    rows = await _of_matter(matter).rows(connection, matter_id=matter_id, after=last, limit=limit + 1)
    return [warned(matter, row) for row in rows]


async def page(
    connection: Connection, matters: Matters, caller: Caller, wanted: Filter, after: list[Any] | None, limit: int
) -> Sequence[Row]:
    """Return the transitions of every matter that the caller may see, oldest first; one more than `limit` if there is more."""
    asked = wanted.model_dump(exclude_defaults=True)
    statuses = tuple(sorted(asked.pop("status", ())))
    statement = _page(tuple(matters), caller.kind, statuses, tuple(sorted(asked)))
    last = after[0] if after else FIRST
    rows = await statement.rows(connection, after=last, limit=limit + 1, **asked, **_values(matters, caller))
    if not rows:
        await require_active(connection, caller)
    await require_registered(connection, codes_asked(wanted))
    return [_warned(matters, row) for row in rows]


async def transitions_of(
    connection: Connection, matters: Matters, caller: Caller, commission_id: UUID, transition_ids: Sequence[UUID]
) -> list[tuple[Matter, Row]]:
    """Return those of the transitions that are of this commission, and that the caller may see, each with its kind of matter."""
    values = {"commission_id": commission_id, "ids": transition_ids}
    return [
        (matter, row)
        for matter in matters
        for row in await _among(matter, caller.kind).rows(connection, **values, **matter.bound(caller))
    ]


async def matters_of(
    connection: Connection, matters: Matters, caller: Caller, commission_id: UUID, matter_ids: Sequence[UUID]
) -> dict[UUID, Matter]:
    """Return the kind of each of the matters that are of this commission, and that the caller may see."""
    values = {"commission_id": commission_id, "ids": matter_ids}
    return {
        row["id"]: matter
        for matter in matters
        for row in await _in(matter, caller.kind).rows(connection, **values, **matter.bound(caller))
    }


async def status(connection: Connection, transition_id: UUID) -> str:
    """Return what became of a transition, read now."""
    return await _status_of.one(connection, transition_id=transition_id)


def _values(matters: Matters, caller: Caller) -> dict[str, Any]:
    return {name: value for matter in matters for name, value in matter.bound(caller).items()}


def _columns(matter: Matter) -> list[sa.ColumnElement[Any]]:
    """Return what a transition says, and what of its matter."""
    return [
        *(column for column in _transition.c if column.name != "status"),
        _status_of_its(matter).label("status"),
        sa.case((_transition.c.status == TransitionStatus.EFFECTIVE, _transition.c.closed_at)).label("confirmed_at"),
        matter.reference.label("matter_reference"),
        matter.titles.label("matter_titles"),
        matter.dates.label("matter_dates"),
        _answers.label("confirmations"),
    ]


def _mine(matter: Matter) -> sa.ColumnElement[bool]:
    return (_transition.c.matter_kind == sa.literal_column(f"'{matter.kind}'")) & (
        _transition.c.matter_id == matter.table.c.id
    )


_status_of = Query(sa.select(_transition.c.status).where(_transition.c.id == sa.bindparam("transition_id")), str)


@cache
def _any(matter: Matter) -> Query[dict[str, Any]]:
    asked = sa.select(*_columns(matter), own_people)
    return Query(asked.where(_mine(matter), _transition.c.id == sa.bindparam("transition_id")), dict)


@cache
def _one(matters: tuple[Matter, ...], kind: Kind) -> Query[dict[str, Any]]:
    wanted = _transition.c.id == sa.bindparam("transition_id")
    return Query(_of_each([_visible(matter, kind).where(wanted) for matter in matters]), dict)


@cache
def _among(matter: Matter, kind: Kind) -> Query[dict[str, Any]]:
    asked = sa.select(*(_transition.c[name] for name in ("id", "matter_id", "action", "evidence")))
    here = _transition.c.commission_id == sa.bindparam("commission_id")
    return Query(matter.seen_by(kind, asked).where(_mine(matter), here, is_among(_transition.c.id, "ids")), dict)


@cache
def _in(matter: Matter, kind: Kind) -> Query[dict[str, Any]]:
    here = matter.commission == sa.bindparam("commission_id", type_=sa.Uuid())
    return Query(
        matter.seen_by(kind, sa.select(matter.table.c.id)).where(here, is_among(matter.table.c.id, "ids")), dict
    )


@cache
def _of_matter(matter: Matter) -> Query[dict[str, Any]]:
    asked = sa.select(*_columns(matter)).where(
        _mine(matter), _transition.c.matter_id == sa.bindparam("matter_id"), _transition.c.id > sa.bindparam("after")
    )
    return Query(asked.order_by(_transition.c.id).limit(_LIMIT), dict)


@lru_cache(maxsize=200)
def _page(
    matters: tuple[Matter, ...], kind: Kind, statuses: tuple[str, ...], filters: tuple[str, ...]
) -> Query[dict[str, Any]]:
    """Return the list with these filters: a page of each kind of matter, merged by age."""
    pages = []
    for matter in matters:
        wanted = [_transition.c.id > sa.bindparam("after"), *(_filtered(matter, name) for name in filters)]
        if statuses:
            wanted.append(sa.or_(*(_in_status(matter, one) for one in statuses)))
        page = _visible(matter, kind).where(*wanted).order_by(_transition.c.id).limit(_LIMIT)
        pages.append(page)
    return Query(_of_each(pages).order_by("id").limit(_LIMIT), dict)


def _visible(matter: Matter, kind: Kind) -> sa.Select[Any]:
    awaiting = sa.case(
        (_awaited(matter), matter.table.c.awaiting), else_=sa.cast(sa.literal([], ARRAY(sa.Text)), ARRAY(sa.Text))
    )
    version = matter.table.c.seq.label("matter_version")
    asked = sa.select(*_columns(matter), version, awaiting.label("awaiting"), _office.label("office"))
    return matter.seen_by(kind, asked).where(_mine(matter))


def _of_each(pages: Sequence[sa.Select[Any]]) -> sa.Select[Any] | sa.CompoundSelect[Any]:
    if len(pages) == 1:
        return pages[0]
    return sa.union_all(*(sa.select(page.subquery()) for page in pages))


def _filtered(matter: Matter, name: str) -> sa.ColumnElement[bool]:
    if name == "awaiting":
        return sa.and_(_awaited(matter), matter.table.c.awaiting.overlap(sa.bindparam(name, type_=ARRAY(sa.Text()))))
    return is_among(_transition.c[name], name)


def _awaited(matter: Matter) -> sa.ColumnElement[bool]:
    """Return whether the transition is the matter's open proposal, and its end has not come."""
    live = _transition.c.expires_at.is_(None) | (_transition.c.expires_at > sa.func.now())
    return sa.and_(matter.table.c.open_transition_id == _transition.c.id, live, sa.not_(left(matter.table)))


def _in_status(matter: Matter, one: str) -> sa.ColumnElement[bool]:
    stored = _transition.c.status == sa.literal_column(f"'{one}'")
    match one:
        case TransitionStatus.OPEN:
            lasts = sa.func.coalesce(_transition.c.expires_at > sa.func.now(), sa.true())
            return stored & lasts & sa.not_(_left(matter))
        case TransitionStatus.EXPIRED:
            return stored | _past
        case TransitionStatus.PARTY_LEFT:
            return stored | _left(matter)
    return stored
