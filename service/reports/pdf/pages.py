"""What stands on the pages of a report; how it looks is the template's."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from service.register.commitments.rules.reporting import Level
from service.reports.names import name_of
from service.reports.pdf.instruments import gathered
from service.reports.pdf.lines import NOTHING, RANGE, Cell, Line, Pages, notes, titles
from service.reports.rules.tables import LED, Data, Table, lists
from service.reports.words import said

SENTENCE: Final = "On {day}, {n} of {m} were fully implemented, as every party has confirmed."
_CODED: Final = {"State", "Move"}
_WIDTHS: Final = {"Reference": 0, "Reason": 6}
_MOMENT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z").fullmatch


def document(report: Data, language: str) -> dict[str, Any]:
    """Return all that stands on the pages; `InvalidContent` if that is more than a PDF holds."""
    pages = Pages(report, language, report["commission"]["parties"])
    metric, day = report["metrics"]["fully_implemented"], report["as_of"]
    sentence = said(SENTENCE, language).format(day=day, n=metric["numerator"], m=metric["denominator"])
    made = {
        "language": language,
        "direction": pages.direction,
        "date": list(date.fromisoformat(day).timetuple()[:3]),
        "title": _title(pages),
        "commission": titles(pages, report["commission"]["titles"]),
        "sentence": sentence,
        "none": said("None", language),
        "facts": _facts(pages),
        "tables": [
            *_figures(pages),
            _matrix(pages),
            *(gathered(pages) if one.name == "Instruments" else _list(pages, one) for one in lists(report)),
            *_counted(pages),
        ],
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
    return {**made, "notes": list(notes(pages, made))}


def _title(pages: Pages) -> str:
    session, code = pages.report["session"], pages.report["commission"]["code"]
    number = f"/{session['ordinal']:02d}" if session and session["ordinal"] else ""
    return f"{said('Implementation report', pages.language)}: {code}{number}"


def _facts(pages: Pages) -> Data:
    report, session = pages.report, pages.report["session"] or {}
    told = [
        ("Parties", ", ".join(map(pages.country, pages.parties))),
        ("Venue", session.get("venue")),
        ("Days", _range(session.get("starts_on"), session.get("ends_on"))),
        ("As of", report["as_of"]),
        ("Known at", report["known_at"]),
        ("Audience", pages.name(report["audience"])),
        ("Kept by", report["commission"]["kept_by"]),
        ("Entries", report["log"]["size"]),
    ]
    rows = [[[pages.word(name)], [pages.line(value)]] for name, value in told if value]
    return pages.table("Summary", ("Fact", "Value"), rows, (1, 4))


def _range(*days: str | None) -> str:
    return RANGE.join(dict.fromkeys(filter(None, days)))


def _figures(pages: Pages) -> Iterable[Data]:
    metrics = pages.report["metrics"]
    groups = {one["id"]: one["titles"] for one in pages.report["working_groups"]}
    for name, key in (("State", "by_state"), ("Sector", "by_sector"), ("Group", "by_group")):
        rows = [
            [
                titles(pages, groups[of]) if (of := one["key"]) in groups else [pages.line(pages.name(of) or NOTHING)],
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
        [*titles(pages, one["titles"]), pages.line(", ".join(filter(None, about))), *_led(pages, one)],
        [
            pages.line(told, strong=not place)
            for place, told in enumerate(
                (pages.name(one["state"]) or NOTHING, one["state_since"], alone, pages.name(one["hint"]))
            )
            if told
        ],
        [pages.line(told) for told in (one["target_date"], one["target_text"], late) if told],
        [line for party in pages.parties for line in _reported(pages, party, one["reports"].get(party))],
        [pages.line(party) for party in one["awaiting"]],
    ]


def _led(pages: Pages, one: Data) -> Iterable[Line]:
    for party in pages.parties:
        for led in one["lead_organisations"].get(party, ()):
            yield pages.line(f"{said(LED, pages.language)}, {party}: {led['name']}", pages.language)


def _reported(pages: Pages, party: str, told: Data | None) -> Iterable[Line]:
    if told is None:
        return
    # As it was said: the day from which it counts may be none that anybody named.
    period = _range(told["period_start"], told["period_end"])
    yield pages.line(f"{party}: {pages.name(told['level'])} ({period})", pages.language, strong=True)
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
    known = f"  known at {report['known_at']}" if report["known_at"] else ""
    return [
        f"{report['commission']['code']}  as of {report['as_of']}{known}  audience {report['audience']}  {log['size']} entries of {log['origin']}",
        f"Root hash {log['root_hash']}  Key {log['key']}",
        f"Digest (SHA-256) of the JSON {report['digest']}",
    ]
