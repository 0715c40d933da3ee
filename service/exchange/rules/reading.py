"""What a cell that was read says in its column, or why it cannot be taken. Pure."""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Final

from service.exchange.rules.cells import CLEAR, coded, composed, in_codes, respelled
from service.exchange.rules.columns import Column

DATES: Final = frozenset(
    {
        "state_since",
        "agreed_on",
        "effective_on",
        "due_on",
        "signed_on",
        "in_force_on",
        "expires_on",
        "implemented_on",
        "period_end",
        "period_start",
        "expected_on",
    }
)
NAMING: Final = frozenset(
    {"reference", "session", "group", "lead", "carried_over", "continues", "pushed_by", "successor"}
)
"""Columns whose cells hold codes of what has one."""
_iso = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?").fullmatch
_serial = re.compile(r"[1-9]\d{4}").fullmatch
ADVICE: Final = "write 2025-01-24, or as much of it as is known: 2025-01, 2025"


def text(cell: str | Mapping[str, str], column: Column) -> str:
    """Return the text of a cell of this column; `ValueError` says why it cannot be taken."""
    if isinstance(cell, Mapping):
        cell = _typed(cell, column)
    said = composed(cell)
    if not said or said == CLEAR:
        return said
    if column.name in NAMING:
        return respelled(column.name, in_codes(said))
    if column.name in DATES and not _iso(said):
        raise ValueError(_no_date(said))
    if column.codes and said not in column.codes:
        if coded(said) not in column.codes:
            raise ValueError(_no_code(said, column.codes))
        return coded(said)
    return coded(said) if column.name == "sector" else respelled(column.name, said)


def _typed(cell: Mapping[str, str], column: Column) -> str:
    if wrong := cell.get("wrong"):
        raise ValueError(wrong)
    if day := cell.get("date"):
        if column.name not in DATES:
            raise ValueError(
                f"holds the date {day}, which is perhaps what a spreadsheet made of something else: format the column as text"
            )
        return day
    return cell["number"]


def _no_date(said: str) -> str:
    if _serial(said):
        return f"holds {said}, a day as spreadsheets count it: format the cell as a date, or {ADVICE}"
    return f"holds {said!r}, which may be read in two ways or in none: {ADVICE}"


def _no_code(said: str, codes: tuple[str, ...]) -> str:
    wanted = coded(said)
    near = [one for one in codes if one.startswith(wanted) or wanted.startswith(one)] or get_close_matches(
        wanted, codes, n=1
    )
    meant = f"; did you mean {near[0]}?" if near else ""
    return f"holds {said!r}, which is none of its codes ({', '.join(codes)}){meant}"
