"""What a cell shows where that is less than what is in it, or something else: nobody wrote a day that is not shown. Pure.

Who types `2025-01` into a cell that is no text has the 1st of January in it, shown as `Jan-25`. Run in the child process.
"""

import re
from xml.etree import ElementTree as ET

REDUCED = (
    "is shown without a day, a month or a year that the spreadsheet put in: format the column as text, and write what is known, "
    "as 2025, 2025-01 or 2025-01-24"
)
OTHERWISE = "shows something else than the number in it: format the column as text, and write what is meant"
LOST = "holds a tab, or a break within a line, which is lost in reading: put a space, or begin a line of its own"
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"

_BUILT_IN = {0: "General", 1: "0", 14: "m/d/yy", 15: "d-mmm-yy", 22: "m/d/yy h:mm", 30: "m/d/yy", 31: "yyyy m d", 49: "@"}  # fmt: skip
"""Formats of which a workbook has no text (ECMA-376, part 1, 18.8.30), and that show all of what is in the cell."""
_TIMES = frozenset({18, 19, 20, 21, 45, 46, 47})
_DAYS = frozenset({16, 17, *range(27, 37), *range(50, 59)})
_literal = re.compile(r'"[^"]*"|\\.')
_unseen = re.compile(r"\[[^\]]*\]|_.|\*.")
_one_day = re.compile(r"(?<!d)d{1,2}(?!d)").search
_whole = re.compile(r"-?(?!0\d)\d+(\.0)?").fullmatch


def by_style(styles: bytes) -> dict[str, str]:
    """Return what is wrong with a number or a day in a cell of a workbook, by the style of the cell; with most styles nothing is."""
    root = ET.fromstring(styles)  # noqa: S314 -- what declares entities is refused before
    codes = {int(one.get("numFmtId", "0")): one.get("formatCode", "") for one in root.iter(f"{SHEET}numFmt")}
    cells = root.find(f"{SHEET}cellXfs")
    kinds = [int(one.get("numFmtId") or 0) for one in cells] if cells is not None else []
    wrong = {kind: _of_format(codes[kind]) if kind in codes else _of_built_in(kind) for kind in set(kinds)}
    return {str(place): said for place, kind in enumerate(kinds) if (said := wrong[kind])}


def _of_built_in(kind: int) -> str | None:
    if kind in _BUILT_IN:
        return _of_format(_BUILT_IN[kind])
    if kind in _TIMES:
        return None
    return REDUCED if kind in _DAYS else OTHERWISE


def _of_format(code: str) -> str | None:
    seen = _unseen.sub("", code.partition(";")[0]).strip().lower()
    parts = _literal.sub("", seen)
    if parts == "general" or not re.search("[dmyhs]", parts):
        return None if seen in {"general", "0", "#", "@"} else OTHERWISE
    if not re.search("[dy]", parts) and re.search("[hs]", parts):
        # A time, which is refused for itself.
        return None
    return None if _one_day(parts) and "m" in parts and re.search("[ye]", parts) else REDUCED


def of_cell(one: ET.Element) -> str | None:
    """Return what is wrong with what a cell of an OpenDocument shows, None if nothing is."""
    lines = one.findall(f"{TEXT}p")
    if any(line.find(f".//{TEXT}{lost}") is not None for line in lines for lost in ("tab", "line-break")):
        return LOST
    shown, number = "\n".join("".join(line.itertext()) for line in lines).strip(), one.get(f"{OFFICE}value")
    if not shown:
        return None
    if number is not None and float(number).is_integer():
        return None if _whole(shown) and float(shown) == float(number) else OTHERWISE
    day = re.match(r"(\d{4})-(\d\d)-(\d\d)", one.get(f"{OFFICE}date-value", ""))
    return REDUCED if day and not _shows(shown, *map(int, day.groups())) else None


def _shows(shown: str, year: int, month: int, day: int) -> bool:
    """Return whether a text shows all of a day: its year, the day of the month, and beside them the month as a number or a word."""
    numbers = [int(one) for one in re.findall(r"\d+", shown)]
    for spellings in ((year, year % 100), (day,)):
        # Of 05/12/2005 the whole year is the year, and the 5 the day.
        found = next((one for one in spellings if one in numbers), None)
        if found is None:
            return False
        numbers.remove(found)
    return month in numbers or re.search(r"[^\W\d_]{2}", shown) is not None
