"""A transition says of which kind of matter it is, and of which commission.

Revision: 0005, after 0004. The next one gives the columns their names and says that they are always there.

It runs while the earlier release writes: a new column with a constant default rewrites nothing, a trigger fills in what the
earlier release does not know, rows of before are filled in batches, and indexes are built beside the writers. It can be run
again after a failure at any point.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

FILL = """UPDATE transition t SET commission_id = c.commission_id FROM commitment c
    WHERE c.id = t.commitment_id AND t.id IN (
        SELECT id FROM transition WHERE commission_id IS NULL AND id > :after ORDER BY id LIMIT 5000)
    RETURNING t.id"""
FUNCTION = """CREATE OR REPLACE FUNCTION transition_of_commission() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.commission_id := (SELECT commission_id FROM commitment WHERE id = NEW.commitment_id);
        RETURN NEW;
    END $$"""
TRIGGER = """CREATE OR REPLACE TRIGGER of_commission BEFORE INSERT ON transition
    FOR EACH ROW WHEN (NEW.commission_id IS NULL) EXECUTE FUNCTION transition_of_commission()"""


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.execute(
        "ALTER TABLE transition ADD COLUMN IF NOT EXISTS matter_kind text NOT NULL DEFAULT 'commitment',"
        " ADD COLUMN IF NOT EXISTS commission_id uuid,"
        " DROP CONSTRAINT IF EXISTS ck_transition_action_known, DROP CONSTRAINT IF EXISTS ck_transition_source_known,"
        " DROP CONSTRAINT IF EXISTS ck_transition_target_known"
    )
    op.execute(FUNCTION)
    op.execute(TRIGGER)
    with op.get_context().autocommit_block():
        op.execute("SET statement_timeout = 0")
        _fill()
        _index("ix_transition_of_commission", "(commission_id, id)")
        _index("ix_transition_open", "(commission_id, id) WHERE status = 'open'")
        op.execute("SET statement_timeout = '60s'")


def _fill() -> None:
    """Fill in the commission, batch by batch, each committed for itself."""
    after = "00000000-0000-0000-0000-000000000000"
    while filled := op.get_bind().execute(sa.text(FILL), {"after": after}).scalars().all():
        after = str(max(filled))


def _index(name: str, what: str) -> None:
    # What a build left that failed is not valid, and would be taken for the index.
    op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
    op.execute(f"CREATE INDEX CONCURRENTLY {name} ON transition {what}")
