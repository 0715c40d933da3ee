"""Who is signed in to the pages, and who is about to.

Revision: 0041, after 0040. New tables, which the earlier release does not know and does not need. It can be run again after a failure at any
point.
"""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.create_table(
        "reading_session",
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("principal_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "octet_length(secret_hash) = 32", name=op.f("ck_reading_session_a_secret_is_kept_as_sha256")
        ),
        sa.ForeignKeyConstraint(
            ["principal_id"],
            ["principal.id"],
            name=op.f("fk_reading_session_principal_id_principal"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("secret_hash", name=op.f("pk_reading_session")),
        if_not_exists=True,
    )
    op.create_index(op.f("ix_reading_session_principal_id"), "reading_session", ["principal_id"], if_not_exists=True)
    op.create_table(
        "sign_in",
        sa.Column("state_hash", sa.LargeBinary(), nullable=False),
        sa.Column("browser_hash", sa.LargeBinary(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("back", sa.Text(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "octet_length(state_hash) = 32 AND octet_length(browser_hash) = 32",
            name=op.f("ck_sign_in_secrets_are_kept_as_sha256"),
        ),
        sa.PrimaryKeyConstraint("state_hash", name=op.f("pk_sign_in")),
        if_not_exists=True,
    )
    op.execute("GRANT SELECT, INSERT, DELETE ON reading_session, sign_in TO pacta_app")
