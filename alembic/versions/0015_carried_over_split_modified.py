"""A commitment tells every session it was carried to, every successor, what was done, and its paragraph.

Revision: 0015, after 0014. Columns with a constant default, or none, change the catalogue alone; rows that were carried over or
replaced before are few. The earlier release goes on working: it writes the last session and the first successor, as it did. It can
be run again after a failure at any point.
"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

COLUMNS = (
    "carried_over jsonb",
    "earlier_sessions uuid[]",
    "paragraph text",
    "annex text",
    "verb varchar(40) NOT NULL DEFAULT 'agreed'",
    "successors jsonb",
    "outcome text",
    "modification text",
    "subject_to jsonb",
)
CARRIED = """UPDATE commitment SET carried_over =
 jsonb_build_object(carried_to_session_id::text, '{"on": null, "entry": null}'::jsonb)
 WHERE carried_to_session_id IS NOT NULL AND carried_over IS NULL"""
SUCCEEDED = """UPDATE commitment SET successors = jsonb_build_array(successor)
 WHERE successor IS NOT NULL AND successors IS NULL"""


def upgrade() -> None:
    """Bring the schema to this revision."""
    for column in COLUMNS:
        op.execute(f"ALTER TABLE commitment ADD COLUMN IF NOT EXISTS {column}")
    op.execute("ALTER TABLE commitment DROP CONSTRAINT IF EXISTS ck_commitment_verb_known")
    op.execute(
        "ALTER TABLE commitment ADD CONSTRAINT ck_commitment_verb_known"
        " CHECK (verb IN ('agreed', 'noted', 'requested', 'offered')) NOT VALID"
    )
    with op.get_context().autocommit_block():
        op.execute("SET statement_timeout = 0")
        op.execute("ALTER TABLE commitment VALIDATE CONSTRAINT ck_commitment_verb_known")
        op.execute(CARRIED)
        op.execute(SUCCEEDED)
        # What a build left that failed is not valid, and would be taken for the index.
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_commitment_carried_on")
        op.execute("CREATE INDEX CONCURRENTLY ix_commitment_carried_on ON commitment USING gin (earlier_sessions)")
        op.execute("SET statement_timeout = '60s'")
