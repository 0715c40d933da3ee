"""A session has a state, as every matter has, and its ordinal is unique among those that met.

Revision: 0014, after 0013, which filled in what is said here to be always there. Checks are validated without a lock that stops
writers, and the wider key is built beside them; the renaming changes the catalogue alone. A process of the earlier release is not
ready from here on (`/readyz`). It can be run again after a failure at any point.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

CHECKS = {
    "known": "leaf IS NOT NULL AND changed_at IS NOT NULL AND recorded_by IS NOT NULL",
    "ck_session_it_met_on_a_day": "{state} NOT IN ('held', 'adopted') OR starts_on IS NOT NULL OR ends_on IS NOT NULL",
    "ck_session_a_plan_has_a_host": "{state} <> 'planned' OR host_party IS NOT NULL",
    "ck_session_an_open_proposal_awaits_someone": "(open_transition_id IS NOT NULL) = (cardinality(awaiting) > 0)",
    "ck_session_state_known": "{state} IN ('proposed', 'planned', 'postponed', 'held', 'adopted', 'cancelled', 'retracted')",
}
UNIQUE = "uq_session_ordinal_of_those_that_met"
NOBODY = "'00000000-0000-0000-0000-000000000000'::uuid"
ALWAYS = """ALTER TABLE session
    ALTER COLUMN leaf SET NOT NULL, ALTER COLUMN changed_at SET NOT NULL, ALTER COLUMN recorded_by SET NOT NULL,
    ALTER COLUMN virtual DROP DEFAULT, ALTER COLUMN subject_to DROP DEFAULT, ALTER COLUMN corrected DROP DEFAULT,
    ALTER COLUMN awaiting DROP DEFAULT, ALTER COLUMN is_joint DROP DEFAULT,
    DROP CONSTRAINT known,
    DROP CONSTRAINT IF EXISTS ck_session_status_known, DROP CONSTRAINT IF EXISTS ck_session_held_on_a_date,
    DROP CONSTRAINT IF EXISTS uq_session_commission_id_ordinal"""
GROUP = """ALTER TABLE session DROP CONSTRAINT IF EXISTS fk_session_group_of_commission,
    ADD CONSTRAINT fk_session_group_of_commission FOREIGN KEY (working_group_id, commission_id)
    REFERENCES working_group (id, commission_id) ON DELETE RESTRICT NOT VALID"""


def upgrade() -> None:
    """Bring the schema to this revision."""
    named = "SELECT count(*) FROM information_schema.columns WHERE table_name = 'session' AND column_name = 'status'"
    state = "status" if op.get_bind().execute(sa.text(named)).scalar() else "state"
    for name, check in CHECKS.items():
        op.execute(
            f"ALTER TABLE session DROP CONSTRAINT IF EXISTS {name},"
            f" ADD CONSTRAINT {name} CHECK ({check.format(state=state)}) NOT VALID"
        )
    op.execute(GROUP)
    with op.get_context().autocommit_block():
        op.execute("SET statement_timeout = 0")
        for name in (*CHECKS, "fk_session_group_of_commission"):
            op.execute(f"ALTER TABLE session VALIDATE CONSTRAINT {name}")
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {UNIQUE}")
        op.execute(
            f"CREATE UNIQUE INDEX CONCURRENTLY {UNIQUE} ON session (commission_id, COALESCE(working_group_id, {NOBODY}), ordinal)"
            f" WHERE {state} IN ('held', 'adopted')"
        )
        op.execute("SET statement_timeout = '60s'")
    # The validated check spares the scan.
    op.execute(ALWAYS)
    op.execute("DROP TRIGGER IF EXISTS session_told ON audit_entry")
    op.execute("DROP FUNCTION IF EXISTS session_told()")
    if state == "status":
        op.execute("ALTER TABLE session RENAME COLUMN status TO state")
