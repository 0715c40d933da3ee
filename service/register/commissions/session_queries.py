"""Reading sessions, and what is awaited at them."""

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, distinct_on

from service.database.columns import table
from service.database.statement import FIRST, LIMIT, Connection, Query, is_among
from service.errors import NotFound
from service.identity.queries import require_active
from service.permissions import Caller, Kind
from service.register.commissions.matter import SESSIONS, seen_by, whose
from service.register.commissions.models import Commission, Session
from service.register.commissions.roles import bound
from service.register.commissions.rules.lifecycle import MET, SessionState
from service.register.decisions.engine.matter import Matter, Matters, Row
from service.register.decisions.models import CODES, live
from service.register.decisions.rules.steps import APPROVALS
from service.register.parties.queries import require_registered

_session, _commission = table(Session), table(Commission)
_other = _session.alias("other")
LAST = 1000
"""What has no ordinal sorts behind what has."""
order = sa.func.coalesce(_session.c.ordinal, sa.literal_column(str(LAST)))
_UNREAD = {"leaf", "refused_transition_id", "changed_at", "seq"}
_read = sa.select(
    *(column for column in _session.c if column.name not in _UNREAD),
    _session.c.seq.label("version"),
    SESSIONS.reference.label("reference"),
    order.label("place"),
    live(_session).label("live"),
)
_not_retracted = _session.c.state != sa.literal_column(f"'{SessionState.RETRACTED}'")


class _Count(NamedTuple):
    party: str
    proposals: int


async def get(connection: Connection, caller: Caller, session_id: UUID) -> Row:
    """Return one session with the caller's roles and the commission's fixed facts; `NotFound` otherwise."""
    row = await _one(caller.kind).row(connection, session_id=session_id, **bound(caller))
    if row is None:
        await require_active(connection, caller)
        raise NotFound("There is no such session for this caller.")
    return row


async def page(
    connection: Connection,
    caller: Caller,
    commission_id: UUID,
    after: list[Any] | None,
    limit: int,
    awaiting_step_of: Sequence[str] = (),
) -> list[dict[str, Any]]:
    """Return the sessions of a commission and its groups by ordinal; one more than `limit` if there is more."""
    place, last = after or (0, FIRST)
    asked: dict[str, Any] = {"commission_id": commission_id, "after": place, "after_id": last, "limit": limit + 1}
    await require_registered(connection, {"awaiting_step_of": awaiting_step_of})
    lacking = bool(awaiting_step_of)
    asked |= {"awaiting_step_of": [*awaiting_step_of]} if lacking else {}
    return await _page(caller.kind, lacking=lacking).rows(connection, **asked, **bound(caller))


async def newest_met(connection: Connection, caller: Caller, commission_ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Return of each commission, by its id, its own session with the highest number that has met, as far as the caller may see it."""
    rows = await _newest_met(caller.kind).rows(connection, commission_ids=[*commission_ids], **bound(caller))
    return {row["commission_id"]: row for row in rows}


async def same_ordinal(connection: Connection, caller: Caller, row: Row) -> list[UUID]:
    """Return the other sessions of the same commission or group with the same number, of those that the caller may see."""
    if row["ordinal"] is None:
        return []
    return [one["id"] for one in await _same(caller.kind).rows(connection, session_id=row["id"], **bound(caller))]


async def awaited(connection: Connection, matters: Matters, caller: Caller, session_id: UUID) -> dict[str, int]:
    """Return how many open proposals on what belongs to the session await each party, of those that the caller may see."""
    found: dict[str, int] = {}
    for matter in matters:
        if matter.session is not None:
            values = {"session_id": session_id, **matter.bound(caller)}
            for one in await _awaited(matter, caller.kind).rows(connection, **values):
                found[one.party] = found.get(one.party, 0) + one.proposals
    return found


@cache
def _one(kind: Kind) -> Query[dict[str, Any]]:
    return Query(seen_by(kind, _read).where(_session.c.id == sa.bindparam("session_id")), dict)


@cache
def _page(kind: Kind, *, lacking: bool) -> Query[dict[str, Any]]:
    after = sa.tuple_(sa.bindparam("after", type_=sa.Integer), sa.bindparam("after_id", type_=sa.Uuid))
    here = _session.c.commission_id == sa.bindparam("commission_id")
    asked = seen_by(kind, _read).where(here, _not_retracted, sa.tuple_(order, _session.c.id) > after)
    asked = asked.where(_lacking()) if lacking else asked
    return Query(asked.order_by(order, _session.c.id).limit(LIMIT), dict)


@cache
def _newest_met(kind: Kind) -> Query[dict[str, Any]]:
    asked = seen_by(kind, _read).where(
        is_among(_session.c.commission_id, "commission_ids"),
        _session.c.working_group_id.is_(None),
        _session.c.ordinal.is_not(None),
        _session.c.state.in_([sa.literal_column(f"'{state}'") for state in MET]),
    )
    newest = asked.ext(distinct_on(_session.c.commission_id)).order_by(
        _session.c.commission_id, _session.c.ordinal.desc()
    )
    return Query(newest, dict)


def _lacking() -> sa.ColumnElement[bool]:
    """Return that a step of one of these parties is missing, as `rules.at_home.missing` says it: a commission has few sessions."""
    wanted: Any = sa.bindparam("awaiting_step_of", type_=CODES)
    none: Any = sa.literal_column("'{}'::jsonb")
    steps = sa.func.coalesce(_session.c.steps, none, type_=JSONB)
    path: Any = sa.literal_column("""'$.keyvalue() ? (@.value.*.status == "needed").key'""")
    needed = sa.func.jsonb_path_query_array(steps, path, type_=JSONB).bool_op("?|")(wanted)
    subject = sa.func.unnest(_session.c.subject_to).table_valued(sa.column("party", sa.Text()), name="subject")
    party = subject.render_derived().c.party
    done = " || ".join(f'@."{one}".status == "done"' for one in APPROVALS)
    approved = sa.func.jsonb_path_exists(
        steps.op("->", return_type=JSONB())(party), sa.literal_column(f"'$ ? ({done})'"), type_=sa.Boolean()
    )
    awaits = sa.exists(
        sa.select(party).where(party == sa.any_(wanted), sa.not_(sa.func.coalesce(approved, sa.false())))
    )
    return needed | awaits


@cache
def _same(kind: Kind) -> Query[dict[str, Any]]:
    asked = seen_by(kind, sa.select(_session.c.id)).where(
        _other.c.id == sa.bindparam("session_id"),
        _session.c.id != _other.c.id,
        _session.c.commission_id == _other.c.commission_id,
        whose(_session) == whose(_other),
        _session.c.ordinal == _other.c.ordinal,
        _not_retracted,
    )
    return Query(asked.order_by(_session.c.id), dict)


@lru_cache(maxsize=50)
def _awaited(matter: Matter, kind: Kind) -> Query[_Count]:
    open_ones = matter.seen_by(kind, sa.select(sa.func.unnest(matter.table.c.awaiting).label("party")))
    assert matter.session is not None
    here = matter.session == sa.bindparam("session_id", type_=sa.Uuid())
    each = open_ones.where(here, live(matter.table)).subquery()
    return Query(sa.select(each.c.party, sa.func.count().label("proposals")).group_by(each.c.party), _Count)
