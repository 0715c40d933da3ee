"""Words of a report as its pages take them: lines with their language and direction, gathered in cells and tables.

A text that is longer than its cell can hold is shortened: the JSON has all of it, and its digest stands on every page.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from babel import Locale

from service.errors import InvalidContent
from service.reports.names import name_of
from service.reports.pdf.fonts import REPLACEMENT, with_glyphs
from service.reports.rules.tables import Data, text
from service.reports.words import RIGHT_TO_LEFT, UNREVIEWED, is_reviewed, said

RANGE = NOTHING = "\N{EN DASH}"
MOST_ROWS: Final = 2_000
"""So many rows has a table at most."""
TITLE, CELL = 300, 1_400
"""So many characters of a title, and of all that a cell tells, are shown."""
SHORTENED: Final = "Long texts are shortened here; the JSON has them whole."
UNREADABLE: Final = "Characters that these fonts lack are shown as \N{REPLACEMENT CHARACTER}; the JSON has them."
_LONG: Final = re.compile(r"[^\s\u200b]{24}(?=[^\s])")
Line = dict[str, Any]
Cell = list[Line]


class Pages:
    """Words of one report, in one language."""

    def __init__(self, report: Data, language: str, parties: Sequence[str]) -> None:
        self.report, self.language, self.parties = report, language, parties
        self.direction = "rtl" if language in RIGHT_TO_LEFT else "ltr"
        self.most = max(120, CELL // (2 * len(self.parties)))

    def word(self, english: str) -> Line:
        """Return a word of ours as a line."""
        return self.line(said(english, self.language), self.language)

    def name(self, code: str | None) -> str:
        """Return what a code is called."""
        return said(name_of(code), self.language) if code else ""

    def line(self, told: object, language: str | None = None, most: int = CELL, *, strong: bool = False) -> Line:
        """Return a text as a line; of a text whose language is not known the first letter tells the direction, or its figures."""
        shown = " ".join(text(told).split())
        if len(shown) > most:
            shown = f"{shown[: most - 1]}…"
        shown = with_glyphs(_LONG.sub("\\g<0>\u200b", shown))
        figures = self.direction if any(one.isdecimal() and not one.isascii() for one in shown) else "ltr"
        way = _direction(shown, figures) if language is None else _written(language, shown)
        return {"text": shown, "language": (language or self.language)[:2].lower(), "direction": way, "strong": strong}

    def table(
        self, heading: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]], widths: Sequence[int]
    ) -> Data:
        """Return a table as the template takes it; `InvalidContent` if it has more rows than a PDF holds."""
        listed = [list(row) for row in rows]
        if len(listed) > MOST_ROWS:
            detail = (
                f"pdf holds {MOST_ROWS:,} rows of a table at most, and {heading!r} has {len(listed):,}; "
                "ask for xlsx, csv or json, or for the report of one session"
            )
            raise InvalidContent(f"format {detail}", errors=[{"parameter": "format", "detail": detail}])
        return {
            "heading": said(heading, self.language),
            "columns": [said(one, self.language) for one in columns],
            "rows": listed,
            "widths": list(widths),
        }

    def country(self, party: str) -> str:
        """Return the name of a party's country with its code."""
        called = Locale(self.language).territories.get(party)
        return f"{called} ({party})" if called else party


def _written(language: str, shown: str) -> str:
    return "rtl" if language[:2].lower() in {*RIGHT_TO_LEFT, "ar", "fa", "ps", "sd", "he"} else _direction(shown, "ltr")


def _direction(shown: str, otherwise: str) -> str:
    """Return in which direction a text is written, by its first letter (UAX 9, P2)."""
    first = next((kind for one in shown if (kind := unicodedata.bidirectional(one)) in {"L", "R", "AL"}), None)
    return otherwise if first is None else ("ltr" if first == "L" else "rtl")


def titles(pages: Pages, every: Mapping[str, str], most: int = TITLE) -> Cell:
    """Return the titles, that in the reader's language first."""
    ordered = sorted(every.items(), key=lambda one: one[0] != pages.language)
    return [pages.line(title, language, most, strong=not place) for place, (language, title) in enumerate(ordered[:4])]


def notes(pages: Pages, made: Data) -> Iterable[Line]:
    """Yield what a reader has to know of the pages: that a translation is unreviewed, that texts are shortened or lack letters."""
    if not is_reviewed(pages.language):
        yield pages.word(UNREVIEWED)
        yield pages.line(UNREVIEWED, "en")
    everything = str(made)
    if "…" in everything:
        yield pages.word(SHORTENED)
    if REPLACEMENT in everything:
        yield pages.word(UNREADABLE)
