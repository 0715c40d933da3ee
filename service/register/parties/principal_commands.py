"""What changes who may call; each command leaves one entry in the registry's own audit trail."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import sqlalchemy as sa

from service.database.columns import table
from service.database.statement import Change, Connection, given
from service.errors import Conflict, Fault, InvalidContent, fault
from service.identity.models import LOCAL, Credential, Principal
from service.identity.queries import knows_secret
from service.identity.tokens import hash_secret, new_secret
from service.permissions import ActiveCaller, Kind, Role
from service.register.parties import queries
from service.register.parties.models import Organisation, Party
from service.register.parties.principal_queries import PrincipalRow, principal
from service.register.parties.rules import LEEWAY, LOGIN
from service.register.parties.schemas import PrincipalCreate
from service.trail import stamp
from service.trail.entry import Author, timestamp

_principal, _credential = table(Principal), table(Credential)
_party, _organisation = table(Party), table(Organisation)
_add_principal = Change(
    sa.insert(_principal).values(
        given(
            _principal,
            *("id", "issuer", "subject", "name", "kind", "organisation_id", "created_at", "registered_by"),
        )
    )
)
_add_credential = Change(sa.insert(_credential).values(given(_credential, "principal_id", "secret_hash", "created_at")))
_end_secrets = Change(
    sa.update(_credential)
    .where(
        _credential.c.principal_id == sa.bindparam("principal"),
        _credential.c.expires_at.is_(None) | (_credential.c.expires_at > sa.bindparam("end")),
    )
    .values(expires_at=sa.bindparam("end"))
)
_end_principal = Change(
    sa.update(_principal)
    .where(_principal.c.id == sa.bindparam("principal"))
    .values(given(_principal, "deactivated_at"))
)
_set_own_issuer_only = Change(
    sa.update(_party).where(_party.c.code == sa.bindparam("party")).values(given(_party, "own_issuer_only"))
)
_refuse = Change(
    sa.update(_principal)
    .where(
        _principal.c.issuer == sa.literal_column(f"'{LOCAL}'"),
        _principal.c.organisation_id.in_(
            sa.select(_organisation.c.id).where(_organisation.c.party == sa.bindparam("party"))
        ),
    )
    .values(given(_principal, "refused_at"))
)
OVERLAP: Final = timedelta(days=1)
"""So long the old secrets of who takes a new one itself stay good, unless it says otherwise: its systems go on meanwhile."""


def misplaced(kind: str, organisation_id: object) -> Iterator[Fault]:
    """Give what is wrong with the organisation of a principal of this kind."""
    if kind == Kind.REPRESENTATIVE and not organisation_id:
        yield fault("/organisation_id", "is needed: a representative acts for one organisation")
    if kind != Kind.REPRESENTATIVE and organisation_id:
        yield fault("/organisation_id", f"is for a representative only; a principal of the kind '{kind}' acts for none")


async def register_principal(
    connection: Connection, author: Author, new: PrincipalCreate, known_id: UUID | None = None
) -> tuple[PrincipalRow, str | None]:
    """Register a principal, with a secret of ours unless another issuer vouches for it; return its row and its secret, which is never seen again."""
    if wrong := list(misplaced(new.kind, new.organisation_id)):
        raise InvalidContent.listing(wrong)
    stamped = await stamp.registry(connection)
    principal_id = known_id or stamped.id
    secret = await insert_principal(connection, author, new, principal_id, stamped.at)
    await stamp.append_to_registry(connection, stamped, author, "principal.registered", told_of(new, principal_id))
    return await principal(connection, principal_id), secret


async def insert_principal(
    connection: Connection, author: Author, new: PrincipalCreate, principal_id: UUID, at: datetime
) -> str | None:
    """Add a principal while the registry is locked, and return its secret, unless another issuer vouches for it."""
    await _add_principal.run(
        connection,
        id=principal_id,
        issuer=new.issuer or LOCAL,
        subject=new.client_id,
        name=new.name,
        kind=new.kind,
        organisation_id=new.organisation_id,
        created_at=at,
        registered_by=author.principal_id,
    )
    return None if new.issuer else await _add_secret(connection, principal_id, at)


def told_of(new: PrincipalCreate, principal_id: UUID) -> dict[str, object]:
    """Return what an entry holds of a principal that was registered.

    The name stays out of the trail: personal data must be removable, and an entry is not.
    """
    return {"id": str(principal_id), **new.model_dump(mode="json", exclude={"name"})}


async def rotate_secret(
    connection: Connection, author: Author, principal_id: UUID, until: datetime | None
) -> tuple[PrincipalRow, str]:
    """Give a principal a new secret; its old ones stay good until `until` (UTC), or for a day: no system stands still by mistake."""
    stamped = await stamp.registry(connection)
    await _require_secrets(connection, principal_id)
    secret = await _rotate(connection, stamped, author, principal_id, until or stamped.at + OVERLAP)
    return await principal(connection, principal_id), secret


async def rotate_own_secret(
    connection: Connection, caller: ActiveCaller, present: str, until: datetime | None
) -> tuple[str, datetime]:
    """Give the caller a new secret if it knows a `present` one; return it, and when the old ones end.

    A token alone is not enough: one that was stolen would be worth more than the minutes that it lasts.
    """
    stamped = await stamp.registry(connection)
    await _require_secrets(connection, caller.principal_id)
    if not await knows_secret(connection, LOCAL, caller.subject, present):
        message = "This is not a secret of the caller's, or it has ended. Send the one that you have now."
        raise InvalidContent(message, errors=[fault("/client_secret", message)])
    end = max(until or stamped.at + OVERLAP, stamped.at)
    author = Author(caller.principal_id, caller.party)
    return await _rotate(connection, stamped, author, caller.principal_id, end), end


async def _rotate(
    connection: Connection, stamped: stamp.Stamp, author: Author, principal_id: UUID, until: datetime
) -> str:
    await _end_secrets.run(connection, principal=principal_id, end=max(until, stamped.at))
    secret = await _add_secret(connection, principal_id, stamped.at)
    data: dict[str, object] = {"id": str(principal_id)}
    await stamp.append_to_registry(connection, stamped, author, "principal.secret_rotated", data)
    return secret


async def deactivate_principal(connection: Connection, author: Author, principal_id: UUID) -> PrincipalRow:
    """Deactivate a principal: its tokens and secrets are worth nothing from the commit on; 409 for the last that registers."""
    stamped = await stamp.registry(connection)
    await _require_another_registrar(connection, await _active(connection, principal_id))
    await _end_principal.run(connection, principal=principal_id, deactivated_at=stamped.at)
    data: dict[str, object] = {"id": str(principal_id)}
    await stamp.append_to_registry(connection, stamped, author, "principal.deactivated", data)
    return await principal(connection, principal_id)


async def rule_credentials(
    connection: Connection, author: Author, known: queries.PartyRow, logged_in_at: float | None, *, only: bool
) -> queries.PartyRow:
    """Have a party take its own provider's logins alone, or the service's secrets again, and return it; 409 where nobody could register then.

    Who says `only` has logged in at that provider within a day (`logged_in_at`, seconds since 1970): one that answers nobody
    would lock the party out.
    """
    stamped = await stamp.registry(connection)
    if known["own_issuer_only"] is only:
        raise Conflict(f"own_issuer_only of {known['code']} is {str(only).lower()} already; nothing would change.")
    if only:
        _require_login(known["code"], stamped.at, logged_in_at)
    await set_own_issuer_only(connection, known["code"], stamped.at, only=only)
    said = datetime.fromtimestamp(int(logged_in_at), UTC) if only and logged_in_at is not None else None
    data: dict[str, object] = {
        "party": known["code"],
        "own_issuer_only": only,
        "logged_in_at": said and timestamp(said),
    }
    await stamp.append_to_registry(connection, stamped, author, "party.credentials_ruled", data)
    return {**known, "own_issuer_only": only}


def _require_login(party: str, at: datetime, logged_in_at: float | None) -> None:
    ago = timedelta(days=2) if logged_in_at is None else timedelta(seconds=at.timestamp() - logged_in_at)
    if not -LEEWAY <= ago <= LOGIN:
        raise Conflict(
            f"Whoever has {party} take logins at its own identity provider alone has itself logged in there within a day, as this "
            "caller has not: if that provider did not work, nobody could register for the party any more. Register a principal "
            "of the registrar with its `issuer`, log in there, and send this again with that token."
        )


async def set_own_issuer_only(connection: Connection, party: str, at: datetime, *, only: bool) -> None:
    """Let the party's principals with secrets of ours be refused from now on (UTC), or be good again, while the registry is locked."""
    await _set_own_issuer_only.run(connection, party=party, own_issuer_only=only)
    await _refuse.run(connection, party=party, refused_at=at if only else None)


async def _active(connection: Connection, principal_id: UUID) -> PrincipalRow:
    found = await principal(connection, principal_id)
    if found["deactivated_at"] is not None:
        raise Conflict("The principal is deactivated. Register a new one.")
    return found


async def _require_another_registrar(connection: Connection, known: PrincipalRow) -> None:
    registers = any(one["role"] == Role.REGISTRAR for one in known["roles"])
    assert known["organisation_id"] or not registers
    if registers and not await queries.acts(connection, known["organisation_id"] or known["id"], known["id"]):
        raise Conflict(
            f"This is the last principal that acts for the registrar of {known['party']}: nobody could register there any more. "
            "Register another one for it first, or name another registrar."
        )


async def _require_secrets(connection: Connection, principal_id: UUID) -> None:
    found = await _active(connection, principal_id)
    if found["issuer"] != LOCAL:
        raise Conflict("An OpenID provider vouches for this principal; it has no secret here.")
    if found["refused_at"] is not None:
        raise Conflict(f"{found['party']} takes logins at its own identity provider alone: no secret is of use.")


async def _add_secret(connection: Connection, principal_id: UUID, at: datetime) -> str:
    secret = new_secret()
    await _add_credential.run(connection, principal_id=principal_id, secret_hash=hash_secret(secret), created_at=at)
    return secret
