"""What a document is for its matter, and what its entry tells of it. Pure."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import Field, StringConstraints
from typing_extensions import TypedDict

from service.values import Language, Name
from service.values.text import visible

ATTACHED: Final = "document.attached"
WITHDRAWN: Final = "document.withdrawn"
"""The kinds of entries that tell of a document, in the trail of its matter."""
Sha256 = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9a-f]{64}$"),
    Field(examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"]),
]


class DocumentRole(StrEnum):
    """What a document is for its matter."""

    DRAFT = "draft"
    AUTHENTIC_TEXT = "authentic_text"
    TRANSLATION = "translation"
    CERTIFIED_COPY = "certified_copy"
    FULL_POWERS = "full_powers"
    INSTRUMENT_OF_RATIFICATION = "instrument_of_ratification"
    NOTE_VERBALE = "note_verbale"
    NOTICE = "notice"
    MINUTES = "minutes"
    ANNEX = "annex"
    REPORT = "report"


class Closeness(StrEnum):
    """Who may read a document, where that is fewer than those who may read its matter."""

    PARTIES = "parties"
    RESTRICTED = "restricted"


class MediaType(StrEnum):
    """What is taken, told by what is in the file."""

    PDF = "application/pdf"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    ODT = "application/vnd.oasis.opendocument.text"
    ODS = "application/vnd.oasis.opendocument.spreadsheet"
    ASICE = "application/vnd.etsi.asic-e+zip"
    JPEG = "image/jpeg"
    PNG = "image/png"
    TIFF = "image/tiff"


ENDINGS: Final[Mapping[MediaType, tuple[str, ...]]] = {
    MediaType.PDF: (".pdf",),
    MediaType.DOCX: (".docx",),
    MediaType.XLSX: (".xlsx",),
    MediaType.ODT: (".odt",),
    MediaType.ODS: (".ods",),
    MediaType.ASICE: (".asice", ".sce"),
    MediaType.JPEG: (".jpg", ".jpeg"),
    MediaType.PNG: (".png",),
    MediaType.TIFF: (".tif", ".tiff"),
}
"""How names of files of each type end, the usual one first."""


class Told(TypedDict):
    """What an entry tells of a document. Of one that is kept closer than its matter, the name is not told there."""

    id: str
    role: str
    language: Language | None
    name: Name | None
    media_type: str
    size: Annotated[int, Field(ge=1)]
    sha256: Sha256
    confidentiality: str | None


def told(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the entry tells of a document that is attached."""
    closer = row["confidentiality"]
    return {
        "id": str(row["id"]),
        "role": str(row["role"]),
        "language": row["language"],
        "name": None if closer else row["name"],
        "media_type": str(row["media_type"]),
        "size": row["size"],
        "sha256": row["sha256"],
        "confidentiality": str(closer) if closer else None,
    }


MOST_LETTERS: Final = 150
_UNSAFE: Final = re.compile(r'[\x00-\x1f\x7f"*:<>?|]+')


def cleaned(name: str, media_type: MediaType) -> str:
    """Return the name of a file without its folders and without what disguises it, ending as its content does.

    A name is for people: it decides nothing here, and nothing is stored under it.
    """
    last = re.split(r"[/\\]", name)[-1]
    seen = visible(_UNSAFE.sub(" ", last))
    stem = re.sub(r"\s+", " ", seen).strip(" .")
    ending = next((one for one in ENDINGS[media_type] if stem.lower().endswith(one)), None)
    if ending:
        stem = stem[: -len(ending)].rstrip(" .")
    return f"{stem[:MOST_LETTERS].rstrip(' .') or 'document'}{ending or ENDINGS[media_type][0]}"
