"""Reading principals and their credentials."""

from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from service.database.columns import table
from service.database.statement import Change, Connection, Query, given
from service.errors import NotAuthenticated
from service.identity.models import Credential, Principal, RevokedToken
from service.identity.tokens import hash_secret, unauthenticated
from service.permissions import ActiveCaller, Caller, Kind

_principal, _credential, _revoked = table(Principal), table(Credential), table(RevokedToken)
# The registry's own table, of which nothing else is known here: the register stands above.
_organisation = sa.table("organisation", sa.column("id", sa.Uuid()), sa.column("party", sa.Text()))


class _Known(NamedTuple):
    id: UUID
    subject: str
    kind: str
    organisation_id: UUID | None
    party: str | None

    def active(self) -> ActiveCaller:
        """Return it as a caller."""
        return ActiveCaller(Caller(self.id, self.subject, Kind(self.kind), self.organisation_id, self.party))


# Of a party that takes its own provider's credentials alone, those of the service count for nothing: whatever asks, asks for both.
IS_ACTIVE: Final = _principal.c.deactivated_at.is_(None) & _principal.c.refused_at.is_(None)
_has_name = (_principal.c.issuer == sa.bindparam("issuer")) & (_principal.c.subject == sa.bindparam("subject"))
_named = _has_name & IS_ACTIVE
_known = sa.select(
    *(_principal.c[name] for name in ("id", "subject", "kind", "organisation_id")), _organisation.c.party
).select_from(_principal.outerjoin(_organisation, _organisation.c.id == _principal.c.organisation_id))
_caller = Query(_known.where(_named), _Known)
_by_id = Query(_known.where(_principal.c.id == sa.bindparam("principal_id", type_=sa.Uuid()), IS_ACTIVE), _Known)
_has_row = Query(sa.select(_principal.c.id).where(_has_name), UUID)
_has_secret = (
    sa.select(_principal.c.id)
    .join(_credential, _credential.c.principal_id == _principal.c.id)
    .where(_credential.c.secret_hash == sa.bindparam("secret_hash"))
)
_by_secret = Query(
    _has_secret.where(
        _named, _credential.c.expires_at.is_(None) | (_credential.c.expires_at > sa.func.clock_timestamp())
    ),
    UUID,
)
_refused_by_secret = Query(
    _has_secret.where(_has_name, _principal.c.refused_at.is_not(None), _principal.c.deactivated_at.is_(None)), UUID
)


def is_active(principal_id: sa.ColumnElement[UUID], token_id: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """Return the condition that a principal is active and its token not revoked.

    It depends on no row, so the database asks it once per statement.
    """
    revoked = sa.exists().where(_revoked.c.token_id == token_id)
    return sa.exists().where(_principal.c.id == principal_id, IS_ACTIVE) & ~revoked


_active = Query(
    sa.select(sa.true().label("active")).where(
        is_active(sa.bindparam("principal", type_=sa.Uuid()), sa.bindparam("token", type_=sa.Text()))
    ),
    bool,
)
_revoke = Change(insert(_revoked).values(given(_revoked, "token_id", "ends_at")).on_conflict_do_nothing())
_forget_revoked = Change(sa.delete(_revoked).where(_revoked.c.ends_at < sa.func.now()))


async def require_active(connection: Connection, caller: Caller) -> ActiveCaller:
    """Raise `NotAuthenticated` if the caller was deactivated, or its token revoked, in whatever process, since it was verified."""
    if not await _active.row(connection, principal=caller.principal_id, token=caller.token_id):
        raise inactive()
    return ActiveCaller(caller)


def inactive() -> NotAuthenticated:
    """Return the 401 for a token whose principal is not, or no longer, one, or that was revoked."""
    return unauthenticated(
        "The principal of this token is not registered, or no longer active, or the token was revoked; or its party takes "
        "logins at its own identity provider alone (own_issuer_only)."
    )


async def revoke(connection: Connection, token_id: str, ends_at: datetime) -> None:
    """Let a token of ours be good no more, from the commit on and in every process; it need not be remembered after its end."""
    await _revoke.run(connection, token_id=token_id, ends_at=ends_at)


async def forget_ended_tokens(connection: Connection) -> int:
    """Forget revoked tokens whose end has come, and return how many."""
    return await _forget_revoked.run(connection)


# A subject that is not printable is nobody's; for some such texts PostgreSQL cannot even be asked (U+0000, half a surrogate pair).
async def caller(connection: Connection, issuer: str, subject: str) -> ActiveCaller | None:
    """Return the active principal (issuer, subject) as a caller, or None."""
    if not subject.isprintable():
        return None
    found = await _caller.row(connection, issuer=issuer, subject=subject)
    if found is None:
        return None
    return found.active()


async def caller_of(connection: Connection, principal_id: UUID) -> ActiveCaller:
    """Return the principal as a caller, for what it has asked for earlier; `NotAuthenticated` if it is active no more."""
    found = await _by_id.row(connection, principal_id=principal_id)
    if found is None:
        raise inactive()
    return found.active()


async def is_known(connection: Connection, issuer: str, client_id: str) -> bool:
    """Return whether there is a principal (issuer, subject), or was one."""
    return await _has_row.row(connection, issuer=issuer, subject=client_id) is not None


async def is_refused(connection: Connection, issuer: str, client_id: str, secret: str) -> bool:
    """Return whether `secret` would be good, did the principal's party take credentials of the service."""
    if not client_id.isprintable():
        return False
    found = await _refused_by_secret.row(connection, issuer=issuer, subject=client_id, secret_hash=hash_secret(secret))
    return found is not None


async def knows_secret(connection: Connection, issuer: str, client_id: str, secret: str) -> bool:
    """Return whether `secret` is, at this moment, one of the active principal's."""
    if not client_id.isprintable():
        return False
    known = await _by_secret.row(connection, issuer=issuer, subject=client_id, secret_hash=hash_secret(secret))
    return known is not None
