"""A charter says who audits its commission, and an auditor's appointment ends.

Revision: 0056, after 0050. Columns with a constant default, or none, change the catalogue alone. The earlier release goes on working: whom it
appoints is added to the charter by a trigger; that a later one dismissed somebody it does not know, so it is not to run on for long. It can be run
again after a failure at any point.
"""

from alembic import op

revision = "0056"
down_revision = "0050"
branch_labels = None
depends_on = None
serves_from = "0048"

APPOINTED = """CREATE OR REPLACE FUNCTION tell_auditor() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE commission SET auditors = ARRAY(
        SELECT principal_id::text FROM commission_auditor
        WHERE commission_id = NEW.commission_id AND ended_at IS NULL ORDER BY principal_id
    ) WHERE id = NEW.commission_id AND NOT auditors @> ARRAY[NEW.principal_id::text];
    RETURN NULL;
END $$"""
ON_APPOINTMENT = """CREATE OR REPLACE TRIGGER auditor_appointed AFTER INSERT ON commission_auditor
    FOR EACH ROW EXECUTE FUNCTION tell_auditor()"""
BEFORE = """UPDATE commission SET auditors = ARRAY(
    SELECT principal_id::text FROM commission_auditor
    WHERE commission_id = commission.id AND ended_at IS NULL ORDER BY principal_id
) WHERE auditors = '{}' AND EXISTS (SELECT FROM commission_auditor WHERE commission_id = commission.id AND ended_at IS NULL)"""


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.execute("ALTER TABLE commission ADD COLUMN IF NOT EXISTS auditors text[] NOT NULL DEFAULT '{}'")
    op.execute("ALTER TABLE commission_auditor ADD COLUMN IF NOT EXISTS ended_at timestamptz")
    op.execute("GRANT UPDATE ON commission_auditor TO pacta_app")
    op.execute(APPOINTED)
    op.execute(ON_APPOINTMENT)
    op.execute(BEFORE)
