"""Who takes part in a commission changes: who began to and who left, and the secretariat of a party that left is ended.

Revision: 0020, after 0019. Columns with a constant default, or none, change the catalogue alone; the earlier release goes on working.
"""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

COLUMNS = """ALTER TABLE commission
    ADD COLUMN IF NOT EXISTS entered jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN IF NOT EXISTS departed jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN IF NOT EXISTS brought jsonb"""
STATUS = "status IN ('open', 'effective', 'refused', 'withdrawn', 'expired', 'party_left')"


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.execute(COLUMNS)
    op.execute("ALTER TABLE commission_party ADD COLUMN IF NOT EXISTS ended_at timestamptz")
    op.execute("ALTER TABLE transition DROP CONSTRAINT IF EXISTS ck_transition_status_known")
    op.execute(f"ALTER TABLE transition ADD CONSTRAINT ck_transition_status_known CHECK ({STATUS}) NOT VALID")
    with op.get_context().autocommit_block():
        op.execute("SET statement_timeout = 0")
        op.execute("ALTER TABLE transition VALIDATE CONSTRAINT ck_transition_status_known")
        op.execute("SET statement_timeout = '60s'")
