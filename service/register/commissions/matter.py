"""Sessions as the engine takes them: their rules, and where they are stored."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any, Final, NamedTuple
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from service.database.columns import table
from service.database.statement import Connection, Query
from service.identity.queries import is_active
from service.permissions import Caller, Kind, Role
from service.register.commissions.confidentiality import readable
from service.register.commissions.models import Commission, Session
from service.register.commissions.roles import PRINCIPAL, TOKEN, Condition, bound, charter_of, fixed, roles_of
from service.register.commissions.rules import derived
from service.register.commissions.rules.lifecycle import MET
from service.register.commissions.rules.matter import SESSION
from service.register.decisions.engine.matter import Matter, Row
from service.register.decisions.rules.matter import Found, Name
from service.register.decisions.rules.origins import Told
from service.trail.models import AuditEntry, said

_session, _commission, _entry = table(Session), table(Commission), table(AuditEntry)
_named, _other = _commission.alias("named"), _session.alias("other")
_code = sa.select(_named.c.code).where(_named.c.id == _session.c.commission_id).scalar_subquery()
# Groups stand above: of one nothing else is known here.
_group = sa.table("working_group", sa.column("id", sa.Uuid()), sa.column("code", sa.Text()), sa.column("is_joint"))
_of_group = (
    sa.select(_group.c.code).where(_group.c.id == _session.c.working_group_id, _group.c.is_joint).scalar_subquery()
)
_whose = sa.case((_session.c.working_group_id.is_(None), _code), else_=_of_group)
"""The code of the commission or group whose session it is; NULL of a group that only its parties may know."""
_ordinal = sa.func.to_char(_session.c.ordinal, sa.literal_column("'FM900'"))
session_called: Final = sa.func.coalesce(
    sa.literal_column("'Session '").op("||")(sa.cast(_session.c.ordinal, sa.Text)),
    sa.literal_column("'Extraordinary session'"),
)
"""What people call a session."""
_met: Final[list[Any]] = [sa.literal_column(f"'{state}'") for state in MET]


def seen_by(kind: Kind, asked: sa.Select[Any], locked: sa.ScalarSelect[Any] | None = None) -> sa.Select[Any]:
    """Add the session with what its commission fixes and the caller's roles to a SELECT, and leave what the caller may see.

    Of a session the secretariats alone decide, of a working group's also its co-leads: a member has no part in it.
    """
    roles = {**_roles(kind), Role.MEMBER: sa.false()}
    flags = (condition.label(f"is_{role}") for role, condition in roles.items())
    charter = charter_of(locked)
    joined = _session.join(charter, charter.c.id == _session.c.commission_id)
    return asked.add_columns(*fixed(charter), *flags).select_from(joined).where(visible_to(kind))


@cache
def visible_to(kind: Kind) -> Condition:
    """Return the condition that a caller of this kind may read the session: until it is a matter of all, the parties alone, and then whoever may read its commission."""
    return is_active(PRINCIPAL, TOKEN) & readable(_roles(kind), _session)


def _roles(kind: Kind) -> Mapping[Role, Condition]:
    return roles_of(kind, _session.c.commission_id, _session.c.working_group_id)


def whose(session: sa.FromClause) -> sa.ColumnElement[UUID]:
    """Return whose session it is, among whose its ordinal counts: the id of its working group, or of its commission."""
    return sa.func.coalesce(session.c.working_group_id, session.c.commission_id)


def told_of(entry: sa.Table, commission_id: sa.ColumnElement[UUID]) -> Condition:
    """Return the condition that an entry of the commission's own trail tells of the session `spoken`, by its id as a text.

    Of no other entry are the bytes read.
    """
    telling = entry.c.kind.in_([sa.literal_column(f"'{kind}'") for kind in (derived.RECORDED, derived.CHANGED)])
    is_its = said(entry)["data"]["id"].astext == sa.bindparam("spoken", type_=sa.Text())
    return (entry.c.subject == commission_id) & sa.case((telling, is_its), else_=sa.false())


def columns(after: Mapping[str, Any]) -> dict[str, Any]:
    """Return changed members as column values."""
    return dict(after)


async def find(connection: Connection, name: Name, _: Caller | None, beside: UUID) -> Found | None:
    """Return another session that met under the ordinal `name`, of the same commission or group as `beside`; "": under its own.

    Those of one commission wait for each other: of two that are held under one ordinal at once, the second finds the first.
    """
    await _waiting.row(connection, the_session=beside)
    statement = _rival_of_number if name.key else _rival
    values = {"ordinal": int(name.key)} if name.key else {}
    return Found() if await statement.row(connection, beside_id=beside, **values) else None


async def has_met(connection: Connection, commission_id: UUID, group_id: UUID | None, ordinal: int) -> bool:
    """Return whether a session of the commission, or of its group, met under the ordinal; others of it wait."""
    await _waiting_for.row(connection, commission_id=commission_id)
    where = {"commission_id": commission_id, "place_id": group_id or commission_id, "ordinal": ordinal}
    return await _met_under.row(connection, **where) is not None


class Meeting(NamedTuple):
    """What recording an item of a session needs to know of it."""

    ordinal: int | None
    state: str


async def lock_shared(connection: Connection, session_id: UUID, commission_id: UUID) -> Meeting | None:
    """Return a session of the commission, if there is it; nobody cancels it or corrects its ordinal until the transaction is over.

    The charter is locked before it, as by everybody.
    """
    return await _sharing.row(connection, the_session=session_id, commission_id=commission_id)


class _Stored(NamedTuple):
    leaf: bytes
    seq: int
    canonical: bytes


async def earlier(connection: Connection, session_id: UUID) -> list[Told]:
    """Return what entries of the commission's trail told of a session, before it had a trail of its own."""
    told = []
    for one in await _earlier.rows(connection, spoken=str(session_id), the_session=session_id):
        entry = orjson.loads(one.canonical)
        at, data = entry["recorded_at"], derived.told(entry["kind"], entry["data"])
        told.append(Told(one.leaf.hex(), one.seq, datetime.fromisoformat(at), data))
    return told


def nobody(row: Row) -> frozenset[Role]:
    """Return the roles that nobody has in a session: of a working group's the co-leads decide too, of a commission's the secretariats alone."""
    led = row.get("working_group_id") is not None
    return frozenset({Role.MEMBER, Role.LEAD, Role.NEWCOMER} | (set() if led else {Role.CO_LEAD}))


SESSIONS: Final = Matter(
    rules=SESSION,
    table=_session,
    seen_by=seen_by,
    bound=bound,
    columns=columns,
    find=find,
    reference=sa.func.coalesce(_whose, _code).op("||")(
        sa.func.coalesce(sa.literal_column("'/'").op("||")(_ordinal), sa.literal_column("'/00'"))
    ),
    titles=sa.func.jsonb_build_object(sa.literal_column("'en'"), session_called, type_=JSONB),
    # Extraordinary ones have no number.
    code=_whose.op("||")(sa.literal_column("'/'").op("||")(_ordinal)),
    earlier=earlier,
    nobody=nobody,
)

_beside = sa.select(_other.c.id).where(
    _session.c.id == sa.bindparam("beside_id"),
    _other.c.id != _session.c.id,
    _other.c.commission_id == _session.c.commission_id,
    whose(_other) == whose(_session),
    _other.c.state.in_(_met),
)
_rival = Query(_beside.where(_other.c.ordinal == _session.c.ordinal), UUID)
_rival_of_number = Query(
    _beside.where(_other.c.ordinal == sa.bindparam("ordinal", type_=sa.Integer), _session.c.state.in_(_met)), UUID
)
_met_under = Query(
    sa.select(_session.c.id).where(
        _session.c.commission_id == sa.bindparam("commission_id"),
        whose(_session) == sa.bindparam("place_id", type_=sa.Uuid()),
        _session.c.ordinal == sa.bindparam("ordinal"),
        _session.c.state.in_(_met),
    ),
    UUID,
)
_its = sa.select(_session.c.commission_id).where(_session.c.id == sa.bindparam("the_session")).scalar_subquery()


def one_by_one(commission_id: Any) -> Query[Any]:  # noqa: ANN401 -- any expression
    """Return what waits for whoever looks for an ordinal, or a group's code, in this commission.

    Not its row: that is shared by all who decide in it.
    """
    key = sa.func.hashtextextended(sa.cast(commission_id, sa.Text), sa.literal_column("0"))
    return Query(sa.select(sa.func.pg_advisory_xact_lock(key).label("locked")), dict)


_waiting = one_by_one(_its)
_waiting_for = one_by_one(sa.bindparam("commission_id", type_=sa.Uuid()))
_charter = charter_of(sa.select(sa.bindparam("commission_id", type_=sa.Uuid())).scalar_subquery())
_sharing = Query(
    sa.select(_session.c.ordinal, _session.c.state)
    .select_from(_session.join(_charter, _charter.c.id == _session.c.commission_id))
    .where(_session.c.id == sa.bindparam("the_session", type_=sa.Uuid()))
    .with_for_update(read=True, of=_session),
    Meeting,
)
_earlier = Query(
    sa.select(_entry.c.leaf, _entry.c.seq, _entry.c.canonical).where(told_of(_entry, _its)).order_by(_entry.c.seq),
    _Stored,
)
