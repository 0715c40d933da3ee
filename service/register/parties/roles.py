"""What a principal is, and where: in the registry, in each commission, in each working group."""

from typing import Any, Final, TypedDict
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by

from service.database.columns import table
from service.database.statement import Connection, Query
from service.identity.models import Principal
from service.identity.queries import is_active, require_active
from service.permissions import Caller, Confidentiality, Role
from service.register.parties.models import Party

_party, _principal = table(Party), table(Principal)
# The register's tables above, of which no more is known here.
_secretariat = sa.table(
    "commission_party",
    sa.column("commission_id", sa.Uuid()),
    sa.column("secretariat_id", sa.Uuid()),
    sa.column("ended_at"),
)
_commission = sa.table(
    "commission",
    sa.column("id", sa.Uuid()),
    sa.column("parties", ARRAY(sa.Text())),
    sa.column("outside", ARRAY(sa.Text())),
    sa.column("confidentiality", sa.Text()),
)
_group = sa.table("working_group", sa.column("id", sa.Uuid()), sa.column("commission_id", sa.Uuid()))
_member = sa.table(
    "membership", *(sa.column(name) for name in ("working_group_id", "organisation_id", "role", "ended_at"))
)
_auditor = sa.table(
    "commission_auditor",
    sa.column("commission_id", sa.Uuid()),
    sa.column("principal_id", sa.Uuid()),
    sa.column("ended_at"),
)
_PUBLIC: Final = Confidentiality.PUBLIC.value
_NOTHING: Final[Any] = sa.literal_column("'[]'::jsonb")
_NOWHERE = sa.cast(sa.null(), sa.Uuid())


class RoleRow(TypedDict):
    """What a principal is in the registry, in a commission, or in one of its working groups."""

    commission_id: UUID | None
    working_group_id: UUID | None
    role: str


def _role(role: Role, commission_id: sa.ColumnElement[Any] = _NOWHERE) -> sa.Select[Any]:
    named: sa.ColumnElement[str] = sa.literal_column(f"'{role.value}'").label("role")
    return sa.select(commission_id.label("commission_id"), _NOWHERE.label("working_group_id"), named)


def _held(organisation: sa.ColumnElement[Any], principal: sa.ColumnElement[Any]) -> list[sa.Select[Any]]:
    """Return what gives a right beyond reading as the party."""
    return [
        _role(Role.REGISTRAR).where(_party.c.registrar_id == organisation),
        _role(Role.SECRETARIAT, _secretariat.c.commission_id).where(
            _secretariat.c.secretariat_id == organisation, _secretariat.c.ended_at.is_(None)
        ),
        sa.select(_group.c.commission_id, _group.c.id, _member.c.role)
        .join_from(_group, _member, _group.c.id == _member.c.working_group_id)
        .where(_member.c.organisation_id == organisation, _member.c.ended_at.is_(None)),
        _role(Role.AUDITOR, _auditor.c.commission_id).where(
            _auditor.c.principal_id == principal, _auditor.c.ended_at.is_(None)
        ),
    ]


def _of_caller() -> sa.Select[Any]:
    organisation, principal = (sa.bindparam(name, type_=sa.Uuid()) for name in ("organisation", "principal"))
    party = sa.bindparam("parties", type_=ARRAY(sa.Text()))
    inside = _commission.c.parties.contains(party) & ~_commission.c.outside.contains(party)
    partys = _role(Role.PARTY, _commission.c.id).where(inside)
    found = sa.union_all(*_held(organisation, principal), partys).subquery("roles")
    return (
        sa.select(found)
        .where(is_active(principal, sa.bindparam("token", type_=sa.Text())))
        .order_by(found.c.commission_id.nulls_first(), found.c.working_group_id.nulls_first(), found.c.role)
    )


def _of_principal(of_party: bool) -> sa.ScalarSelect[Any]:  # noqa: FBT001 -- private
    mine = [one.correlate(_principal) for one in _held(_principal.c.organisation_id, _principal.c.id)]
    held = sa.union_all(*mine).subquery("held")
    public = sa.select(_commission.c.id).where(_commission.c.confidentiality == sa.literal_column(f"'{_PUBLIC}'"))
    seen = held.c.commission_id.is_(None) | held.c.commission_id.in_(public)
    told = sa.func.jsonb_build_object(*(part for name in RoleRow.__annotations__ for part in (name, held.c[name])))
    listed = sa.func.jsonb_agg(aggregate_order_by(told, held.c.role, held.c.commission_id, held.c.working_group_id))
    asked = sa.select(sa.func.coalesce(listed, _NOTHING)).correlate(_principal)
    return (asked if of_party else asked.where(seen)).scalar_subquery()


def held(*, of_party: bool) -> sa.ColumnElement[Any]:
    """Return of a principal's row what it is beyond a principal of its party, as JSON; nothing once it is deactivated.

    Its own party is told all of it; whoever registers parties, and belongs to none, what it is in public commissions.
    """
    return sa.case((_principal.c.deactivated_at.is_(None), _of_principal(of_party)), else_=_NOTHING)


_roles = Query(_of_caller(), RoleRow)


async def roles(connection: Connection, caller: Caller) -> list[RoleRow]:
    """Return what the caller is in the registry, in each commission and working group."""
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
