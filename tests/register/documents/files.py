"""Small files of each kind that is taken."""

import io
import zipfile
from collections.abc import Mapping
from typing import Final

PDF: Final = b"%PDF-1.7\n%a test\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def archive(members: Mapping[str, str], first: str | None = None) -> bytes:
    """Return an archive of these members; `first`: what a stored member `mimetype` says before them."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        if first is not None:
            packed.writestr(zipfile.ZipInfo("mimetype"), first)
        for name, text in members.items():
            packed.writestr(name, text)
    return made.getvalue()


OFFICE: Final = "application/vnd.openxmlformats-officedocument."
OPEN: Final = "application/vnd.oasis.opendocument."
TAKEN: Final[dict[str, tuple[bytes, str]]] = {
    "application/pdf": (PDF, ".pdf"),
    f"{OFFICE}wordprocessingml.document": (archive({"[Content_Types].xml": "", "word/document.xml": ""}), ".docx"),
    f"{OFFICE}spreadsheetml.sheet": (archive({"[Content_Types].xml": "", "xl/workbook.xml": ""}), ".xlsx"),
    f"{OPEN}text": (archive({"content.xml": ""}, f"{OPEN}text"), ".odt"),
    f"{OPEN}spreadsheet": (archive({"content.xml": ""}, f"{OPEN}spreadsheet"), ".ods"),
    "application/vnd.etsi.asic-e+zip": (archive({"a.pdf": ""}, "application/vnd.etsi.asic-e+zip"), ".asice"),
    "image/jpeg": (b"\xff\xd8\xff\xe0" + b"J" * 30, ".jpg"),
    "image/png": (b"\x89PNG\r\n\x1a\n" + b"P" * 30, ".png"),
    "image/tiff": (b"II*\x00" + b"T" * 30, ".tif"),
}
MACROS: Final = archive({"[Content_Types].xml": "", "word/document.xml": "", "word/vbaProject.bin": ""})
REFUSED: Final[dict[str, bytes]] = {
    "a page": b"<!DOCTYPE html><script>alert(1)</script>",
    "a program": b"\x7fELF" + b"\x00" * 60,
    "macros": MACROS,
    "an archive of anything": archive({"a.txt": "a"}),
    "an archive that calls itself a text in a packed member": archive({"mimetype": f"{OPEN}presentation"}),
    "half an archive": archive({"[Content_Types].xml": "", "word/document.xml": ""})[:60],
    "an archive of more members than may be looked at": archive(dict.fromkeys(map(str, range(10_001)), "")),
    "PDF further down": b"\n" + PDF,
}
