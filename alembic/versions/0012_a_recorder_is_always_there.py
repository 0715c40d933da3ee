"""Which party recorded a commitment is always there.

Revision: 0012, after 0011, which filled it in. The check is validated without a lock that stops writers. A process of the earlier
release is not ready from here on (`/readyz`). It can be run again after a failure at any point.
"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

CHECK = """ALTER TABLE commitment DROP CONSTRAINT IF EXISTS known,
    ADD CONSTRAINT known CHECK (recorded_by IS NOT NULL) NOT VALID"""
# The validated check spares the scan.
ALWAYS = "ALTER TABLE commitment ALTER COLUMN recorded_by SET NOT NULL, DROP CONSTRAINT known"
NO_MORE = (
    "DROP TRIGGER recorded ON commitment",
    "DROP TRIGGER agreed ON transition",
    "DROP FUNCTION commitment_recorded(), commitment_agreed()",
)


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.execute(CHECK)
    with op.get_context().autocommit_block():
        op.execute("SET statement_timeout = 0")
        op.execute("ALTER TABLE commitment VALIDATE CONSTRAINT known")
        op.execute("SET statement_timeout = '60s'")
    for statement in (ALWAYS, *NO_MORE):
        op.execute(statement)
