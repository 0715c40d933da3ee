"""Commitments and sessions tell each party's own steps at home; a commission keeps its parties' templates of them.

Revision: 0091, after 0090. Columns without a default, or with a constant one, change the catalogue alone; the index is built beside the
writers. No row is filled: what parties had said of their procedures in words stays among their facts, and is read as a step from there.
Releases before go on: what they record has no steps. It can be run again after a failure at any point.
"""

from alembic import op

from service.database.building import LOCK_TIMEOUT, build_index

revision = "0091"
down_revision = "0090"
branch_labels = None
depends_on = None
serves_from = "0048"

COLUMNS = {
    "commitment": "steps jsonb",
    "session": "steps jsonb",
    "commission": "step_templates jsonb NOT NULL DEFAULT '{}'::jsonb",
}
LACKING = (
    """((jsonb_path_query_array(COALESCE(steps, '{}'::jsonb), '$.keyvalue()?(@.value.*.status == "needed").key')"""
    """ || jsonb_path_query_array(COALESCE(subject_to, '{}'::jsonb), '$.keyvalue()?(@.value == true).key'))"""
    """ || jsonb_path_query_array(party_facts, '$.keyvalue()?(exists (@.value.domestic_procedures)"""
    """ && !(exists (@.value.domestic_procedures_completed_on))).key'))"""
)


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.execute(LOCK_TIMEOUT)
    for name, column in COLUMNS.items():
        op.execute(f"ALTER TABLE {name} ADD COLUMN IF NOT EXISTS {column}")
    build_index("ix_commitment_lacking", f"commitment USING gin ({LACKING})")
