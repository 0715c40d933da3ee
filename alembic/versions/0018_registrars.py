"""A party has a registrar, an organisation a code, and a principal tells who registered it.

Revision: 0018, after 0017. No party has a registrar yet: the administrator names it once, and until then nobody registers for it.
What is not said anew reads and moves as before.

It runs while the earlier release writes: columns without a default rewrite nothing, a trigger gives a code to organisations that the
earlier release registers, rows of before (of these tables there are few) are filled in, and indexes and checks are made beside the
writers. It can be run again after a failure at any point.
"""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

COLUMNS = (
    "ALTER TABLE party ADD COLUMN IF NOT EXISTS registrar_id uuid",
    "ALTER TABLE organisation ADD COLUMN IF NOT EXISTS code text",
    "ALTER TABLE principal ADD COLUMN IF NOT EXISTS registered_by uuid",
)
# As `code_of` in service/register/parties/rules.py.
CODE = r"""CREATE OR REPLACE FUNCTION organisation_code() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        stem text;
        number integer := 1;
    BEGIN
        SELECT CASE WHEN count(*) = 1 THEN left(max(word[1]), 4) ELSE left(string_agg(left(word[1], 1), '' ORDER BY nth), 8) END
        INTO stem FROM regexp_matches(regexp_replace(NEW.name, '\([^)]*\)', '', 'g'), '[A-Za-z0-9]+', 'g')
            WITH ORDINALITY AS words (word, nth);
        stem := NEW.party || '/' || CASE WHEN length(stem) > 1 THEN upper(stem) ELSE 'ORG' END;
        NEW.code := stem;
        WHILE EXISTS (SELECT FROM organisation WHERE code = NEW.code) LOOP
            number := number + 1;
            NEW.code := stem || number;
        END LOOP;
        RETURN NEW;
    END $$"""
WITHOUT_ONE = """CREATE OR REPLACE TRIGGER organisation_code BEFORE INSERT OR UPDATE ON organisation
    FOR EACH ROW WHEN (NEW.code IS NULL) EXECUTE FUNCTION organisation_code()"""
# Row by row, the oldest first, so that each sees the codes of those before it.
FILL = """DO $$
    DECLARE
        known uuid;
    BEGIN
        FOR known IN SELECT id FROM organisation WHERE code IS NULL ORDER BY created_at, id LOOP
            UPDATE organisation SET name = name WHERE id = known;
        END LOOP;
    END $$"""
REGISTERED = """UPDATE principal p SET registered_by = (said ->> 'actor')::uuid
    FROM (SELECT convert_from(canonical, 'UTF8')::jsonb AS said FROM audit_entry
          WHERE subject = '00000000-0000-0000-0000-000000000000' AND kind = 'principal.registered') AS entries
    WHERE p.id = (said -> 'data' ->> 'id')::uuid AND p.registered_by IS NULL"""
CHECKS = {
    "organisation": {
        "ck_organisation_code_is_short": "CHECK (code ~ '^[A-Z]{2}/[A-Z0-9]{2,12}$')",
        "ck_organisation_code_begins_with_its_party": "CHECK (left(code, 2) = party)",
        "code_is_there": "CHECK (code IS NOT NULL)",
    },
    "party": {
        "fk_party_registrar_of_party": "FOREIGN KEY (registrar_id, code) REFERENCES organisation (id, party)"
        " ON DELETE RESTRICT"
    },
}


def upgrade() -> None:
    """Bring the schema to this revision."""
    for statement in (*COLUMNS, CODE, WITHOUT_ONE):
        op.execute(statement)
    with op.get_context().autocommit_block():
        op.execute("SET statement_timeout = 0")
        op.execute(FILL)
        op.execute(REGISTERED)
        # What a build left that failed is not valid, and would be taken for the index.
        op.execute("ALTER TABLE organisation DROP CONSTRAINT IF EXISTS uq_organisation_code")
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS uq_organisation_code")
        op.execute("CREATE UNIQUE INDEX CONCURRENTLY uq_organisation_code ON organisation (code)")
        op.execute(
            "ALTER TABLE organisation ADD CONSTRAINT uq_organisation_code UNIQUE USING INDEX uq_organisation_code"
        )
        for table, checks in CHECKS.items():
            for name, check in checks.items():
                op.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}")
                op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {check} NOT VALID")
                op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")
        # The validated check spares the scan.
        op.execute("ALTER TABLE organisation ALTER COLUMN code SET NOT NULL, DROP CONSTRAINT code_is_there")
        op.execute("SET statement_timeout = '60s'")
