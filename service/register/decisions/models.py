"""What parties decide: the moves proposed for a matter, each party's yes or no, and what is contested on the matter's own row."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from service.database.columns import Id, Table, document, identifier, moment, one_of, optional_words, text_enum
from service.trail.models import Chained

CODES: Any = ARRAY(sa.Text)
SHORT: Any = sa.String(40)
RUNS: Any = ARRAY(sa.Integer)


class TransitionStatus(StrEnum):
    """What became of a proposal."""

    OPEN = "open"
    EFFECTIVE = "effective"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    PARTY_LEFT = "party_left"


class Decision(StrEnum):
    """A party's answer to a proposal."""

    CONFIRM = "confirm"
    REFUSE = "refuse"


class Decided(Chained):
    """A matter that parties decide on. Every contested fact lies on its row, since a lock wait re-reads only the locked row."""

    open_transition_id: Id | None = Field(default=None, sa_type=sa.Uuid, nullable=True)
    proposed_by: str | None = optional_words()
    awaiting: list[str] = Field(sa_type=CODES, nullable=False)
    expires_at: datetime | None = moment(nullable=True)
    refused_transition_id: Id | None = Field(default=None, sa_type=sa.Uuid, nullable=True)


class Recorded(Decided):
    """A matter that one party recorded, and that is a matter of all as soon as its first joint move has taken effect."""

    recorded_by: str = Field(sa_type=sa.Text, nullable=False)
    is_joint: bool = Field(nullable=False)


def decided(name: str) -> tuple[sa.Constraint | sa.Index, ...]:
    """Return what every table of a matter, here `name`, holds true of its open proposal, and the index of whom it awaits."""
    return (
        sa.CheckConstraint(
            "(open_transition_id IS NOT NULL) = (cardinality(awaiting) > 0)", name="an_open_proposal_awaits_someone"
        ),
        sa.Index(
            f"ix_{name}_awaiting",
            "awaiting",
            postgresql_using="gin",
            postgresql_where=sa.text("open_transition_id IS NOT NULL"),
        ),
    )


def live(matter: sa.Table) -> sa.ColumnElement[bool]:
    """Return the condition that a proposal for the matter is open: its end has not come, and nobody has left that it needs."""
    there = matter.c
    lasts = there.expires_at.is_(None) | (there.expires_at > sa.func.now())
    return there.open_transition_id.is_not(None) & lasts & sa.not_(left(matter))


# The commission stands above: of it, no more is known here.
_charter = sa.table("commission", sa.column("id", sa.Uuid()), sa.column("departed", JSONB())).alias("its_charter")


def left(matter: sa.Table) -> sa.ColumnElement[bool]:
    """Return the condition that a party has left which the matter's open proposal needs, since it was made."""
    there, move = matter.c, Transition.__table__.alias("its_move")  # type: ignore[attr-defined]
    gone = (
        sa.func.jsonb_each(_charter.c.departed)
        .table_valued(sa.column("party", sa.Text()), sa.column("told", JSONB()), name="gone")
        .render_derived()
    )
    needed = sa.func.array_append(there.awaiting, there.proposed_by, type_=CODES)
    at = sa.cast(gone.c.told["at"].astext, sa.DateTime(timezone=True))
    nobody: sa.ColumnElement[Any] = sa.literal_column("'{}'::jsonb")
    found = sa.exists().where(
        _charter.c.id == (there.commission_id if "commission_id" in there else there.id),
        _charter.c.departed != nobody,
        move.c.id == there.open_transition_id,
        gone.c.party == sa.any_(needed),
        at > move.c.proposed_at,
    )
    # Asked only where a proposal is open.
    return sa.case((there.open_transition_id.is_not(None), found), else_=sa.false())


class Transition(Table, table=True):
    """A move of a matter: proposed by one party, effective when every party has confirmed it."""

    __table_args__: ClassVar[tuple[object, ...]] = (
        one_of("status", TransitionStatus),
        sa.CheckConstraint("(status = 'open') = (closed_at IS NULL)", name="closed_when_not_open"),
        sa.Index(
            "uq_transition_one_open_per_matter",
            "matter_id",
            unique=True,
            postgresql_where=sa.text("status = 'open'"),
        ),
        sa.Index("ix_transition_of_matter", "matter_id", "id"),
        sa.Index("ix_transition_of_commission", "commission_id", "id"),
        sa.Index("ix_transition_open", "commission_id", "id", postgresql_where=sa.text("status = 'open'")),
    )

    id: Id = identifier()
    matter_kind: str = Field(sa_type=sa.Text, nullable=False)
    matter_id: Id = Field(sa_type=sa.Uuid, nullable=False)
    commission_id: Id = Field(sa_type=sa.Uuid, nullable=False)
    action: str = Field(sa_type=SHORT, nullable=False)
    status: TransitionStatus = Field(sa_type=text_enum(TransitionStatus), nullable=False)
    source: str = Field(sa_type=SHORT, nullable=False)
    target: str = Field(sa_type=SHORT, nullable=False)
    evidence: dict[str, Any] = document()
    proposed_by: str = Field(sa_type=sa.Text, nullable=False)
    proposer_id: Id = Field(sa_type=sa.Uuid, nullable=False)
    awaited: list[str] = Field(sa_type=CODES, nullable=False)
    proposed_at: datetime = moment()
    expires_at: datetime | None = moment(nullable=True)
    closed_at: datetime | None = moment(nullable=True)


class Confirmation(Table, table=True):
    """A party's confirmation or refusal; a party gives each once at most, and may refuse what it had confirmed."""

    __table_args__: ClassVar[tuple[object, ...]] = (
        one_of("decision", Decision),
        sa.CheckConstraint("decision <> 'refuse' OR reason IS NOT NULL", name="a_refusal_has_a_reason"),
    )

    transition_id: Id = Field(primary_key=True, foreign_key="transition.id", ondelete="RESTRICT")
    party: str = Field(primary_key=True, sa_type=sa.Text)
    id: Id = Field(sa_type=sa.Uuid, nullable=False)
    decision: Decision = Field(primary_key=True, sa_type=text_enum(Decision))
    reason: str | None = optional_words()
    principal_id: Id = Field(sa_type=sa.Uuid, nullable=False)
    decided_at: datetime = moment()


class NumberCounter(Table, table=True):
    """The numbers that were given in a series, as runs (first, last, first, last).

    In a row of its own: who gives one waits for nobody but who gives one.
    """

    __tablename__ = "number_counter"

    commission_id: Id = Field(primary_key=True, foreign_key="commission.id", ondelete="RESTRICT")
    session: str = Field(primary_key=True, sa_type=sa.Text)
    series: str = Field(primary_key=True, sa_type=sa.Text)
    given: list[int] = Field(sa_type=RUNS, nullable=False)
