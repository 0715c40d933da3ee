"""What stands on the pages of a return: the columns that ministries ask for, gathered so that they fit a sheet of paper."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from service.reports.pdf.instruments import about, force
from service.reports.pdf.lines import NOTHING, Cell, Pages, notes
from service.reports.rules.return_tables import bodies, ministries
from service.reports.rules.tables import Data, missing
from service.reports.words import said

COLUMNS: Final = (
    "Title of the instrument",
    "Ministry",
    "Foreign signatory body",
    "Signed on",
    "In force",
    "Progress by area",
    "Missing step",
)
WIDTHS: Final = (5, 4, 4, 3, 4, 5, 4)
SENTENCE: Final = "On {day}, {n} instruments."


def document(told: Data, language: str) -> dict[str, Any]:
    """Return all that stands on the pages; `InvalidContent` if that is more than a PDF holds."""
    pages, day = Pages(told, language, [told["party"]]), told["as_of"]
    made = {
        "language": language,
        "direction": pages.direction,
        "date": list(date.fromisoformat(day).timetuple()[:3]),
        "title": f"{said('Return of instruments', language)}: {told['party']}",
        "commission": [pages.line(pages.country(told["party"]), language)],
        "sentence": said(SENTENCE, language).format(day=day, n=len(told["rows"])),
        "none": said("None", language),
        "facts": _facts(pages),
        "tables": [
            pages.table("Instruments", COLUMNS, [_row(pages, one) for one in told["rows"]], WIDTHS),
            _logs(pages),
        ],
        "rules": [],
        "signatures": {
            "heading": said("Signatures", language),
            "parties": [[pages.line(pages.country(told["party"]), strong=True)]],
        },
        "footer": [
            f"{told['party']}  as of {day}  audience {told['audience']}  commissions {len(told['logs'])}",
            f"Digest (SHA-256) of the JSON {told['digest']}",
        ],
    }
    return {**made, "notes": list(notes(pages, made))}


def _facts(pages: Pages) -> Data:
    told = pages.report
    named = [one["name"] or one["code"] or one["id"] for one in told["organisations"]]
    facts = [
        ("Party", pages.country(told["party"])),
        ("Ministry", "; ".join(named)),
        ("As of", told["as_of"]),
        ("Known at", told["known_at"]),
        ("Audience", pages.name(told["audience"])),
    ]
    rows = [[[pages.word(name)], [pages.line(value)]] for name, value in facts if value]
    return pages.table("Summary", ("Fact", "Value"), rows, (1, 4))


def _logs(pages: Pages) -> Data:
    found = [(one["commission"]["code"], one) for one in pages.report["logs"]] + [
        ("registry", pages.report["registry"])
    ]
    rows = [
        [[pages.line(code)], [pages.line(one["size"])], [pages.line(one["root_hash"])], [pages.line(one["key"])]]
        for code, one in found
    ]
    return pages.table("Logs", ("Commission", "Entries", "Root hash", "Key"), rows, (2, 1, 5, 5))


def _row(pages: Pages, row: Data) -> list[Cell]:
    return [
        about(pages, row),
        [pages.line(one) for one in [*ministries(row), *bodies(row["own_signatories"])]],
        [pages.line(one) for one in bodies(row["foreign_signatories"]) or map(pages.country, row["countries"])],
        [pages.line(one) for one in (row["signed_on"] or NOTHING, row["place"]) if one],
        list(force(pages, row)),
        list(_progress(pages, row)),
        list(_lacking(pages, row)),
    ]  # fmt: skip


def _progress(pages: Pages, row: Data) -> Iterable[Any]:
    for area in row["areas"]:
        yield pages.line(pages.name(area["area"]), pages.language, strong=True)
        for one in area["commitments"]:
            levels = [f"{party}: {pages.name(level)}" for party, level in one["levels"].items()]
            state = pages.name(one["state"]) or NOTHING
            yield pages.line(", ".join([f"{one['reference']} {state}", *levels]), pages.language)


def _lacking(pages: Pages, row: Data) -> Iterable[Any]:
    yield from map(pages.line, missing(row))
    if row["not_confirmed_by"]:
        said_so = said("Not confirmed by", pages.language)
        yield pages.line(f"{said_so}: {', '.join(row['not_confirmed_by'])}", pages.language)
    yield from map(pages.line, row["remarks"])
