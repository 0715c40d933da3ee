"""What the `data` of entries about documents holds; they stand in the trail of any matter. Pure."""

from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from service.register.documents.rules.document import Sha256
from service.values import Language, Name, Reason
from service.verify.replay.commission_shapes import Id, strict


@strict
class Document(TypedDict):
    """A file, by its digest. Of one that is kept closer than its matter, the name is not told here."""

    id: Id
    role: Literal[
        "draft",
        "authentic_text",
        "translation",
        "certified_copy",
        "full_powers",
        "instrument_of_ratification",
        "note_verbale",
        "notice",
        "minutes",
        "annex",
        "report",
    ]
    language: Language | None
    name: Name | None
    media_type: Literal[
        "application/pdf",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.oasis.opendocument.text",
        "application/vnd.oasis.opendocument.spreadsheet",
        "application/vnd.etsi.asic-e+zip",
        "image/jpeg",
        "image/png",
        "image/tiff",
    ]
    size: Annotated[int, Field(strict=True, ge=1)]
    sha256: Sha256
    confidentiality: Literal["parties", "restricted"] | None


@strict
class Attached(TypedDict):
    """A party attached a document to its matter."""

    document: Document
    expired: NotRequired[Id]
    party_left: NotRequired[Id]


@strict
class Withdrawn(TypedDict):
    """The party that brought a document withdrew it: its bytes are gone."""

    document: Id
    reason: Reason
    expired: NotRequired[Id]
    party_left: NotRequired[Id]
