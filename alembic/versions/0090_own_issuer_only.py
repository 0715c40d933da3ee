"""A party takes its own provider's logins alone; what the operator does about a lost access is announced.

Revision: 0090, after 0089. Columns with a constant default, or none, change the catalogue alone; a new table hinders nobody. A process of the
release before does not know the columns: it goes on, and would take a secret that its party refuses, so that no party says
`own_issuer_only` while one still runs. It can be run again after a failure at any point.
"""

import sqlalchemy as sa
from alembic import op

from service.database.building import LOCK_TIMEOUT

revision = "0090"
down_revision = "0089"
branch_labels = None
depends_on = None
serves_from = "0048"


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.execute(LOCK_TIMEOUT)
    op.execute("ALTER TABLE party ADD COLUMN IF NOT EXISTS own_issuer_only boolean NOT NULL DEFAULT false")
    op.execute("ALTER TABLE principal ADD COLUMN IF NOT EXISTS refused_at timestamptz")
    op.create_table(
        "restoration",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("principal_id", sa.Uuid(), nullable=True),
        sa.Column("client_id", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("issuer", sa.Text(), nullable=True),
        sa.Column("ends_own_issuer_only", sa.Boolean(), nullable=False),
        sa.Column("announced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(40), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("objection", sa.Text(), nullable=True),
        sa.CheckConstraint("outcome IN ('stopped', 'restored')", name=op.f("ck_restoration_outcome_known")),
        sa.CheckConstraint(
            "(outcome IS NULL) = (ended_at IS NULL)", name=op.f("ck_restoration_an_ended_one_says_when")
        ),
        sa.CheckConstraint(
            "(client_id IS NULL) = (principal_id IS NULL)", name=op.f("ck_restoration_a_principal_has_both_its_ids")
        ),
        sa.CheckConstraint(
            "client_id IS NOT NULL OR ends_own_issuer_only", name=op.f("ck_restoration_it_does_something")
        ),
        sa.ForeignKeyConstraint(
            ["party"], ["party.code"], name=op.f("fk_restoration_party_party"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_restoration_organisation_id_organisation"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restoration")),
        if_not_exists=True,
    )
    op.execute("GRANT SELECT, INSERT, UPDATE ON restoration TO pacta_app")
    for index in (
        "UNIQUE INDEX IF NOT EXISTS uq_restoration_open ON restoration (party) WHERE ended_at IS NULL",
        "INDEX IF NOT EXISTS ix_restoration_of_party ON restoration (party, id)",
    ):
        op.execute(f"CREATE {index}")
