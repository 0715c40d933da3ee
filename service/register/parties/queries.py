"""Reading the registry: parties, organisations, principals, and what a caller is where."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from service.database.columns import table
from service.errors import NotFound
from service.identity.models import Principal
from service.identity.queries import require_active
from service.permissions import Caller
from service.register.parties.models import Organisation, Party

_party, _organisation, _principal = table(Party), table(Organisation), table(Principal)
_principals = sa.select(
    _principal.c.id,
    _principal.c.issuer,
    _principal.c.subject.label("client_id"),
    _principal.c.name,
    _principal.c.kind,
    _principal.c.organisation_id,
    _organisation.c.party,
    _principal.c.created_at,
    _principal.c.deactivated_at,
).select_from(_principal.outerjoin(_organisation, _organisation.c.id == _principal.c.organisation_id))
_roles = sa.text(
    "SELECT * FROM (SELECT commission_id, NULL::uuid AS working_group_id, 'secretariat' AS role FROM commission_party"
    " WHERE secretariat_id = :organisation"
    " UNION ALL SELECT id, NULL, 'party' FROM commission WHERE parties @> ARRAY[CAST(:party AS text)]"
    " UNION ALL SELECT g.commission_id, g.id, m.role FROM membership m JOIN working_group g ON g.id = m.working_group_id"
    " WHERE m.organisation_id = :organisation AND m.ended_at IS NULL"
    " UNION ALL SELECT commission_id, NULL, 'auditor' FROM commission_auditor WHERE principal_id = :principal) roles"
    " WHERE EXISTS (SELECT FROM principal p WHERE p.id = :principal AND p.deactivated_at IS NULL)"
    " ORDER BY 1, 2 NULLS FIRST, 3"
).bindparams(sa.bindparam("organisation", type_=sa.Uuid()), sa.bindparam("principal", type_=sa.Uuid()))

Row = Any


async def parties(connection: AsyncConnection, after: list[Any] | None, limit: int) -> Sequence[Row]:
    """Return parties by code, one more than `limit` if there is more."""
    asked = sa.select(_party).order_by(_party.c.code).limit(limit + 1)
    if after:
        asked = asked.where(_party.c.code > after[0])
    return (await connection.execute(asked)).mappings().all()


async def party(connection: AsyncConnection, code: str) -> Row:
    """Return the party; `NotFound` otherwise."""
    return await _one(connection, sa.select(_party).where(_party.c.code == code), f"There is no party {code}.")


async def organisations(
    connection: AsyncConnection, codes: Sequence[str], after: list[Any] | None, limit: int
) -> Sequence[Row]:
    """Return organisations by age, of the parties `codes` (all parties if empty)."""
    asked = sa.select(_organisation).order_by(_organisation.c.id).limit(limit + 1)
    if codes:
        asked = asked.where(_organisation.c.party.in_(codes))
    if after:
        asked = asked.where(_organisation.c.id > after[0])
    return (await connection.execute(asked)).mappings().all()


async def organisation(connection: AsyncConnection, organisation_id: UUID) -> Row:
    """Return the organisation; `NotFound` otherwise."""
    asked = sa.select(_organisation).where(_organisation.c.id == organisation_id)
    return await _one(connection, asked, "There is no such organisation.")


async def principals(connection: AsyncConnection, after: list[Any] | None, limit: int) -> Sequence[Row]:
    """Return principals by age."""
    asked = _principals.order_by(_principal.c.id).limit(limit + 1)
    if after:
        asked = asked.where(_principal.c.id > after[0])
    return (await connection.execute(asked)).mappings().all()


async def principal(connection: AsyncConnection, principal_id: UUID) -> Row:
    """Return the principal; `NotFound` otherwise."""
    return await _one(connection, _principals.where(_principal.c.id == principal_id), "There is no such principal.")


async def principal_by_client_id(connection: AsyncConnection, client_id: str) -> Row:
    """Return the principal by its client id; `NotFound` otherwise."""
    asked = _principals.where(_principal.c.subject == client_id)
    return await _one(connection, asked, f"There is no principal with the client id '{client_id}'.")


async def roles(connection: AsyncConnection, caller: Caller) -> Sequence[Row]:
    """Return what the caller is in each commission and working group."""
    values = {"organisation": caller.organisation_id, "party": caller.party, "principal": caller.principal_id}
    found = (await connection.execute(_roles, values)).mappings().all()
    if not found:
        await require_active(connection, caller)
    return found


async def _one(connection: AsyncConnection, asked: sa.Select[Any], otherwise: str) -> Row:
    found = (await connection.execute(asked)).mappings().one_or_none()
    if found is None:
        raise NotFound(otherwise)
    return found
