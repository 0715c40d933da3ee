"""Commitments as the engine takes them: their rules, and where they are stored."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from service.database.columns import table
from service.database.statement import Connection, Query
from service.permissions import Caller, Kind
from service.register.commissions.models import Commission, Session
from service.register.commitments import counters, linking
from service.register.commitments.instead import OF_THE_INSTRUMENT, instead
from service.register.commitments.models import Commitment
from service.register.commitments.rules.activity import happened_on
from service.register.commitments.rules.matter import COMMITMENT
from service.register.commitments.rules.naming import BODY, CARRIER, ELSEWHERE
from service.register.commitments.visibility import bound, seen_by, visible_to
from service.register.decisions.engine.matter import Matter, Numbering
from service.register.decisions.rules.matter import Found, Name
from service.register.groups.matter import lock_active
from service.register.groups.models import WorkingGroup
from service.register.groups.rules.matter import GROUP
from service.values import end

_commitment, _commission = table(Commitment), table(Commission)
_beside = _commitment.alias("beside")
_NAMED: Final = {"working_group": table(WorkingGroup), "session": table(Session)}


def columns(after: Mapping[str, Any]) -> dict[str, Any]:
    """Return changed members as column values, with those that follow: the due date, the last session, the first successor."""
    found = {name: UUID(value) if value and name.endswith("_id") else value for name, value in after.items()}
    if "target_date" in after:
        found["due_on"] = end(after["target_date"]) if after["target_date"] else None
    if "carried_over" in after:
        carried = after["carried_over"] or {}
        *earlier, last = [None, *map(UUID, sorted(carried, key=lambda session: carried[session]["entry"] or 0))]
        found |= {"carried_to_session_id": last, "earlier_sessions": earlier[1:] or None}
    if "successors" in after:
        found["successor"] = (after["successors"] or [None])[0]
    return found


async def find(connection: Connection, name: Name, caller: Caller | None, beside: UUID) -> Found | None:
    """Return what stands under a name, as the caller (None: the service) may see it from the commitment `beside`."""
    if name.kind in {BODY, ELSEWHERE} or name.pointer.endswith("/event_session_id"):
        return await linking.find(connection, name, caller, beside)
    if name.kind.startswith(CARRIER):
        one = await _kept.one(connection, beside_id=beside)
        return await linking.carrying(connection, name, caller, one.commission_id, one.confidentiality)
    if name.kind != COMMITMENT.kind:
        here = await _belongs(name.kind).row(connection, named_id=UUID(name.key), beside_id=beside)
        if here and name.kind == GROUP.kind:
            # Whoever moves the group waits: what it takes along is what belongs to it then.
            return Found() if await lock_active(connection, UUID(name.key), here) else None
        return Found() if here else None
    values = bound(caller) if caller else {}
    row = await _named(caller.kind if caller else None).row(connection, named=name.key, beside_id=beside, **values)
    return Found(row["id"], is_itself=row["id"] == beside, is_beside=row["is_beside"]) if row else None


_session = table(Session)
_day = sa.func.coalesce(_session.c.starts_on, _session.c.ends_on)
_met = (
    sa.select(
        sa.func.jsonb_build_object(
            sa.literal_column("'day'"), _day, sa.literal_column("'state'"), _session.c.state, type_=JSONB
        )
    )
    .where(_session.c.id == _commitment.c.session_id)
    .scalar_subquery()
)
_DAYS: Final[Mapping[str, sa.ColumnElement[Any]]] = {
    **{name: _commitment.c[name] for name in ("state", "agreed_on")},
    "since": _commitment.c.effective_on,
    **{name: _commitment.c.instrument[name].astext for name in ("drafted_on", "signed_on")},
    "session": _met,
}
_dates = sa.func.jsonb_build_object(
    *(part for name, value in _DAYS.items() for part in (sa.literal_column(f"'{name}'"), value)), type_=JSONB
)
COMMITMENTS: Final = Matter(
    rules=COMMITMENT,
    table=_commitment,
    seen_by=seen_by,
    bound=bound,
    columns=columns,
    find=find,
    reference=_commitment.c.reference,
    titles=_commitment.c.titles,
    dates=_dates,
    session=_commitment.c.session_id,
    elsewhere=OF_THE_INSTRUMENT,
    instead=instead,
    happened=lambda step, told, at: {"moved_on": day} if (day := happened_on(step.action, told, at)) else {},
    growing=frozenset({"moved_on"}),
    numbering=Numbering(counters.lock, counters.lock_all, counters.change),
)


class _Kept(NamedTuple):
    commission_id: UUID
    confidentiality: str


_kept = Query(
    sa.select(_beside.c.commission_id, _beside.c.confidentiality).where(_beside.c.id == sa.bindparam("beside_id")),
    _Kept,
)
_ours = sa.select(_beside.c.commission_id).where(_beside.c.id == sa.bindparam("beside_id")).scalar_subquery()


@cache
def _named(kind: Kind | None) -> Query[dict[str, Any]]:
    """Return what finds a commitment by its reference, among those that a caller of this kind may see (None: all)."""
    asked = sa.select(_commitment.c.id, (_commitment.c.commission_id == _ours).label("is_beside"))
    named: Any = sa.bindparam("named", type_=sa.Text())
    asked = asked.where((_commitment.c.reference == named) | (_commitment.c.draft_reference == named))
    return Query(asked.where(visible_to(kind)) if kind else asked, dict)


@cache
def _belongs(kind: str) -> Query[UUID]:
    """Return what finds the commission of a session or working group by its id, if it is the same."""
    named = _NAMED[kind]
    return Query(
        sa.select(named.c.commission_id).where(named.c.id == sa.bindparam("named_id"), named.c.commission_id == _ours),
        UUID,
    )
