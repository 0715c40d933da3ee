"""A party that has confirmed a proposal may refuse it until it takes effect: it may have given both answers.

Revision: 0009, after 0008. The wider key is built beside the writers and then takes the place of the narrower one, which changes
the catalogue alone. The earlier release gives one answer for each party, and goes on working. It can be run again after a
failure at any point.
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema to this revision."""
    with op.get_context().autocommit_block():
        op.execute("SET statement_timeout = 0")
        # What a build left that failed is not valid, and would be taken for the index.
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS key_of_confirmation")
        op.execute(
            "CREATE UNIQUE INDEX CONCURRENTLY key_of_confirmation ON confirmation (transition_id, party, decision)"
        )
        op.execute("SET statement_timeout = '60s'")
    op.execute(
        "ALTER TABLE confirmation DROP CONSTRAINT pk_confirmation,"
        " ADD CONSTRAINT pk_confirmation PRIMARY KEY USING INDEX key_of_confirmation"
    )
