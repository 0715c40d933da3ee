"""Documents: files that belong to a matter, kept outside the database under their digests.

Revision: 0047, after 0046. A new table hinders nobody. It can be run again after a failure at any point.
"""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None
serves_from = "0045"

ROLES = """role IN ('draft', 'authentic_text', 'translation', 'certified_copy', 'full_powers', 'instrument_of_ratification',
    'note_verbale', 'notice', 'minutes', 'annex', 'report')"""
TYPES = """media_type IN ('application/pdf', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'application/vnd.oasis.opendocument.text',
    'application/vnd.oasis.opendocument.spreadsheet', 'application/vnd.etsi.asic-e+zip', 'image/jpeg', 'image/png', 'image/tiff')"""
INDEXES = (
    "ix_document_of_matter ON document (matter_id, id)",
    "ix_document_of_commission ON document (commission_id, id)",
    "ix_document_by_digest ON document (sha256)",
    "ix_document_of_party ON document (party) INCLUDE (size) WHERE withdrawn_at IS NULL",
)


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.create_table(
        "document",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("matter_kind", sa.Text(), nullable=False),
        sa.Column("matter_id", sa.Uuid(), nullable=False),
        sa.Column("commission_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("confidentiality", sa.String(length=40), nullable=True),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("principal_id", sa.Uuid(), nullable=False),
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_entry", sa.Integer(), nullable=True),
        sa.Column("withdrawn_because", sa.Text(), nullable=True),
        sa.CheckConstraint(ROLES, name=op.f("ck_document_role_known")),
        sa.CheckConstraint(
            "confidentiality IN ('parties', 'restricted')", name=op.f("ck_document_confidentiality_known")
        ),
        sa.CheckConstraint(TYPES, name=op.f("ck_document_media_type_known")),
        sa.CheckConstraint("size > 0 AND sha256 ~ '^[0-9a-f]{64}$'", name=op.f("ck_document_has_content")),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_entry IS NULL)", name=op.f("ck_document_withdrawn_by_an_entry")
        ),
        sa.ForeignKeyConstraint(
            ["commission_id"], ["commission.id"], name=op.f("fk_document_commission_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        if_not_exists=True,
    )
    for index in INDEXES:
        op.execute(f"CREATE INDEX IF NOT EXISTS {index}")
    op.execute("GRANT SELECT, INSERT, UPDATE ON document TO pacta_app")
