"""Reading commissions and sessions, and what a caller is in a commission."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final, NamedTuple, TypedDict
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from service.database.columns import table
from service.database.statement import FIRST, LIMIT, Connection, Query
from service.errors import there
from service.identity.models import Principal
from service.permissions import Caller, Kind, Standing, standing
from service.register.commissions.charter import CHARTERS, seen_by, told_to, visible_to
from service.register.commissions.confidentiality import open_to
from service.register.commissions.models import Commission, CommissionAuditor, CommissionParty, Session
from service.register.commissions.roles import bound, fixed, roles_of
from service.register.decisions.engine.matter import Row
from service.register.decisions.models import live
from service.register.decisions.unseen import unnamed
from service.register.parties.naming import named, organisations_named
from service.trail.entry import Head
from service.trail.stamp import Stamp

_commission, _party, _auditor, _session, _principal = (
    table(Commission),
    table(CommissionParty),
    table(CommissionAuditor),
    table(Session),
    table(Principal),
)
# Of a working group nothing else is known here: groups stand above.
_group = sa.table("working_group", sa.column("id", sa.Uuid()), sa.column("commission_id", sa.Uuid()))
NONE: Final = "There is no such commission."


class CommissionRow(TypedDict):
    """Which commission it is."""

    id: UUID
    code: str


class SessionRow(TypedDict):
    """Where a session belongs."""

    id: UUID
    commission_id: UUID


class LockedRow(NamedTuple):
    """A commission's row as it is locked, and what its next entry needs."""

    id: UUID
    code: str
    parties: list[str]
    outside: list[str]
    seq: int
    leaf: bytes
    new_id: UUID
    at: datetime


class _Standing(NamedTuple):
    code: str
    parties: list[str]
    outside: list[str]
    secretariat: bool
    auditor: bool


@dataclass(frozen=True, slots=True)
class Locked:
    """A commission, locked: its row, and the stamp for its next entry."""

    row: LockedRow
    stamp: Stamp


_secretariat = (
    sa.exists()
    .where(
        _party.c.commission_id == _commission.c.id,
        _party.c.secretariat_id == sa.bindparam("organisation"),
        _party.c.ended_at.is_(None),
    )
    .label("secretariat")
)
_audits = (
    sa.exists()
    .where(
        _auditor.c.commission_id == _commission.c.id,
        _auditor.c.principal_id == sa.bindparam("principal"),
        _auditor.c.ended_at.is_(None),
    )
    .label("auditor")
)
_mine = _commission.c.id == sa.bindparam("commission_id")
_audited = sa.select(_auditor.c.principal_id).where(
    _auditor.c.commission_id == _commission.c.id, _auditor.c.ended_at.is_(None)
)
_auditors = (
    sa.select(sa.func.jsonb_agg(named(_principal.c.id, _principal.c.subject, _principal.c.name), type_=JSONB))
    .where(_principal.c.id.in_(_audited.correlate(_commission)))
    .correlate(_commission)
    .scalar_subquery()
    .label("auditors_called")
)
_follower = _commission.alias("follower")
_successor = sa.func.coalesce(
    sa.select(_follower.c.code).where(sa.cast(_follower.c.id, sa.Text) == _commission.c.successor).scalar_subquery(),
    _commission.c.successor,
).label("successor")
_UNREAD = {
    "successor",
    "parties",
    "outside",
    "entered",
    "departed",
    "brought",
    "languages",
    "rule",
    "leaf",
    "refused_transition_id",
    "changed_at",
    "seq",
}
_read = sa.select(
    *(column for column in _commission.c if column.name not in _UNREAD),
    _successor,
    _commission.c.seq.label("version"),
    live(_commission).label("live"),
    organisations_named(
        sa.select(_party.c.secretariat_id).where(
            _party.c.commission_id == _commission.c.id, _party.c.ended_at.is_(None)
        ),
        _commission,
    ),
    _auditors,
)
_locking = Query(
    sa.select(
        *(_commission.c[name] for name in ("id", "code", "parties", "outside", "seq", "leaf")),
        sa.func.uuidv7().label("new_id"),
        sa.func.greatest(sa.func.clock_timestamp(), _commission.c.changed_at).label("at"),
    )
    .where(_mine)
    .with_for_update(key_share=True, of=_commission),
    LockedRow,
)
_session_by_id = Query(
    sa.select(_session.c.id, _session.c.commission_id).where(_session.c.id == sa.bindparam("session_id")), SessionRow
)


async def get_for_update(connection: Connection, commission_id: UUID) -> Locked:
    """Lock the commission's row, whose head the service is about to move; `NotFound` otherwise."""
    row = there(await _locking.row(connection, commission_id=commission_id), NONE)
    return Locked(row, Stamp(row.new_id, row.at, Head(row.seq, row.leaf)))


async def get(connection: Connection, caller: Caller, commission_id: UUID) -> CommissionRow:
    """Return the commission, if the caller may see what is in it; `NotFound` otherwise."""
    return there(await _one(caller.kind).row(connection, commission_id=commission_id, **bound(caller)), NONE)


async def require_charter(connection: Connection, caller: Caller, commission_id: UUID) -> None:
    """Raise `NotFound` unless the caller may see the commission's charter."""
    there(await _charter_of(caller.kind).row(connection, commission_id=commission_id, **bound(caller)), NONE)


async def detail(connection: Connection, caller: Caller, commission_id: UUID) -> Row:
    """Return the commission with its charter, and the caller's roles; `NotFound` otherwise."""
    found = there(await _detail(caller.kind).row(connection, commission_id=commission_id, **bound(caller)), NONE)
    (told,) = await unnamed(connection, (CHARTERS,), caller, [found])
    return told


async def founded(connection: Connection, caller: Caller, commission_id: UUID) -> Row:
    """Return the commission as `detail` does to who has just founded it, whom its charter may keep out from now on."""
    return await _founded(caller.kind).one(connection, commission_id=commission_id, **bound(caller))


async def page(connection: Connection, caller: Caller, after: list[Any] | None, limit: int) -> list[Row]:
    """Return the commissions that the caller may see by age, one more than `limit` if there is more."""
    last = after[0] if after else FIRST
    found = await _page(caller.kind).rows(connection, after=last, limit=limit + 1, **bound(caller))
    return await unnamed(connection, (CHARTERS,), caller, found)


async def standing_in(connection: Connection, caller: Caller, commission_id: UUID) -> Standing:
    """Return what the caller is in the commission; `NotFound` if there is none for it."""
    me = {"organisation": caller.organisation_id, "principal": caller.principal_id, **bound(caller)}
    row = there(await _standing(caller.kind).row(connection, commission_id=commission_id, **me), NONE)
    return standing(
        caller,
        secretariat=row.secretariat,
        auditor=row.auditor,
        party=caller.party in row.parties and caller.party not in row.outside,
        commission=row.code,
    )


async def find_session(connection: Connection, session_id: UUID) -> SessionRow | None:
    """Return the session; None if there is none."""
    return await _session_by_id.row(connection, session_id=session_id)


@cache
def _one(kind: Kind) -> Query[CommissionRow]:
    return Query(sa.select(_commission.c.id, _commission.c.code).where(_mine, open_to(kind)), CommissionRow)


@cache
def _charter_of(kind: Kind) -> Query[UUID]:
    return Query(sa.select(_commission.c.id).where(_mine, visible_to(kind)), UUID)


@cache
def _standing(kind: Kind) -> Query[_Standing]:
    asked = sa.select(*(_commission.c[name] for name in ("code", "parties", "outside")), _secretariat, _audits)
    return Query(asked.where(_mine, open_to(kind)), _Standing)


@cache
def _detail(kind: Kind) -> Query[dict[str, Any]]:
    return Query(seen_by(kind, _read).where(_mine), dict)


@cache
def _founded(kind: Kind) -> Query[dict[str, Any]]:
    return Query(told_to(kind, _read).where(_mine), dict)


@cache
def _page(kind: Kind) -> Query[dict[str, Any]]:
    asked = seen_by(kind, _read).where(_commission.c.id > sa.bindparam("after"))
    return Query(asked.order_by(_commission.c.id).limit(LIMIT), dict)


async def place(
    connection: Connection, caller: Caller, commission_id: UUID, group_id: UUID | None = None
) -> Row | None:
    """Share the charter, and return what recording needs to know of it and of its group, with the caller's roles there; None without one."""
    values = {"commission_id": commission_id, "group_id": group_id, **bound(caller)}
    return await _place(caller.kind).row(connection, **values)


@cache
def _place(kind: Kind) -> Query[dict[str, Any]]:
    group = (_group.c.id == sa.bindparam("group_id", type_=sa.Uuid())) & (_group.c.commission_id == _commission.c.id)
    asked = (
        sa.select(
            *(_commission.c[name] for name in ("id", "code")),
            *fixed(),
            _group.c.id.label("group_id"),
            *(one.label(f"is_{role}") for role, one in roles_of(kind, _commission.c.id, _group.c.id).items()),
            sa.func.uuidv7().label("new_id"),
            sa.func.uuidv7().label("transition_id"),
            sa.func.clock_timestamp().label("at"),
        )
        .select_from(_commission.outerjoin(_group, group))
        .where(_commission.c.id == sa.bindparam("commission_id"), open_to(kind))
        .with_for_update(read=True, of=_commission)
    )
    return Query(asked, dict)
