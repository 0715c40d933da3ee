"""Who sees which commitment, as SQL conditions made from the permissions: the same data, read by the database."""

from collections.abc import Mapping
from uuid import UUID

import sqlalchemy as sa

from service.commissions.models import CommissionAuditor, CommissionParty
from service.commitments.models import Commitment
from service.groups.models import GroupRole, Membership
from service.orm import table
from service.permissions import PERMISSIONS, READING, Caller, Confidentiality, Kind, Role

_commitment = table(Commitment)
_party, _auditor, _member = table(CommissionParty), table(CommissionAuditor), table(Membership)
Condition = sa.ColumnElement[bool]


def roles_of(
    caller: Caller,
    commission_id: sa.ColumnElement[UUID],
    group_id: sa.ColumnElement[UUID] | sa.ColumnElement[UUID | None],
) -> Mapping[Role, Condition]:
    """Return, for each role, the condition that the caller has it in this commission and working group.

    The subqueries do not depend on the row, so the database evaluates each once per statement.
    """
    secretariat = sa.select(_party.c.commission_id).where(_party.c.secretariat_id == caller.organisation_id)
    party = sa.select(_party.c.commission_id).where(_party.c.party == caller.party)
    auditor = sa.select(_auditor.c.commission_id).where(_auditor.c.principal_id == caller.principal_id)
    represents, audits = caller.kind is Kind.REPRESENTATIVE, caller.kind is Kind.AUDITOR
    conditions = {
        Role.SECRETARIAT: commission_id.in_(secretariat) if represents else sa.false(),
        Role.CO_LEAD: _in_group(caller, group_id, GroupRole.CO_LEAD) if represents else sa.false(),
        Role.MEMBER: _in_group(caller, group_id, GroupRole.MEMBER) if represents else sa.false(),
        Role.PARTY: commission_id.in_(party) if represents else sa.false(),
        Role.AUDITOR: commission_id.in_(auditor) if audits else sa.false(),
    }
    return conditions | {role: sa.true() for role in caller.everywhere()}


def visible_to(caller: Caller) -> Condition:
    """Return the condition that the caller may read the commitment; what it may not is, for it, not there."""
    roles = roles_of(caller, _commitment.c.commission_id, _commitment.c.working_group_id)
    return sa.or_(
        *(
            (_commitment.c.confidentiality == level) & sa.or_(sa.false(), *_readers(roles, level))
            for level in Confidentiality
        )
    )


def _readers(roles: Mapping[Role, Condition], level: Confidentiality) -> list[Condition]:
    return [condition for role, condition in roles.items() if READING[level] in PERMISSIONS[role]]


def _in_group(
    caller: Caller, group_id: sa.ColumnElement[UUID] | sa.ColumnElement[UUID | None], role: GroupRole
) -> Condition:
    mine = sa.select(_member.c.working_group_id).where(
        _member.c.organisation_id == caller.organisation_id, _member.c.role == role, _member.c.ended_at.is_(None)
    )
    return sa.func.coalesce(group_id.in_(mine), sa.false())
