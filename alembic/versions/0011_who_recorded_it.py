"""A commitment tells which party recorded it, and whether it is a matter of all; it can be retracted.

Revision: 0011, after 0010. The next one says that the recorder is always there.

It runs while the earlier release writes: a column without a default, or with a constant one, rewrites nothing, triggers fill in what
the earlier release does not know, rows of before are filled in batches from their first entry, and the check is validated beside the
writers. It can be run again after a failure at any point.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

COLUMNS = """ALTER TABLE commitment ADD COLUMN IF NOT EXISTS recorded_by text,
    ADD COLUMN IF NOT EXISTS is_joint boolean NOT NULL DEFAULT false,
    DROP CONSTRAINT IF EXISTS ck_commitment_state_known,
    ADD CONSTRAINT ck_commitment_state_known CHECK (state IN ('proposed', 'agreed', 'mou_drafted', 'signed', 'implemented',
        'suspended', 'withdrawn', 'lapsed', 'superseded', 'merged', 'retracted')) NOT VALID"""
RECORDED = """CREATE OR REPLACE FUNCTION commitment_recorded() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE commitment SET recorded_by = (
            SELECT convert_from(canonical, 'UTF8')::jsonb ->> 'party' FROM audit_entry WHERE subject = NEW.id AND seq = 0)
        WHERE id = NEW.id;
        RETURN NULL;
    END $$"""
# At the end of the transaction, since the first entry is written together with the row.
ON_RECORDING = """CREATE CONSTRAINT TRIGGER recorded AFTER INSERT ON commitment DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.recorded_by IS NULL) EXECUTE FUNCTION commitment_recorded()"""
AGREED = """CREATE OR REPLACE FUNCTION commitment_agreed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE commitment SET is_joint = true WHERE id = NEW.matter_id AND NOT is_joint;
        RETURN NULL;
    END $$"""
ON_AGREEING = """CREATE OR REPLACE TRIGGER agreed AFTER INSERT OR UPDATE ON transition
    FOR EACH ROW WHEN (NEW.status = 'effective' AND NEW.action = 'agree') EXECUTE FUNCTION commitment_agreed()"""
FILL = """UPDATE commitment c SET
        recorded_by = (
            SELECT convert_from(canonical, 'UTF8')::jsonb ->> 'party' FROM audit_entry WHERE subject = c.id AND seq = 0),
        is_joint = EXISTS (
            SELECT FROM transition WHERE matter_id = c.id AND status = 'effective' AND action = 'agree')
    WHERE c.id IN (SELECT id FROM commitment WHERE recorded_by IS NULL AND id > :after ORDER BY id LIMIT 5000)
    RETURNING c.id"""


def upgrade() -> None:
    """Bring the schema to this revision."""
    again = "DROP TRIGGER IF EXISTS recorded ON commitment"
    for statement in (COLUMNS, RECORDED, again, ON_RECORDING, AGREED, ON_AGREEING):
        op.execute(statement)
    with op.get_context().autocommit_block():
        op.execute("SET statement_timeout = 0")
        op.execute("ALTER TABLE commitment VALIDATE CONSTRAINT ck_commitment_state_known")
        _fill()
        op.execute("SET statement_timeout = '60s'")


def _fill() -> None:
    """Fill in the recorder, batch by batch, each committed for itself."""
    after = "00000000-0000-0000-0000-000000000000"
    while filled := op.get_bind().execute(sa.text(FILL), {"after": after}).scalars().all():
        after = str(max(filled))
