"""Reading the registry: parties, organisations, principals, and what a caller is where."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, TypedDict
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from service.database.columns import table
from service.database.statement import FIRST, LIMIT, Connection, Query, is_among
from service.errors import InvalidContent, there
from service.identity.models import Principal
from service.identity.queries import is_active, require_active
from service.permissions import Caller, Role
from service.register.parties.models import Organisation, Party

_party, _organisation, _principal = table(Party), table(Organisation), table(Principal)


class PartyRow(TypedDict):
    """A party."""

    code: str
    names: dict[str, str]
    created_at: datetime


class OrganisationRow(TypedDict):
    """An organisation."""

    id: UUID
    party: str
    name: str
    names: dict[str, str]
    created_at: datetime


class PrincipalRow(TypedDict):
    """A principal, with the party for which it acts."""

    id: UUID
    issuer: str
    client_id: str
    name: str
    kind: str
    organisation_id: UUID | None
    party: str | None
    created_at: datetime
    deactivated_at: datetime | None


class RoleRow(TypedDict):
    """What the caller is in a commission, or in one of its working groups."""

    commission_id: UUID
    working_group_id: UUID | None
    role: str


_parties, _organisations = sa.select(_party), sa.select(_organisation)
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
_party_by_code = Query(_parties.where(_party.c.code == sa.bindparam("code")), PartyRow)
_parties_after = Query(
    _parties.where(_party.c.code > sa.bindparam("after")).order_by(_party.c.code).limit(LIMIT), PartyRow
)
_organisation_by_id = Query(_organisations.where(_organisation.c.id == sa.bindparam("id")), OrganisationRow)
_principal_by_id = Query(_principals.where(_principal.c.id == sa.bindparam("id")), PrincipalRow)
_principal_by_client_id = Query(_principals.where(_principal.c.subject == sa.bindparam("client_id")), PrincipalRow)
_principals_after = Query(
    _principals.where(_principal.c.id > sa.bindparam("after")).order_by(_principal.c.id).limit(LIMIT), PrincipalRow
)


@cache
def _organisations_after(*, of_parties: bool) -> Query[OrganisationRow]:
    asked = _organisations.where(_organisation.c.id > sa.bindparam("after"))
    if of_parties:
        asked = asked.where(is_among(_organisation.c.party, "codes"))
    return Query(asked.order_by(_organisation.c.id).limit(LIMIT), OrganisationRow)


def _roles_of_caller() -> sa.Select[Any]:
    # The register's tables above, of which no more is known here.
    secretariat = sa.table(
        "commission_party", sa.column("commission_id", sa.Uuid()), sa.column("secretariat_id", sa.Uuid())
    )
    commission = sa.table("commission", sa.column("id", sa.Uuid()), sa.column("parties", ARRAY(sa.Text())))
    group = sa.table("working_group", sa.column("id", sa.Uuid()), sa.column("commission_id", sa.Uuid()))
    member = sa.table(
        "membership", *(sa.column(name) for name in ("working_group_id", "organisation_id", "role", "ended_at"))
    )
    auditor = sa.table(
        "commission_auditor", sa.column("commission_id", sa.Uuid()), sa.column("principal_id", sa.Uuid())
    )
    organisation, principal = (sa.bindparam(name, type_=sa.Uuid()) for name in ("organisation", "principal"))
    party = sa.bindparam("parties", type_=ARRAY(sa.Text()))
    nowhere = sa.cast(sa.null(), sa.Uuid()).label("working_group_id")
    found = sa.union_all(
        _role(secretariat.c.commission_id, nowhere, Role.SECRETARIAT).where(
            secretariat.c.secretariat_id == organisation
        ),
        _role(commission.c.id.label("commission_id"), nowhere, Role.PARTY).where(commission.c.parties.contains(party)),
        sa.select(group.c.commission_id, group.c.id, member.c.role)
        .join_from(group, member, group.c.id == member.c.working_group_id)
        .where(member.c.organisation_id == organisation, member.c.ended_at.is_(None)),
        _role(auditor.c.commission_id, nowhere, Role.AUDITOR).where(auditor.c.principal_id == principal),
    ).subquery("roles")
    return (
        sa.select(found)
        .where(is_active(principal, sa.bindparam("token", type_=sa.Text())))
        .order_by(found.c.commission_id, found.c.working_group_id.nulls_first(), found.c.role)
    )


def _role(commission_id: sa.ColumnElement[Any], group_id: sa.ColumnElement[Any], role: Role) -> sa.Select[Any]:
    return sa.select(commission_id, group_id, sa.literal_column(f"'{role.value}'").label("role"))


_codes = Query(sa.select(_party.c.code).order_by(_party.c.code), str)
_roles = Query(_roles_of_caller(), RoleRow)


async def parties(connection: Connection, after: list[Any] | None, limit: int) -> list[PartyRow]:
    """Return parties by code, one more than `limit` if there is more."""
    return await _parties_after.rows(connection, after=after[0] if after else "", limit=limit + 1)


async def party(connection: Connection, code: str) -> PartyRow:
    """Return the party; `NotFound` otherwise."""
    return there(await _party_by_code.row(connection, code=code), f"There is no party {code}.")


async def require_registered(connection: Connection, asked: Mapping[str, Sequence[str]]) -> None:
    """Raise `InvalidContent` for codes of no party, by the parameter that asks for them: an empty list would be believed."""
    if not any(asked.values()):
        return
    known = await _codes.rows(connection)
    wrong = [
        {"parameter": name, "detail": f"{code} is no party here; these are: {', '.join(known) or 'none yet'}"}
        for name, codes in asked.items()
        for code in codes
        if code not in known
    ]
    if wrong:
        raise InvalidContent.listing(wrong)


async def organisations(
    connection: Connection, codes: Sequence[str], after: list[Any] | None, limit: int
) -> list[OrganisationRow]:
    """Return organisations by age, of the parties `codes` (all parties if empty)."""
    asked = _organisations_after(of_parties=bool(codes))
    values = {"codes": codes} if codes else {}
    return await asked.rows(connection, after=after[0] if after else FIRST, limit=limit + 1, **values)


async def organisation(connection: Connection, organisation_id: UUID) -> OrganisationRow:
    """Return the organisation; `NotFound` otherwise."""
    return there(await _organisation_by_id.row(connection, id=organisation_id), "There is no such organisation.")


async def find_organisation(connection: Connection, organisation_id: UUID) -> OrganisationRow | None:
    """Return the organisation; None if there is none."""
    return await _organisation_by_id.row(connection, id=organisation_id)


async def principals(connection: Connection, after: list[Any] | None, limit: int) -> list[PrincipalRow]:
    """Return principals by age."""
    return await _principals_after.rows(connection, after=after[0] if after else FIRST, limit=limit + 1)


async def principal(connection: Connection, principal_id: UUID) -> PrincipalRow:
    """Return the principal; `NotFound` otherwise."""
    return there(await _principal_by_id.row(connection, id=principal_id), "There is no such principal.")


async def principal_by_client_id(connection: Connection, client_id: str) -> PrincipalRow:
    """Return the principal by its client id; `NotFound` otherwise."""
    found = await _principal_by_client_id.row(connection, client_id=client_id)
    return there(found, f"There is no principal with the client id '{client_id}'.")


async def roles(connection: Connection, caller: Caller) -> list[RoleRow]:
    """Return what the caller is in each commission and working group."""
    found = await _roles.rows(
        connection,
        organisation=caller.organisation_id,
        parties=[caller.party],
        principal=caller.principal_id,
        token=caller.token_id,
    )
    if not found:
        await require_active(connection, caller)
    return found
