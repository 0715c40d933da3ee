"""What a commitment names of its kind: the groups that were founded, the session that is the event, and what is of another commission.

What the caller may not see is not there: nobody names it, and nobody learns from a refusal that there is such a thing.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from service.database.columns import table
from service.database.statement import Connection, Query
from service.errors import Fault, fault
from service.permissions import Caller, Confidentiality, Kind, Permission
from service.register.commissions import matter as sessions
from service.register.commissions.models import Session
from service.register.commissions.roles import bound
from service.register.commitments.models import Commitment
from service.register.commitments.rules.lifecycle import Action
from service.register.commitments.rules.naming import BODY, ELSEWHERE, carrier, names, wrong_name
from service.register.commitments.visibility import visible_to
from service.register.decisions.engine.locking import standing_in
from service.register.decisions.rules.matter import Found, Name
from service.register.groups import matter as groups
from service.register.groups.models import WorkingGroup
from service.register.instruments.matter import INSTRUMENTS
from service.register.instruments.rules.naming import is_as_close

_commitment, _group, _session = table(Commitment), table(WorkingGroup), table(Session)
_LINKS: Final = ("continues", "pushed_by", "founded_group_ids", "event_session_id")
_of = Query(sa.select(_commitment.c.commission_id).where(_commitment.c.id == sa.bindparam("id")), UUID)


async def find(connection: Connection, name: Name, caller: Caller | None, beside: UUID) -> Found | None:
    """Return what stands under a name, as the caller (None: the service) may see it from the commitment `beside`."""
    return await _find(connection, name, caller, await _of.row(connection, id=beside))


async def carrying(
    connection: Connection, name: Name, caller: Caller | None, commission_id: UUID | None, kept: str
) -> Found | None:
    """Return the instrument that is to carry what is `kept` so, as the caller (None: the service) may see it.

    `NotPermitted` where the caller may propose nothing of the instrument.
    """
    kind = caller.kind if caller else None
    row = await _carrier(kind).row(connection, named_id=UUID(name.key), **(bound(caller) if caller else {}))
    if row is None or row["commission_id"] != commission_id:
        return None
    if caller:
        standing_in(caller, row).require(Permission.PROPOSE)
    return Found(members=INSTRUMENTS.members(row), is_open=is_as_close(row["confidentiality"], kept))


async def carrier_of(
    connection: Connection, caller: Caller, sound: Mapping[str, Any], commission_id: UUID
) -> dict[Name, Found | None]:
    """Return the instrument that a new commitment's agreement names, as the caller may see it."""
    agreement = sound.get("agreement")
    found = carrier({**agreement, "action": Action.AGREE}) if isinstance(agreement, Mapping) else None
    kept = sound.get("confidentiality", Confidentiality.PARTIES)
    return {found.name: await carrying(connection, found.name, caller, commission_id, kept)} if found else {}


async def wrong(
    connection: Connection, caller: Caller, sound: Mapping[str, Any], commission_id: UUID | None
) -> list[Fault]:
    """Return what is wrong with what a new commitment names."""
    given = {name: sound[name] for name in _LINKS if sound.get(name)}
    named = names({"action": "amend", "changes": given})
    found = {name: await _find(connection, name, caller, commission_id) for name in named}
    listed = [one for name in named if (one := wrong_name(name, found[name]))]
    return [fault(one["pointer"].removeprefix("/changes"), one["detail"]) for one in listed]


async def _find(connection: Connection, name: Name, caller: Caller | None, commission_id: UUID | None) -> Found | None:
    kind, values = (caller.kind, bound(caller)) if caller else (None, {})
    if name.kind == ELSEWHERE:
        where = await _elsewhere(kind).row(connection, reference=name.key, **values)
        return Found(is_beside=where == commission_id) if where else None
    asked = _body(kind) if name.kind == BODY else _meeting(kind)
    where = await asked.row(connection, id=UUID(name.key), **values)
    return Found() if where and where == commission_id else None


@cache
def _elsewhere(kind: Kind | None) -> Query[UUID]:
    reference: Any = sa.bindparam("reference", type_=sa.Text())
    asked = sa.select(_commitment.c.commission_id).where(
        (_commitment.c.reference == reference) | (_commitment.c.draft_reference == reference)
    )
    return Query(asked.where(visible_to(kind)) if kind else asked, UUID)


@cache
def _body(kind: Kind | None) -> Query[UUID]:
    asked = sa.select(_group.c.commission_id).where(_group.c.id == sa.bindparam("id"))
    return Query(asked.where(groups.visible_to(kind)) if kind else asked, UUID)


@cache
def _meeting(kind: Kind | None) -> Query[UUID]:
    asked = sa.select(_session.c.commission_id).where(_session.c.id == sa.bindparam("id"))
    return Query(asked.where(sessions.visible_to(kind)) if kind else asked, UUID)


@cache
def _carrier(kind: Kind | None) -> Query[dict[str, Any]]:
    columns = sa.select(*INSTRUMENTS.table.c)
    asked = INSTRUMENTS.seen_by(kind, columns) if kind else columns
    return Query(asked.where(INSTRUMENTS.table.c.id == sa.bindparam("named_id")), dict)
