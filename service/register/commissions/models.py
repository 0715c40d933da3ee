"""Commissions, who takes part in them, and their sessions."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from service.database.columns import Id, Table, document, identifier, moment, one_of, optional_words, refers, text_enum
from service.register.commissions.rules.charter.evidence import Openness
from service.register.commissions.rules.charter.lifecycle import CharterState
from service.register.commissions.rules.group_role import GroupRole
from service.register.commissions.rules.lifecycle import SessionState
from service.register.decisions.models import CODES, Decided, Recorded, decided


def _nobody() -> Any:  # noqa: ANN401 -- a SQLModel field
    """Return an object by party that is empty unless something is said: the release before did not know it."""
    return Field(default=None, sa_type=JSONB, sa_column_kwargs={"server_default": "{}"}, nullable=False)


class Rule(StrEnum):
    """How a proposal becomes effective: confirmed by every other party, or at once where one party keeps the commission alone."""

    MUTUAL = "mutual"
    UNILATERAL = "unilateral"


UNEVEN: Final = "entered <> '{}'::jsonb OR cardinality(parties) - cardinality(outside) = 1"
"""Of a charter: parties came into the commission later, or one keeps it alone. There are few."""


class Commission(Table, Decided, table=True):
    """The standing body; it is its own charter, on which its parties decide."""

    __table_args__: ClassVar[tuple[object, ...]] = (
        one_of("rule", Rule),
        one_of("state", CharterState),
        one_of("confidentiality", Openness),
        sa.CheckConstraint("outside <@ parties AND NOT parties <@ outside", name="somebody_is_in"),
        sa.CheckConstraint("cardinality(parties) >= 2", name="has_two_parties"),
        sa.UniqueConstraint(
            "code",
            info={
                "cure": 'For a second commission of the same parties send a suffix, such as "DEF"; its code then ends so.'
            },
        ),
        sa.Index("ix_commission_uneven", "id", postgresql_where=sa.text(UNEVEN)),
        *decided("commission"),
        {"info": {"address": "/v1/commissions/{id}"}},
    )

    id: Id = identifier()
    code: str = Field(sa_type=sa.Text, nullable=False)
    titles: dict[str, str] = document()
    parties: list[str] = Field(sa_type=CODES, nullable=False)
    outside: list[str] = Field(sa_type=CODES, nullable=False)
    """Those of its parties that take no part in the register."""
    secretariats: dict[str, str] = document()
    languages: list[str] = Field(sa_type=CODES, nullable=False)
    step_templates: dict[str, Any] = _nobody()
    """By party and kind: which steps at home it needs."""
    rule: Rule = Field(sa_type=text_enum(Rule), nullable=False)
    founded_on: str | None = optional_words()
    founding_act: str | None = optional_words()
    confidentiality: Openness = Field(
        default=Openness.PARTIES,
        sa_type=text_enum(Openness),
        sa_column_kwargs={"server_default": Openness.PARTIES.value},
        nullable=False,
    )
    state: CharterState = Field(sa_type=text_enum(CharterState), nullable=False)
    effective_on: str | None = optional_words()
    entered: dict[str, dict[str, str]] = _nobody()
    """Who began to take part after the founding: since when in the world, and the moment at which it took effect."""
    departed: dict[str, dict[str, str]] = _nobody()
    brought: dict[str, str] | None = document(nullable=True)
    """What confirmations of the open proposal have brought: who begins to take part names its secretariat."""
    successor: str | None = optional_words()
    corrected: dict[str, int] = document()
    auditors: list[str] = Field(
        default_factory=list, sa_type=CODES, sa_column_kwargs={"server_default": "{}"}, nullable=False
    )
    """Principals that read everything here, by their ids in ascending order."""
    reopened: dict[str, Any] | None = document(nullable=True)
    """That its log was reopened, and which parties have yet to acknowledge it."""


class CommissionParty(Table, table=True):
    """A party that takes part in a commission, and the organisation that is its secretariat there; ended, never deleted."""

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
    secretariat_id: Id | None = Field(default=None, nullable=True, sa_type=sa.Uuid, index=True)
    """NULL until its registrar has named it."""
    ended_at: datetime | None = moment(nullable=True)


class CommissionAuditor(Table, table=True):
    """An auditor's appointment to a commission; ended, never deleted."""

    __tablename__ = "commission_auditor"

    commission_id: Id = Field(primary_key=True, foreign_key="commission.id", ondelete="RESTRICT")
    principal_id: Id = Field(primary_key=True, foreign_key="principal.id", ondelete="RESTRICT", index=True)
    ended_at: datetime | None = moment(nullable=True)


class Membership(Table, table=True):
    """An organisation's part in a working group; ended, never deleted."""

    __table_args__: ClassVar[tuple[object, ...]] = (
        one_of("role", GroupRole),
        sa.ForeignKeyConstraint(
            ["organisation_id", "party"],
            ["organisation.id", "organisation.party"],
            name="fk_membership_organisation_of_party",
            ondelete="RESTRICT",
        ),
        sa.Index(
            "uq_membership_one_co_lead_per_party",
            "working_group_id",
            "party",
            unique=True,
            postgresql_where=sa.text("role = 'co_lead' AND ended_at IS NULL"),
        ),
    )

    working_group_id: Id = Field(primary_key=True, foreign_key="working_group.id", ondelete="RESTRICT")
    organisation_id: Id = Field(primary_key=True, sa_type=sa.Uuid, index=True)
    party: str = Field(sa_type=sa.Text, nullable=False)
    role: GroupRole = Field(sa_type=text_enum(GroupRole), nullable=False)
    ended_at: datetime | None = moment(nullable=True)


class Session(Table, Recorded, table=True):
    """One meeting of a commission, or of a working group.

    Until its own first entry, `seq` and `leaf` are those of the entry of the commission's trail that spoke of it last.
    """

    __table_args__: ClassVar[tuple[object, ...]] = (
        sa.Index(
            "uq_session_ordinal_of_those_that_met",
            "commission_id",
            sa.text("COALESCE(working_group_id, '00000000-0000-0000-0000-000000000000'::uuid)"),
            "ordinal",
            unique=True,
            postgresql_where=sa.text("state IN ('held', 'adopted')"),
        ),
        sa.Index("ix_session_of_commission", "commission_id", sa.text("COALESCE(ordinal, 1000)"), "id"),
        sa.UniqueConstraint("id", "commission_id", name="uq_session_id_commission"),
        sa.ForeignKeyConstraint(
            ["working_group_id", "commission_id"],
            ["working_group.id", "working_group.commission_id"],
            name="fk_session_group_of_commission",
            ondelete="RESTRICT",
            use_alter=True,
        ),
        one_of("state", SessionState),
        sa.CheckConstraint("ordinal BETWEEN 1 AND 999", name="ordinal_from_1"),
        sa.CheckConstraint("state <> 'planned' OR host_party IS NOT NULL", name="a_plan_has_a_host"),
        *decided("session"),
        {"info": {"address": "/v1/sessions/{id}"}},
    )

    id: Id = identifier()
    commission_id: Id = refers("commission.id")
    working_group_id: Id | None = Field(default=None, sa_type=sa.Uuid, nullable=True)
    ordinal: int | None = Field(default=None, nullable=True)
    state: SessionState = Field(sa_type=text_enum(SessionState), nullable=False)
    host_party: str | None = refers("party.code", nullable=True)
    virtual: bool = Field(nullable=False)
    venue: str | None = optional_words()
    starts_on: str | None = optional_words()
    ends_on: str | None = optional_words()
    co_chairs: dict[str, dict[str, str]] = document()
    minutes: list[dict[str, str]] | None = document(nullable=True)
    minutes_reference: str | None = optional_words()
    subject_to: list[str] = Field(sa_type=CODES, nullable=False)
    steps: dict[str, Any] | None = document(nullable=True)
    effective_on: str | None = optional_words()
    corrected: dict[str, int] = document()
