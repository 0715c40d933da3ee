"""Shared facts that an amendment changes, as a merge patch. Pure."""

from uuid import UUID

from pydantic import Field, model_validator

from service.permissions import Confidentiality
from service.values import LongText, Name, Reason, ReducedDate, Sector, Strict


class SharedChanges(Strict):
    """Shared facts to change, as a merge patch (RFC 7396): null in a text removes that language."""

    titles: dict[str, Name | None] | None = Field(None, max_length=20)
    texts: dict[str, LongText | None] | None = Field(None, max_length=20)
    sector: Sector | None = None
    target_date: ReducedDate | None = None
    working_group_id: UUID | None = None
    carried_to_session_id: UUID | None = Field(None, description="The later session to which it is carried over.")
    confidentiality: Confidentiality | None = None
    instrument_required: bool | None = None
    no_instrument_reason: Reason | None = None

    @model_validator(mode="after")
    def _something_changes(self) -> "SharedChanges":
        if not self.model_fields_set:
            raise ValueError("must name at least one fact to change")
        for name in {"titles", "texts", "sector", "confidentiality", "instrument_required"} & self.model_fields_set:
            if getattr(self, name) is None:
                raise ValueError(f"{name} cannot be removed")
        return self
