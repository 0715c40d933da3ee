"""Reading principals and their credentials."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from service.database.columns import table
from service.errors import NotAuthenticated
from service.identity.models import Principal
from service.identity.tokens import hash_secret, unauthenticated
from service.permissions import Caller, Kind

_principal = table(Principal)
_caller = sa.text(
    "SELECT p.id, p.subject, p.kind, p.organisation_id, o.party FROM principal p"
    " LEFT JOIN organisation o ON o.id = p.organisation_id"
    " WHERE p.issuer = :issuer AND p.subject = :subject AND p.deactivated_at IS NULL"
)
_by_secret = sa.text(
    "SELECT p.subject FROM credential c JOIN principal p ON p.id = c.principal_id"
    " WHERE c.secret_hash = :secret_hash AND p.issuer = :issuer AND p.subject = :subject"
    " AND p.deactivated_at IS NULL AND (c.expires_at IS NULL OR c.expires_at > clock_timestamp())"
)


_active = sa.text("SELECT true FROM principal WHERE id = :id AND deactivated_at IS NULL").bindparams(
    sa.bindparam("id", type_=sa.Uuid())
)


def is_active(principal_id: sa.ColumnElement[UUID]) -> sa.ColumnElement[bool]:
    """Return the condition that a principal is active; it depends on no row, so the database asks it once per statement."""
    return sa.exists().where(_principal.c.id == principal_id, _principal.c.deactivated_at.is_(None))


async def require_active(connection: AsyncConnection, caller: Caller) -> None:
    """Raise `NotAuthenticated` if the caller was deactivated, in whatever process, since its token was verified."""
    if not await connection.scalar(_active, {"id": caller.principal_id}):
        raise inactive()


def inactive() -> NotAuthenticated:
    """Return the 401 for a token whose principal is not, or no longer, one."""
    return unauthenticated("The principal of this token is not registered, or no longer active.")


async def caller(connection: AsyncConnection, issuer: str, subject: str) -> Caller | None:
    """Return the active principal (issuer, subject) as a caller, or None."""
    found = (await connection.execute(_caller, {"issuer": issuer, "subject": subject})).one_or_none()
    if found is None:
        return None
    return Caller(found.id, found.subject, Kind(found.kind), found.organisation_id, found.party)


async def knows_secret(connection: AsyncConnection, issuer: str, client_id: str, secret: str) -> bool:
    """Return whether `secret` is, at this moment, one of the active principal's."""
    values = {"issuer": issuer, "subject": client_id, "secret_hash": hash_secret(secret)}
    return (await connection.execute(_by_secret, values)).one_or_none() is not None


async def get(connection: AsyncConnection, principal_id: UUID) -> Any | None:  # noqa: ANN401 -- a row
    """Return the principal's row, or None."""
    found = await connection.execute(sa.select(_principal).where(_principal.c.id == principal_id))
    return found.mappings().one_or_none()
