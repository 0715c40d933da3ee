"""Commitments are found by the organisations that lead them.

Revision: 0042, after 0041. The index is built beside the writers. It can be run again after a failure at any point.
"""

from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

LEADS = """(jsonb_path_query_array(party_facts, '$.*.lead_organisation_id')
    || jsonb_path_query_array(party_facts, '$.*.further_lead_organisation_ids[*]'))"""


def upgrade() -> None:
    """Bring the schema to this revision."""
    with op.get_context().autocommit_block():
        op.execute("SET statement_timeout = 0")
        # What a build left that failed is not valid, and would be taken for the index.
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_commitment_led_by")
        op.execute(f"CREATE INDEX CONCURRENTLY ix_commitment_led_by ON commitment USING gin ({LEADS} jsonb_path_ops)")
        op.execute("SET statement_timeout = '60s'")
