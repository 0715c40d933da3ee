"""What goes over the wire about closing an organisation."""

from enum import StrEnum
from typing import Final
from uuid import UUID

from fastapi.openapi.models import Example
from pydantic import Field

from service.register.parties.schemas import OrganisationRead
from service.values import ModernDate, Read, Reason, Strict
from service.values.codes import OrganisationId


class Part(StrEnum):
    """As what an organisation stands somewhere."""

    REGISTRAR = "registrar"
    SECRETARIAT = "secretariat"
    CO_LEAD = "co_lead"
    MEMBER = "member"
    LEAD = "lead"


class SuccessionCreate(Strict):
    """An organisation is closed, and what it has in hand goes to another of its party."""

    successor_id: OrganisationId | None = Field(
        None, description="Who takes over; absent: nobody, which is possible where nothing is in hand."
    )
    since: ModernDate = Field(description="Day from which it is closed, at the latest today.")
    reason: Reason


class HandedOnRead(Read):
    """Something that goes from one organisation to the other."""

    part: Part
    commission_id: UUID | None = Field(description="Null: in the registry.")
    working_group_id: UUID | None
    commitment_id: UUID | None
    reference: str | None = Field(description="The code or reference of the commission, group or commitment.")


class SuccessionRead(Read):
    """An organisation as it is after the succession, and what went, or would go, to its successor."""

    organisation: OrganisationRead
    dry_run: bool = Field(description="Whether nothing was changed.")
    handed_over: list[HandedOnRead] = Field(
        description="What the caller may not see goes along, and does not stand here."
    )


SUCCESSIONS: Final[dict[str, Example]] = {
    "a_day_ahead": {
        "summary": "A day that has not come (422 as PK)",
        "value": {"successor_id": "PK/HEALTH", "since": "2999-01-01", "reason": "Reorganisation (sample)"},
    },
}
