"""A session can be decided on: it has the head of a chain, an open proposal, and what its moves bring.

Revision: 0013, after 0012. The next one renames `status` and says what is always there.

It runs while the earlier release writes: columns without a default, or with a constant one, rewrite nothing; a trigger fills in what
the earlier release does not know, from the entry of the commission's trail that it writes together with the row; rows of before are
filled in batches from that entry, and indexes are built beside the writers. No entry is written: until its own first one, a session
continues the entry that spoke of it last. It can be run again after a failure at any point.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

COLUMNS = """ALTER TABLE session
    ADD COLUMN IF NOT EXISTS working_group_id uuid,
    ADD COLUMN IF NOT EXISTS virtual boolean NOT NULL DEFAULT false,
    ADD COLUMN IF NOT EXISTS minutes jsonb,
    ADD COLUMN IF NOT EXISTS subject_to text[] NOT NULL DEFAULT '{}',
    ADD COLUMN IF NOT EXISTS effective_on text,
    ADD COLUMN IF NOT EXISTS corrected jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN IF NOT EXISTS leaf bytea,
    ADD COLUMN IF NOT EXISTS changed_at timestamptz,
    ADD COLUMN IF NOT EXISTS open_transition_id uuid,
    ADD COLUMN IF NOT EXISTS proposed_by text,
    ADD COLUMN IF NOT EXISTS awaiting text[] NOT NULL DEFAULT '{}',
    ADD COLUMN IF NOT EXISTS expires_at timestamptz,
    ADD COLUMN IF NOT EXISTS refused_transition_id uuid,
    ADD COLUMN IF NOT EXISTS recorded_by text,
    ADD COLUMN IF NOT EXISTS is_joint boolean NOT NULL DEFAULT true,
    ALTER COLUMN ordinal DROP NOT NULL,
    ALTER COLUMN host_party DROP NOT NULL"""
# Everybody read the sessions of before, so they stay in sight: `is_joint`.
TOLD = """CREATE OR REPLACE FUNCTION session_told() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE session SET leaf = NEW.leaf, changed_at = NEW.recorded_at, recorded_by = host_party
        WHERE id = (convert_from(NEW.canonical, 'UTF8')::jsonb -> 'data' ->> 'id')::uuid;
        RETURN NULL;
    END $$"""
ON_TELLING = """CREATE OR REPLACE TRIGGER session_told AFTER INSERT ON audit_entry
    FOR EACH ROW WHEN (NEW.subject = NEW.log_id AND NEW.kind IN ('session.recorded', 'session.changed'))
    EXECUTE FUNCTION session_told()"""
FILL = """UPDATE session s SET leaf = e.leaf, changed_at = e.recorded_at, recorded_by = s.host_party
    FROM audit_entry e WHERE e.subject = s.commission_id AND e.seq = s.seq AND s.id IN (
        SELECT id FROM session WHERE leaf IS NULL AND id > :after ORDER BY id LIMIT 5000)
    RETURNING s.id"""
INDEXES = {
    "ix_session_of_commission": "(commission_id, COALESCE(ordinal, 1000), id)",
    "ix_session_awaiting": "USING gin (awaiting) WHERE open_transition_id IS NOT NULL",
}


def upgrade() -> None:
    """Bring the schema to this revision."""
    for statement in (COLUMNS, TOLD, ON_TELLING):
        op.execute(statement)
    with op.get_context().autocommit_block():
        op.execute("SET statement_timeout = 0")
        _fill()
        for name, made in INDEXES.items():
            # What a build left that failed is not valid, and would be taken for the index.
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.execute(f"CREATE INDEX CONCURRENTLY {name} ON session {made}")
        op.execute("SET statement_timeout = '60s'")


def _fill() -> None:
    """Fill in the heads, batch by batch, each committed for itself."""
    after = "00000000-0000-0000-0000-000000000000"
    while filled := op.get_bind().execute(sa.text(FILL), {"after": after}).scalars().all():
        after = str(max(filled))
