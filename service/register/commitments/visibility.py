"""Who sees which commitment, as SQL conditions made from the permissions: the same data, read by the database."""

from functools import cache

import sqlalchemy as sa

from service.database.columns import table
from service.identity.queries import is_active
from service.permissions import NEEDED_TO_READ, PERMISSIONS, Confidentiality, Kind, Role
from service.register.commissions.roles import PRINCIPAL, TOKEN, Condition, bound, roles_of
from service.register.commitments.models import Commitment

__all__ = ["Condition", "bound", "roles_of", "visible_to"]

_commitment = table(Commitment)


@cache
def visible_to(kind: Kind) -> Condition:
    """Return the condition that a caller of this kind may read the commitment; what it may not is, for it, not there.

    For one that was deactivated, or whose token was revoked, nothing is: where nothing is found, `require_active` tells the one from the other.
    """
    roles = roles_of(kind, _commitment.c.commission_id, _commitment.c.working_group_id)
    # Role by role, not level by level: each role's subquery then stands here once.
    return is_active(PRINCIPAL, TOKEN) & sa.or_(*(condition & _readable(role) for role, condition in roles.items()))


def _readable(role: Role) -> Condition:
    levels = [level for level in Confidentiality if NEEDED_TO_READ[level] in PERMISSIONS[role]]
    if len(levels) == len(Confidentiality):
        return sa.true()
    if levels == [Confidentiality.PUBLIC]:
        # Nobody publishes in another's name: until it is agreed, the parties alone see it.
        return _commitment.c.is_joint & (_commitment.c.confidentiality == sa.literal_column("'public'"))
    return _commitment.c.confidentiality.in_([sa.literal_column(f"'{level.value}'") for level in levels])
