"""Of what kind a file is, told by what is in it; never by its name, or by what the client says of it.

What an archive holds is not unpacked: its list of names is read, within bounds.
"""

import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO, Final

from service.register.documents.rules.document import MediaType

_BEGINNINGS: Final[Mapping[bytes, MediaType]] = {
    b"%PDF-": MediaType.PDF,
    b"\xff\xd8\xff": MediaType.JPEG,
    b"\x89PNG\r\n\x1a\n": MediaType.PNG,
    b"II*\x00": MediaType.TIFF,
    b"MM\x00*": MediaType.TIFF,
    b"II+\x00": MediaType.TIFF,
    b"MM\x00+": MediaType.TIFF,
}
_ARCHIVE: Final = b"PK\x03\x04"
_FIRST: Final = 30
"""Where the name of an archive's first member stands (APPNOTE 4.3.7)."""
_DECLARED: Final = {f"mimetype{one}".encode(): one for one in (MediaType.ODT, MediaType.ODS, MediaType.ASICE)}
"""A first member `mimetype`, stored as it is, says what an archive is (OpenDocument part 2, 3.3; ETSI EN 319 162-1, A.1)."""
_HOLDING: Final = {"word/document.xml": MediaType.DOCX, "xl/workbook.xml": MediaType.XLSX}
_MACROS: Final = "vbaproject.bin"
MOST_MEMBERS: Final = 10_000
MOST_DIRECTORY_BYTES: Final = 4_194_304
_END: Final = struct.Struct("<4s4H2LH")


def media_type(file: Path) -> MediaType | None:
    """Return what a file is; None for what is not taken, macros and archives of anything else among it."""
    with file.open("rb") as opened:
        head = opened.read(_FIRST + 64)
        for beginning, found in _BEGINNINGS.items():
            if head.startswith(beginning):
                return found
        return _archive(opened, head) if head.startswith(_ARCHIVE) else None


def _archive(opened: BinaryIO, head: bytes) -> MediaType | None:
    if not _is_bounded(opened):
        return None
    try:
        names = {one.lower() for one in zipfile.ZipFile(opened).namelist()}
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return None
    declared = next((found for start, found in _DECLARED.items() if head[_FIRST:].startswith(start)), None)
    if declared:
        return declared
    if "[content_types].xml" not in names or any(name.endswith(_MACROS) for name in names):
        return None
    return next((found for name, found in _HOLDING.items() if name in names), None)


def _is_bounded(opened: BinaryIO) -> bool:
    """Return whether the list of an archive's members, as its end tells of it, is one that may be read into memory."""
    size = opened.seek(0, 2)
    tail_from = max(0, size - _END.size - 65_535)
    opened.seek(tail_from)
    tail = opened.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or at + _END.size > len(tail):
        return False
    _, _, _, _, members, length, _, _ = _END.unpack_from(tail, at)
    # The second end of a large archive (APPNOTE 4.3.15) would be believed instead of this one.
    if b"PK\x06\x07" in tail[max(0, at - 20) : at]:
        return False
    return bool(members <= MOST_MEMBERS and length <= MOST_DIRECTORY_BYTES)
