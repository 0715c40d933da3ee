"""A commission knows that its log was reopened, and which parties have yet to acknowledge it.

Revision: 0048, after 0047. A column without a default rewrites nothing. It can be run again after a failure at any point.
"""

from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.execute("ALTER TABLE commission ADD COLUMN IF NOT EXISTS reopened jsonb")
