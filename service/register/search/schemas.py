"""What is found, as it leaves the service."""

from enum import StrEnum
from uuid import UUID

from pydantic import Field

from service.register.parties.schemas import Named
from service.values import Read


class Findable(StrEnum):
    """Kinds of things that are found."""

    COMMITMENT = "commitment"
    INSTRUMENT = "instrument"
    WORKING_GROUP = "working_group"
    SESSION = "session"
    COMMISSION = "commission"
    ORGANISATION = "organisation"


class FoundBy(StrEnum):
    """By what something was found."""

    REFERENCE = "reference"
    WORDS = "words"
    LIKENESS = "likeness"


class HitRead(Read):
    """Something that was found."""

    kind: Findable
    id: UUID
    reference: str = Field(description="Its reference or code.")
    commission_id: UUID | None = Field(description="Whose it is; null for an organisation.")
    commission: Named | None
    titles: dict[str, str] = Field(
        description="Language tag to title; of an organisation, `und` is the name under which it was registered."
    )
    state: str | None = Field(description="Null for an organisation.")
    found_by: FoundBy = Field(
        description="By its reference or a part of it, by all the words asked for or such that begin so, or by words like them."
    )
    snippet: str = Field(
        description="A piece of the title or text, as HTML: escaped, and what was found in `<mark>`.",
        examples=["Customs data <mark>exchange</mark>"],
    )
    language: str | None = Field(description="Language tag of the snippet.")
