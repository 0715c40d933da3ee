"""Instruments as the engine takes them: their rules, and where they are stored."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert

from service.database.columns import table
from service.database.statement import Connection, Query
from service.identity.queries import is_active
from service.permissions import Caller, Kind, Role
from service.register.commissions.confidentiality import readable
from service.register.commissions.roles import PRINCIPAL, TOKEN, Condition, bound, charter_of, fixed, leads, roles_of
from service.register.decisions.engine.matter import Matter, Numbering, Row
from service.register.decisions.rules.matter import Found, Name
from service.register.instruments import counters
from service.register.instruments.models import Instrument, InstrumentReckoning
from service.register.instruments.rules import naming
from service.register.instruments.rules.matter import INSTRUMENT
from service.register.instruments.rules.reckoning import COLUMNS, reckoned
from service.trail.append import EntryChange

_instrument, _reckoning = table(Instrument), table(InstrumentReckoning)
_beside = _instrument.alias("beside")
# Of commitments nothing else is known here: they stand above.
COMMITMENT: Final = sa.table(
    "commitment",
    sa.column("id", sa.Uuid()),
    sa.column("commission_id", sa.Uuid()),
    sa.column("working_group_id", sa.Uuid()),
    sa.column("confidentiality", sa.Text()),
    sa.column("is_joint", sa.Boolean()),
    sa.column("party_facts", JSONB()),
)


def seen_by(kind: Kind, asked: sa.Select[Any], locked: sa.ScalarSelect[Any] | None = None) -> sa.Select[Any]:
    """Add the instrument with what its commission fixes and the caller's roles to a SELECT, and leave what the caller may see."""
    flags = (condition.label(f"is_{role}") for role, condition in _roles(kind).items())
    charter = charter_of(locked)
    joined = _instrument.join(charter, charter.c.id == _instrument.c.commission_id)
    return asked.add_columns(*fixed(charter), *flags).select_from(joined).where(visible_to(kind))


@cache
def visible_to(kind: Kind) -> Condition:
    """Return the condition that a caller of this kind may read the instrument: until it is a matter of all, the parties alone.

    A commitment that it carries may have been closed to the caller since: then the instrument, and its trail, are too.
    """
    each = roles_of(kind, COMMITMENT.c.commission_id, COMMITMENT.c.working_group_id)
    closed = sa.exists().where(is_carried(), sa.not_(readable(each, COMMITMENT))).correlate(_instrument)
    # Whoever leads reads no more than all of its party do.
    reading: dict[Role, Condition] = {role: one for role, one in _roles(kind).items() if role is not Role.LEAD}
    return is_active(PRINCIPAL, TOKEN) & readable(reading, _instrument) & sa.not_(closed)


@cache
def carried_by(kind: Kind) -> sa.ScalarSelect[Any]:
    """Return the ids of the commitments that an instrument carries, of those that a caller of this kind may see."""
    roles = roles_of(kind, COMMITMENT.c.commission_id, COMMITMENT.c.working_group_id)
    found = sa.func.array_agg(COMMITMENT.c.id)
    asked = sa.select(sa.func.coalesce(found, sa.literal_column("'{}'::uuid[]")))
    return asked.where(is_carried(), readable(roles, COMMITMENT)).correlate(_instrument).scalar_subquery()


def is_carried() -> Condition:
    """Return the condition that an instrument carries a commitment."""
    return COMMITMENT.c.id == sa.any_(sa.cast(_instrument.c.commitment_ids, ARRAY(sa.Uuid())))


@cache
def _roles(kind: Kind) -> Mapping[Role, Condition]:
    """Return who a caller is: of the working group, or the lead body, where that is so of every commitment that it carries.

    Who leads one of them, and is in the group of another, may propose for each of them.
    """
    nobody = sa.literal(None, sa.Uuid())
    here = dict(roles_of(kind, _instrument.c.commission_id, nobody))
    of_each = roles_of(kind, COMMITMENT.c.commission_id, COMMITMENT.c.working_group_id)
    carries = sa.func.cardinality(_instrument.c.commitment_ids) > sa.literal_column("0")
    for role in (Role.CO_LEAD, Role.MEMBER):
        others = sa.exists().where(is_carried(), sa.not_(of_each[role])).correlate(_instrument)
        here[role] = carries & ~others if kind is Kind.REPRESENTATIVE else sa.false()
    proposing = sa.or_(of_each[Role.CO_LEAD], of_each[Role.MEMBER], leads(COMMITMENT.c.party_facts))
    others = sa.exists().where(is_carried(), sa.not_(proposing)).correlate(_instrument)
    here[Role.LEAD] = here[Role.PARTY] & carries & ~others if kind is Kind.REPRESENTATIVE else sa.false()
    return here


def columns(after: Mapping[str, Any]) -> dict[str, Any]:
    """Return changed members as column values."""
    return {name: UUID(value) if value and name.endswith("_id") else value for name, value in after.items()}


def follows(row: Row, after: Mapping[str, Any]) -> Sequence[EntryChange]:
    """Return what stores the reckoning anew."""
    known = {name: after.get(name, row.get(name)) for name in INSTRUMENT.members}
    values = {"instrument_id": row["id"], **reckoned(known)}
    return [EntryChange(_reckoned(), {f"reckoned_{name}": value for name, value in values.items()})]


@cache
def _reckoned() -> sa.CTE:
    values = {one.name: sa.bindparam(f"reckoned_{one.name}", type_=one.type) for one in _reckoning.c}
    stored = insert(_reckoning).values(values)
    fresh = {name: stored.excluded[name] for name in COLUMNS}
    return stored.on_conflict_do_update(index_elements=["instrument_id"], set_=fresh).cte("reckoned")


async def find(connection: Connection, name: Name, caller: Caller | None, beside: UUID) -> Found | None:
    """Return what stands under a name, as the caller (None: the service) may see it from the instrument with the id `beside`."""
    kind, values = caller.kind if caller else None, bound(caller) if caller else {}
    asked = {"named_id": UUID(name.key) if name.kind != naming.LEVEL else None, "beside_id": beside, **values}
    if name.kind == naming.LEVEL:
        kept = await _levels.rows(connection, beside_id=beside)
        return Found(is_open=all(naming.is_as_close(name.key, one) for one in kept))
    if name.kind.startswith(naming.CARRIED):
        one = await _commitment_named(kind).row(connection, **asked)
        level = name.kind.partition(":")[2]
        return Found(is_open=naming.is_as_close(level or one.level, one.confidentiality)) if one else None
    if await _named(kind).row(connection, **asked) is None:
        return None
    key = UUID(name.key)
    return Found(key if name.kind == naming.INSTRUMENT else None, is_itself=key == beside)


INSTRUMENTS: Final = Matter(
    rules=INSTRUMENT,
    table=_instrument,
    seen_by=seen_by,
    bound=bound,
    columns=columns,
    find=find,
    reference=_instrument.c.reference,
    titles=_instrument.c.titles,
    numbering=Numbering(counters.lock, counters.lock_all, counters.change, counters.draft_of),
    follows=follows,
)

_named_id = sa.bindparam("named_id", type_=sa.Uuid())
_ours = (
    sa.select(_beside.c.commission_id)
    .where(_beside.c.id == sa.bindparam("beside_id", type_=sa.Uuid()))
    .scalar_subquery()
)


@cache
def _named(kind: Kind | None) -> Query[UUID]:
    asked = sa.select(_instrument.c.id).where(_instrument.c.id == _named_id, _instrument.c.commission_id == _ours)
    return Query(asked.where(visible_to(kind)) if kind else asked, UUID)


class _Kept(NamedTuple):
    confidentiality: str
    level: str


@cache
def _commitment_named(kind: Kind | None) -> Query[_Kept]:
    """Return what finds a commitment of the commission: how it is kept, and how the instrument is."""
    level = sa.select(_beside.c.confidentiality).where(_beside.c.id == sa.bindparam("beside_id", type_=sa.Uuid()))
    asked = sa.select(COMMITMENT.c.confidentiality, level.scalar_subquery().label("level"))
    asked = asked.where(COMMITMENT.c.id == _named_id, COMMITMENT.c.commission_id == _ours)
    if kind is None:
        return Query(asked, _Kept)
    roles = roles_of(kind, COMMITMENT.c.commission_id, COMMITMENT.c.working_group_id)
    return Query(asked.where(readable(roles, COMMITMENT)), _Kept)


_levels = Query(
    sa.select(COMMITMENT.c.confidentiality)
    .select_from(_instrument.join(COMMITMENT, is_carried()))
    .where(_instrument.c.id == sa.bindparam("beside_id", type_=sa.Uuid())),
    str,
)
