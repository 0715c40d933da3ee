"""The register: every table of the first release, who may touch which, and the append-only trail.

Revision: 0001, the first.

A migration runs while the service answers. Add columns as nullable or with a constant default; build indexes
CONCURRENTLY in a migration of their own; never rewrite a large table; and never change a row of the audit trail.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


# Mistakes are stopped here, by whomever they are made; proof against the host is the Merkle log's job.
GUARDS = (
    """CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
    END $$""",
    *(
        statement
        for table in ("audit_entry", "log_entry")
        for statement in (
            (
                f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
                " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
            ),
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER append_only",
        )
    ),
)
# Three roles: the owner migrates, the application adds to the trail and changes subjects, the sequencer gives indexes.
CHANGES = "registry, principal, credential, commission, session, working_group, membership, commitment, transition"
ADDS = "party, organisation, commission_party, commission_auditor, confirmation, audit_entry, audit_pending"
GRANTS = (
    (
        "DO $$ BEGIN EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());"
        " EXECUTE format('GRANT CONNECT ON DATABASE %I TO pacta_app, pacta_sequencer', current_database()); END $$"
    ),
    "GRANT USAGE ON SCHEMA public TO pacta_app, pacta_sequencer",
    "GRANT SELECT ON ALL TABLES IN SCHEMA public TO pacta_app",
    f"GRANT INSERT ON {ADDS}, {CHANGES}, idempotency_key TO pacta_app",
    f"GRANT UPDATE ON {CHANGES}, idempotency_key TO pacta_app",
    "GRANT DELETE ON idempotency_key TO pacta_app",
    "REVOKE INSERT ON registry FROM pacta_app",
    "GRANT SELECT ON audit_entry, log_entry, audit_pending, commission, alembic_version TO pacta_sequencer",
    "GRANT DELETE ON audit_pending TO pacta_sequencer",
    "GRANT INSERT ON log_entry TO pacta_sequencer",
)
REGISTRY = """INSERT INTO registry (id, seq, leaf, changed_at)
    VALUES (1, -1, decode(repeat('00', 32), 'hex'), clock_timestamp())"""


def upgrade() -> None:
    """Bring the schema to this revision."""
    _tables()
    for statement in (*GUARDS, *GRANTS, REGISTRY):
        op.execute(statement)


def _tables() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("log_id", sa.Uuid(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("canonical", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "octet_length(canonical) BETWEEN 2 AND 65535", name=op.f("ck_audit_entry_canonical_fits_an_entry_bundle")
        ),
        sa.CheckConstraint("octet_length(leaf) = 32", name=op.f("ck_audit_entry_leaf_is_sha256")),
        sa.PrimaryKeyConstraint("subject", "seq", name=op.f("pk_audit_entry")),
    )
    op.create_table(
        "audit_pending",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("log_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_pending")),
    )
    op.create_table(
        "commission",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("titles", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("parties", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("languages", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("rule", sa.String(40), nullable=False),
        sa.Column("founded_on", sa.Text(), nullable=True),
        sa.Column("intersessional_items", sa.Integer(), nullable=False),
        sa.CheckConstraint("rule IN ('mutual', 'unilateral')", name=op.f("ck_commission_rule_known")),
        sa.CheckConstraint("cardinality(parties) >= 2", name=op.f("ck_commission_has_two_parties")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commission")),
        sa.UniqueConstraint("code", name=op.f("uq_commission_code")),
    )
    op.create_table(
        "idempotency_key",
        sa.Column("principal_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("headers", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("principal_id", "key", name=op.f("pk_idempotency_key")),
    )
    op.create_index("ix_idempotency_key_age", "idempotency_key", ["created_at"], unique=False)
    op.create_table(
        "log_entry",
        sa.Column("log_id", sa.Uuid(), nullable=False),
        sa.Column("index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("log_id", "index", name=op.f("pk_log_entry")),
        sa.UniqueConstraint("subject", "seq", name=op.f("uq_log_entry_subject_seq")),
    )
    op.create_table(
        "party",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("names", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("code ~ '^[A-Z]{2}$'", name=op.f("ck_party_code_is_alpha_2")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_party")),
    )
    op.create_table(
        "registry",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_registry_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registry")),
    )
    op.create_table(
        "organisation",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("names", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["party"], ["party.code"], name=op.f("fk_organisation_party"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("id", "party", name="uq_organisation_id_party"),
        sa.UniqueConstraint("party", "name", name=op.f("uq_organisation_party_name")),
    )
    op.create_table(
        "session",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("commission_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("host_party", sa.Text(), nullable=False),
        sa.Column("venue", sa.Text(), nullable=True),
        sa.Column("starts_on", sa.Text(), nullable=True),
        sa.Column("ends_on", sa.Text(), nullable=True),
        sa.Column("co_chairs", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("minutes_reference", sa.Text(), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.CheckConstraint("status <> 'held' OR starts_on IS NOT NULL", name=op.f("ck_session_held_on_a_date")),
        sa.CheckConstraint(
            "status IN ('planned', 'postponed', 'held', 'cancelled')", name=op.f("ck_session_status_known")
        ),
        sa.CheckConstraint("ordinal BETWEEN 1 AND 999", name=op.f("ck_session_ordinal_from_1")),
        sa.ForeignKeyConstraint(
            ["commission_id"], ["commission.id"], name=op.f("fk_session_commission_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["host_party"], ["party.code"], name=op.f("fk_session_host_party"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session")),
        sa.UniqueConstraint("commission_id", "ordinal", name=op.f("uq_session_commission_id_ordinal")),
        sa.UniqueConstraint("id", "commission_id", name="uq_session_id_commission"),
    )
    op.create_table(
        "commission_party",
        sa.Column("commission_id", sa.Uuid(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("secretariat_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["commission_id"], ["commission.id"], name=op.f("fk_commission_party_commission_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["party"], ["party.code"], name=op.f("fk_commission_party_party"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["secretariat_id", "party"],
            ["organisation.id", "organisation.party"],
            name="fk_commission_party_secretariat_of_party",
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("commission_id", "party", name=op.f("pk_commission_party")),
    )
    op.create_index(op.f("ix_commission_party_secretariat_id"), "commission_party", ["secretariat_id"], unique=False)
    op.create_table(
        "principal",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deactivated_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(kind = 'representative') = (organisation_id IS NOT NULL)",
            name=op.f("ck_principal_a_representative_has_an_organisation"),
        ),
        sa.CheckConstraint(
            "kind IN ('administrator', 'representative', 'auditor', 'observer')", name=op.f("ck_principal_kind_known")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_principal_organisation_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_principal")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_principal_issuer_subject")),
    )
    op.create_index(op.f("ix_principal_organisation_id"), "principal", ["organisation_id"], unique=False)
    op.create_table(
        "working_group",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("commission_id", sa.Uuid(), nullable=False),
        sa.Column("titles", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("sector", sa.Text(), nullable=False),
        sa.Column("founded_at_session_id", sa.Uuid(), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["commission_id"], ["commission.id"], name=op.f("fk_working_group_commission_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["founded_at_session_id"],
            ["session.id"],
            name=op.f("fk_working_group_founded_at_session_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_working_group")),
        sa.UniqueConstraint("id", "commission_id", name="uq_working_group_id_commission"),
    )
    op.create_index(op.f("ix_working_group_commission_id"), "working_group", ["commission_id"], unique=False)
    op.create_table(
        "commission_auditor",
        sa.Column("commission_id", sa.Uuid(), nullable=False),
        sa.Column("principal_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["commission_id"], ["commission.id"], name=op.f("fk_commission_auditor_commission_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["principal_id"], ["principal.id"], name=op.f("fk_commission_auditor_principal_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("commission_id", "principal_id", name=op.f("pk_commission_auditor")),
    )
    op.create_index(op.f("ix_commission_auditor_principal_id"), "commission_auditor", ["principal_id"], unique=False)
    op.create_table(
        "commitment",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("commission_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("carried_to_session_id", sa.Uuid(), nullable=True),
        sa.Column("working_group_id", sa.Uuid(), nullable=True),
        sa.Column("item_number", sa.Integer(), nullable=False),
        sa.Column("sector", sa.Text(), nullable=False),
        sa.Column("titles", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("texts", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("confidentiality", sa.String(40), nullable=False),
        sa.Column("target_date", sa.Text(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("instrument_required", sa.Boolean(), nullable=False),
        sa.Column("no_instrument_reason", sa.Text(), nullable=True),
        sa.Column("instrument", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("party_facts", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("effective_on", sa.Text(), nullable=True),
        sa.Column("suspended_from", sa.String(40), nullable=True),
        sa.Column("review_on", sa.Text(), nullable=True),
        sa.Column("successor", sa.Text(), nullable=True),
        sa.Column("open_transition_id", sa.Uuid(), nullable=True),
        sa.Column("proposed_by", sa.Text(), nullable=True),
        sa.Column("awaiting", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refused_transition_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "words",
            postgresql.TSVECTOR(),
            sa.Computed(
                "jsonb_to_tsvector('simple'::regconfig, titles, '[\"string\"]') ||\n jsonb_to_tsvector('simple'::regconfig, texts, '[\"string\"]')",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.CheckConstraint(
            "(state = 'suspended') = (suspended_from IS NOT NULL)",
            name=op.f("ck_commitment_a_suspended_one_knows_what_it_left"),
        ),
        sa.CheckConstraint(
            "confidentiality IN ('public', 'parties', 'restricted')", name=op.f("ck_commitment_confidentiality_known")
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'agreed', 'mou_drafted', 'signed', 'implemented', 'suspended', 'withdrawn', 'lapsed', 'superseded', 'merged')",
            name=op.f("ck_commitment_state_known"),
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'agreed', 'mou_drafted', 'signed', 'suspended', 'implemented') OR open_transition_id IS NULL",
            name=op.f("ck_commitment_nothing_is_proposed_for_a_closed_one"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('superseded', 'merged') OR successor IS NOT NULL",
            name=op.f("ck_commitment_a_replaced_one_names_its_successor"),
        ),
        sa.CheckConstraint(
            "(open_transition_id IS NOT NULL) = (cardinality(awaiting) > 0)",
            name=op.f("ck_commitment_an_open_proposal_awaits_someone"),
        ),
        sa.ForeignKeyConstraint(
            ["carried_to_session_id", "commission_id"],
            ["session.id", "session.commission_id"],
            name="fk_commitment_carried_to_session_of_commission",
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["commission_id"], ["commission.id"], name=op.f("fk_commitment_commission_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["session_id", "commission_id"],
            ["session.id", "session.commission_id"],
            name="fk_commitment_session_of_commission",
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["working_group_id", "commission_id"],
            ["working_group.id", "working_group.commission_id"],
            name="fk_commitment_group_of_commission",
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitment")),
        sa.UniqueConstraint("reference", name=op.f("uq_commitment_reference")),
    )
    op.create_index(
        "ix_commitment_awaiting",
        "commitment",
        ["awaiting"],
        unique=False,
        postgresql_using="gin",
        postgresql_where=sa.text("open_transition_id IS NOT NULL"),
    )
    op.create_index("ix_commitment_by_activity", "commitment", ["changed_at", "id"], unique=False)
    op.create_index("ix_commitment_by_age", "commitment", ["commission_id", "id"], unique=False)
    op.create_index("ix_commitment_by_reference", "commitment", ["commission_id", "reference"], unique=False)
    op.create_index("ix_commitment_by_state", "commitment", ["state", "working_group_id", "id"], unique=False)
    op.create_index(
        "ix_commitment_by_target",
        "commitment",
        [sa.literal_column("COALESCE(due_on, '9000-01-01'::date)"), "id"],
        unique=False,
    )
    op.create_index("ix_commitment_words", "commitment", ["words"], unique=False, postgresql_using="gin")
    op.create_index(op.f("ix_commitment_working_group_id"), "commitment", ["working_group_id"], unique=False)
    op.create_table(
        "credential",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("principal_id", sa.Uuid(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("octet_length(secret_hash) = 32", name=op.f("ck_credential_secret_hash_is_sha256")),
        sa.ForeignKeyConstraint(
            ["principal_id"], ["principal.id"], name=op.f("fk_credential_principal_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credential")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_credential_secret_hash")),
    )
    op.create_index(op.f("ix_credential_principal_id"), "credential", ["principal_id"], unique=False)
    op.create_table(
        "membership",
        sa.Column("working_group_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("role IN ('co_lead', 'member')", name=op.f("ck_membership_role_known")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "party"],
            ["organisation.id", "organisation.party"],
            name="fk_membership_organisation_of_party",
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["working_group_id"], ["working_group.id"], name=op.f("fk_membership_working_group_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("working_group_id", "organisation_id", name=op.f("pk_membership")),
    )
    op.create_index(op.f("ix_membership_organisation_id"), "membership", ["organisation_id"], unique=False)
    op.create_index(
        "uq_membership_one_co_lead_per_party",
        "membership",
        ["working_group_id", "party"],
        unique=True,
        postgresql_where=sa.text("role = 'co_lead' AND ended_at IS NULL"),
    )
    op.create_table(
        "transition",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("commitment_id", sa.Uuid(), nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("target", sa.String(40), nullable=False),
        sa.Column("evidence", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("proposer_id", sa.Uuid(), nullable=False),
        sa.Column("awaited", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(status = 'open') = (closed_at IS NULL)", name=op.f("ck_transition_closed_when_not_open")),
        sa.CheckConstraint(
            "action IN ('agree', 'draft_mou', 'redraft', 'sign', 'implement', 'amend', 'reopen', 'suspend', 'resume', 'withdraw', 'lapse', 'supersede', 'merge')",
            name=op.f("ck_transition_action_known"),
        ),
        sa.CheckConstraint(
            "source IN ('proposed', 'agreed', 'mou_drafted', 'signed', 'implemented', 'suspended', 'withdrawn', 'lapsed', 'superseded', 'merged')",
            name=op.f("ck_transition_source_known"),
        ),
        sa.CheckConstraint(
            "status IN ('open', 'effective', 'refused', 'withdrawn', 'expired')",
            name=op.f("ck_transition_status_known"),
        ),
        sa.CheckConstraint(
            "target IN ('proposed', 'agreed', 'mou_drafted', 'signed', 'implemented', 'suspended', 'withdrawn', 'lapsed', 'superseded', 'merged')",
            name=op.f("ck_transition_target_known"),
        ),
        sa.ForeignKeyConstraint(
            ["commitment_id"], ["commitment.id"], name=op.f("fk_transition_commitment_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transition")),
    )
    op.create_index("ix_transition_of_commitment", "transition", ["commitment_id", "id"], unique=False)
    op.create_index(
        "uq_transition_one_open_per_commitment",
        "transition",
        ["commitment_id"],
        unique=True,
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_table(
        "confirmation",
        sa.Column("transition_id", sa.Uuid(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("decision", sa.String(40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("principal_id", sa.Uuid(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "decision <> 'refuse' OR reason IS NOT NULL", name=op.f("ck_confirmation_a_refusal_has_a_reason")
        ),
        sa.CheckConstraint("decision IN ('confirm', 'refuse')", name=op.f("ck_confirmation_decision_known")),
        sa.ForeignKeyConstraint(
            ["transition_id"], ["transition.id"], name=op.f("fk_confirmation_transition_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("transition_id", "party", name=op.f("pk_confirmation")),
    )
