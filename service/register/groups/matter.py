"""Working groups as the engine takes them: their rules, and where they are stored."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final, NamedTuple
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from service.database.columns import table
from service.database.statement import Connection, Query
from service.identity.queries import is_active
from service.permissions import Caller, Kind, Role
from service.register.commissions.confidentiality import readable
from service.register.commissions.models import Commission, Membership, Session
from service.register.commissions.roles import PRINCIPAL, TOKEN, Condition, bound, charter_of, fixed, roles_of
from service.register.commissions.rules.group_role import GroupRole
from service.register.decisions.engine.matter import Matter, Row
from service.register.decisions.rules.matter import Found, Name
from service.register.decisions.rules.origins import Told
from service.register.groups.models import WorkingGroup
from service.register.groups.rules import derived, naming
from service.register.groups.rules.evidence import MOST
from service.register.groups.rules.lifecycle import GroupState
from service.register.groups.rules.matter import GROUP
from service.register.groups.rules.requirements import Organisations, co_leads, roles
from service.register.parties.models import Organisation
from service.trail.append import EntryChange
from service.trail.models import AuditEntry, said

_group, _commission, _session, _entry = table(WorkingGroup), table(Commission), table(Session), table(AuditEntry)
_member, _organisation, _beside = table(Membership), table(Organisation), _group.alias("beside")
# Of commitments nothing else is known here: they stand above.
_commitment = sa.table("commitment", sa.column("id", sa.Uuid()), sa.column("working_group_id", sa.Uuid()))
_active: Final[Any] = sa.literal_column(f"'{GroupState.ACTIVE}'")


def seen_by(kind: Kind, asked: sa.Select[Any], locked: sa.ScalarSelect[Any] | None = None) -> sa.Select[Any]:
    """Add the group with what its commission fixes and the caller's roles to a SELECT, and leave what the caller may see.

    Of a group the secretariats decide and its co-leads: a member has no part in it.
    """
    known = {**_roles(kind), Role.MEMBER: sa.false()}
    flags = (condition.label(f"is_{role}") for role, condition in known.items())
    charter = charter_of(locked)
    joined = _group.join(charter, charter.c.id == _group.c.commission_id)
    return asked.add_columns(*fixed(charter), *flags).select_from(joined).where(visible_to(kind))


@cache
def visible_to(kind: Kind) -> Condition:
    """Return the condition that a caller of this kind may read the group: until it is a matter of all, the parties alone, and then whoever may read its commission."""
    return is_active(PRINCIPAL, TOKEN) & readable(_roles(kind), _group)


def _roles(kind: Kind) -> Mapping[Role, Condition]:
    return roles_of(kind, _group.c.commission_id, _group.c.id)


def told_of(entry: sa.Table, commission_id: sa.ColumnElement[UUID]) -> Condition:
    """Return the condition that an entry of the commission's own trail tells of the group `spoken`, by its id as a text.

    Of no other entry are the bytes read.
    """
    telling = entry.c.kind.in_([sa.literal_column(f"'{kind}'") for kind in (derived.FOUNDED, derived.CHANGED)])
    is_its = said(entry)["data"]["id"].astext == sa.bindparam("spoken", type_=sa.Text())
    return (entry.c.subject == commission_id) & sa.case((telling, is_its), else_=sa.false())


def columns(after: Mapping[str, Any]) -> dict[str, Any]:
    """Return changed members as column values, with what follows: which parties have a co-lead."""
    found = {name: UUID(value) if value and name.endswith("_id") else value for name, value in after.items()}
    return found | ({"co_led_by": [*co_leads(after["organisations"])]} if "organisations" in after else {})


def follows(row: Row, after: Mapping[str, Any]) -> Sequence[EntryChange]:
    """Return what stores the part of each organisation whose part changes: rights are read from there."""
    if "organisations" not in after:
        return ()
    was, now = _parts(row.get("organisations") or {}), _parts(after["organisations"])
    changed = [one for one in {**was, **now} if was.get(one) != now.get(one)]
    return [EntryChange(_part(), _part_of(row["id"], one, was, now, row["at"])) for one in changed]


_Parts = Mapping[str, tuple[str, GroupRole]]


def _parts(organisations: Organisations) -> _Parts:
    return {one: (party, role) for one, party, role in roles(organisations)}


def _part_of(group_id: UUID, organisation: str, was: _Parts, now: _Parts, at: datetime) -> dict[str, Any]:
    party, role = now.get(organisation) or was[organisation]
    values = {"working_group_id": group_id, "organisation_id": UUID(organisation), "party": party, "role": role}
    ended = None if organisation in now else at
    return {f"part_{name}": value for name, value in {**values, "ended_at": ended}.items()}


@cache
def _part() -> sa.CTE:
    values = {one.name: sa.bindparam(f"part_{one.name}", type_=one.type) for one in _member.c}
    stored = insert(_member).values(values)
    return stored.on_conflict_do_update(
        index_elements=["working_group_id", "organisation_id"],
        set_={name: stored.excluded[name] for name in ("role", "ended_at")},
    ).cte("part")


async def find(connection: Connection, name: Name, caller: Caller | None, beside: UUID) -> Found | None:
    """Return what stands under a name, as the caller (None: the service) may name it from the group with the id `beside`."""
    if name.kind == naming.MANY:
        owned = await _owned.rows(connection, group_id=beside)
        return Found() if len(owned) > MOST else None
    key = UUID(name.key)
    if name.kind == naming.ORGANISATION:
        party = await _party_of.row(connection, organisation_id=key)
        return Found() if party and (caller is None or party == caller.party) else None
    if name.kind == naming.GROUP:
        state = await _of_commission.row(connection, named_id=key, beside_id=beside)
        return Found(key, is_itself=key == beside, is_open=state == GroupState.ACTIVE) if state else None
    statement = _held_at if name.kind == naming.SESSION else _owned_one
    return Found() if await statement.row(connection, named_id=key, beside_id=beside) else None


async def lock_active(connection: Connection, group_id: UUID, commission_id: UUID) -> bool:
    """Return whether there is such an active group of the commission; nobody moves it until the transaction is over.

    The charter is locked before it, as by everybody.
    """
    return await _locking.row(connection, group_id=group_id, commission_id=commission_id) is not None


class _Stored(NamedTuple):
    leaf: bytes
    seq: int
    canonical: bytes


async def earlier(connection: Connection, group_id: UUID) -> list[Told]:
    """Return what entries of the commission's trail told of a group, before it had a trail of its own."""
    told = []
    for one in await _earlier.rows(connection, spoken=str(group_id), the_group=group_id):
        entry = orjson.loads(one.canonical)
        at, data = entry["recorded_at"], derived.told(entry["kind"], entry["data"], entry["party"])
        told.append(Told(one.leaf.hex(), one.seq, datetime.fromisoformat(at), data))
    return told


GROUPS: Final = Matter(
    rules=GROUP,
    table=_group,
    seen_by=seen_by,
    bound=bound,
    columns=columns,
    find=find,
    reference=_group.c.code,
    titles=_group.c.titles,
    earlier=earlier,
    follows=follows,
    nobody=lambda _: frozenset({Role.MEMBER, Role.LEAD, Role.NEWCOMER}),
)

_named_id, _beside_id = sa.bindparam("named_id", type_=sa.Uuid()), sa.bindparam("beside_id", type_=sa.Uuid())
_its = sa.select(_beside.c.commission_id).where(_beside.c.id == _beside_id).scalar_subquery()
_party_of = Query(
    sa.select(_organisation.c.party)
    .where(_organisation.c.id == sa.bindparam("organisation_id"), _organisation.c.closed_on.is_(None))
    # Whoever closes it waits here, or has closed it: none that is closed is named meanwhile.
    .with_for_update(read=True),
    str,
)
_of_commission = Query(sa.select(_group.c.state).where(_group.c.id == _named_id, _group.c.commission_id == _its), str)
_held_at = Query(sa.select(_session.c.id).where(_session.c.id == _named_id, _session.c.commission_id == _its), UUID)
_owned_one = Query(
    sa.select(_commitment.c.id).where(_commitment.c.id == _named_id, _commitment.c.working_group_id == _beside_id), UUID
)
_owned = Query(
    sa.select(_commitment.c.id)
    .where(_commitment.c.working_group_id == sa.bindparam("group_id", type_=sa.Uuid()))
    .limit(MOST + 1),
    UUID,
)
# FOR SHARE: whoever gives the group a commitment waits for who moves the group, and the other way round.
_here: Any = sa.bindparam("commission_id", type_=sa.Uuid())
_charter = charter_of(sa.select(_here).scalar_subquery())
_locking = Query(
    sa.select(_group.c.id)
    .select_from(_group.join(_charter, _charter.c.id == _group.c.commission_id))
    .where(_group.c.id == sa.bindparam("group_id", type_=sa.Uuid()), _group.c.state == _active)
    .with_for_update(read=True, of=_group),
    UUID,
)
_the_commission = (
    sa.select(_group.c.commission_id).where(_group.c.id == sa.bindparam("the_group", type_=sa.Uuid())).scalar_subquery()
)
_earlier = Query(
    sa.select(_entry.c.leaf, _entry.c.seq, _entry.c.canonical)
    .where(told_of(_entry, _the_commission))
    .order_by(_entry.c.seq),
    _Stored,
)
