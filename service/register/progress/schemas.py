"""What goes over the wire about progress reports."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from service.register.commitments.rules.reporting import Delay, Level
from service.register.parties.schemas import Named
from service.values import Read, ReducedDate


class ProgressReportRead(Read):
    """A party's report: claimed by it alone, confirmed by nobody."""

    id: UUID = Field(description="Its id.")
    commitment_id: UUID = Field(description="Of which commitment.")
    commitment: Named | None = Field(description="What that is called.")
    party: str = Field(description="Code of the party whose word it is.")
    principal_id: UUID = Field(description="Who wrote it.")
    principal: Named | None = Field(description="Who that is, where it is of the caller's own party.")
    entry: int = Field(description="Number of the entry in the commitment's trail that tells of it.")
    period_start: ReducedDate | None
    period_end: ReducedDate
    on: date = Field(
        description="The day of which it speaks: the end of its period, or when it was recorded if that is earlier."
    )
    level: Level = Field(description="How far it is, by its own word.")
    text: str = Field(description="What was done, in words.")
    delay_reason: Delay | None = Field(description="Why it is late, if it is.")
    next_step: str | None = Field(description="What this side does next.")
    expected_on: ReducedDate | None
    recorded_at: datetime = Field(description="When it was recorded.")
