"""A commission's charter can be decided on: it has a state, an open proposal, and what its moves bring.

Revision: 0016, after 0015. The next one says what is always there.

It runs while the earlier release writes: columns with a constant default, or none, rewrite nothing, and triggers fill in what the
earlier release does not know: each party's secretariat, and that a commission is unsettled in which each party's moves took effect at
once. No entry is written: the commission had its trail from the first. It can be run again after a failure at any point.
"""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

COLUMNS = """ALTER TABLE commission
    ADD COLUMN IF NOT EXISTS state varchar(40) NOT NULL DEFAULT 'in_force',
    ADD COLUMN IF NOT EXISTS outside text[] NOT NULL DEFAULT '{}',
    ADD COLUMN IF NOT EXISTS secretariats jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN IF NOT EXISTS founding_act text,
    ADD COLUMN IF NOT EXISTS effective_on text,
    ADD COLUMN IF NOT EXISTS successor text,
    ADD COLUMN IF NOT EXISTS corrected jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN IF NOT EXISTS open_transition_id uuid,
    ADD COLUMN IF NOT EXISTS proposed_by text,
    ADD COLUMN IF NOT EXISTS awaiting text[] NOT NULL DEFAULT '{}',
    ADD COLUMN IF NOT EXISTS expires_at timestamptz,
    ADD COLUMN IF NOT EXISTS refused_transition_id uuid"""
NAMED = """CREATE OR REPLACE FUNCTION commission_named() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE commission
        SET secretariats = secretariats || jsonb_build_object(NEW.party, NEW.secretariat_id),
            state = CASE rule WHEN 'unilateral' THEN 'unsettled' ELSE state END
        WHERE id = NEW.commission_id;
        RETURN NULL;
    END $$"""
ON_NAMING = """CREATE OR REPLACE TRIGGER commission_named AFTER INSERT ON commission_party
    FOR EACH ROW EXECUTE FUNCTION commission_named()"""
FILL = """UPDATE commission SET
    state = CASE rule WHEN 'unilateral' THEN 'unsettled' ELSE state END,
    secretariats = (SELECT jsonb_object_agg(party, secretariat_id) FROM commission_party WHERE commission_id = commission.id)
    WHERE secretariats = '{}'"""


def upgrade() -> None:
    """Bring the schema to this revision."""
    for statement in (COLUMNS, NAMED, ON_NAMING):
        op.execute(statement)
    op.execute("GRANT UPDATE ON commission_party TO pacta_app")
    with op.get_context().autocommit_block():
        op.execute("SET statement_timeout = 0")
        # Commissions are few.
        op.execute(FILL)
        # What a build left that failed is not valid, and would be taken for the index.
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_commission_awaiting")
        op.execute(
            "CREATE INDEX CONCURRENTLY ix_commission_awaiting ON commission USING gin (awaiting)"
            " WHERE open_transition_id IS NOT NULL"
        )
        op.execute("SET statement_timeout = '60s'")
