"""Tables as files: XLSX and CSV. Whatever a cell holds is text: nothing in it is ever computed or run.

The same tables give the same bytes.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any, Final

from service.register.commitments.rules.amendment import Verb
from service.register.commitments.rules.lifecycle import State
from service.register.commitments.rules.reporting import Delay, Level
from service.reports.rules.tables import Table
from service.reports.words import RIGHT_TO_LEFT, UNREVIEWED, is_reviewed, said

BOM: Final = b"\xef\xbb\xbf"
RISKY: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "'")
"""A cell that begins so is run by some spreadsheet; the last is what marks such a cell, and is marked too."""
CODED: Final[Mapping[str, Sequence[str]]] = {
    "State": list(State), "Verb": list(Verb), "Progress": list(Level), "Reason for delay": list(Delay),
}  # fmt: skip
MOST_CHARACTERS: Final = 32_767
"""So many fit a cell of a workbook."""


def marked(cell: str) -> str:
    """Return a cell as a CSV holds it: marked with an apostrophe where a spreadsheet would run it; an import takes one away."""
    return f"'{cell}" if cell.startswith(RISKY) else cell


def as_csv(table: Table, language: str) -> bytes:
    """Return a table as CSV (RFC 4180) in UTF-8 with its mark."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(map(marked, _headings(table, language)))
    writer.writerows(map(marked, row) for row in table.rows)
    return BOM + out.getvalue().encode()


def as_xlsx(told: Sequence[Table], title: str, day: date, made_from: str, language: str) -> bytes:
    """Return tables as a workbook, a sheet for each; its properties say of what day it is, and what it was made from."""
    import xlsxwriter  # noqa: PLC0415 -- a service that starts need not wait for it

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    created = datetime.combine(day, time(), UTC).replace(tzinfo=None)
    book.set_properties({"title": title, "created": created, "comments": made_from})
    head, body = (
        book.add_format({"bold": True, "text_wrap": True, "valign": "top"}),
        book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"}),
    )
    for place, table in enumerate(told):
        sheet = book.add_worksheet(said(table.name, language)[:31])
        if language in RIGHT_TO_LEFT:
            sheet.right_to_left()
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, max(0, len(table.columns) - 1), 18)
        for column, heading in enumerate(_headings(table, language)):
            sheet.write_string(0, column, heading, head)
        note = [] if is_reviewed(language) or place else [["", said(UNREVIEWED, language)], ["", UNREVIEWED]]
        for number, row in enumerate([*_worded(table, language), *note], 1):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, cell[:MOST_CHARACTERS], body)
        sheet.autofilter(0, 0, max(1, len(table.rows)), len(table.columns) - 1)
        _limit(sheet, table)
    book.close()
    return out.getvalue()


def _headings(table: Table, language: str) -> list[str]:
    return [f"{said(name, language)}{f'.{of}' if of else ''}" for name, of in table.columns]


def _worded(table: Table, language: str) -> Iterable[list[str]]:
    """Return the rows; where the first cell names a fact, in this language."""
    if table.columns[0][0] != "Fact":
        return table.rows
    return [[said(first, language), *rest] for first, *rest in table.rows]


def _limit(sheet: Any, table: Table) -> None:  # noqa: ANN401 -- xlsxwriter has no types
    """Let a coded column take its codes alone."""
    for column, (name, _) in enumerate(table.columns):
        if name in CODED and table.rows:
            codes = ",".join(CODED[name])
            if len(codes) <= 255:
                sheet.data_validation(
                    1, column, len(table.rows), column, {"validate": "list", "source": list(CODED[name])}
                )
