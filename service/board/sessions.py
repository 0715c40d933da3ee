"""Reading and writing who is signed in to the pages: secrets come in as they are, and are kept as their SHA-256."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa

from service.board.models import ReadingSession, SignIn
from service.database.columns import table
from service.database.statement import Change, Connection, Query
from service.identity.models import Principal
from service.identity.queries import IS_ACTIVE
from service.identity.tokens import hash_secret
from service.permissions import ActiveCaller, Caller, Kind
from service.register.parties.models import Organisation

SESSION_SECONDS = 3600
"""So long a reader is signed in, at most."""
SIGN_IN_SECONDS = 600
"""So long a sign-in that was begun may take."""
MOST = 20
"""So many sessions a principal has at once; the oldest end for new ones."""
_session, _sign_in = table(ReadingSession), table(SignIn)
_principal, _organisation = table(Principal), table(Organisation)


class Begun(NamedTuple):
    """A sign-in that was begun: at which provider, and where the reader goes afterwards."""

    issuer: str
    back: str


class _Known(NamedTuple):
    id: UUID
    subject: str
    kind: str
    organisation_id: UUID | None
    party: str | None
    name: str


class Signed(NamedTuple):
    """Who is signed in, and its name."""

    caller: ActiveCaller
    name: str


def _after(seconds: int) -> sa.ColumnElement[datetime]:
    return sa.func.now() + sa.text(f"interval '{seconds} seconds'")


_hash = sa.bindparam("secret_hash", type_=sa.LargeBinary())
_known = Query(
    sa.select(
        *(_principal.c[name] for name in ("id", "subject", "kind", "organisation_id")),
        _organisation.c.party,
        _principal.c.name,
    )
    .select_from(
        _session.join(_principal, _principal.c.id == _session.c.principal_id).outerjoin(
            _organisation, _organisation.c.id == _principal.c.organisation_id
        )
    )
    # A principal that was deactivated reads nothing from that moment on.
    .where(_session.c.secret_hash == _hash, _session.c.ends_at > sa.func.now(), IS_ACTIVE),
    _Known,
)
_begin = Change(
    sa.insert(_session).values(
        secret_hash=_hash,
        principal_id=sa.bindparam("principal", type_=sa.Uuid()),
        created_at=sa.func.now(),
        ends_at=_after(SESSION_SECONDS),
    )
)
_older = (
    sa.select(_session.c.secret_hash)
    .where(_session.c.principal_id == sa.bindparam("principal", type_=sa.Uuid()))
    .order_by(_session.c.created_at.desc())
    .offset(MOST - 1)
)
_end_older = Change(sa.delete(_session).where(_session.c.secret_hash.in_(_older)))
_end = Change(sa.delete(_session).where(_session.c.secret_hash == _hash))
_remember = Change(
    sa.insert(_sign_in).values(
        state_hash=sa.bindparam("state_hash", type_=sa.LargeBinary()),
        browser_hash=sa.bindparam("browser_hash", type_=sa.LargeBinary()),
        issuer=sa.bindparam("issuer", type_=sa.Text()),
        back=sa.bindparam("back", type_=sa.Text()),
        ends_at=_after(SIGN_IN_SECONDS),
    )
)
_take = Query(
    sa.delete(_sign_in)
    .where(
        _sign_in.c.state_hash == sa.bindparam("state_hash", type_=sa.LargeBinary()),
        _sign_in.c.browser_hash == sa.bindparam("browser_hash", type_=sa.LargeBinary()),
        _sign_in.c.ends_at > sa.func.now(),
    )
    .returning(_sign_in.c.issuer, _sign_in.c.back),
    Begun,
)
_forget = (
    Change(sa.delete(_session).where(_session.c.ends_at < sa.func.now())),
    Change(sa.delete(_sign_in).where(_sign_in.c.ends_at < sa.func.now())),
)


async def find(connection: Connection, secret: str) -> Signed | None:
    """Return who is signed in by this secret; None where nobody is, or not any more."""
    found = await _known.row(connection, secret_hash=hash_secret(secret))
    if found is None:
        return None
    caller = Caller(found.id, found.subject, Kind(found.kind), found.organisation_id, found.party)
    return Signed(ActiveCaller(caller), found.name)


async def start(connection: Connection, principal: UUID, secret: str) -> None:
    """Sign a principal in by a new secret."""
    await _end_older.run(connection, principal=principal)
    await _begin.run(connection, principal=principal, secret_hash=hash_secret(secret))


async def end(connection: Connection, secret: str) -> None:
    """Sign out whoever is signed in by this secret."""
    await _end.run(connection, secret_hash=hash_secret(secret))


async def remember(connection: Connection, state: str, browser: str, issuer: str, back: str) -> None:
    """Keep that a browser began to sign in."""
    hashes = {"state_hash": hash_secret(state), "browser_hash": hash_secret(browser)}
    await _remember.run(connection, **hashes, issuer=issuer, back=back)


async def take(connection: Connection, state: str, browser: str) -> Begun | None:
    """Return what this browser began under this state, which is good no more from now on; None if it did not."""
    return await _take.row(connection, state_hash=hash_secret(state), browser_hash=hash_secret(browser))


async def forget_ended(connection: Connection) -> None:
    """Forget what has ended."""
    for one in _forget:
        await one.run(connection)
