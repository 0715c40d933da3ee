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

    id: UUID = Field(description="Its id.")
    code: str = Field(description="Its code.")


class ReturnedLog(ReportedLog):
    """The log of one commission, as far as it was read."""

    commission: ReturnedCommission = Field(description="Whose log it is.")


class ReturnedOrganisation(Read):
    """An organisation, with the name that it had on the day."""

    id: UUID = Field(description="Its id.")
    code: str | None = Field(description="Its code; null where the registry does not tell it.")
    name: str | None = Field(description="Its name on the day; null where the registry does not tell it.")


class ReturnedMinistry(ReturnedOrganisation):
    """An organisation that answers for an instrument."""

    role: str = Field(description="lead, or co_lead: of the working group, where no lead was named.")


class ReturnedSignatory(Read):
    """Who signed for one party, as far as it is known."""

    party: str = Field(description="Code of the party for which was signed.")
    name: str | None = Field(description="Of the signatory.")
    title: str | None = Field(description="Of the office.")
    organisation: str | None = Field(description="Which body.")


class ReturnedProgress(NamedCommitment):
    """How far one commitment is: its state, and each party's own word; neither is summed with another."""

    state: str | None = Field(description="On the day.")
    one_sided: bool = Field(description="Whether one party alone has recorded it.")
    levels: dict[str, str] = Field(description="By party: the level that it reported last.")


class ReturnedArea(Read):
    """An area of cooperation, with the commitments of it that the instrument carries."""

    area: str = Field(description="The sector.")
    commitments: list[ReturnedProgress] = Field(description="Those of this area.")


class ReturnRow(ReportedText):
    """One instrument."""

    commission: ReturnedCommission = Field(description="In whose register it is.")
    ministries: list[ReturnedMinistry] = Field(description="Organisations of the party that answer for it.")
    countries: list[str] = Field(description="Its other parties.")
    foreign_signatories: list[ReturnedSignatory] = Field(description="Who signed for the other parties.")
    own_signatories: list[ReturnedSignatory] = Field(description="Who signed for the party.")
    areas: list[ReturnedArea] = Field(description="Areas of cooperation, each with how far it is.")
    confirmed_by: list[str] = Field(
        description="Its parties that made or confirmed the move which brought it where it is."
    )
    not_confirmed_by: list[str] = Field(description="Its other parties.")
    unknown: list[str] = Field(description="What is not known of it.")
    remarks: list[str] = Field(description="What a lawyer should look at again.")


class ReturnRead(Read):
    """The return: one row for each instrument of a party, made from the entries below one checkpoint of each log."""

    version: int = Field(description="Number of the shape and rules of returns.")
    about: str = Field(description="instruments.")
    party: str = Field(description="Code of the party whose return it is.")
    organisations: list[ReturnedOrganisation] = Field(description="Those asked for; empty: all of the party.")
    audience: Confidentiality = Field(description="For whom it is made: it tells nothing that these may not see.")
    as_of: date = Field(description="The day in the world.")
    known_at: datetime | None = Field(description="What was recorded by this moment; null: all that it was made from.")
    logs: list[ReturnedLog] = Field(description="The logs from which it is made, one of each commission.")
    registry: NamedLog = Field(description="The log that tells the names of organisations.")
    rows: list[ReturnRow] = Field(description="By ministry, then by reference.")
    digest: str = Field(description="SHA-256 of the rest, spelled as RFC 8785 says.")
