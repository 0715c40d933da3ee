"""What stands on the pages of a report: words and their directions; how they look is the template's.

A text that is longer than its cell can hold is shortened: the JSON has all of it, and its digest stands on every page.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from babel import Locale

from service.errors import InvalidContent
from service.register.commitments.rules.reporting import Level
from service.reports.names import name_of
from service.reports.pdf.fonts import REPLACEMENT, with_glyphs
from service.reports.rules.tables import Data, Table, lists, text
from service.reports.words import RIGHT_TO_LEFT, UNREVIEWED, is_reviewed, said

MOST_ROWS: Final = 2_000
"""So many rows has a table at most."""
TITLE, CELL = 300, 1_400
"""So many characters of a title, and of all that a cell tells, are shown."""
RANGE = NOTHING = "\N{EN DASH}"
SENTENCE: Final = "On {day}, {n} of {m} were fully implemented, as every party has confirmed."
SHORTENED: Final = "Long texts are shortened here; the JSON has them whole."
UNREADABLE: Final = "Characters that these fonts lack are shown as \N{REPLACEMENT CHARACTER}; the JSON has them."
_CODED: Final = {"State", "Move", "Kind of instrument"}
_WIDTHS: Final = {"Reference": 0, "Reason": 6, "Title of the instrument": 6}
_MOMENT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z").fullmatch
_LONG: Final = re.compile(r"[^\s\u200b]{24}(?=[^\s])")
Line = dict[str, Any]
Cell = list[Line]


class Pages:
    """Words of one report, in one language."""

    def __init__(self, report: Data, language: str) -> None:
        self.report, self.language = report, language
        self.parties: Sequence[str] = report["commission"]["parties"]
        self.direction = "rtl" if language in RIGHT_TO_LEFT else "ltr"
        self.most = max(120, CELL // (2 * len(self.parties)))

    def word(self, english: str) -> Line:
        """Return a word of ours as a line."""
        return self.line(said(english, self.language), self.language)

    def name(self, code: str | None) -> str:
        """Return what a code is called."""
        return said(name_of(code), self.language) if code else ""

    def line(self, told: object, language: str | None = None, most: int = CELL, *, strong: bool = False) -> Line:
        """Return a text as a line; of a text whose language is not known the first letter tells the direction."""
        shown = " ".join(text(told).split())
        if len(shown) > most:
            shown = f"{shown[: most - 1]}…"
        shown = with_glyphs(_LONG.sub("\\g<0>\u200b", shown))
        way = _direction(shown, self.direction) if language is None else _written(language, shown)
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


def document(report: Data, language: str) -> dict[str, Any]:
    """Return all that stands on the pages; `InvalidContent` if that is more than a PDF holds."""
    pages = Pages(report, language)
    metric, day = report["metrics"]["fully_implemented"], report["as_of"]
    sentence = said(SENTENCE, language).format(day=day, n=metric["numerator"], m=metric["denominator"])
    made = {
        "language": language,
        "direction": pages.direction,
        "date": list(date.fromisoformat(day).timetuple()[:3]),
        "title": _title(pages),
        "commission": _titles(pages, report["commission"]["titles"]),
        "sentence": sentence,
        "none": said("None", language),
        "facts": _facts(pages),
        "tables": [*_figures(pages), _matrix(pages), *(_list(pages, one) for one in lists(report)), *_counted(pages)],
        "rules": [
            {"heading": said(name, language), "text": pages.line(report["metrics"][key]["rule"]["text"], "en", 4000)}
            for name, key in (("Fully implemented", "fully_implemented"), ("Progress", "progress"))
        ],
        "signatures": {
            "heading": said("Signatures", language),
            "parties": [_signer(pages, one) for one in pages.parties],
        },
        "footer": _footer(report),
    }
    return {**made, "notes": list(_notes(pages, made))}


def _title(pages: Pages) -> str:
    session, code = pages.report["session"], pages.report["commission"]["code"]
    number = f"/{session['ordinal']:02d}" if session and session["ordinal"] else ""
    return f"{said('Implementation report', pages.language)}: {code}{number}"


def _notes(pages: Pages, made: Data) -> Iterable[Line]:
    if not is_reviewed(pages.language):
        yield pages.word(UNREVIEWED)
        yield pages.line(UNREVIEWED, "en")
    everything = str(made)
    if "…" in everything:
        yield pages.word(SHORTENED)
    if REPLACEMENT in everything:
        yield pages.word(UNREADABLE)


def _facts(pages: Pages) -> Data:
    report, session = pages.report, pages.report["session"] or {}
    told = [
        ("Parties", ", ".join(map(pages.country, pages.parties))),
        ("Venue", session.get("venue")),
        ("Days", _range(session)),
        ("As of", report["as_of"]),
        ("Audience", pages.name(report["audience"])),
        ("Kept by", report["commission"]["kept_by"]),
        ("Entries", report["log"]["size"]),
    ]
    rows = [[[pages.word(name)], [pages.line(value)]] for name, value in told if value]
    return pages.table("Summary", ("Fact", "Value"), rows, (1, 4))


def _range(session: Data) -> str:
    return RANGE.join(dict.fromkeys(filter(None, (session.get("starts_on"), session.get("ends_on")))))


def _titles(pages: Pages, titles: Mapping[str, str], most: int = TITLE) -> Cell:
    """Return the titles, that in the reader's language first."""
    ordered = sorted(titles.items(), key=lambda one: one[0] != pages.language)
    return [pages.line(title, language, most, strong=not place) for place, (language, title) in enumerate(ordered[:4])]


def _figures(pages: Pages) -> Iterable[Data]:
    metrics = pages.report["metrics"]
    groups = {one["id"]: one["titles"] for one in pages.report["working_groups"]}
    for name, key in (("State", "by_state"), ("Sector", "by_sector"), ("Group", "by_group")):
        rows = [
            [
                _titles(pages, groups[of]) if (of := one["key"]) in groups else [pages.line(pages.name(of) or NOTHING)],
                [pages.line(one["numerator"])],
                [pages.line(one["denominator"])],
            ]
            for one in metrics["fully_implemented"][key]
        ]
        yield pages.table(name, (name, "Fully implemented", "Counted"), rows, (4, 1, 1))
    by_party = {one["party"]: one for one in metrics["progress"]["by_party"]}
    rows = [
        [[pages.line(one)], *([pages.line(by_party[one]["levels"][level])] for level in Level),
         [pages.line(by_party[one]["not_reported"])]]
        for one in pages.parties if one in by_party
    ]  # fmt: skip
    columns = ("Party", *map(name_of, Level), "Not reported")
    yield pages.table("Progress", columns, rows, (2,) * len(columns))


def _matrix(pages: Pages) -> Data:
    columns = ("Reference", "Title", "State", "Target date", "Progress", "Awaiting")
    return pages.table("Matrix", columns, [_row(pages, one) for one in pages.report["matrix"]], (0, 5, 3, 2, 7, 2))


def _row(pages: Pages, one: Data) -> list[Cell]:
    about = [pages.name(one["sector"]), pages.name(one["verb"]) if one["verb"] != "agreed" else ""]
    late, alone = (
        said(name, pages.language) if one[key] else ""
        for name, key in (("Overdue", "overdue"), ("One-sided", "one_sided"))
    )
    return [
        [pages.line(one["reference"]), *([pages.line(one["paragraph"])] if one["paragraph"] else [])],
        [*_titles(pages, one["titles"]), pages.line(", ".join(filter(None, about)))],
        [
            pages.line(told, strong=not place)
            for place, told in enumerate((pages.name(one["state"]) or NOTHING, one["state_since"], alone))
            if told
        ],
        [pages.line(told) for told in (one["target_date"], late) if told],
        [line for party in pages.parties for line in _reported(pages, party, one["reports"].get(party))],
        [pages.line(party) for party in one["awaiting"]],
    ]


def _reported(pages: Pages, party: str, told: Data | None) -> Iterable[Line]:
    if told is None:
        return
    yield pages.line(f"{party}: {pages.name(told['level'])} ({told['on']})", pages.language, strong=True)
    yield pages.line(told["text"], None, pages.most)
    for name, value in (("Reason for delay", pages.name(told["delay_reason"])), ("Expected on", told["expected_on"])):
        if value:
            yield pages.line(f"{said(name, pages.language)}: {value}", pages.language)
    if told["next_step"]:
        yield pages.word("Next step")
        yield pages.line(told["next_step"], None, pages.most // 2)


def _list(pages: Pages, table: Table) -> Data:
    names = [name for name, _ in table.columns]
    rows = [
        [[pages.line(_shown(pages, name, value))] for name, value in zip(names, row, strict=True)] for row in table.rows
    ]
    return pages.table(table.name, names, rows, [_WIDTHS.get(name, 3) for name in names])


def _shown(pages: Pages, name: str, value: str) -> str:
    if name in _CODED:
        return pages.name(value)
    return f"{value[:10]} {value[11:16]} UTC" if _MOMENT(value) else value


def _counted(pages: Pages) -> Iterable[Data]:
    """Return what was left out, and what changed since an earlier day."""
    excluded, comparison = pages.report["metrics"]["fully_implemented"]["excluded"], pages.report["comparison"]
    rows = [[[pages.line(one["reference"])], [pages.line(pages.name(one["reason"]))]] for one in excluded]
    yield pages.table("Not counted", ("Reference", "Reason"), rows, (1, 4))
    if comparison:
        rows = [
            [
                [pages.line(one["reference"])],
                *([pages.line(pages.name(one[name]) or NOTHING)] for name in ("before", "after")),
            ]
            for one in comparison["changed"]
        ]
        made = pages.table("Changed since an earlier day", ("Reference", "Before", "After"), rows, (1, 2, 2))
        yield {**made, "heading": f"{made['heading']}: {comparison['compared_to']}"}


def _signer(pages: Pages, party: str) -> Cell:
    chair = ((pages.report["session"] or {}).get("co_chairs") or {}).get(party) or {}
    told = (pages.country(party), chair.get("name"), chair.get("title"))
    return [pages.line(one, strong=not place) for place, one in enumerate(told) if one]


def _footer(report: Data) -> list[str]:
    log = report["log"]
    return [
        f"{report['commission']['code']}  as of {report['as_of']}  audience {report['audience']}  {log['size']} entries of {log['origin']}",
        f"Root hash {log['root_hash']}  Key {log['key']}",
        f"Digest (SHA-256) of the JSON {report['digest']}",
    ]
