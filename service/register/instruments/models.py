"""Instruments, and what their clauses lead to."""

from datetime import date
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field

from service.database.columns import Id, Table, document, identifier, one_of, optional_words, refers, text_enum
from service.permissions import Confidentiality
from service.register.decisions.models import CODES, Recorded, decided
from service.register.instruments.rules.lifecycle import InstrumentState
from service.register.instruments.rules.texts import InstrumentKind


class Instrument(Table, Recorded, table=True):
    """A legal text. What each party says of its own side stands by party."""

    __table_args__: ClassVar[tuple[object, ...]] = (
        one_of("state", InstrumentState),
        one_of("kind", InstrumentKind),
        one_of("confidentiality", Confidentiality),
        sa.CheckConstraint("cardinality(contracting_parties) > 1", name="two_parties_at_least"),
        sa.CheckConstraint(
            "state <> 'superseded' OR successor_id IS NOT NULL", name="a_replaced_one_names_its_successor"
        ),
        sa.UniqueConstraint("id", "commission_id", name="uq_instrument_id_commission"),
        sa.UniqueConstraint("reference", info={"cure": "A reference is never used twice: send it again."}),
        sa.UniqueConstraint("draft_reference", info={"cure": "A draft reference is never used twice: send it again."}),
        sa.ForeignKeyConstraint(
            ["successor_id", "commission_id"],
            ["instrument.id", "instrument.commission_id"],
            name="fk_instrument_successor",
            ondelete="RESTRICT",
        ),
        sa.Index("ix_instrument_by_reference", "commission_id", "reference"),
        sa.Index("ix_instrument_by_kind", "kind", "reference"),
        sa.Index("ix_instrument_by_state", "state", "reference"),
        sa.Index("ix_instrument_by_party", "contracting_parties", postgresql_using="gin"),
        sa.Index("ix_instrument_carrying", "commitment_ids", postgresql_using="gin"),
        *decided("instrument"),
        {"info": {"address": "/v1/instruments/{id}"}},
    )

    id: Id = identifier()
    commission_id: Id = refers("commission.id")
    reference: str = Field(sa_type=sa.Text, nullable=False)
    draft_reference: str = Field(sa_type=sa.Text, nullable=False)
    kind: InstrumentKind = Field(sa_type=text_enum(InstrumentKind), nullable=False)
    titles: dict[str, str] = document()
    contracting_parties: list[str] = Field(sa_type=CODES, nullable=False)
    legal_character: dict[str, str] | None = document(nullable=True)
    authentic_languages: list[str] = Field(sa_type=CODES, nullable=False)
    prevailing_language: str | None = optional_words()
    confidentiality: Confidentiality = Field(sa_type=text_enum(Confidentiality), nullable=False)
    text_reference: str | None = optional_words()
    commitment_ids: list[str] = Field(sa_type=CODES, nullable=False)
    entry_into_force: dict[str, Any] | None = document(nullable=True)
    in_force_on: str | None = optional_words()
    facts: list[dict[str, Any]] | None = document(nullable=True)
    duration: dict[str, Any] | None = document(nullable=True)
    notice: dict[str, Any] | None = document(nullable=True)
    relations: list[dict[str, Any]] | None = document(nullable=True)
    depositary: str | None = optional_words()
    registration: str | None = optional_words()
    ceremony_on: str | None = optional_words()
    later_acts: list[dict[str, Any]] | None = document(nullable=True)
    drafting_party: str | None = optional_words()
    drafted_on: str | None = optional_words()
    texts: list[dict[str, Any]] | None = document(nullable=True)
    text_agreed_on: str | None = optional_words()
    text_agreed_at: str | None = optional_words()
    initialled_on: str | None = optional_words()
    initialled_at: str | None = optional_words()
    manner: str | None = optional_words()
    acts: list[dict[str, Any]] | None = document(nullable=True)
    signed_on: str | None = optional_words()
    signatures: dict[str, Any] = document()
    steps: dict[str, Any] = document()
    sent: dict[str, Any] = document()
    received: dict[str, Any] = document()
    notices: dict[str, Any] = document()
    publications: dict[str, Any] = document()
    objections: dict[str, Any] = document()
    ended_on: str | None = optional_words()
    ground: str | None = optional_words()
    successor_id: Id | None = Field(default=None, sa_type=sa.Uuid, nullable=True)
    state: InstrumentState = Field(sa_type=text_enum(InstrumentState), nullable=False)
    effective_on: str | None = optional_words()
    corrected: dict[str, int] = document()


class InstrumentReckoning(Table, table=True):
    """What follows from an instrument's members and is looked for in lists: no fact of its own, and nothing that changes with the day.

    Periods go on by themselves: `notice_by` is the last safe day for notice of the first period; where `rolls_months` says so, that of
    each that follows is counted from `counted_from`.
    """

    __tablename__ = "instrument_reckoning"
    __table_args__: ClassVar[tuple[object, ...]] = (
        sa.Index(
            "ix_instrument_reckoning_signed",
            sa.text("COALESCE(signed_from, '9000-01-01'::date)"),
            "instrument_id",
        ),
        sa.Index("ix_instrument_reckoning_force", "in_force_from", "instrument_id"),
        sa.Index(
            "ix_instrument_reckoning_expiring",
            "ends_before",
            "instrument_id",
            postgresql_where=sa.text("ends_before IS NOT NULL"),
        ),
        sa.Index(
            "ix_instrument_reckoning_notice",
            "notice_by",
            "instrument_id",
            postgresql_where=sa.text("notice_by IS NOT NULL"),
        ),
        sa.Index(
            "ix_instrument_reckoning_rolling",
            "notice_by",
            "instrument_id",
            postgresql_where=sa.text("rolls_months IS NOT NULL"),
        ),
        sa.Index("ix_instrument_reckoning_lacking", "lacking", postgresql_using="gin"),
    )

    instrument_id: Id = Field(primary_key=True, foreign_key="instrument.id", ondelete="RESTRICT")
    signed_from: date | None = Field(default=None, nullable=True)
    in_force_from: date | None = Field(default=None, nullable=True)
    ends_before: date | None = Field(default=None, nullable=True)
    counted_from: date | None = Field(default=None, nullable=True)
    first_months: int | None = Field(default=None, sa_type=sa.Integer, nullable=True)
    rolls_months: int | None = Field(default=None, sa_type=sa.Integer, nullable=True)
    notice_months: int | None = Field(default=None, sa_type=sa.Integer, nullable=True)
    notice_days: int | None = Field(default=None, sa_type=sa.Integer, nullable=True)
    notice_by: date | None = Field(default=None, nullable=True)
    lacking: list[str] = Field(sa_type=CODES, nullable=False)
