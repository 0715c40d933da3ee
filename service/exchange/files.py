"""Commitments as a file to be filled in and sent back: XLSX and CSV. Whatever a cell holds is text."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias

from service.exchange.rules.columns import COLUMNS, VERSION, column_of, headings
from service.reports.spreadsheets import BOM, marked

COMMITMENTS: Final = "commitments"
"""The sheet that is read back; the others say what its columns mean, and which codes they take."""
Writing: TypeAlias = Any
"""A sheet or a format of xlsxwriter, which has no types."""
SPARE: Final = 1000
"""So many rows below the last take codes alone too."""
_WIDE: Final = {"title": 40, "text": 60, "report": 40, "remark": 40}


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a file is made of."""

    commission: str
    languages: Sequence[str]
    parties: Sequence[str]
    rows: Sequence[Mapping[str, str]]
    codes: Mapping[str, Sequence[str]]
    """Codes that a column takes in this commission, beside those that it takes everywhere."""
    changed_at: datetime

    @property
    def headings(self) -> list[str]:
        """Return the names of its columns."""
        return headings(self.languages, self.parties)


def as_csv(sheet: Sheet) -> bytes:
    """Return it as CSV (RFC 4180) in UTF-8 with its mark; a cell that some spreadsheet would run has an apostrophe before it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    names = sheet.headings
    writer.writerow(names)
    writer.writerows([marked(row.get(name, "")) for name in names] for row in sheet.rows)
    return BOM + out.getvalue().encode()


def as_xlsx(sheet: Sheet) -> bytes:
    """Return it as a workbook; the same rows give the same bytes."""
    import xlsxwriter  # noqa: PLC0415 -- a service that starts need not wait for it

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties(
        {
            "title": f"{sheet.commission}: commitments",
            "created": sheet.changed_at.replace(tzinfo=None, microsecond=0),
            "comments": f"schema {VERSION}",
        }
    )
    head = book.add_format({"bold": True, "valign": "top"})
    body = book.add_format({"valign": "top", "num_format": "@"})
    codes = _codes(sheet)
    _commitments(book.add_worksheet(COMMITMENTS), sheet, codes, head, body)
    says = [[one.name, one.per or "", one.says, one.how] for one in COLUMNS]
    _plain(
        book.add_worksheet("columns"),
        [["column", "once for each", "what it says", "how it changes"], *says],
        head,
        body,
    )
    longest = max(map(len, codes.values()), default=0)
    lists = [[one[place] if place < len(one) else "" for one in codes.values()] for place in range(longest)]
    _plain(book.add_worksheet("codes"), [list(codes), *lists], head, body)
    book.close()
    return out.getvalue()


def _codes(sheet: Sheet) -> dict[str, Sequence[str]]:
    coded = {one.name: one.codes for one in COLUMNS if one.codes}
    return {**coded, **{name: codes for name, codes in sheet.codes.items() if codes}}


def _commitments(page: Writing, sheet: Sheet, codes: Mapping[str, Sequence[str]], head: Writing, body: Writing) -> None:
    names = sheet.headings
    page.freeze_panes(1, 1)
    places = {name: place for place, name in enumerate(names)}
    for name, place in places.items():
        page.set_column(place, place, _WIDE.get(name.partition(".")[0], 16), body)
        page.write_string(0, place, name, head)
    for number, row in enumerate(sheet.rows, 1):
        for name, cell in row.items():
            # What a party tells that is none here, or none any more, has no column, as in the CSV.
            if name in places:
                page.write_string(number, places[name], cell, body)
    page.autofilter(0, 0, max(1, len(sheet.rows)), len(names) - 1)
    for name, place in places.items():
        _limit(page, name, place, codes, len(sheet.rows) + SPARE)


def _limit(page: Writing, name: str, place: int, codes: Mapping[str, Sequence[str]], last: int) -> None:
    """Let a coded column take the codes alone that stand on the sheet of codes; of this commission's own, another is only warned of."""
    from xlsxwriter.utility import xl_col_to_name  # noqa: PLC0415 -- as above

    column = name.partition(".")[0]
    found = column_of(name)
    if found and column in codes:
        letter = xl_col_to_name(list(codes).index(column))
        source = f"=codes!${letter}$2:${letter}${len(codes[column]) + 1}"
        kind = "stop" if found[0].codes else "warning"
        page.data_validation(1, place, last, place, {"validate": "list", "source": source, "error_type": kind})


def _plain(page: Writing, rows: Iterable[Sequence[str]], head: Writing, body: Writing) -> None:
    page.freeze_panes(1, 0)
    for number, row in enumerate(rows):
        for place, cell in enumerate(row):
            page.set_column(place, place, 30)
            page.write_string(number, place, cell, body if number else head)
