"""Instruments: a matter of their own, with what their clauses lead to.

Revision: 0043, after 0042. New tables hinder nobody; the earlier release does not know them. It can be run again after a failure at any
point.
"""

from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

INSTRUMENT = """CREATE TABLE IF NOT EXISTS instrument (
    seq INTEGER NOT NULL,
    leaf BYTEA NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    open_transition_id UUID,
    proposed_by TEXT,
    awaiting TEXT[] NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE,
    refused_transition_id UUID,
    recorded_by TEXT NOT NULL,
    is_joint BOOLEAN NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    commission_id UUID NOT NULL,
    reference TEXT NOT NULL,
    draft_reference TEXT NOT NULL,
    kind VARCHAR(40) NOT NULL,
    titles JSONB NOT NULL,
    contracting_parties TEXT[] NOT NULL,
    legal_character JSONB,
    authentic_languages TEXT[] NOT NULL,
    prevailing_language TEXT,
    confidentiality VARCHAR(40) NOT NULL,
    text_reference TEXT,
    commitment_ids TEXT[] NOT NULL,
    entry_into_force JSONB,
    in_force_on TEXT,
    facts JSONB,
    duration JSONB,
    notice JSONB,
    relations JSONB,
    depositary TEXT,
    registration TEXT,
    ceremony_on TEXT,
    later_acts JSONB,
    drafting_party TEXT,
    drafted_on TEXT,
    texts JSONB,
    text_agreed_on TEXT,
    text_agreed_at TEXT,
    initialled_on TEXT,
    initialled_at TEXT,
    manner TEXT,
    acts JSONB,
    signed_on TEXT,
    signatures JSONB NOT NULL,
    steps JSONB NOT NULL,
    sent JSONB NOT NULL,
    received JSONB NOT NULL,
    notices JSONB NOT NULL,
    publications JSONB NOT NULL,
    objections JSONB NOT NULL,
    ended_on TEXT,
    ground TEXT,
    successor_id UUID,
    state VARCHAR(40) NOT NULL,
    effective_on TEXT,
    corrected JSONB NOT NULL,
    CONSTRAINT pk_instrument PRIMARY KEY (id),
    CONSTRAINT ck_instrument_state_known CHECK (state IN (
        'proposed', 'drafted', 'text_agreed', 'initialled', 'signed', 'terminated', 'superseded', 'abandoned', 'retracted')),
    CONSTRAINT ck_instrument_kind_known CHECK (kind IN (
        'mou', 'memorandum_of_agreement', 'agreement', 'treaty', 'protocol', 'exchange_of_notes',
        'executive_programme', 'action_plan', 'plan', 'arrangement', 'decision', 'accession')),
    CONSTRAINT ck_instrument_confidentiality_known CHECK (confidentiality IN ('public', 'parties', 'restricted')),
    CONSTRAINT ck_instrument_two_parties_at_least CHECK (cardinality(contracting_parties) > 1),
    CONSTRAINT ck_instrument_a_replaced_one_names_its_successor CHECK (state <> 'superseded' OR successor_id IS NOT NULL),
    CONSTRAINT ck_instrument_what_ended_did_so_on_a_day CHECK (state <> 'terminated' OR ended_on IS NOT NULL),
    CONSTRAINT uq_instrument_id_commission UNIQUE (id, commission_id),
    CONSTRAINT uq_instrument_reference UNIQUE (reference),
    CONSTRAINT uq_instrument_draft_reference UNIQUE (draft_reference),
    CONSTRAINT fk_instrument_successor FOREIGN KEY(successor_id, commission_id) REFERENCES instrument (id, commission_id) ON DELETE RESTRICT,
    CONSTRAINT ck_instrument_an_open_proposal_awaits_someone CHECK ((open_transition_id IS NOT NULL) = (cardinality(awaiting) > 0)),
    CONSTRAINT fk_instrument_commission_id FOREIGN KEY(commission_id) REFERENCES commission (id) ON DELETE RESTRICT
)"""
RECKONING = """CREATE TABLE IF NOT EXISTS instrument_reckoning (
    instrument_id UUID NOT NULL,
    signed_from DATE,
    in_force_from DATE,
    ends_before DATE,
    counted_from DATE,
    first_months INTEGER,
    rolls_months INTEGER,
    notice_months INTEGER,
    notice_days INTEGER,
    notice_by DATE,
    lacking TEXT[] NOT NULL,
    CONSTRAINT pk_instrument_reckoning PRIMARY KEY (instrument_id),
    CONSTRAINT fk_instrument_reckoning_instrument_id FOREIGN KEY(instrument_id) REFERENCES instrument (id) ON DELETE RESTRICT
)"""
INDEXES = (
    (
        "CREATE INDEX IF NOT EXISTS ix_instrument_awaiting"
        " ON instrument USING gin (awaiting) WHERE open_transition_id IS NOT NULL"
    ),
    "CREATE INDEX IF NOT EXISTS ix_instrument_by_kind ON instrument (kind, reference)",
    "CREATE INDEX IF NOT EXISTS ix_instrument_by_party ON instrument USING gin (contracting_parties)",
    "CREATE INDEX IF NOT EXISTS ix_instrument_by_reference ON instrument (commission_id, reference)",
    "CREATE INDEX IF NOT EXISTS ix_instrument_by_state ON instrument (state, reference)",
    "CREATE INDEX IF NOT EXISTS ix_instrument_carrying ON instrument USING gin (commitment_ids)",
    (
        "CREATE INDEX IF NOT EXISTS ix_instrument_reckoning_expiring"
        " ON instrument_reckoning (ends_before, instrument_id) WHERE ends_before IS NOT NULL"
    ),
    "CREATE INDEX IF NOT EXISTS ix_instrument_reckoning_force ON instrument_reckoning (in_force_from, instrument_id)",
    "CREATE INDEX IF NOT EXISTS ix_instrument_reckoning_lacking ON instrument_reckoning USING gin (lacking)",
    (
        "CREATE INDEX IF NOT EXISTS ix_instrument_reckoning_notice"
        " ON instrument_reckoning (notice_by, instrument_id) WHERE notice_by IS NOT NULL"
    ),
    (
        "CREATE INDEX IF NOT EXISTS ix_instrument_reckoning_rolling"
        " ON instrument_reckoning (notice_by, instrument_id) WHERE rolls_months IS NOT NULL"
    ),
    (
        "CREATE INDEX IF NOT EXISTS ix_instrument_reckoning_signed"
        " ON instrument_reckoning (COALESCE(signed_from, '9000-01-01'::date), instrument_id)"
    ),
)


def upgrade() -> None:
    """Bring the schema to this revision."""
    for one in (INSTRUMENT, RECKONING, *INDEXES):
        op.execute(one)
    op.execute("GRANT SELECT, INSERT, UPDATE ON instrument, instrument_reckoning TO pacta_app")
