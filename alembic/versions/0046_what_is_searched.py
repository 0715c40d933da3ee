"""Commitments, sessions, groups, instruments, commissions and organisations are found by their folded words.

Revision: 0046, after 0045. New tables hinder nobody. A trigger is made at once or, after two seconds, not yet, and keeps what is written
from then on; what was there before is filled some hundreds at a time, and a writer who meets such a batch waits for that batch. It can be
run again after a failure at any point, and goes on where it was. The word index of commitments stays for the release before.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from service.database.building import LOCK_TIMEOUT
from service.database.searched.filling import AT_FIRST, NOTED, missing, triggers
from service.database.searched.folding import FUNCTIONS

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None
serves_from = "0045"

AT_ONCE = 500


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    _tables()
    for function in (*FUNCTIONS, NOTED):
        op.execute(sa.text(function.replace(":", r"\:")))
    op.execute(
        "CREATE OR REPLACE TRIGGER spellings_noted AFTER INSERT OR UPDATE ON searchable"
        " FOR EACH ROW EXECUTE FUNCTION note_spellings()"
    )
    op.execute("GRANT SELECT, INSERT, UPDATE ON searchable TO pacta_app")
    op.execute("GRANT SELECT, INSERT ON spelling TO pacta_app")
    with op.get_context().autocommit_block():
        op.execute(LOCK_TIMEOUT)
        for name in AT_FIRST:
            for statement in triggers(name, AT_FIRST):
                op.execute(sa.text(statement.replace(":", r"\:")))
        for name in AT_FIRST:
            while op.get_bind().exec_driver_sql(missing(name, AT_ONCE, AT_FIRST)).rowcount:
                pass


def _tables() -> None:
    op.create_table(
        "searchable",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("words", postgresql.TSVECTOR(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_searchable")),
        if_not_exists=True,
    )
    op.create_table(
        "spelling",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spelling")),
        if_not_exists=True,
    )
    for index in (
        "ix_searchable_commitment ON searchable USING gin (words) WHERE kind = 'commitment'",
        "ix_searchable_other ON searchable USING gin (words) WHERE kind <> 'commitment'",
        "ix_spelling_like ON spelling USING gin (word gin_trgm_ops)",
        "ix_spelling_word ON spelling (word)",
    ):
        op.execute(f"CREATE INDEX IF NOT EXISTS {index}")
