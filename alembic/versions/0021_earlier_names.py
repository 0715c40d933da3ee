"""An organisation keeps the names that it had, with the days between which they held.

Revision: 0021, after 0020. Columns with a constant default, or none, change the catalogue alone; the earlier release goes on working. It
can be run again after a failure at any point.
"""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.execute(
        "ALTER TABLE organisation ADD COLUMN IF NOT EXISTS name_since text,"
        " ADD COLUMN IF NOT EXISTS earlier_names jsonb NOT NULL DEFAULT '[]'"
    )
