"""Access tokens that were revoked before their end.

Revision: 0007, after 0006.

A new table, which the earlier release does not know and does not need. It can be run again after a failure at any point.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.create_table(
        "revoked_token",
        sa.Column("token_id", sa.Text(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("token_id <> ''", name=op.f("ck_revoked_token_a_token_has_an_id")),
        sa.PrimaryKeyConstraint("token_id", name=op.f("pk_revoked_token")),
        if_not_exists=True,
    )
    op.execute("GRANT SELECT, INSERT, DELETE ON revoked_token TO pacta_app")
