"""Progress reports as they were made; the last of each party also stands on the commitment's row."""

from datetime import date, datetime
from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import Field

from service.database.columns import (
    Id,
    Table,
    identifier,
    moment,
    one_of,
    optional_words,
    refers,
    text_enum,
    words,
)
from service.register.commitments.rules.reporting import Delay, Level


class ProgressReport(Table, table=True):
    """What one party reported of its own side."""

    __tablename__ = "progress_report"
    __table_args__: ClassVar[tuple[object, ...]] = (
        one_of("level", Level),
        one_of("delay_reason", Delay),
        sa.Index("ix_progress_report_of_commitment", "commitment_id", "id"),
    )

    id: Id = identifier()
    commitment_id: Id = refers("commitment.id")
    party: str = words()
    principal_id: Id = Field(sa_type=sa.Uuid, nullable=False)
    entry: int = Field(sa_type=sa.Integer, nullable=False)
    period_start: str | None = optional_words()
    period_end: str = words()
    level: Level = Field(sa_type=text_enum(Level), nullable=False)
    text: str = words()
    delay_reason: Delay | None = Field(default=None, sa_type=text_enum(Delay), nullable=True)
    next_step: str | None = optional_words()
    expected_on: str | None = optional_words()
    on: date = Field(nullable=False)
    recorded_at: datetime = moment()
