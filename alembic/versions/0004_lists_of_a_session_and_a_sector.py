"""Lists of a session, of a sector and of what is disputed, by reference: they read every commitment.

Revision: 0004, after 0003.

A migration runs while the service answers. Add columns as nullable or with a constant default; build indexes
CONCURRENTLY in a migration of their own; never rewrite a large table; and never change a row of the audit trail.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema to this revision."""
    # No release is out yet, so no table is large enough for CONCURRENTLY to matter.
    op.create_index("ix_commitment_by_session", "commitment", ["session_id", "reference"])
    op.create_index("ix_commitment_by_sector", "commitment", ["sector", "reference"])
    # Few are carried over or disputed: these two cost a move of any other commitment nothing.
    op.create_index(
        "ix_commitment_carried_over",
        "commitment",
        ["carried_to_session_id", "reference"],
        postgresql_where=sa.text("carried_to_session_id IS NOT NULL"),
    )
    op.create_index(
        "ix_commitment_disputed",
        "commitment",
        ["reference"],
        postgresql_where=sa.text("refused_transition_id IS NOT NULL"),
    )
