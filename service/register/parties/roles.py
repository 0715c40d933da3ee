"""What a principal is, and where: in the registry, in each commission, in each working group."""

from typing import Any, Final, NamedTuple, TypedDict
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, aggregate_order_by

from service.database.columns import table
from service.database.statement import Connection, Query
from service.identity.models import Principal
from service.identity.queries import is_active, require_active
from service.permissions import Caller, Confidentiality, Role
from service.register.parties.models import Organisation, Party, Restoration
from service.register.parties.naming import name_of, named
from service.register.parties.queries import NamedRow

_party, _principal = table(Party), table(Principal)
_CALLED: Final = (("code", sa.Text()), ("titles", JSONB()))
# The register's tables above, of which no more is known here.
_secretariat = sa.table(
    "commission_party",
    sa.column("commission_id", sa.Uuid()),
    sa.column("party", sa.Text()),
    sa.column("secretariat_id", sa.Uuid()),
    sa.column("ended_at"),
)
_commission = sa.table(
    "commission",
    sa.column("id", sa.Uuid()),
    sa.column("parties", ARRAY(sa.Text())),
    sa.column("outside", ARRAY(sa.Text())),
    sa.column("confidentiality", sa.Text()),
    sa.column("state", sa.Text()),
    *(sa.column(name, kind) for name, kind in _CALLED),
)
_group = sa.table(
    "working_group",
    sa.column("id", sa.Uuid()),
    sa.column("commission_id", sa.Uuid()),
    sa.column("is_joint", sa.Boolean()),
    *(sa.column(name, kind) for name, kind in _CALLED),
)
_member = sa.table(
    "membership", *(sa.column(name) for name in ("working_group_id", "organisation_id", "party", "role", "ended_at"))
)
_auditor = sa.table(
    "commission_auditor",
    sa.column("commission_id", sa.Uuid()),
    sa.column("principal_id", sa.Uuid()),
    sa.column("ended_at"),
)
_in_commission, _in_group = _commission.alias("in_commission"), _group.alias("in_group")
_organisation, _restoration = table(Organisation), table(Restoration)
_seated = _organisation.alias("seated")
_PUBLIC: Final[Any] = sa.literal_column(f"'{Confidentiality.PUBLIC}'")
# `founded`, as the charter's lifecycle says it, of which no more is known here: nothing of it is public yet.
_FOUNDED: Final[Any] = sa.literal_column("'founded'")
_NOTHING: Final[Any] = sa.literal_column("'[]'::jsonb")
_NOWHERE = sa.cast(sa.null(), sa.Uuid())


class RoleRow(TypedDict):
    """What a principal is in the registry, in a commission, or in one of its working groups."""

    commission_id: UUID | None
    commission: NamedRow | None
    working_group_id: UUID | None
    working_group: NamedRow | None
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
        .join(
            _secretariat,
            (_secretariat.c.commission_id == _group.c.commission_id) & (_secretariat.c.party == _member.c.party),
        )
        .join(_seated, (_seated.c.id == _member.c.organisation_id) & _seated.c.closed_on.is_(None))
        # Of a party that has left nobody is in a group any more.
        .where(
            _member.c.organisation_id == organisation, _member.c.ended_at.is_(None), _secretariat.c.ended_at.is_(None)
        ),
        _role(Role.AUDITOR, _auditor.c.commission_id).where(
            _auditor.c.principal_id == principal, _auditor.c.ended_at.is_(None)
        ),
    ]


def _called() -> dict[str, sa.ColumnElement[Any]]:
    """Return what the commission and the working group of a role are called."""
    return {
        name: named(one.c.id, one.c.code, name_of(one.c.titles))
        for name, one in (("commission", _in_commission), ("working_group", _in_group))
    }


def _with_names(found: sa.FromClause) -> sa.FromClause:
    return found.outerjoin(_in_commission, _in_commission.c.id == found.c.commission_id).outerjoin(
        _in_group, _in_group.c.id == found.c.working_group_id
    )


# Asked once for a statement, since they depend on no row of it.
_mine = (
    sa.select(named(_organisation.c.id, _organisation.c.code, _organisation.c.name))
    .where(_organisation.c.id == sa.bindparam("organisation", type_=sa.Uuid()))
    .scalar_subquery()
    .label("organisation"),
    sa.exists()
    .where(
        _restoration.c.party == sa.any_(sa.bindparam("parties", type_=ARRAY(sa.Text()))),
        _restoration.c.ended_at.is_(None),
    )
    .label("announced"),
)


def _of_caller() -> sa.Select[Any]:
    organisation, principal = (sa.bindparam(name, type_=sa.Uuid()) for name in ("organisation", "principal"))
    party = sa.bindparam("parties", type_=ARRAY(sa.Text()))
    inside = _commission.c.parties.contains(party) & ~_commission.c.outside.contains(party)
    partys = _role(Role.PARTY, _commission.c.id).where(inside)
    found = sa.union_all(*_held(organisation, principal), partys).subquery("roles")
    members = {**{name: found.c[name] for name in found.c.keys()}, **_called()}  # noqa: SIM118 -- SQLAlchemy's columns
    return (
        sa.select(*(members[name].label(name) for name in RoleRow.__annotations__), *_mine)
        .select_from(_with_names(found))
        .where(is_active(principal, sa.bindparam("token", type_=sa.Text())))
        .order_by(found.c.commission_id.nulls_first(), found.c.working_group_id.nulls_first(), found.c.role)
    )


def _of_principal(of_party: bool) -> sa.ScalarSelect[Any]:  # noqa: FBT001 -- private
    mine = [one.correlate(_principal) for one in _held(_principal.c.organisation_id, _principal.c.id)]
    held = sa.union_all(*mine).subquery("held")
    public = (_in_commission.c.confidentiality == _PUBLIC) & (_in_commission.c.state != _FOUNDED)
    # What is proposed by one party its parties alone see.
    agreed = held.c.working_group_id.is_(None) | _in_group.c.is_joint
    seen = held.c.commission_id.is_(None) | public & agreed
    members = {**{name: held.c[name] for name in held.c.keys()}, **_called()}  # noqa: SIM118 -- SQLAlchemy's columns
    told = sa.func.jsonb_build_object(*(part for name in RoleRow.__annotations__ for part in (name, members[name])))
    listed = sa.func.jsonb_agg(aggregate_order_by(told, held.c.role, held.c.commission_id, held.c.working_group_id))
    asked = sa.select(sa.func.coalesce(listed, _NOTHING)).select_from(_with_names(held)).correlate(_principal)
    return (asked if of_party else asked.where(seen)).scalar_subquery()


def held(*, of_party: bool) -> sa.ColumnElement[Any]:
    """Return of a principal's row what it is beyond a principal of its party, as JSON; nothing once it is deactivated.

    Its own party is told all of it; whoever registers parties, and belongs to none, what it is in public commissions.
    """
    return sa.case((_principal.c.deactivated_at.is_(None), _of_principal(of_party)), else_=_NOTHING)


class Mine(NamedTuple):
    """What the caller is: its organisation, its roles, and whether something is announced for its party."""

    organisation: NamedRow | None
    announced: bool
    roles: list[RoleRow]


class _Row(RoleRow):
    organisation: NamedRow | None
    announced: bool


class _Mine(NamedTuple):
    organisation: NamedRow | None
    announced: bool


_roles = Query(_of_caller(), _Row)
_of_none = Query(sa.select(*_mine), _Mine)


async def mine(connection: Connection, caller: Caller) -> Mine:
    """Return what the caller is in the registry, in each commission and working group."""
    me = {"organisation": caller.organisation_id, "parties": [caller.party]}
    found = await _roles.rows(connection, **me, principal=caller.principal_id, token=caller.token_id)
    if found:
        told: list[RoleRow] = [{name: row[name] for name in RoleRow.__annotations__} for row in found]  # type: ignore[literal-required, misc]
        return Mine(found[0]["organisation"], found[0]["announced"], told)
    await require_active(connection, caller)
    none = await _of_none.one(connection, **me)
    return Mine(none.organisation, none.announced, [])
