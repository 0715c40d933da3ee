"""Commitments."""

from datetime import date, datetime
from typing import Any, ClassVar, cast

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR
from sqlmodel import Field

from service.database.columns import Id, Table, document, identifier, moment, one_of, optional_words, refers, text_enum
from service.permissions import Confidentiality
from service.register.commitments.rules.amendment import Verb
from service.register.commitments.rules.at_home import LACKING
from service.register.commitments.rules.kinds import CommitmentKind
from service.register.commitments.rules.lifecycle import State
from service.register.decisions.models import Recorded, decided

VECTOR: Any = TSVECTOR
IDS: Any = ARRAY(sa.Uuid)
LEVELS: Any = ARRAY(sa.Text)
WORDS = """jsonb_to_tsvector('simple'::regconfig, titles, '["string"]') ||
 jsonb_to_tsvector('simple'::regconfig, texts, '["string"]')"""
LACKS: Any = sa.literal_column(LACKING, JSONB())
LEADS = (
    "(jsonb_path_query_array(party_facts, '$.*.lead_organisation_id')"
    " || jsonb_path_query_array(party_facts, '$.*.further_lead_organisation_ids[*]'))"
)
"""Every organisation that leads it, of any party."""


class Commitment(Table, Recorded, table=True):
    """What was agreed."""

    __table_args__: ClassVar[tuple[object, ...]] = (
        one_of("state", State),
        one_of("confidentiality", Confidentiality),
        one_of("verb", Verb),
        one_of("kind", CommitmentKind),
        sa.CheckConstraint(
            "(state = 'suspended') = (suspended_from IS NOT NULL)", name="a_suspended_one_knows_what_it_left"
        ),
        sa.CheckConstraint(
            "state NOT IN ('superseded', 'merged') OR successor IS NOT NULL", name="a_replaced_one_names_its_successor"
        ),
        sa.ForeignKeyConstraint(
            ["session_id", "commission_id"],
            ["session.id", "session.commission_id"],
            name="fk_commitment_session_of_commission",
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["carried_to_session_id", "commission_id"],
            ["session.id", "session.commission_id"],
            name="fk_commitment_carried_to_session_of_commission",
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["working_group_id", "commission_id"],
            ["working_group.id", "working_group.commission_id"],
            name="fk_commitment_group_of_commission",
            ondelete="RESTRICT",
        ),
        sa.UniqueConstraint("reference", info={"cure": "A reference is never used twice: send it again."}),
        sa.UniqueConstraint("draft_reference", info={"cure": "A draft reference is never used twice: send it again."}),
        sa.Index("ix_commitment_by_reference", "commission_id", "reference"),
        sa.Index("ix_commitment_by_age", "commission_id", "id"),
        sa.Index("ix_commitment_by_group", "working_group_id", "reference"),
        sa.Index("ix_commitment_by_session", "session_id", "reference"),
        sa.Index("ix_commitment_of_paragraph", "session_id", "item_number"),
        sa.Index(
            "ix_commitment_carried_over",
            "carried_to_session_id",
            "reference",
            postgresql_where=sa.text("carried_to_session_id IS NOT NULL"),
        ),
        sa.Index("ix_commitment_carried_on", "earlier_sessions", postgresql_using="gin"),
        sa.Index("ix_commitment_by_kind", "kind", "reference"),
        sa.Index("ix_commitment_by_sector", "sector", "reference"),
        sa.Index("ix_commitment_disputed", "reference", postgresql_where=sa.text("refused_transition_id IS NOT NULL")),
        sa.Index("ix_commitment_by_state", "state", "working_group_id", "id"),
        sa.Index("ix_commitment_by_group_and_state", "working_group_id", "state", "reference"),
        sa.Index("ix_commitment_by_target", sa.text("COALESCE(due_on, '9000-01-01'::date)"), "id"),
        sa.Index("ix_commitment_by_activity", "changed_at", "id"),
        sa.Index("ix_commitment_unknown", "reference", postgresql_where=sa.text("unknown IS NOT NULL")),
        sa.Index(
            "ix_commitment_unknown_facts",
            "unknown",
            postgresql_using="gin",
            postgresql_where=sa.text("unknown IS NOT NULL"),
        ),
        sa.Index("ix_commitment_reported", "reference", postgresql_where=sa.text("levels <> '{}'")),
        sa.Index(
            "ix_commitment_led_by",
            sa.literal_column(LEADS, JSONB()).label("leads"),
            postgresql_using="gin",
            postgresql_ops={"leads": "jsonb_path_ops"},
        ),
        sa.Index("ix_commitment_lacking", LACKS.label("lacking"), postgresql_using="gin"),
        sa.Index("ix_commitment_words", "words", postgresql_using="gin"),
        *decided("commitment"),
    )

    id: Id = identifier()
    reference: str = Field(sa_type=sa.Text, nullable=False)
    draft_reference: str | None = optional_words()
    commission_id: Id = refers("commission.id")
    session_id: Id | None = Field(default=None, sa_type=sa.Uuid, nullable=True)
    carried_to_session_id: Id | None = Field(default=None, sa_type=sa.Uuid, nullable=True)
    earlier_sessions: list[Id] | None = Field(default=None, sa_type=IDS, nullable=True)
    carried_over: dict[str, Any] | None = document(nullable=True)
    working_group_id: Id | None = Field(default=None, sa_type=sa.Uuid, nullable=True)
    item_number: int | None = Field(default=None, sa_type=sa.Integer, nullable=True)
    paragraph: str | None = optional_words()
    annex: str | None = optional_words()
    verb: Verb = Field(sa_type=text_enum(Verb), sa_column_kwargs={"server_default": Verb.AGREED.value}, nullable=False)
    sector: str = Field(sa_type=sa.Text, nullable=False)
    titles: dict[str, str] = document()
    texts: dict[str, str] = document()
    confidentiality: Confidentiality = Field(sa_type=text_enum(Confidentiality), nullable=False)
    target_date: str | None = optional_words()
    due_on: date | None = Field(default=None, nullable=True)
    instrument_required: bool = Field(nullable=False)
    no_instrument_reason: str | None = optional_words()
    instrument: dict[str, Any] | None = document(nullable=True)
    party_facts: dict[str, Any] = document()
    state: State = Field(sa_type=text_enum(State), nullable=False)
    agreed_on: str | None = optional_words()
    effective_on: str | None = optional_words()
    suspended_from: State | None = Field(default=None, sa_type=text_enum(State), nullable=True)
    review_on: str | None = optional_words()
    successor: str | None = optional_words()
    successors: list[str] | None = document(nullable=True)
    outcome: str | None = optional_words()
    modification: str | None = optional_words()
    subject_to: dict[str, bool] | None = document(nullable=True)
    corrected: dict[str, int] = document()
    unknown: dict[str, bool] | None = document(nullable=True)
    kind: CommitmentKind = Field(
        sa_type=text_enum(CommitmentKind),
        sa_column_kwargs={"server_default": CommitmentKind.COMMITMENT.value},
        nullable=False,
    )
    target_text: str | None = optional_words()
    source: str | None = optional_words()
    remark: str | None = optional_words()
    continues: str | None = optional_words()
    pushed_by: str | None = optional_words()
    founded_group_ids: list[str] | None = document(nullable=True)
    event_session_id: Id | None = Field(default=None, sa_type=sa.Uuid, nullable=True)
    package_items: dict[str, Any] | None = document(nullable=True)
    acknowledged: dict[str, Any] | None = document(nullable=True)
    steps: dict[str, Any] | None = document(nullable=True)
    moved_alone_at: datetime | None = moment(nullable=True)
    progress: dict[str, Any] = Field(
        default=None,
        sa_type=cast("type[Any]", JSONB),
        sa_column_kwargs={"server_default": sa.text("'{}'::jsonb")},
        nullable=False,
    )
    levels: list[str] = Field(
        default=None, sa_type=LEVELS, sa_column_kwargs={"server_default": sa.text("'{}'::text[]")}, nullable=False
    )
    reported_on: date | None = Field(default=None, nullable=True)
    moved_on: date | None = Field(default=None, nullable=True)
    recorded_at: datetime = moment()
    words: str = Field(
        default=None, sa_type=VECTOR, sa_column_args=[sa.Computed(WORDS, persisted=True)], nullable=False
    )
