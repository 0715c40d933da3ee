"""Instruments on the pages of a report: what its sheet has in many columns is gathered in a few."""

from collections.abc import Iterable
from typing import Final

from service.reports.pdf.lines import NOTHING, Cell, Line, Pages, titles
from service.reports.rules.tables import Data, missing
from service.reports.words import said

COLUMNS: Final = ("Title of the instrument", "State", "Signed on", "In force", "Missing step")


def gathered(pages: Pages) -> Data:
    """Return the instruments of a report as a table."""
    rows = [
        [
            about(pages, row),
            [pages.line(pages.name(row["state"]) or NOTHING, strong=True)],
            [pages.line(one) for one in (row["signed_on"] or NOTHING, row["place"]) if one],
            list(force(pages, row)),
            [pages.line(one) for one in missing(row)],
        ]
        for row in pages.report["instruments"]
    ]
    return pages.table("Instruments", COLUMNS, rows, (6, 2, 2, 4, 4))


def about(pages: Pages, row: Data) -> Cell:
    """Return what it is: its titles, its kind and reference, and the commitments that it carries."""
    called = titles(pages, row["titles"]) or [pages.line(one, strong=True) for one in [row["title"]] if one]
    kind = f"{pages.name(row['kind'])} {row['reference'] or ''}".strip()
    return [
        *called,
        pages.line(kind, strong=not called),
        pages.line(", ".join(one["reference"] for one in row["commitments"])),
    ]


def force(pages: Pages, row: Data) -> Iterable[Line]:
    """Yield whether it is in force, since when and until when, and what follows."""
    yield pages.line(pages.name(row["force"]) or NOTHING, pages.language, strong=True)
    for name, value in (
        ("Enters into force on", row["in_force_on"]),
        ("Expires on", row["expires_on"]),
        ("Renewal", pages.name(row["renewal"])),
        ("Last safe day for notice", row["notice_by"]),
    ):
        if value:
            yield pages.line(f"{said(name, pages.language)}: {value}", pages.language)
