"""The schema says which releases work on it, so that one may run beside the next while it is replaced.

Revision: 0044, after 0043. A new table, which the earlier release does not know and does not need. It can be run again after a failure
at any point.
"""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.create_table(
        "schema_range",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("oldest", sa.Text(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_schema_range_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schema_range")),
        if_not_exists=True,
    )
    op.execute("INSERT INTO schema_range VALUES (1, '0044') ON CONFLICT DO NOTHING")
    op.execute("GRANT SELECT ON schema_range TO pacta_app, pacta_sequencer")
