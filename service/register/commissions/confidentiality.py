"""Who reads what is public, the parties' or restricted, as an SQL condition made from the permissions."""

from collections.abc import Mapping

import sqlalchemy as sa

from service.permissions import NEEDED_TO_READ, PERMISSIONS, Confidentiality, Role
from service.register.commissions.roles import Condition


def readable(roles: Mapping[Role, Condition], one: sa.FromClause) -> Condition:
    """Return the condition that a caller with these roles may read `one`, which says its `confidentiality` and whether it `is_joint`."""
    # Role by role, not level by level: each role's subquery then stands here once.
    return sa.or_(*(condition & _readable(role, one) for role, condition in roles.items()))


def _readable(role: Role, one: sa.FromClause) -> Condition:
    levels = [level for level in Confidentiality if NEEDED_TO_READ[level] in PERMISSIONS[role]]
    if len(levels) == len(Confidentiality):
        return sa.true()
    if levels == [Confidentiality.PUBLIC]:
        # Nobody publishes in another's name: until it is agreed, the parties alone see it.
        return one.c.is_joint & (one.c.confidentiality == sa.literal_column("'public'"))
    return one.c.confidentiality.in_([sa.literal_column(f"'{level.value}'") for level in levels])
