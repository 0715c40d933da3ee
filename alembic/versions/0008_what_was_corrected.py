"""A commitment tells which of its facts were corrected, and a closed one may be put right.

Revision: 0008, after 0007. A column with a constant default changes the catalogue alone. The earlier release writes no such
column, and proposes nothing for a closed commitment: both go on working. It can be run again after a failure at any point.
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE commitment ADD COLUMN IF NOT EXISTS corrected jsonb NOT NULL DEFAULT '{}'",
    "ALTER TABLE commitment DROP CONSTRAINT IF EXISTS ck_commitment_nothing_is_proposed_for_a_closed_one",
)


def upgrade() -> None:
    """Bring the schema to this revision."""
    for statement in STATEMENTS:
        op.execute(statement)
