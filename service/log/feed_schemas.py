"""What goes over the wire about the audit trail."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from service.http.openapi.unions import one_of
from service.values import Read


class EntryRead(Read):
    """An entry of the audit trail."""

    subject: UUID = Field(description="The commitment, session, working group or commission whose trail this is.")
    seq: int = Field(
        description="Number in the subject's trail, from 0; a session's or a group's own goes on from what its commission's told of it. "
        "An entry that names what the caller may not see is left out: numbers jump, and `prev` in the next one is its hash."
    )
    index: int | None = Field(
        description="Number in the commission's log, from 0; null for the moment it takes to be given."
    )
    in_checkpoint: bool = Field(
        description="Whether the newest signed checkpoint of the log is over this entry, so that it can be proved."
    )
    kind: str = Field(
        description="What happened, as noun.verb; new kinds may be added.", examples=["transition.proposed"]
    )
    recorded_at: datetime = Field(description="When it was entered (UTC, the database's clock).")
    actor: UUID = Field(description="The principal that did it.")
    party: str | None = Field(description="The party for which it was done.")
    data: dict[str, Any] = Field(
        description="What happened in detail, as it was hashed, with the `kind` once more as its `event`.",
        json_schema_extra=one_of("EntryData"),
    )
    canonical: str = Field(description="The exact bytes that were hashed (RFC 8785), as text in UTF-8.")
    leaf_hash: str = Field(description="SHA-256 of 0x00 and these bytes, in hex: the leaf hash of RFC 6962.")
