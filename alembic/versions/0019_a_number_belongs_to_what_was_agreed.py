"""A commitment has a draft reference until it is agreed, and then its number; what was given is kept for each series.

Revision: 0019, after 0018. A column without a default rewrites nothing, a new table hinders nobody, and indexes are built beside the
writers. Numbers that were given before are read from the references when a series gives its first number. It can be run again after a
failure at any point.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

COLUMNS = """ALTER TABLE commitment ADD COLUMN IF NOT EXISTS draft_reference text, ALTER COLUMN item_number DROP NOT NULL,
    DROP CONSTRAINT IF EXISTS uq_commitment_draft_reference"""
KEY = """ALTER TABLE commitment
    ADD CONSTRAINT uq_commitment_draft_reference UNIQUE USING INDEX uq_commitment_draft_reference"""


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.create_table(
        "number_counter",
        sa.Column("commission_id", sa.Uuid(), nullable=False),
        sa.Column("session", sa.Text(), nullable=False),
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("given", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.ForeignKeyConstraint(
            ["commission_id"],
            ["commission.id"],
            name=op.f("fk_number_counter_commission_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("commission_id", "session", "series", name=op.f("pk_number_counter")),
        if_not_exists=True,
    )
    op.execute("GRANT SELECT, INSERT, UPDATE ON number_counter TO pacta_app")
    op.execute(COLUMNS)
    with op.get_context().autocommit_block():
        op.execute("SET statement_timeout = 0")
        _index("UNIQUE INDEX", "uq_commitment_draft_reference", "(draft_reference)")
        _index("INDEX", "ix_commitment_of_paragraph", "(session_id, item_number)")
        op.execute("SET statement_timeout = '60s'")
    op.execute(KEY)
    op.execute("ALTER TABLE commission DROP COLUMN IF EXISTS intersessional_items")


def _index(kind: str, name: str, what: str) -> None:
    # What a build left that failed is not valid, and would be taken for the index.
    op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
    op.execute(f"CREATE {kind} CONCURRENTLY {name} ON commitment {what}")
