"""What goes over the wire about what one party says of its own side of a commitment."""

from collections.abc import Mapping
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from service.register.commitments.rules.amendment import SharedChanges
from service.register.commitments.rules.at_home import OF_BEFORE
from service.register.commitments.rules.leads import MOST
from service.values import Name, Read, Strict
from service.values.codes import OrganisationId


class PartyFactsPatch(Strict):
    """Facts of the caller's own party (RFC 7396): null removes one."""

    elsewhere: ClassVar[Mapping[str, str]] = (
        dict.fromkeys(
            ("state", "effective_on", "instrument", "suspended_from", "review_on", "successor", "open_transition"),
            "it changes by a move (POST /v1/commitments/{commitment_id}/transitions)",
        )
        | dict.fromkeys(
            SharedChanges.model_fields,
            "it is a fact of all parties, which changes by the action 'amend' (POST /v1/commitments/{commitment_id}/transitions)",
        )
        | dict.fromkeys(
            OF_BEFORE,
            "it is a step at home: the action 'record_step' (POST /v1/commitments/{commitment_id}/transitions)",
        )
    )
    lead_organisation_id: OrganisationId | None = Field(
        None, description="The lead body, an organisation of the caller's party; it may propose, and keep these facts."
    )
    further_lead_organisation_ids: list[OrganisationId] | None = Field(
        None, max_length=MOST, description="Further lead bodies of the caller's party, which may do the same."
    )
    focal_point: Name | None = Field(None, description="The office to write to; not a person's name.")


class PartyFactsRead(Read):
    """What one party says of its own side."""

    lead_organisation_id: UUID | None = None
    further_lead_organisation_ids: list[UUID] = Field(default_factory=list)
    focal_point: str | None = None
