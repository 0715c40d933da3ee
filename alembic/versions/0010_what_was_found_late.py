"""A commitment that was found late tells what is not known of it, and each when it was agreed.

Revision: 0010, after 0009. Columns without a default change the catalogue alone, and the indexes are of rows that there are none
of yet. The earlier release writes no such column and goes on working. It can be run again after a failure at any point.
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

COLUMNS = (
    "ALTER TABLE commitment ADD COLUMN IF NOT EXISTS agreed_on text",
    "ALTER TABLE commitment ADD COLUMN IF NOT EXISTS unknown jsonb",
)
INDEXES = {
    "ix_commitment_unknown": "(reference) WHERE unknown IS NOT NULL",
    "ix_commitment_unknown_facts": "USING gin (unknown) WHERE unknown IS NOT NULL",
}


def upgrade() -> None:
    """Bring the schema to this revision."""
    for statement in COLUMNS:
        op.execute(statement)
    with op.get_context().autocommit_block():
        op.execute("SET statement_timeout = 0")
        for name, what in INDEXES.items():
            # What a build left that failed is not valid, and would be taken for the index.
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.execute(f"CREATE INDEX CONCURRENTLY {name} ON commitment {what}")
        op.execute("SET statement_timeout = '60s'")
