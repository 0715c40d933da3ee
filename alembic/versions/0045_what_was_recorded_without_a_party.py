"""A party that came in later acknowledges, or disputes, what was recorded without it.

Revision: 0045, after 0044. Columns without a default rewrite nothing, and the index is built beside the writers. It can be run again after
a failure at any point.
"""

from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.execute(
        "ALTER TABLE commitment ADD COLUMN IF NOT EXISTS acknowledged jsonb,"
        " ADD COLUMN IF NOT EXISTS moved_alone_at timestamptz"
    )
    with op.get_context().autocommit_block():
        op.execute("SET statement_timeout = 0")
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_commission_grown")
        op.execute("CREATE INDEX CONCURRENTLY ix_commission_grown ON commission (id) WHERE entered <> '{}'::jsonb")
        op.execute("SET statement_timeout = '60s'")
