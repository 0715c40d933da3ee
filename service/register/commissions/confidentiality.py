"""Who reads what is public, the parties' or restricted, as SQL conditions made from the permissions.

A commission is public or its parties'; what is in it is no more open than that. Every reading asks here, whatever it reads.
"""

from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sa

from service.database.columns import table
from service.permissions import NEEDED_TO_READ, PERMISSIONS, Confidentiality, Kind, Role
from service.register.commissions.models import Commission
from service.register.commissions.roles import Condition, roles_of
from service.register.commissions.rules.charter.lifecycle import CharterState

_commission = table(Commission)
_within = _commission.alias("within")
_FOUNDED: Final[Any] = sa.literal_column(f"'{CharterState.FOUNDED}'")
_PUBLIC: Final[Any] = sa.literal_column(f"'{Confidentiality.PUBLIC}'")


def readable(roles: Mapping[Role, Condition], one: sa.FromClause) -> Condition:
    """Return the condition that a caller with these roles may read `one`, a row of a matter that belongs to a commission.

    It says whether it `is_joint`, and its `confidentiality` if it has one of its own.
    """
    # Role by role, not level by level: each role's subquery then stands here once.
    return sa.or_(*(condition & _readable(role, one) for role, condition in roles.items()))


def open_to(kind: Kind) -> Condition:
    """Return the condition that a caller of this kind may read the commission: its own party's, one that it audits, or a public one."""
    roles = roles_of(kind, _commission.c.id, sa.cast(sa.null(), sa.Uuid()))
    public = is_public()
    return sa.or_(*(condition & (sa.true() if _sees_more(role) else public) for role, condition in roles.items()))


def is_public() -> Condition:
    """Return the condition that everybody may read the commission.

    Nobody publishes in another's name: until each party has named its secretariat, the parties alone see that it was founded.
    """
    return sa.and_(_commission.c.confidentiality == _PUBLIC, _commission.c.state != _FOUNDED)


def _sees_more(role: Role) -> bool:
    """Return whether the role reads more than what is public."""
    return not PERMISSIONS[role].isdisjoint({NEEDED_TO_READ[Confidentiality.PARTIES]})


def _readable(role: Role, one: sa.FromClause) -> Condition:
    levels = [level for level in Confidentiality if NEEDED_TO_READ[level] in PERMISSIONS[role]]
    if not _sees_more(role):
        # Nobody publishes in another's name: until it is agreed, the parties alone see it.
        return one.c.is_joint & (_level(one, levels) & _in_public(one) if levels else sa.false())
    return _level(one, levels)


def _level(one: sa.FromClause, levels: list[Confidentiality]) -> Condition:
    if "confidentiality" not in one.c or len(levels) == len(Confidentiality):
        return sa.true()
    return one.c.confidentiality.in_([sa.literal_column(f"'{level.value}'") for level in levels])


def _in_public(one: sa.FromClause) -> Condition:
    """Return whether its commission is public: asked of each row by its key, since most callers need it of a few rows alone."""
    asked = sa.select(_within.c.confidentiality == _PUBLIC).where(_within.c.id == one.c.commission_id)
    return asked.correlate(one).scalar_subquery()
