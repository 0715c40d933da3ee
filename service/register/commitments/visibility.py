"""Who sees which commitment, as SQL conditions made from the permissions: the same data, read by the database."""

from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from service.database.columns import table
from service.identity.queries import is_active
from service.permissions import Kind, Role
from service.register.commissions.confidentiality import readable
from service.register.commissions.roles import (
    ORGANISATION,
    PRINCIPAL,
    TOKEN,
    Condition,
    bound,
    charter_of,
    fixed,
    leads,
    roles_of,
)
from service.register.commitments.models import LEADS, Commitment

__all__ = ["Condition", "bound", "roles_of", "seen_by", "visible_to"]

_commitment = table(Commitment)
_mine = sa.cast(ORGANISATION, sa.Text())
led: Condition = leads(_commitment.c.party_facts)
"""The commitment is one that the caller's organisation leads, as its own party has said."""
mine: Condition = sa.literal_column(LEADS, JSONB()).contains(
    sa.func.to_jsonb(sa.func.coalesce(_mine, sa.literal_column("''")))
)
"""The same, spelled as its index is."""


@cache
def visible_to(kind: Kind) -> Condition:
    """Return the condition that a caller of this kind may read the commitment; what it may not is, for it, not there.

    For one that was deactivated, or whose token was revoked, nothing is: where nothing is found, `require_active` tells the one from the other.
    """
    return is_active(PRINCIPAL, TOKEN) & readable_by(kind, _commitment)


def readable_by(kind: Kind, one: sa.FromClause) -> Condition:
    """Return the condition that an active caller of this kind may read `one`: the table of commitments, or another name of it."""
    return readable(roles_of(kind, one.c.commission_id, one.c.working_group_id), one)


def seen_by(kind: Kind, asked: sa.Select[Any], locked: sa.ScalarSelect[Any] | None = None) -> sa.Select[Any]:
    """Add the commitment with what its commission fixes and the caller's roles to a SELECT, and leave what the caller may see."""
    roles = dict(roles_of(kind, _commitment.c.commission_id, _commitment.c.working_group_id))
    # Of a party that has left nobody leads any more, whatever it had said.
    roles[Role.LEAD] = led & roles[Role.PARTY] if kind is Kind.REPRESENTATIVE else sa.false()
    flags = (condition.label(f"is_{role}") for role, condition in roles.items())
    charter = charter_of(locked)
    joined = _commitment.join(charter, charter.c.id == _commitment.c.commission_id)
    return asked.add_columns(*fixed(charter), *flags).select_from(joined).where(visible_to(kind))
