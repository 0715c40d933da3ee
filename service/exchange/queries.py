"""What an export reads beside the list of commitments: codes, what moves brought, and which instruments carry them."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from service.database.columns import table
from service.database.statement import Connection, Query, is_among
from service.exchange.rules.rows import Brought, Names
from service.permissions import Caller, Kind
from service.register.commissions import matter as sessions
from service.register.commissions.models import Session
from service.register.commissions.roles import bound
from service.register.commissions.rules.lifecycle import MET
from service.register.commitments import filters, lists
from service.register.commitments.rules.leads import leads
from service.register.commitments.rules.lifecycle import Action
from service.register.decisions.engine.matter import Row
from service.register.decisions.models import Transition, TransitionStatus
from service.register.decisions.rules.mending import CORRECT
from service.register.groups import matter as groups
from service.register.groups.models import WorkingGroup
from service.register.instruments.matter import visible_to
from service.register.instruments.models import Instrument
from service.register.parties.models import Organisation

PAGE: Final = 250
"""So many commitments are read at once, and spelled before others have their turn."""
_session, _group, _organisation = table(Session), table(WorkingGroup), table(Organisation)
_move, _instrument = table(Transition), table(Instrument)
_of_commission = sa.bindparam("commission_id", type_=sa.Uuid())


class _Met(NamedTuple):
    id: UUID
    is_own: bool
    group: str | None
    ordinal: int | None
    state: str
    is_seen: bool


class _Coded(NamedTuple):
    id: UUID
    code: str


class _Told(NamedTuple):
    matter_id: UUID
    action: str
    status: str
    evidence: dict[str, Any]


@cache
def _sessions(kind: Kind) -> Query[_Met]:
    is_seen = sa.func.coalesce(sessions.visible_to(kind), sa.false()).label("is_seen")
    is_own = _session.c.working_group_id.is_(None).label("is_own")
    asked = sa.select(
        _session.c.id, is_own, _group.c.code.label("group"), _session.c.ordinal, _session.c.state, is_seen
    )
    # As `register.names` has it: of a group that only its parties may know a session has no code.
    of_group = (_group.c.id == _session.c.working_group_id) & _group.c.is_joint
    return Query(
        asked.select_from(_session.outerjoin(_group, of_group)).where(_session.c.commission_id == _of_commission), _Met
    )


@cache
def _groups(kind: Kind) -> Query[_Coded]:
    asked = sa.select(_group.c.id, _group.c.code)
    return Query(asked.where(_group.c.commission_id == _of_commission, groups.visible_to(kind)), _Coded)


_organisations = Query(
    sa.select(_organisation.c.id, _organisation.c.code).where(is_among(_organisation.c.id, "wanted")), _Coded
)
_TELLING: Final = (Action.AGREE, Action.IMPLEMENT, CORRECT)
_told = Query(
    sa.select(_move.c.matter_id, _move.c.action, _move.c.status, _move.c.evidence)
    .where(
        is_among(_move.c.matter_id, "wanted"), _move.c.action.in_([sa.literal_column(f"'{one}'") for one in _TELLING])
    )
    .order_by(_move.c.matter_id, _move.c.id),
    _Told,
)


async def page(connection: Connection, caller: Caller, commission_id: UUID, after: str | None) -> list[Row]:
    """Return the next commitments of a commission that the caller may see, by reference; one more than `PAGE` if there is more."""
    wanted = filters.Filter(commission_id=[commission_id])
    return await lists.page(connection, caller, wanted, lists.Sort.REFERENCE, [after] if after else None, PAGE)


async def session_codes(connection: Connection, caller: Caller, commission_id: UUID, code: str) -> dict[str, str]:
    """Return the code of each session that the caller may see and that has one of its own, by its id; as `register.names` finds them."""
    met = await _sessions(caller.kind).rows(connection, commission_id=commission_id, **bound(caller))
    named = {
        one: f"{whose}/{one.ordinal:02d}" for one in met if (whose := code if one.is_own else one.group) and one.ordinal
    }
    held = Counter(name for one, name in named.items() if one.state in MET)
    every = Counter(named.values())
    return {
        str(one.id): name
        for one, name in named.items()
        if one.is_seen and (held[name] == 1 if held[name] and one.state in MET else every[name] == 1)
    }


async def group_codes(connection: Connection, caller: Caller, commission_id: UUID) -> dict[str, str]:
    """Return the codes of the commission's working groups that the caller may see, by their ids."""
    found = await _groups(caller.kind).rows(connection, commission_id=commission_id, **bound(caller))
    return {str(one.id): one.code for one in found}


async def names(
    connection: Connection, caller: Caller, codes: Mapping[str, str], rows: Sequence[Mapping[str, Any]]
) -> Names:
    """Return the names of all that these rows tell of by ids; `codes`: those of sessions and groups."""
    wanted = {UUID(one) for row in rows for facts in row["party_facts"].values() for one in leads(facts)}
    organisations = await _organisations.rows(connection, wanted=list(wanted)) if wanted else []
    return Names(
        {**codes, **{str(one.id): one.code for one in organisations}},
        await _carrying(connection, caller, [row["id"] for row in rows if row["instrument"]]),
    )


async def _carrying(connection: Connection, caller: Caller, wanted: Sequence[UUID]) -> Mapping[str, list[str]]:
    found = defaultdict[str, list[str]](list)
    if wanted:
        ids = [str(one) for one in wanted]
        for reference, carried in await _instruments(caller.kind).rows(connection, wanted=ids, **bound(caller)):
            for one in carried:
                found[one].append(reference)
    return found


async def carriers(connection: Connection, wanted: Sequence[UUID]) -> list[UUID]:
    """Return the ids of the instruments that carry any of these commitments, ascending."""
    return await _carriers.rows(connection, carried=[str(one) for one in wanted]) if wanted else []


class _Carrying(NamedTuple):
    reference: str
    commitment_ids: list[str]


_carriers = Query(
    sa.select(_instrument.c.id)
    .where(_instrument.c.commitment_ids.overlap(sa.bindparam("carried", type_=_instrument.c.commitment_ids.type)))
    .order_by(_instrument.c.id),
    UUID,
)


@cache
def _instruments(kind: Kind) -> Query[_Carrying]:
    carries = _instrument.c.commitment_ids.overlap(sa.bindparam("wanted", type_=_instrument.c.commitment_ids.type))
    asked = sa.select(_instrument.c.reference, _instrument.c.commitment_ids).where(carries, visible_to(kind))
    return Query(asked.order_by(_instrument.c.reference), _Carrying)


async def brought(connection: Connection, wanted: Sequence[UUID]) -> dict[UUID, Brought]:
    """Return what moves brought of these commitments: what was last said of how it was agreed, and of how it was carried out."""
    found: dict[UUID, Brought] = {}
    for told in await _told.rows(connection, wanted=list(wanted)):
        before = found.get(told.matter_id, Brought())
        found[told.matter_id] = _after(before, told)
    return found


def _after(before: Brought, told: _Told) -> Brought:
    effective, evidence = told.status == TransitionStatus.EFFECTIVE, told.evidence
    if told.action == Action.AGREE and (effective or told.status == TransitionStatus.OPEN or not before.agreement):
        return Brought(evidence, evidence.get("report") if effective else None)
    if told.action == Action.IMPLEMENT and effective:
        return Brought(before.agreement, evidence.get("report"))
    if told.action == CORRECT and effective and evidence.get("fact") == "report":
        return Brought(before.agreement, evidence.get("value"))
    return before
