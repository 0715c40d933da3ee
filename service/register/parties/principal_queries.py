"""Reading principals: who may act for a party, in which roles, and who registered that."""

from datetime import datetime
from functools import cache
from typing import Any, TypedDict
from uuid import UUID

import sqlalchemy as sa

from service.database.columns import table
from service.database.statement import FIRST, LIMIT, Connection, Query
from service.errors import there
from service.identity.models import Principal
from service.register.parties.models import Organisation
from service.register.parties.naming import named
from service.register.parties.queries import NamedRow
from service.register.parties.roles import RoleRow, held

_organisation, _principal = table(Organisation), table(Principal)
_by = _principal.alias("by")


class PrincipalRow(TypedDict):
    """A principal, with the party for which it acts; what is within `roles` is read from JSON, where an id is a text."""

    id: UUID
    issuer: str
    client_id: str
    name: str
    kind: str
    organisation_id: UUID | None
    organisation: NamedRow | None
    party: str | None
    roles: list[RoleRow]
    registered_by: NamedRow | None
    created_at: datetime
    deactivated_at: datetime | None
    refused_at: datetime | None


_registered_by = sa.case(
    (_principal.c.registered_by.is_(None), sa.null()),
    else_=sa.func.jsonb_build_object(
        "id",
        _principal.c.registered_by,
        "code",
        _by.c.subject,
        "name",
        sa.func.coalesce(_by.c.name, "the operator"),
    ),
)


# The administrator sees all, a representative those of its party; what another may not see is not there.
@cache
def _by_id(*, of_party: bool) -> Query[PrincipalRow]:
    return Query(_seen(of_party).where(_principal.c.id == sa.bindparam("id")), PrincipalRow)


@cache
def _after(*, of_party: bool) -> Query[PrincipalRow]:
    asked = _seen(of_party).where(_principal.c.id > sa.bindparam("after"))
    return Query(asked.order_by(_principal.c.id).limit(LIMIT), PrincipalRow)


def _seen(of_party: bool) -> sa.Select[Any]:  # noqa: FBT001 -- private
    asked = sa.select(
        _principal.c.id,
        _principal.c.issuer,
        _principal.c.subject.label("client_id"),
        _principal.c.name,
        _principal.c.kind,
        _principal.c.organisation_id,
        named(_organisation.c.id, _organisation.c.code, _organisation.c.name).label("organisation"),
        _organisation.c.party,
        held(of_party=of_party).label("roles"),
        _registered_by.label("registered_by"),
        _principal.c.created_at,
        _principal.c.deactivated_at,
        _principal.c.refused_at,
    ).select_from(
        _principal.outerjoin(_organisation, _organisation.c.id == _principal.c.organisation_id).outerjoin(
            _by, _by.c.id == _principal.c.registered_by
        )
    )
    return asked.where(_organisation.c.party == sa.bindparam("of_party")) if of_party else asked


_by_client_id = Query(_seen(of_party=False).where(_principal.c.subject == sa.bindparam("client_id")), PrincipalRow)


def _of(party: str | None) -> dict[str, str]:
    return {} if party is None else {"of_party": party}


async def principals(
    connection: Connection, party: str | None, after: list[Any] | None, limit: int
) -> list[PrincipalRow]:
    """Return principals by age: those of `party` (all if None), one more than `limit` if there is more."""
    asked = _after(of_party=party is not None)
    return await asked.rows(connection, after=after[0] if after else FIRST, limit=limit + 1, **_of(party))


async def principal(connection: Connection, principal_id: UUID, party: str | None = None) -> PrincipalRow:
    """Return the principal; `NotFound` if there is none, or if it is not of `party` (None: of any)."""
    found = await _by_id(of_party=party is not None).row(connection, id=principal_id, **_of(party))
    return there(found, "There is no such principal.")


async def is_of_party(connection: Connection, principal_id: UUID, party: str | None) -> bool:
    """Return whether the principal acts for the party."""
    return party is not None and bool(await _by_id(of_party=True).row(connection, id=principal_id, of_party=party))


async def principal_by_client_id(connection: Connection, client_id: str) -> PrincipalRow:
    """Return the principal by its client id; `NotFound` otherwise."""
    found = await _by_client_id.row(connection, client_id=client_id)
    return there(found, f"There is no principal with the client id '{client_id}'.")
