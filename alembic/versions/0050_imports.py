"""Imports: files of commitments, and what became of their rows.

Revision: 0050, after 0049. A new table hinders nobody.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None
serves_from = "0048"


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.create_table(
        "import",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("commission_id", sa.Uuid(), nullable=False),
        sa.Column("principal_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("propose", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("digest", sa.Text(), nullable=True),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("rows", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status IN ('queued', 'running', 'done', 'failed')", name=op.f("ck_import_status_known")),
        sa.CheckConstraint(
            "(status IN ('done', 'failed')) = (ended_at IS NOT NULL)", name=op.f("ck_import_an_ended_one_says_when")
        ),
        sa.CheckConstraint(
            "status <> 'running' OR heard_at IS NOT NULL", name=op.f("ck_import_a_running_one_is_heard_of")
        ),
        sa.ForeignKeyConstraint(
            ["commission_id"], ["commission.id"], name=op.f("fk_import_commission_id_commission"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["principal_id"], ["principal.id"], name=op.f("fk_import_principal_id_principal"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_import_organisation_id_organisation"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import")),
        if_not_exists=True,
    )
    op.execute("GRANT SELECT, INSERT ON import TO pacta_app")
    for index in (
        "ix_import_waiting ON import (id) WHERE status IN ('queued', 'running')",
        "ix_import_of_organisation ON import (organisation_id, id)",
        "ix_import_kept ON import (asked_at) WHERE content IS NOT NULL",
    ):
        op.execute(f"CREATE INDEX IF NOT EXISTS {index}")
