"""A group's list in one state, by reference: what a joint working group asks for most.

Revision: 0003, after 0002.

A migration runs while the service answers. Add columns as nullable or with a constant default; build indexes
CONCURRENTLY in a migration of their own; never rewrite a large table; and never change a row of the audit trail.
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema to this revision."""
    # By reference alone, a page of one state also read the rows of all others: 127 for its 51 at a million commitments. No
    # release is out yet, so no table is large enough for CONCURRENTLY to matter.
    op.create_index("ix_commitment_by_group_and_state", "commitment", ["working_group_id", "state", "reference"])
