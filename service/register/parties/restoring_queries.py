"""Reading what the operator has announced to do about a party's lost access."""

from datetime import datetime
from functools import cache
from typing import Any, TypedDict
from uuid import UUID

import sqlalchemy as sa

from service.database.columns import table
from service.database.statement import FIRST, LIMIT, Connection, Query
from service.errors import there
from service.identity.models import Principal
from service.register.parties.models import Organisation, Restoration
from service.register.parties.queries import NamedRow
from service.register.parties.rules import NOTICE

_restoration, _organisation, _principal = table(Restoration), table(Organisation), table(Principal)


class RestorationRow(TypedDict):
    """An announced restoration; what is within `registrar` and `ended_by` is read from JSON, where an id is a text."""

    id: UUID
    party: str
    organisation_id: UUID
    registrar: NamedRow
    reason: str
    principal_id: UUID | None
    client_id: str | None
    name: str | None
    issuer: str | None
    ends_own_issuer_only: bool
    announced_at: datetime
    acts_from: datetime
    ended_at: datetime | None
    outcome: str | None
    ended_by: NamedRow | None
    objection: str | None


def _named(id_: Any, code: Any, name: Any) -> sa.ColumnElement[Any]:  # noqa: ANN401 -- columns of any table
    return sa.func.jsonb_build_object("id", id_, "code", code, "name", name)


_ended_by = sa.case(
    (_restoration.c.ended_by.is_(None), sa.null()),
    else_=_named(
        _restoration.c.ended_by, _principal.c.subject, sa.func.coalesce(_principal.c.name, sa.literal("the operator"))
    ),
)
_own = ("reason", "principal_id", "client_id", "name", "issuer", "ends_own_issuer_only", "announced_at")
_asked = sa.select(
    _restoration.c.id,
    _restoration.c.party,
    _restoration.c.organisation_id,
    _named(_organisation.c.id, _organisation.c.code, _organisation.c.name).label("registrar"),
    *(_restoration.c[name] for name in _own),
    (_restoration.c.announced_at + sa.literal_column(f"interval '{NOTICE.total_seconds():.0f} seconds'")).label(
        "acts_from"
    ),
    _restoration.c.ended_at,
    _restoration.c.outcome,
    _ended_by.label("ended_by"),
    _restoration.c.objection,
).select_from(
    _restoration.join(_organisation, _organisation.c.id == _restoration.c.organisation_id).outerjoin(
        _principal, _principal.c.id == _restoration.c.ended_by
    )
)
_open = Query(
    _asked.where(_restoration.c.party == sa.bindparam("party"), _restoration.c.ended_at.is_(None)), RestorationRow
)
_last = Query(
    _asked.where(_restoration.c.party == sa.bindparam("party")).order_by(_restoration.c.id.desc()).limit(1),
    RestorationRow,
)
_by_id = Query(_asked.where(_restoration.c.id == sa.bindparam("id")), RestorationRow)


@cache
def _after() -> Query[RestorationRow]:
    asked = _asked.where(_restoration.c.party == sa.bindparam("party"), _restoration.c.id > sa.bindparam("after"))
    return Query(asked.order_by(_restoration.c.id).limit(LIMIT), RestorationRow)


async def announced(connection: Connection, party: str) -> RestorationRow | None:
    """Return what is announced for the party and neither stopped nor done; None if nothing is."""
    return await _open.row(connection, party=party)


async def last(connection: Connection, party: str) -> RestorationRow | None:
    """Return what was announced for the party last; None if nothing ever was."""
    return await _last.row(connection, party=party)


async def restoration(connection: Connection, restoration_id: UUID, party: str | None) -> RestorationRow:
    """Return what was announced; `NotFound` unless it is of `party` (None: of any)."""
    found = await _by_id.row(connection, id=restoration_id)
    return there(found if found and party in {None, found["party"]} else None, "There is no such restoration.")


async def restorations(connection: Connection, party: str, after: list[Any] | None, limit: int) -> list[RestorationRow]:
    """Return what was announced for the party, oldest first, one more than `limit` if there is more."""
    return await _after().rows(connection, party=party, after=after[0] if after else FIRST, limit=limit + 1)
