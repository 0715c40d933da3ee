"""What each party reports of its own side, and when something last happened to a commitment in the world.

Revision: 0040, after 0024. Columns with a constant default, or none, change the catalogue alone, a new table hinders nobody, and the index
is built beside the writers. Of commitments of before it is not known when they last moved in the world: as until now, when they were
changed is taken for it. It can be run again after a failure at any point.
"""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0024"
branch_labels = None
depends_on = None

LEVELS = "level IN ('no_evidence', 'not_started', 'limited', 'substantial', 'complete')"
DELAYS = """delay_reason IN ('awaiting_counterpart', 'draft_unanswered', 'domestic_approval', 'funding', 'reorganisation',
    'change_of_government', 'legal_conflict', 'technical', 'security', 'third_party', 'force_majeure', 'deprioritised', 'other')"""


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.execute(
        "ALTER TABLE commitment ADD COLUMN IF NOT EXISTS progress jsonb NOT NULL DEFAULT '{}'::jsonb,"
        " ADD COLUMN IF NOT EXISTS levels text[] NOT NULL DEFAULT '{}'::text[],"
        " ADD COLUMN IF NOT EXISTS reported_on date, ADD COLUMN IF NOT EXISTS moved_on date"
    )
    op.create_table(
        "progress_report",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("commitment_id", sa.Uuid(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("principal_id", sa.Uuid(), nullable=False),
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.Column("period_start", sa.Text(), nullable=True),
        sa.Column("period_end", sa.Text(), nullable=False),
        sa.Column("level", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("delay_reason", sa.String(length=40), nullable=True),
        sa.Column("next_step", sa.Text(), nullable=True),
        sa.Column("expected_on", sa.Text(), nullable=True),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(LEVELS, name=op.f("ck_progress_report_level_known")),
        sa.CheckConstraint(DELAYS, name=op.f("ck_progress_report_delay_reason_known")),
        sa.ForeignKeyConstraint(
            ["commitment_id"],
            ["commitment.id"],
            name=op.f("fk_progress_report_commitment_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_progress_report")),
        if_not_exists=True,
    )
    op.execute("CREATE INDEX IF NOT EXISTS ix_progress_report_of_commitment ON progress_report (commitment_id, id)")
    op.execute("GRANT SELECT, INSERT ON progress_report TO pacta_app")
    with op.get_context().autocommit_block():
        op.execute("SET statement_timeout = 0")
        # What a build left that failed is not valid, and would be taken for the index.
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_commitment_reported")
        op.execute("CREATE INDEX CONCURRENTLY ix_commitment_reported ON commitment (reference) WHERE levels <> '{}'")
        op.execute("SET statement_timeout = '60s'")
