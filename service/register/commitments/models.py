"""Commitments, the moves proposed for them, and each party's yes or no."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR
from sqlmodel import Field

from service.database.columns import Id, Table, document, identifier, moment, one_of, optional_words, refers, text_enum
from service.permissions import Confidentiality
from service.register.commitments.rules.lifecycle import Action, State
from service.trail.models import Chained

CODES: Any = ARRAY(sa.Text)
VECTOR: Any = TSVECTOR
WORDS = """jsonb_to_tsvector('simple'::regconfig, titles, '["string"]') ||
 jsonb_to_tsvector('simple'::regconfig, texts, '["string"]')"""


class TransitionStatus(StrEnum):
    """What became of a proposal."""

    OPEN = "open"
    EFFECTIVE = "effective"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Decision(StrEnum):
    """A party's answer to a proposal."""

    CONFIRM = "confirm"
    REFUSE = "refuse"


class Commitment(Table, Chained, table=True):
    """What was agreed. Every contested fact lies on this row, since a lock wait re-reads only the locked row."""

    __table_args__: ClassVar[tuple[object, ...]] = (
        one_of("state", State),
        one_of("confidentiality", Confidentiality),
        sa.CheckConstraint(
            "(state = 'suspended') = (suspended_from IS NOT NULL)", name="a_suspended_one_knows_what_it_left"
        ),
        sa.CheckConstraint(
            "(open_transition_id IS NOT NULL) = (cardinality(awaiting) > 0)", name="an_open_proposal_awaits_someone"
        ),
        sa.CheckConstraint(
            "state NOT IN ('superseded', 'merged') OR successor IS NOT NULL", name="a_replaced_one_names_its_successor"
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'agreed', 'mou_drafted', 'signed', 'suspended', 'implemented')"
            " OR open_transition_id IS NULL",
            name="nothing_is_proposed_for_a_closed_one",
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
        sa.Index("ix_commitment_by_reference", "commission_id", "reference"),
        sa.Index("ix_commitment_by_age", "commission_id", "id"),
        sa.Index("ix_commitment_by_group", "working_group_id", "reference"),
        sa.Index("ix_commitment_by_session", "session_id", "reference"),
        sa.Index(
            "ix_commitment_carried_over",
            "carried_to_session_id",
            "reference",
            postgresql_where=sa.text("carried_to_session_id IS NOT NULL"),
        ),
        sa.Index("ix_commitment_by_sector", "sector", "reference"),
        sa.Index("ix_commitment_disputed", "reference", postgresql_where=sa.text("refused_transition_id IS NOT NULL")),
        sa.Index("ix_commitment_by_state", "state", "working_group_id", "id"),
        sa.Index("ix_commitment_by_group_and_state", "working_group_id", "state", "reference"),
        sa.Index("ix_commitment_by_target", sa.text("COALESCE(due_on, '9000-01-01'::date)"), "id"),
        sa.Index("ix_commitment_by_activity", "changed_at", "id"),
        sa.Index("ix_commitment_words", "words", postgresql_using="gin"),
        sa.Index(
            "ix_commitment_awaiting",
            "awaiting",
            postgresql_using="gin",
            postgresql_where=sa.text("open_transition_id IS NOT NULL"),
        ),
    )

    id: Id = identifier()
    reference: str = Field(sa_type=sa.Text, nullable=False, unique=True)
    commission_id: Id = refers("commission.id")
    session_id: Id | None = Field(default=None, sa_type=sa.Uuid, nullable=True)
    carried_to_session_id: Id | None = Field(default=None, sa_type=sa.Uuid, nullable=True)
    working_group_id: Id | None = Field(default=None, sa_type=sa.Uuid, nullable=True)
    item_number: int = Field(nullable=False)
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
    effective_on: str | None = optional_words()
    suspended_from: State | None = Field(default=None, sa_type=text_enum(State), nullable=True)
    review_on: str | None = optional_words()
    successor: str | None = optional_words()
    open_transition_id: Id | None = Field(default=None, sa_type=sa.Uuid, nullable=True)
    proposed_by: str | None = optional_words()
    awaiting: list[str] = Field(sa_type=CODES, nullable=False)
    expires_at: datetime | None = moment(nullable=True)
    refused_transition_id: Id | None = Field(default=None, sa_type=sa.Uuid, nullable=True)
    recorded_at: datetime = moment()
    words: str = Field(
        default=None, sa_type=VECTOR, sa_column_args=[sa.Computed(WORDS, persisted=True)], nullable=False
    )


class Transition(Table, table=True):
    """A move of the state machine: proposed by one party, effective when every party has confirmed it."""

    __table_args__: ClassVar[tuple[object, ...]] = (
        one_of("action", Action),
        one_of("status", TransitionStatus),
        one_of("source", State),
        one_of("target", State),
        sa.CheckConstraint("(status = 'open') = (closed_at IS NULL)", name="closed_when_not_open"),
        sa.Index(
            "uq_transition_one_open_per_commitment",
            "commitment_id",
            unique=True,
            postgresql_where=sa.text("status = 'open'"),
        ),
        sa.Index("ix_transition_of_commitment", "commitment_id", "id"),
    )

    id: Id = identifier()
    commitment_id: Id = refers("commitment.id")
    action: Action = Field(sa_type=text_enum(Action), nullable=False)
    status: TransitionStatus = Field(sa_type=text_enum(TransitionStatus), nullable=False)
    source: State = Field(sa_type=text_enum(State), nullable=False)
    target: State = Field(sa_type=text_enum(State), nullable=False)
    evidence: dict[str, Any] = document()
    proposed_by: str = Field(sa_type=sa.Text, nullable=False)
    proposer_id: Id = Field(sa_type=sa.Uuid, nullable=False)
    awaited: list[str] = Field(sa_type=CODES, nullable=False)
    proposed_at: datetime = moment()
    expires_at: datetime | None = moment(nullable=True)
    closed_at: datetime | None = moment(nullable=True)


class Confirmation(Table, table=True):
    """A party's confirmation or refusal; a party answers a proposal once."""

    __table_args__: ClassVar[tuple[object, ...]] = (
        one_of("decision", Decision),
        sa.CheckConstraint("decision <> 'refuse' OR reason IS NOT NULL", name="a_refusal_has_a_reason"),
    )

    transition_id: Id = Field(primary_key=True, foreign_key="transition.id", ondelete="RESTRICT")
    party: str = Field(primary_key=True, sa_type=sa.Text)
    id: Id = Field(sa_type=sa.Uuid, nullable=False)
    decision: Decision = Field(sa_type=text_enum(Decision), nullable=False)
    reason: str | None = optional_words()
    principal_id: Id = Field(sa_type=sa.Uuid, nullable=False)
    decided_at: datetime = moment()
