"""Who a caller is in a commission and in a working group, as SQL conditions: read by the database, for every kind of matter.

The conditions are made once for each kind of principal; `bound` gives the values of one caller.
"""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from service.database.columns import table
from service.identity.models import Principal
from service.permissions import Caller, Kind, Role, everywhere
from service.register.commissions.models import Commission, CommissionAuditor, CommissionParty, Membership
from service.register.commissions.rules.group_role import GroupRole
from service.register.commissions.rules.lead import FIRST, FURTHER
from service.register.decisions.rules.ended import FOUNDED
from service.register.parties.models import Organisation

_party, _auditor, _member = table(CommissionParty), table(CommissionAuditor), table(Membership)
_commission, _principal, _organisation = table(Commission), table(Principal), table(Organisation)
_FOUNDED: Final[Any] = sa.literal_column(f"'{FOUNDED}'")
_FIXED: Final = ("parties", "outside", "languages", "rule", "entered", "departed")


def fixed(charter: sa.FromClause = _commission) -> list[sa.ColumnElement[Any]]:
    """Return what the charter fixes for all that is decided in its commission, from its table or its locked row."""
    # What nobody asks for once all have named one is not read: this stands in every locked read.
    founding = sa.case((charter.c.state == _FOUNDED, charter.c.secretariats), else_=sa.null())
    told = (charter.c.state.label("commission_state"), founding.label("founding"))
    # Who moves a matter is answered what its commission is called, and whoever did; lists look that up once for a page.
    moving = () if charter is _commission else (charter.c.titles.label("commission_titles"), MOVER)
    return [*(charter.c[name] for name in _FIXED), *told, *moving]


def charter_of(commission_id: sa.ScalarSelect[Any] | None) -> sa.FromClause:
    """Return the charters, or the one with this id, locked FOR SHARE before anything else is: who takes part stays the same."""
    if commission_id is None:
        return _commission
    wanted = sa.select(_commission).where(_commission.c.id == commission_id)
    return wanted.with_for_update(read=True).cte("charter")


Condition = sa.ColumnElement[bool]
ORGANISATION = sa.bindparam("caller_organisation", type_=sa.Uuid())
PARTY = sa.bindparam("caller_party", type_=sa.Text())
PRINCIPAL = sa.bindparam("caller_principal", type_=sa.Uuid())
TOKEN = sa.bindparam("caller_token", type_=sa.Text())
MOVER = sa.select(_principal.c.name).where(_principal.c.id == PRINCIPAL).scalar_subquery().label("mover_name")
"""The column: what the caller is called."""
# What its party had left is not handed on where it closes one: of no seat that comes back with the party it has a right.
_is_closed: Final = sa.exists().where(_organisation.c.id == ORGANISATION, _organisation.c.closed_on.is_not(None))


def bound(caller: Caller, **others: object) -> dict[str, Any]:
    """Return the values of the conditions for this caller, together with `others`."""
    return {
        ORGANISATION.key: caller.organisation_id,
        PARTY.key: caller.party,
        PRINCIPAL.key: caller.principal_id,
        TOKEN.key: caller.token_id,
        **others,
    }


def roles_of(
    kind: Kind,
    commission_id: sa.ColumnElement[UUID],
    group_id: sa.ColumnElement[UUID] | sa.ColumnElement[UUID | None],
) -> Mapping[Role, Condition]:
    """Return, for each role, the condition that a caller of this kind has it in this commission and working group.

    The subqueries do not depend on the row, so the database evaluates each once per statement.
    """
    present = _party.c.ended_at.is_(None)
    secretariat = sa.select(_party.c.commission_id).where(_party.c.secretariat_id == ORGANISATION, present)
    party = sa.select(_party.c.commission_id).where(_party.c.party == PARTY, present)
    auditor = sa.select(_auditor.c.commission_id).where(
        _auditor.c.principal_id == PRINCIPAL, _auditor.c.ended_at.is_(None)
    )
    represents, audits = kind is Kind.REPRESENTATIVE, kind is Kind.AUDITOR
    conditions = {
        Role.SECRETARIAT: _among(commission_id, secretariat) if represents else sa.false(),
        # Of a party that has left nobody is in a group any more.
        Role.CO_LEAD: _in_group(group_id, GroupRole.CO_LEAD) & _among(commission_id, party)
        if represents
        else sa.false(),
        Role.MEMBER: _in_group(group_id, GroupRole.MEMBER) & _among(commission_id, party) if represents else sa.false(),
        Role.PARTY: _among(commission_id, party) if represents else sa.false(),
        Role.LEAD: sa.false(),
        Role.REGISTRAR: sa.false(),
        Role.NEWCOMER: sa.false(),
        Role.AUDITOR: _among(commission_id, auditor) if audits else sa.false(),
    }
    # First what needs no subquery.
    return {role: sa.true() for role in everywhere(kind)} | conditions


def _in_group(group_id: sa.ColumnElement[UUID] | sa.ColumnElement[UUID | None], role: GroupRole) -> Condition:
    mine = sa.select(_member.c.working_group_id).where(
        _member.c.organisation_id == ORGANISATION,
        _member.c.role == sa.literal_column(f"'{role.value}'"),
        _member.c.ended_at.is_(None),
        ~_is_closed,
    )
    return sa.func.coalesce(_among(group_id, mine), sa.false())


def _among(key: sa.ColumnElement[Any], mine: sa.Select[Any]) -> Condition:
    # As an array, since there are few: with IN the database would make a hash table of each.
    return key == sa.any_(sa.func.array(mine.scalar_subquery(), type_=ARRAY(sa.Uuid())))


def leads(party_facts: sa.ColumnElement[Any]) -> Condition:
    """Return the condition that the caller's organisation leads a commitment with these facts, as its own party has said."""
    me = sa.cast(ORGANISATION, sa.Text())
    own: Any = party_facts.op("->", return_type=JSONB())(PARTY)
    first = own.op("->>", return_type=sa.Text())(sa.literal_column(f"'{FIRST}'")) == me
    further = own.op("->", return_type=JSONB())(sa.literal_column(f"'{FURTHER}'")).bool_op("?")(me)
    return (sa.func.coalesce(first, sa.false()) | sa.func.coalesce(further, sa.false())) & ~_is_closed
