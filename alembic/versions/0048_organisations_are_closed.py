"""Organisations are closed, and succeeded by another of their party.

Revision: 0048, after 0047. Two columns without a default, which rewrite nothing; it can be run again.
"""

from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None
serves_from = "0047"


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.execute(
        "ALTER TABLE organisation ADD COLUMN IF NOT EXISTS closed_on text, ADD COLUMN IF NOT EXISTS successor_id uuid"
    )
