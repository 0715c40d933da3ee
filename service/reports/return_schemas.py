"""What goes over the wire about the return of instruments."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from service.permissions import Confidentiality
from service.reports.schemas import NamedLog, ReportedLog
from service.reports.text_schemas import NamedCommitment, ReportedText
from service.values import Read


class ReturnedCommission(Read):
    """A commission, as a list names it."""

    id: UUID
    code: str


class ReturnedLog(ReportedLog):
    """The log of one commission, as far as it was read."""

    commission: ReturnedCommission


class ReturnedOrganisation(Read):
    """An organisation, with the name that it had on the day."""

    id: UUID
    code: str | None
    name: str | None


class ReturnedMinistry(ReturnedOrganisation):
    """An organisation that answers for an instrument."""

    role: str = Field(description="lead, or co_lead: of the working group, where no lead was named.")


class ReturnedSignatory(Read):
    """Who signed for one party, as far as it is known."""

    party: str
    name: str | None
    title: str | None
    organisation: str | None


class ReturnedProgress(NamedCommitment):
    """How far one commitment is: its state, and each party's own word; neither is summed with another."""

    state: str | None
    one_sided: bool
    levels: dict[str, str] = Field(description="By party: the level that it reported last.")


class ReturnedArea(Read):
    """An area of cooperation, with the commitments of it that the instrument carries."""

    area: str
    commitments: list[ReturnedProgress]


class ReturnRow(ReportedText):
    """One instrument."""

    commission: ReturnedCommission
    ministries: list[ReturnedMinistry]
    countries: list[str] = Field(description="Its other parties.")
    foreign_signatories: list[ReturnedSignatory]
    own_signatories: list[ReturnedSignatory]
    areas: list[ReturnedArea]
    confirmed_by: list[str] = Field(
        description="Its parties that made or confirmed the move which brought it where it is."
    )
    not_confirmed_by: list[str]
    unknown: list[str] = Field(description="What is not known of it.")
    remarks: list[str] = Field(description="What a lawyer should look at again.")


class ReturnRead(Read):
    """The return: one row for each instrument of a party, made from the entries below one checkpoint of each log."""

    version: int
    about: str
    party: str
    organisations: list[ReturnedOrganisation] = Field(description="Those asked for; empty: all of the party.")
    audience: Confidentiality
    as_of: date
    known_at: datetime | None
    logs: list[ReturnedLog]
    registry: NamedLog = Field(description="The log that tells the names of organisations.")
    rows: list[ReturnRow]
    digest: str = Field(description="SHA-256 of the rest, spelled as RFC 8785 says.")
