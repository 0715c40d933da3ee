"""A working group always has a code, a head and a state, and is merged into a group of its own commission.

Revision: 0024, after 0023, which filled in what is said here to be always there. Checks are validated without a lock that stops
writers, and the key is built beside them. A process of the earlier release is not ready from here on (`/readyz`). It can be run again
after a failure at any point.
"""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

CHECKS = {
    "known": "leaf IS NOT NULL AND changed_at IS NOT NULL AND recorded_by IS NOT NULL AND code IS NOT NULL",
    "ck_working_group_merged_into_one": "state <> 'merged' OR merged_into_id IS NOT NULL",
    "ck_working_group_an_open_proposal_awaits_someone": "(open_transition_id IS NOT NULL) = (cardinality(awaiting) > 0)",
    "ck_working_group_state_known": "state IN ('proposed', 'active', 'merged', 'dissolved', 'retracted')",
}
ALWAYS = """ALTER TABLE working_group
    ALTER COLUMN leaf SET NOT NULL, ALTER COLUMN changed_at SET NOT NULL, ALTER COLUMN recorded_by SET NOT NULL,
    ALTER COLUMN code SET NOT NULL,
    ALTER COLUMN organisations DROP DEFAULT, ALTER COLUMN co_led_by DROP DEFAULT, ALTER COLUMN contacts DROP DEFAULT,
    ALTER COLUMN state DROP DEFAULT, ALTER COLUMN corrected DROP DEFAULT, ALTER COLUMN awaiting DROP DEFAULT,
    ALTER COLUMN is_joint DROP DEFAULT,
    DROP CONSTRAINT known"""
MERGED = """ALTER TABLE working_group DROP CONSTRAINT IF EXISTS fk_working_group_merged_into,
    ADD CONSTRAINT fk_working_group_merged_into FOREIGN KEY (merged_into_id, commission_id)
    REFERENCES working_group (id, commission_id) ON DELETE RESTRICT NOT VALID"""


def upgrade() -> None:
    """Bring the schema to this revision."""
    for name, check in CHECKS.items():
        op.execute(
            f"ALTER TABLE working_group DROP CONSTRAINT IF EXISTS {name}, ADD CONSTRAINT {name} CHECK ({check}) NOT VALID"
        )
    op.execute(MERGED)
    with op.get_context().autocommit_block():
        op.execute("SET statement_timeout = 0")
        for name in (*CHECKS, "fk_working_group_merged_into"):
            op.execute(f"ALTER TABLE working_group VALIDATE CONSTRAINT {name}")
        op.execute("ALTER TABLE working_group DROP CONSTRAINT IF EXISTS uq_working_group_code")
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS uq_working_group_code")
        op.execute("CREATE UNIQUE INDEX CONCURRENTLY uq_working_group_code ON working_group (code)")
        op.execute("SET statement_timeout = '60s'")
    # The validated check spares the scan.
    op.execute(ALWAYS)
    op.execute(
        "ALTER TABLE working_group ADD CONSTRAINT uq_working_group_code UNIQUE USING INDEX uq_working_group_code"
    )
    op.execute("DROP TRIGGER IF EXISTS working_group_told ON audit_entry")
    op.execute("DROP FUNCTION IF EXISTS working_group_told(), working_group_fill(uuid)")
