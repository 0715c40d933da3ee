"""What goes over the wire about documents."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from service.register.documents.rules.document import Closeness, DocumentRole, MediaType, Sha256
from service.register.parties.schemas import Named
from service.values import Language, Name, Read, Reason, Strict


class DocumentWithdrawalCreate(Strict):
    """That a file must not be here."""

    reason: Reason = Field(description="Why; without repeating what must not be here.")


class AttachedTo(Read):
    """The matter that a document belongs to."""

    kind: str = Field(description="Open to new values: `instrument` is one.")
    id: UUID
    reference: str


class DocumentWithdrawalRead(Read):
    """That it was withdrawn: its bytes are gone, its digest and its entries stay."""

    reason: str
    entry: int = Field(description="Number of the entry in its matter's trail that tells of it.")
    at: datetime


class DocumentRead(Read):
    """A document of a matter. Its bytes are at `/v1/documents/{document_id}/content`."""

    id: UUID
    matter: AttachedTo
    commission_id: UUID
    commission: Named | None
    role: DocumentRole
    language: Language | None
    name: Name = Field(description="For people: cleaned, and ending as its content does.")
    media_type: MediaType = Field(description="Told by what is in it.")
    size: int = Field(description="In bytes, counted by the service.")
    sha256: Sha256 = Field(description="Of its bytes, computed by the service; it stands in the entry too.")
    confidentiality: Closeness | None = Field(description="null: who may read its matter may read it.")
    party: str = Field(description="Which party brought it.")
    principal_id: UUID
    principal: Named | None = Field(description="Who that is, where it is of the caller's own party.")
    entry: int = Field(description="Number of the entry in its matter's trail that tells of it.")
    recorded_at: datetime
    withdrawal: DocumentWithdrawalRead | None
