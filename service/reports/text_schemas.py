"""What goes over the wire about instruments in reports and returns."""

from datetime import date
from uuid import UUID

from pydantic import Field

from service.values import Read, ReducedDate


class NamedCommitment(Read):
    """A commitment, as a list names it."""

    id: UUID = Field(description="Its id.")
    reference: str = Field(description="What it is cited by.")


class LackedStep(Read):
    """A step that is missing: whose it is, and since when."""

    party: str | None = Field(description="Whose step; null: of nobody alone.")
    step: str = Field(description="Which step.")
    detail: str = Field(description="What is missing, in a sentence.")
    since: ReducedDate | None


class ReportedText(Read):
    """An instrument as of the day: of the register, or one of which a commitment alone tells."""

    id: UUID | None = Field(description="Null: a commitment alone tells of it.")
    reference: str | None = Field(description="What it is cited by; null: a commitment alone tells of it.")
    commitments: list[NamedCommitment] = Field(description="Those that it carries, of those that are told of here.")
    kind: str | None = Field(description="mou, agreement, treaty, and so on.")
    title: str | None = Field(description="Its title, in the first language that has one.")
    titles: dict[str, str] = Field(description="By language.")
    state: str | None = Field(description="On the day.")
    signed_on: ReducedDate | None
    place: str | None = Field(description="Where it was signed.")
    force: str | None = Field(description="Whether it is in force on the day, as far as that is known.")
    in_force_on: ReducedDate | None = Field(description="As it was recorded, else as its clause has it.")
    expires_on: ReducedDate | None = Field(description="The last day of the period that runs.")
    renewal: str | None = Field(description="What follows then.")
    notice_by: date | None = Field(description="The next last safe day for notice.")
    missing_steps: list[LackedStep] = Field(description="What it still needs to enter into force, and of whom.")
    uncertain: list[str] = Field(description="States that it may have reached by the day: their dates are reduced.")
