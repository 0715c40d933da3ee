"""A transition names its matter; that may be a commitment, or another kind.

Revision: 0006, after 0005, which filled in what is said here to be always there. The check is validated without a lock that
stops writers; the renaming changes the catalogue alone. A process of the earlier release is not ready from here on (`/readyz`).
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE transition ADD CONSTRAINT known CHECK (commission_id IS NOT NULL) NOT VALID",
    "ALTER TABLE transition VALIDATE CONSTRAINT known",
    # The validated check spares the scan.
    "ALTER TABLE transition ALTER COLUMN commission_id SET NOT NULL",
    "ALTER TABLE transition DROP CONSTRAINT known, DROP CONSTRAINT fk_transition_commitment_id",
    "ALTER TABLE transition ALTER COLUMN matter_kind DROP DEFAULT",
    "DROP TRIGGER of_commission ON transition",
    "DROP FUNCTION transition_of_commission()",
    "ALTER TABLE transition RENAME COLUMN commitment_id TO matter_id",
    "ALTER INDEX ix_transition_of_commitment RENAME TO ix_transition_of_matter",
    "ALTER INDEX uq_transition_one_open_per_commitment RENAME TO uq_transition_one_open_per_matter",
)


def upgrade() -> None:
    """Bring the schema to this revision."""
    for statement in STATEMENTS:
        op.execute(statement)
