"""Commitments are of a kind, and tell what their kind tells, where they come from, and what belongs to them beside; all of it is found.

Revision: 0074, after 0072. Columns with a constant default, or none, change the catalogue alone; the check is made valid and the index
built beside the writers. The trigger of what is searched is replaced: nothing recorded before has any of it, so nothing is filled anew.
Releases before go on: what they record is a commitment. It can be run again after a failure at any point.
"""

import sqlalchemy as sa
from alembic import op

from service.database.building import LOCK_TIMEOUT, build_index
from service.database.searched.filling import triggers

revision = "0074"
down_revision = "0072"
branch_labels = None
depends_on = None
serves_from = "0048"

COLUMNS = (
    "kind varchar(40) NOT NULL DEFAULT 'commitment'",
    "target_text text",
    "source text",
    "remark text",
    "continues text",
    "pushed_by text",
    "founded_group_ids jsonb",
    "event_session_id uuid",
    "package_items jsonb",
)
KINDS = "'commitment', 'body_to_be_founded', 'plan', 'package', 'event'"


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.execute(LOCK_TIMEOUT)
    for column in COLUMNS:
        op.execute(f"ALTER TABLE commitment ADD COLUMN IF NOT EXISTS {column}")
    op.execute("ALTER TABLE commitment DROP CONSTRAINT IF EXISTS ck_commitment_kind_known")
    op.execute(f"ALTER TABLE commitment ADD CONSTRAINT ck_commitment_kind_known CHECK (kind IN ({KINDS})) NOT VALID")
    with op.get_context().autocommit_block():
        op.execute(LOCK_TIMEOUT)
        for statement in triggers("commitment"):
            op.execute(sa.text(statement.replace(":", r"\:")))
        op.execute("SET statement_timeout = 0")
        op.execute("ALTER TABLE commitment VALIDATE CONSTRAINT ck_commitment_kind_known")
        op.execute("SET statement_timeout = '60s'")
    build_index("ix_commitment_by_kind", "commitment (kind, reference)")
