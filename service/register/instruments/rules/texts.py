"""The legal text that carries a commitment: its kinds, its signatories, its authentic texts. Pure."""

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from service.register.decisions.rules.evidence import DocumentDigest, DocumentId
from service.values import Language, Name, PartyCode, Strict


class InstrumentKind(StrEnum):
    """What sort of instrument it is (Vienna Convention on the Law of Treaties, article 2: the name does not decide)."""

    MOU = "mou"
    MEMORANDUM_OF_AGREEMENT = "memorandum_of_agreement"
    AGREEMENT = "agreement"
    TREATY = "treaty"
    PROTOCOL = "protocol"
    EXCHANGE_OF_NOTES = "exchange_of_notes"
    EXECUTIVE_PROGRAMME = "executive_programme"
    ACTION_PLAN = "action_plan"
    PLAN = "plan"
    ARRANGEMENT = "arrangement"
    DECISION = "decision"
    ACCESSION = "accession"


class Manner(StrEnum):
    """By what the parties consented to be bound, or to the text."""

    SIGNED = "signed"
    NOTES_EXCHANGED = "notes_exchanged"
    ADOPTED = "adopted"
    ACCEDED = "acceded"


class Signatory(Strict):
    """Who signed for one party."""

    party: PartyCode
    name: Name
    title: Name
    organisation: Name


class KnownSignatory(Strict):
    """Who signed for one party, as far as it is known."""

    party: PartyCode
    name: Name | None = None
    title: Name | None = None
    organisation: Name | None = None


class AuthenticText(Strict):
    """One authentic text of the instrument; all authentic texts are equal (Vienna Convention, article 33)."""

    language: Language
    reference: Name | None = Field(
        None, description="Where the signed text is filed; needed unless it is a document of this register."
    )
    document_id: DocumentId | None = None
    sha256: DocumentDigest | None = None

    @model_validator(mode="after")
    def _is_found_somewhere(self) -> Self:
        if self.reference is None and self.document_id is None:
            raise ValueError("needs a reference, or the document_id of the text")
        return self


class KnownText(Strict):
    """One authentic text of the instrument, as far as it is known."""

    language: Language
    reference: Name | None = Field(None, description="Where the signed text is filed.")
    document_id: DocumentId | None = None
    sha256: DocumentDigest | None = None
