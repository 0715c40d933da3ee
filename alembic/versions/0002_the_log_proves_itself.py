"""The log proves itself: tree nodes, signed checkpoints, witnesses' cosignatures, and the alarm when signing is refused.

Revision: 0002, after 0001.

A migration runs while the service answers. Add columns as nullable or with a constant default; build indexes
CONCURRENTLY in a migration of their own; never rewrite a large table; and never change a row of the audit trail.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

PROOFS = ("log_node", "log_checkpoint", "log_cosignature")
GUARDS = tuple(
    statement
    for table in PROOFS
    for statement in (
        (
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        ),
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER append_only",
    )
)
GRANTS = (
    f"GRANT SELECT ON {', '.join(PROOFS)}, log_alarm TO pacta_app",
    f"GRANT SELECT, INSERT ON {', '.join(PROOFS)} TO pacta_sequencer",
    # The one table that may be changed: it says what is wrong now, not what happened.
    "GRANT SELECT, INSERT, UPDATE, DELETE ON log_alarm TO pacta_sequencer",
)


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.create_table(
        "log_node",
        sa.Column("log_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("level BETWEEN 1 AND 7", name=op.f("ck_log_node_level_above_the_leaves")),
        sa.CheckConstraint("octet_length(hash) = 32", name=op.f("ck_log_node_hash_is_sha256")),
        sa.PrimaryKeyConstraint("log_id", "level", "index", name=op.f("pk_log_node")),
    )
    op.create_table(
        "log_checkpoint",
        sa.Column("log_id", sa.Uuid(), nullable=False),
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.Column("vkey", sa.Text(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("size >= 1", name=op.f("ck_log_checkpoint_of_a_tree_with_leaves")),
        sa.CheckConstraint("octet_length(root) = 32", name=op.f("ck_log_checkpoint_root_is_sha256")),
        sa.PrimaryKeyConstraint("log_id", "size", name=op.f("pk_log_checkpoint")),
    )
    op.create_table(
        "log_cosignature",
        sa.Column("log_id", sa.Uuid(), nullable=False),
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("vkey", sa.Text(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("cosigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["log_id", "size"],
            ["log_checkpoint.log_id", "log_checkpoint.size"],
            name="fk_log_cosignature_checkpoint",
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("log_id", "size", "vkey", name=op.f("pk_log_cosignature")),
    )
    op.create_table(
        "log_alarm",
        sa.Column("log_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("log_id", name=op.f("pk_log_alarm")),
    )
    # A group's list by reference walked past every other commission's references. No release is out yet, so no table is
    # large enough for CONCURRENTLY to matter.
    op.create_index("ix_commitment_by_group", "commitment", ["working_group_id", "reference"])
    op.drop_index("ix_commitment_working_group_id", "commitment")
    for statement in (*GUARDS, *GRANTS):
        op.execute(statement)
