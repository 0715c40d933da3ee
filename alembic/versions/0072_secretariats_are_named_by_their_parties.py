"""A commission is founded before its parties' registrars have named their secretariats.

Revision: 0072, after 0061. Checks are validated without a lock that stops writers. No commission is founded so before a process of this
release founds one; one of the release before reads no such commission. It can be run again after a failure at any point.
"""

from alembic import op

revision = "0072"
down_revision = "0061"
branch_labels = None
depends_on = None
serves_from = "0048"

STATE = "state IN ('founded', 'kept', 'unsettled', 'in_force', 'dissolved')"


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.execute(
        "ALTER TABLE commission DROP CONSTRAINT IF EXISTS ck_commission_state_known, "
        f"ADD CONSTRAINT ck_commission_state_known CHECK ({STATE}) NOT VALID"
    )
    op.execute("ALTER TABLE commission_party ALTER COLUMN secretariat_id DROP NOT NULL")
    with op.get_context().autocommit_block():
        op.execute("SET statement_timeout = 0")
        op.execute("ALTER TABLE commission VALIDATE CONSTRAINT ck_commission_state_known")
        op.execute("SET statement_timeout = '60s'")
