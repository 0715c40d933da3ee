"""Organisations are closed, and succeeded by another of their party.

Revision: 0049, after 0048. Two columns without a default, which rewrite nothing; it can be run again.
"""

from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None
serves_from = "0048"


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.execute(
        "ALTER TABLE organisation ADD COLUMN IF NOT EXISTS closed_on text, ADD COLUMN IF NOT EXISTS successor_id uuid"
    )
