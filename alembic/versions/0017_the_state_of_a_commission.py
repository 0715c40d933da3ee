"""What is said of a commission is always there, and somebody takes part in each.

Revision: 0017, after 0016, which filled it in. Checks are validated without a lock that stops writers. A process of the earlier release
is not ready from here on (`/readyz`). It can be run again after a failure at any point.
"""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

CHECKS = {
    "ck_commission_state_known": "state IN ('kept', 'unsettled', 'in_force', 'dissolved')",
    "ck_commission_somebody_is_in": "outside <@ parties AND NOT parties <@ outside",
    "ck_commission_an_open_proposal_awaits_someone": "(open_transition_id IS NOT NULL) = (cardinality(awaiting) > 0)",
}
ALWAYS = """ALTER TABLE commission
    ALTER COLUMN state DROP DEFAULT, ALTER COLUMN outside DROP DEFAULT, ALTER COLUMN secretariats DROP DEFAULT,
    ALTER COLUMN corrected DROP DEFAULT, ALTER COLUMN awaiting DROP DEFAULT"""


def upgrade() -> None:
    """Bring the schema to this revision."""
    for name, check in CHECKS.items():
        op.execute(
            f"ALTER TABLE commission DROP CONSTRAINT IF EXISTS {name}, ADD CONSTRAINT {name} CHECK ({check}) NOT VALID"
        )
    with op.get_context().autocommit_block():
        op.execute("SET statement_timeout = 0")
        for name in CHECKS:
            op.execute(f"ALTER TABLE commission VALIDATE CONSTRAINT {name}")
        op.execute("SET statement_timeout = '60s'")
    op.execute(ALWAYS)
    op.execute("DROP TRIGGER IF EXISTS commission_named ON commission_party")
    op.execute("DROP FUNCTION IF EXISTS commission_named()")
