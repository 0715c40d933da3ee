"""Reads one spreadsheet, in a process of its own: the file comes in on standard input, its cells go out on standard output as JSON.

Of the service it imports this room alone. What is asked for beyond the limits ends this process alone.
"""

import csv
import datetime as dt
import io
import json
import re
import resource
import sys
from typing import Any, Final
from xml.etree import ElementTree as ET
from zipfile import ZipFile

from service.exchange.reading import archive
from service.exchange.reading.archive import MOST_COLUMNS, MOST_ROWS, NotRead

SEPARATORS: Final = (",", ";", "\t")
_names_it = re.compile(r'"?sep=(.*?)"?\r?\n?', re.IGNORECASE).fullmatch
MEMORY, CPU_SECONDS, OUTPUT = 1024 * 2**20, 60, 2**28


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))


def read(content: bytes) -> dict[str, Any]:
    """Return headings and rows, each cell a text, `{"date": ...}`, `{"number": ...}` or `{"wrong": ...}`, and what is wrong with them."""
    return _workbook(content) if content[:4] in {b"PK\x03\x04", b"PK\x05\x06"} else _csv(content)


def _csv(content: bytes) -> dict[str, Any]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise NotRead("It is neither a workbook nor a CSV in UTF-8. Save it as .xlsx, or as `CSV UTF-8`.") from wrong
    if "\x00" in text:
        raise NotRead("It is neither a workbook nor a CSV: it holds NUL. Save it as .xlsx, or as `CSV UTF-8`.")
    lines, rows = io.StringIO(text, newline=""), list[list[str]]()
    between = _said(lines) or max(SEPARATORS, key=text.partition("\n")[0].count)
    try:
        for row in csv.reader(lines, delimiter=between, strict=True):
            rows.append([one.removeprefix("'") for one in row])
            if len(rows) > MOST_ROWS or len(row) > MOST_COLUMNS:
                raise NotRead(
                    f"It has more than {MOST_ROWS - 1:,} rows or {MOST_COLUMNS} columns. Make several files of it."
                )
    except csv.Error as wrong:
        raise NotRead(f"It is no CSV (RFC 4180): {wrong}, in row {len(rows) + 1}.") from wrong
    return {"headings": rows[0] if rows else [], "rows": rows[1:], "problems": []}


def _said(lines: io.StringIO) -> str | None:
    """Return the separator that the first line names, as Excel reads it, and pass over that line, which Excel does not show."""
    if (said := _names_it(lines.readline())) is None:
        lines.seek(0)
        return None
    if said[1] not in SEPARATORS:
        raise NotRead(
            f"Its first line says that {said[1]!r} stands between its cells. Save it with a comma, a semicolon or a tab between them."
        )
    return said[1]


def _workbook(content: bytes) -> dict[str, Any]:
    from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum  # noqa: PLC0415 -- within the limits

    zipped = archive.opened(content)
    kind = archive.kind_of(zipped)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        names = book.sheet_names
        if not names or len(names) > archive.MOST_SHEETS:
            raise NotRead(f"It has {len(names)} sheets; at least one and at most {archive.MOST_SHEETS} are read.")
        shown = [one.name for one in book.sheets_metadata if one.visible == SheetVisibleEnum.Visible]
        name = _wanted(zipped, kind, names, shown)
        problems = [{"cell": cell, "problem": said} for cell, said in archive.problems(zipped, kind, name)]
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except (CalamineError, ValueError, KeyError, ET.ParseError) as wrong:
        raise NotRead("It is no workbook that can be read. Save it again with a common program, or as CSV.") from wrong
    cells = [[_cell(one) for one in row] for row in rows]
    return {"headings": cells[0] if cells else [], "rows": cells[1:], "problems": problems}


def _wanted(zipped: ZipFile, kind: str, names: list[str], shown: list[str]) -> str:
    """Return the sheet that is to be read: the one of that name, or else the only one shown that has something in it."""
    if named := [one for one in names if one.strip().casefold() == archive.WANTED]:
        return named[0]
    filled = archive.filled(zipped, kind, [one for one in shown if one not in archive.BESIDE])
    if len(filled) > 1:
        raise NotRead(
            f"Several of its sheets have something in them: {', '.join(map(repr, filled))}. "
            f"Name the one that is to be read {archive.WANTED!r}, or bring each in a file of its own."
        )
    return [*filled, names[0]][0]


def _cell(value: object) -> Any:  # noqa: ANN401 -- a JSON value
    told: Any = ""
    match value:
        case str():
            # An error is told by the archive: a text may look like one.
            told = value
        case bool():
            told = {"wrong": f"holds {str(value).upper()}, which is no text: format the column as text"}
        case int() | float():
            told = _number(value)
        case dt.datetime() if value.time() != dt.time():
            told = {
                "wrong": f"holds a moment, {value.isoformat(' ')}, where a day is told: write {value.date().isoformat()}"
            }
        case dt.datetime():
            told = {"date": value.date().isoformat()}
        case dt.date():
            told = {"date": value.isoformat()}
        case dt.time() | dt.timedelta():
            told = {"wrong": f"holds a time, {value}: format the column as text, and write it again"}
    return told


def _number(value: float) -> dict[str, str]:
    if value != int(value) or abs(value) > 2**53:
        return {
            "wrong": f"holds the number {value}, whose digits may have been lost: format the column as text, and write it again"
        }
    return {"number": str(int(value))}


def main() -> None:
    """Read the file, and tell its cells, or why it is not read."""
    _limit()
    try:
        told = read(sys.stdin.buffer.read())
    except NotRead as wrong:
        told = {"refused": str(wrong)}
    except (MemoryError, RecursionError):
        told = {"refused": "It takes more memory than any list of commitments does. Make several files of it."}
    json.dump(told, sys.stdout, ensure_ascii=True)


if __name__ == "__main__":
    main()
