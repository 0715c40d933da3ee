"""Judges the ZIP of a workbook before anything of it is read, and reads from it what the reader of cells does not tell.

Run in the child process, without the rest of the service.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from xml.etree import ElementTree as ET

from service.exchange.reading import shown
from service.exchange.reading.shown import SHEET

MOST_ENTRIES, MOST_BYTES, MOST_RATIO, RATIO_FROM = 2000, 150 * 2**20, 200, 2**20
MOST_SHEETS, MOST_CELLS, MOST_ROWS, MOST_COLUMNS = 20, 1_500_000, 20_001, 400
WANTED = "commitments"
BESIDE = frozenset({"columns", "codes"})
"""Sheets of an export that say how the one beside them is filled in."""
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
ODS = b"application/vnd.oasis.opendocument.spreadsheet"
DECLARED = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)


class NotRead(Exception):
    """The file is not read at all; the text says why, and what to do instead."""


def opened(content: bytes) -> zipfile.ZipFile:
    """Return the archive, whose directory and texts are within bounds; `NotRead` otherwise."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        infos = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as wrong:
        raise NotRead("It is no workbook: its archive is damaged. Save it again as .xlsx, .ods or CSV.") from wrong
    if any(one.flag_bits & 1 for one in infos):
        raise NotRead("It is protected by a password. Save it without one.")
    packed, whole = sum(one.compress_size for one in infos), sum(one.file_size for one in infos)
    if len(infos) > MOST_ENTRIES or whole > MOST_BYTES or len({one.filename for one in infos}) < len(infos):
        raise NotRead(f"It unpacks to {whole // 2**20} MB in {len(infos)} parts, which no list of commitments does.")
    if whole > RATIO_FROM and whole > MOST_RATIO * max(packed, 1):
        raise NotRead(f"It unpacks to {whole // max(packed, 1)} times its size, which no list of commitments does.")
    for one in infos:
        _judge(archive, one)
    return archive


def _judge(archive: zipfile.ZipFile, one: zipfile.ZipInfo) -> None:
    """Read a part through: it has no more than it says, and its XML declares nothing."""
    is_xml, tail = one.filename.endswith((".xml", ".rels")), b""
    try:
        with archive.open(one) as part:
            while piece := part.read(2**20):
                if is_xml and (piece[:2] in {b"\xff\xfe", b"\xfe\xff"} or DECLARED.search(tail + piece)):
                    raise NotRead(
                        f"{one.filename} declares entities, or is not UTF-8. Save it again with a common program."
                    )
                tail = piece[-32:]
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError, zlib.error) as wrong:
        raise NotRead("It is no workbook: its archive is damaged. Save it again as .xlsx, .ods or CSV.") from wrong


def kind_of(archive: zipfile.ZipFile) -> str:
    """Return whether it is an "xlsx" or an "ods"; `NotRead` otherwise."""
    names = set(archive.namelist())
    if "mimetype" in names and archive.read("mimetype").strip() == ODS and "content.xml" in names:
        return "ods"
    if "xl/workbook.xml" in names:
        return "xlsx"
    raise NotRead("It is neither .xlsx nor .ods. Save it as one of these, or as CSV in UTF-8.")


def problems(archive: zipfile.ZipFile, kind: str, sheet: str) -> Iterator[tuple[str, str]]:
    """Yield what in the sheet has to be mended first, as (cell, problem): formulas, errors, merged cells, and what shows something else.

    `NotRead` where it is too large.
    """
    yield from (_of_xlsx if kind == "xlsx" else _of_ods)(archive, sheet)


def filled(archive: zipfile.ZipFile, kind: str, sheets: Sequence[str]) -> list[str]:
    """Return those of the sheets of which some cell has something in it."""
    if kind == "xlsx":
        return [one for one in sheets if _is_filled(archive, one)]
    # All of them stand in one part, which is read once.
    there = _filled_of_ods(archive)
    return [one for one in sheets if one in there]


def _is_filled(archive: zipfile.ZipFile, sheet: str) -> bool:
    with archive.open(_part_of(archive, sheet)) as part:
        for _, one in ET.iterparse(part):  # noqa: S314 -- what declares entities is refused before
            if one.tag in _VALUES:
                return True
            if one.tag == f"{SHEET}row":
                one.clear()
    return False


def _filled_of_ods(archive: zipfile.ZipFile) -> set[str]:
    found, sheet = set[str](), ""
    with archive.open("content.xml") as part:
        for event, one in ET.iterparse(part, ("start", "end")):  # noqa: S314 -- the same
            if one.tag == f"{TABLE}table":
                sheet = one.get(f"{TABLE}name", "") if event == "start" else ""
            elif event == "end" and one.tag == f"{TABLE}table-cell" and len(one):
                found.add(sheet)
            elif event == "end" and one.tag == f"{TABLE}table-row":
                one.clear()
    return found


_STYLES = "xl/styles.xml"
_VALUES = {f"{SHEET}v", f"{SHEET}is", f"{SHEET}f"}
FORMULA = "holds a formula: paste its value instead (copy, then paste as values)"
ERROR = "holds an error of the spreadsheet: write what it should say, or empty it"
MERGED = "is merged with others: undo it, and write into each cell what it says"


def _of_xlsx(archive: zipfile.ZipFile, sheet: str) -> Iterator[tuple[str, str]]:
    row = column = cells = 0
    wrong, otherwise = shown.by_style(archive.read(_STYLES)) if _STYLES in archive.namelist() else {}, None
    with archive.open(_part_of(archive, sheet)) as part:
        for event, one in ET.iterparse(part, ("start", "end")):  # noqa: S314 -- what declares entities is refused before
            tag = one.tag
            if event == "start" and tag == f"{SHEET}row":
                row, column = int(one.get("r") or row + 1), 0
            elif event == "start" and tag == f"{SHEET}c":
                cells, column = cells + 1, _column(one.get("r"), column)
                _bounded(cells, row, column)
                otherwise = wrong.get(one.get("s", "")) if one.get("t", "n") in {"n", "d"} else None
                if one.get("t") == "e":
                    yield cell(row, column), ERROR
            elif event == "end" and tag == f"{SHEET}f":
                otherwise = None
                yield cell(row, column), FORMULA
            elif event == "end" and tag == f"{SHEET}v" and otherwise:
                yield cell(row, column), otherwise
            elif event == "end" and tag == f"{SHEET}mergeCell":
                yield str(one.get("ref", "")).partition(":")[0], MERGED
            elif event == "end" and tag == f"{SHEET}row":
                one.clear()


def _bounded(cells: int, row: int, column: int) -> None:
    if cells > MOST_CELLS or row > MOST_ROWS or column > MOST_COLUMNS:
        raise NotRead(
            f"It has more than {MOST_ROWS - 1:,} rows or {MOST_COLUMNS} columns with something in them. Make several files of it."
        )


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str:
    book = ET.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314 -- as above
    wanted = next((one.get(RELATION) for one in book.iter(f"{SHEET}sheet") if one.get("name") == sheet), None)
    relations = ET.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    target = next((str(one.get("Target")) for one in relations if one.get("Id") == wanted), "")
    part = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
    if part not in archive.namelist():
        raise NotRead("It is no workbook: it names a sheet that is not there. Save it again with a common program.")
    return part


def _of_ods(archive: zipfile.ZipFile, sheet: str) -> Iterator[tuple[str, str]]:
    row, column, cells, here, filled = 0, 0, 0, False, False
    with archive.open("content.xml") as part:
        for event, one in ET.iterparse(part, ("start", "end")):  # noqa: S314 -- as above
            if one.tag == f"{TABLE}table":
                here, row = event == "start" and one.get(f"{TABLE}name") == sheet, 0
            elif one.tag == f"{TABLE}table-row" and here:
                if event == "start":
                    row, column, filled = row + 1, 0, False
                else:
                    repeated = int(one.get(f"{TABLE}number-rows-repeated", "1"))
                    _bounded(cells * (repeated if filled else 1), row + repeated - 1 if filled else 0, 0)
                    row += repeated - 1
                    one.clear()
            elif one.tag in {f"{TABLE}table-cell", f"{TABLE}covered-table-cell"} and here and event == "end":
                repeated, says = int(one.get(f"{TABLE}number-columns-repeated", "1")), len(one) > 0
                if says:
                    cells, filled = cells + repeated, True
                    _bounded(cells, row, column + repeated)
                if one.get(f"{TABLE}formula"):
                    yield cell(row, column + 1), FORMULA
                elif otherwise := shown.of_cell(one):
                    yield cell(row, column + 1), otherwise
                if (
                    int(one.get(f"{TABLE}number-columns-spanned", "1")) > 1
                    or int(one.get(f"{TABLE}number-rows-spanned", "1")) > 1
                ):
                    yield cell(row, column + 1), MERGED
                column += repeated


def _column(reference: str | None, before: int) -> int:
    letters = re.match(r"[A-Z]{1,3}", reference or "")
    if letters is None:
        return before + 1
    number = 0
    for letter in letters[0]:
        number = number * 26 + ord(letter) - 64
    return number


def cell(row: int, column: int) -> str:
    """Return the name of a cell, both counted from 1."""
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"
