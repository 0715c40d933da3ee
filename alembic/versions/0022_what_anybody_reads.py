"""A commission may be public, and whoever reads without signing in is a principal like any other: an observer without a secret.

Revision: 0022, after 0021. A column with a constant default changes the catalogue alone; the earlier release goes on working. It can be
run again after a failure at any point.
"""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

CHECK = "ck_commission_confidentiality_known"
ANYBODY = """INSERT INTO principal (id, issuer, subject, name, kind, created_at)
    VALUES ('ffffffff-ffff-7fff-bfff-ffffffffffff', 'reading', 'anybody', 'Whoever reads without signing in', 'observer', now())
    ON CONFLICT DO NOTHING"""


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.execute("ALTER TABLE commission ADD COLUMN IF NOT EXISTS confidentiality varchar(40) NOT NULL DEFAULT 'parties'")
    op.execute(
        f"ALTER TABLE commission DROP CONSTRAINT IF EXISTS {CHECK},"
        f" ADD CONSTRAINT {CHECK} CHECK (confidentiality IN ('public', 'parties')) NOT VALID"
    )
    with op.get_context().autocommit_block():
        op.execute("SET statement_timeout = 0")
        op.execute(f"ALTER TABLE commission VALIDATE CONSTRAINT {CHECK}")
        op.execute("SET statement_timeout = '60s'")
    op.execute(ANYBODY)
