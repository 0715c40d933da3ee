"""Commissions, who takes part in them, and their sessions."""

from enum import StrEnum
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from service.database.columns import Id, Table, document, identifier, one_of, optional_words, refers, text_enum
from service.trail.models import Chained

CODES: Any = ARRAY(sa.Text)


class Rule(StrEnum):
    """How a proposal becomes effective; fixed at the founding."""

    MUTUAL = "mutual"
    UNILATERAL = "unilateral"


class SessionStatus(StrEnum):
    """What became of a meeting."""

    PLANNED = "planned"
    POSTPONED = "postponed"
    HELD = "held"
    CANCELLED = "cancelled"


class Commission(Table, Chained, table=True):
    """The standing body; parties, rule, languages and secretariats stay as they were at its founding."""

    __table_args__: ClassVar[tuple[object, ...]] = (
        one_of("rule", Rule),
        sa.CheckConstraint("cardinality(parties) >= 2", name="has_two_parties"),
        sa.UniqueConstraint(
            "code",
            info={
                "cure": 'For a second commission of the same parties send a suffix, such as "DEF"; its code then ends so.'
            },
        ),
        {"info": {"address": "/v1/commissions/{id}"}},
    )

    id: Id = identifier()
    code: str = Field(sa_type=sa.Text, nullable=False)
    titles: dict[str, str] = document()
    parties: list[str] = Field(sa_type=CODES, nullable=False)
    languages: list[str] = Field(sa_type=CODES, nullable=False)
    rule: Rule = Field(sa_type=text_enum(Rule), nullable=False)
    founded_on: str | None = optional_words()
    intersessional_items: int = Field(default=0, nullable=False)


class CommissionParty(Table, table=True):
    """A party of a commission, and the organisation that is its secretariat there."""

    __tablename__ = "commission_party"
    __table_args__: ClassVar[tuple[object, ...]] = (
        sa.ForeignKeyConstraint(
            ["secretariat_id", "party"],
            ["organisation.id", "organisation.party"],
            name="fk_commission_party_secretariat_of_party",
            ondelete="RESTRICT",
            info={"pointer": "/parties", "key": "the id {id} in {party}"},
        ),
    )

    commission_id: Id = Field(primary_key=True, foreign_key="commission.id", ondelete="RESTRICT")
    party: str = Field(primary_key=True, sa_type=sa.Text, foreign_key="party.code", ondelete="RESTRICT")
    secretariat_id: Id = Field(nullable=False, sa_type=sa.Uuid, index=True)


class CommissionAuditor(Table, table=True):
    """An auditor's appointment to a commission."""

    __tablename__ = "commission_auditor"

    commission_id: Id = Field(primary_key=True, foreign_key="commission.id", ondelete="RESTRICT")
    principal_id: Id = Field(primary_key=True, foreign_key="principal.id", ondelete="RESTRICT", index=True)


class Session(Table, table=True):
    """One meeting of a commission; `seq` is the entry of the commission's trail that last changed it."""

    __table_args__: ClassVar[tuple[object, ...]] = (
        sa.UniqueConstraint(
            "commission_id",
            "ordinal",
            info={"key": "the ordinal {ordinal} in this commission", "cure": "Change it, or send another ordinal."},
        ),
        sa.UniqueConstraint("id", "commission_id", name="uq_session_id_commission"),
        one_of("status", SessionStatus),
        sa.CheckConstraint("ordinal BETWEEN 1 AND 999", name="ordinal_from_1"),
        sa.CheckConstraint("status <> 'held' OR starts_on IS NOT NULL", name="held_on_a_date"),
        {"info": {"address": "/v1/sessions/{id}"}},
    )

    id: Id = identifier()
    commission_id: Id = refers("commission.id")
    ordinal: int = Field(nullable=False)
    status: SessionStatus = Field(sa_type=text_enum(SessionStatus), nullable=False)
    host_party: str = refers("party.code")
    venue: str | None = optional_words()
    starts_on: str | None = optional_words()
    ends_on: str | None = optional_words()
    co_chairs: dict[str, dict[str, str]] = document()
    minutes_reference: str | None = optional_words()
    seq: int = Field(nullable=False)
