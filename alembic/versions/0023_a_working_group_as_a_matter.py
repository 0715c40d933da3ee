"""A working group can be decided on: it has the head of a chain, an open proposal, a code, and what its moves bring.

Revision: 0023, after 0022. The next one says what is always there.

It runs while the earlier release writes: columns without a default, or with a constant one, rewrite nothing; a trigger fills in what
the earlier release does not know, from the entry of the commission's trail that it writes after the row; rows of before are filled in
batches, commission by commission, and indexes are built beside the writers. No entry is written: until its own first one, a group
continues the entry that spoke of it last. It can be run again after a failure at any point.
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

COLUMNS = """ALTER TABLE working_group
    ADD COLUMN IF NOT EXISTS code text,
    ADD COLUMN IF NOT EXISTS founding_act text,
    ADD COLUMN IF NOT EXISTS organisations jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN IF NOT EXISTS co_led_by text[] NOT NULL DEFAULT '{}',
    ADD COLUMN IF NOT EXISTS contacts jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN IF NOT EXISTS merged_into_id uuid,
    ADD COLUMN IF NOT EXISTS state varchar(40) NOT NULL DEFAULT 'active',
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
    ADD COLUMN IF NOT EXISTS is_joint boolean NOT NULL DEFAULT true"""
# Everybody read the groups of before, so they stay in sight: `is_joint`. A code counts the groups of its sector as they were founded.
FILL = """CREATE OR REPLACE FUNCTION working_group_fill(known uuid) RETURNS void LANGUAGE plpgsql AS $$
    DECLARE
        told audit_entry;
        said jsonb;
        short text;
        before bigint;
    BEGIN
        SELECT e.* INTO told FROM audit_entry e JOIN working_group g ON g.commission_id = e.subject
            WHERE g.id = known AND e.kind = 'working_group.founded'
            AND convert_from(e.canonical, 'UTF8')::jsonb -> 'data' ->> 'id' = known::text;
        said := convert_from(told.canonical, 'UTF8')::jsonb;
        short := said -> 'data' ->> 'sector';
        SELECT count(*) INTO before FROM audit_entry e WHERE e.subject = told.subject AND e.seq < told.seq
            AND e.kind = 'working_group.founded' AND convert_from(e.canonical, 'UTF8')::jsonb -> 'data' ->> 'sector' = short;
        UPDATE working_group g SET
            recorded_by = said ->> 'party',
            code = (SELECT code FROM commission WHERE id = g.commission_id) || '/JWG/' || replace(short, '_', '-')
                || CASE before WHEN 0 THEN '' ELSE '-' || before + 1 END,
            organisations = COALESCE((SELECT jsonb_object_agg(party, jsonb_build_object('co_lead', co_lead, 'members', members))
                FROM (SELECT party, min(organisation_id::text) FILTER (WHERE role = 'co_lead') AS co_lead,
                    COALESCE(jsonb_agg(organisation_id::text ORDER BY organisation_id) FILTER (WHERE role = 'member'), '[]') AS members
                    FROM membership WHERE working_group_id = known AND ended_at IS NULL GROUP BY party) AS parts), '{}'),
            co_led_by = ARRAY(SELECT party FROM membership WHERE working_group_id = known AND ended_at IS NULL
                AND role = 'co_lead' ORDER BY party),
            (leaf, changed_at) = (SELECT leaf, recorded_at FROM audit_entry WHERE subject = g.commission_id AND seq = g.seq)
            WHERE g.id = known AND told.subject IS NOT NULL;
    END $$"""
TOLD = """CREATE OR REPLACE FUNCTION working_group_told() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM working_group_fill((convert_from(NEW.canonical, 'UTF8')::jsonb -> 'data' ->> 'id')::uuid);
        RETURN NULL;
    END $$"""
ON_TELLING = """CREATE OR REPLACE TRIGGER working_group_told AFTER INSERT ON audit_entry FOR EACH ROW
    WHEN (NEW.subject = NEW.log_id AND NEW.kind IN ('working_group.founded', 'working_group.member_changed'))
    EXECUTE FUNCTION working_group_told()"""
UNFILLED = "SELECT id FROM working_group WHERE leaf IS NULL AND id > :after ORDER BY id LIMIT 500 FOR NO KEY UPDATE"


def upgrade() -> None:
    """Bring the schema to this revision."""
    for statement in (COLUMNS, FILL, TOLD, ON_TELLING):
        op.execute(statement)
    with op.get_context().autocommit_block():
        op.execute("SET statement_timeout = 0")
        _fill()
        # What a build left that failed is not valid, and would be taken for the index.
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_working_group_awaiting")
        op.execute(
            "CREATE INDEX CONCURRENTLY ix_working_group_awaiting ON working_group USING gin (awaiting)"
            " WHERE open_transition_id IS NOT NULL"
        )
        op.execute("SET statement_timeout = '60s'")


def _fill() -> None:
    """Fill in what entries tell, batch by batch, each committed for itself."""
    after = "00000000-0000-0000-0000-000000000000"
    while found := op.get_bind().execute(sa.text(UNFILLED), {"after": after}).scalars().all():
        for one in found:
            op.get_bind().execute(sa.text("SELECT working_group_fill(:known)"), {"known": one})
        after = str(max(found))
