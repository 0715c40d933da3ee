"""What goes over the wire about instruments in reports and returns."""

from datetime import date
from uuid import UUID

from pydantic import Field

from service.values import Read, ReducedDate


class NamedCommitment(Read):
    """A commitment, as a list names it."""

    id: UUID
    reference: str


class LackedStep(Read):
    """A step that is missing: whose it is, and since when."""

    party: str | None
    step: str
    detail: str
    since: ReducedDate | None


class ReportedText(Read):
    """An instrument as of the day: of the register, or one of which a commitment alone tells."""

    id: UUID | None = Field(description="Null: a commitment alone tells of it.")
    reference: str | None
    commitments: list[NamedCommitment] = Field(description="Those that it carries, of those that are told of here.")
    kind: str | None
    title: str | None
    titles: dict[str, str]
    state: str | None
    signed_on: ReducedDate | None
    place: str | None
    force: str | None = Field(description="Whether it is in force on the day, as far as that is known.")
    in_force_on: ReducedDate | None = Field(description="As it was recorded, else as its clause has it.")
    expires_on: ReducedDate | None = Field(description="The last day of the period that runs.")
    renewal: str | None = Field(description="What follows then.")
    notice_by: date | None = Field(description="The next last safe day for notice.")
    missing_steps: list[LackedStep]
    uncertain: list[str]
