"""A report as tables of texts: what a spreadsheet shows, in the order in which it is read. Pure.

Codes stay codes, so that what was exported can be read by a program; the names of columns are words, and are translated.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

Data = Mapping[str, Any]
Row = list[str]


@dataclass(frozen=True, slots=True)
class Table:
    """A named table: its columns, each with what stands after the dot (a party, a language), and its rows."""

    name: str
    columns: list[tuple[str, str]]
    rows: list[Row]


_FACTS: Final = {
    "Reference": "reference", "Item": "item_number", "Paragraph": "paragraph", "Annex": "annex", "Verb": "verb", "Kind": "kind", "Sector": "sector",
    "State": "state", "Since": "state_since", "Agreed on": "agreed_on", "Target date": "target_date", "Target": "target_text",
    "Overdue": "overdue", "Hint": "hint", "Items": "package_items", "Items done": "package_items_done", "Awaiting": "awaiting", "Subject to approval of": "subject_to", "Carried over to": "carried_over_to", "Replaced by": "successors",
    "Outcome": "outcome", "Modification": "modification", "One-sided": "one_sided", "Confidentiality": "confidentiality",
    "Remark": "remark", "Source": "source",
}  # fmt: skip
_INSTRUMENT: Final = {
    "Kind of instrument": "kind", "Title of the instrument": "title", "Signed on": "signed_on", "Place": "place",
    "Enters into force on": "enters_into_force_on", "Expires on": "expires_on",
}  # fmt: skip
_REPORTED: Final = {
    "Progress": "level", "Period from": "period_start", "Period to": "period_end", "Reported on": "on", "Report": "text", "Reason for delay": "delay_reason", "Next step": "next_step",
    "Expected on": "expected_on",
}  # fmt: skip
ORIGIN: Final = ("Entries", "Root hash", "Key", "Digest (SHA-256)")
LED: Final = "Lead body"
LABELS: Final = (*_FACTS, *_INSTRUMENT, LED, *_REPORTED)


def text(value: object) -> str:
    """Return a value as a cell shows it: nothing for what is not known, yes and no in the words of JSON."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return "; ".join(map(text, value)) if isinstance(value, list | tuple) else str(value)


def tables(report: Data) -> list[Table]:
    """Return the sheets of a report."""
    return [summary(report), matrix(report), *lists(report), _rules(report)]


def summary(report: Data) -> Table:
    """Return what the report is about, n of m, and what it was made from."""
    metric, log, session = report["metrics"]["fully_implemented"], report["log"], report["session"] or {}
    rows = [
        ["Commission", report["commission"]["code"]],
        ["Session", text(session.get("ordinal"))],
        ["As of", report["as_of"]],
        ["Known at", text(report["known_at"])],
        ["Audience", report["audience"]],
        ["Kept by", text(report["commission"]["kept_by"])],
        ["Fully implemented", text(metric["numerator"])],
        ["Counted", text(metric["denominator"])],
        ["Entries", text(log["size"])],
        ["Root hash", log["root_hash"]],
        ["Key", log["key"]],
        ["Notice", text(log["notice"])],
        ["Digest (SHA-256)", report["digest"]],
    ]
    return Table("Summary", [("Fact", ""), ("Value", "")], rows)


def with_origin(report: Data) -> Table:
    """Return the matrix, each row with what the report was made from: a file of this table alone."""
    table, told = matrix(report), dict(summary(report).rows)
    return beside(table, ([told[name] for name in ORIGIN] for _ in table.rows))


def beside(table: Table, origins: Iterable[Sequence[str]]) -> Table:
    """Return a table with what each of its rows was made from, in the order of `ORIGIN`, beside it."""
    rows = [[*row, *origin] for row, origin in zip(table.rows, origins, strict=True)]
    return Table(table.name, [*table.columns, *((name, "") for name in ORIGIN)], rows)


def matrix(report: Data) -> Table:
    """Return one row for each commitment."""
    languages, parties = report["commission"]["languages"], report["commission"]["parties"]
    columns: list[tuple[tuple[str, str], Callable[[Data], object]]] = [
        *(((label, ""), _fact(name)) for label, name in _FACTS.items()),
        *((("Title", language), _inner("titles", language)) for language in languages),
        *(((label, ""), _inner("instrument", name)) for label, name in _INSTRUMENT.items()),
        *(((LED, party), _led(party)) for party in parties),
        *(((label, party), _of_party(party, name)) for party in parties for label, name in _REPORTED.items()),
    ]
    rows = [[text(read(row)) for _, read in columns] for row in report["matrix"]]
    return Table("Matrix", [heading for heading, _ in columns], rows)


def _fact(name: str) -> Callable[[Data], object]:
    return lambda row: row[name]


def _inner(name: str, key: str) -> Callable[[Data], object]:
    return lambda row: (row[name] or {}).get(key)


def _led(party: str) -> Callable[[Data], object]:
    return lambda row: [one["name"] for one in row["lead_organisations"].get(party, ())]


def _of_party(party: str, name: str) -> Callable[[Data], object]:
    return lambda row: row["reports"].get(party, {}).get(name)


def lists(report: Data) -> Iterable[Table]:
    """Yield what is disputed, what awaits whom, the instruments, and what is still open of earlier sessions."""
    yield _listed("Disputes", report["disputes"], {
        "Reference": "reference", "Move": "action", "Proposed by": "proposed_by", "Refused by": "refused_by", "Refused at": "refused_at",
        "Reason": "reason",
    })  # fmt: skip
    yield _listed("Awaiting", report["awaiting"], {
        "Reference": "reference", "Move": "action", "Proposed by": "proposed_by", "Since": "since", "Awaiting": "awaiting",
    })  # fmt: skip
    yield tabulated("Instruments", report["instruments"], INSTRUMENT_COLUMNS)
    yield _listed("Earlier decisions still open", report["older"], {
        "Reference": "reference", "Session": "session", "State": "state", "Target date": "target_date",
        "Times carried over": "carried_over_count",
    })  # fmt: skip


def _listed(name: str, rows: Iterable[Data], labels: Mapping[str, str]) -> Table:
    return tabulated(name, rows, {label: _fact(member) for label, member in labels.items()})


def tabulated(name: str, rows: Iterable[Data], columns: Mapping[str, Callable[[Data], object]]) -> Table:
    """Return a table of these columns, each with what reads its cell."""
    told = [[text(read(row)) for read in columns.values()] for row in rows]
    return Table(name, [(label, "") for label in columns], told)


def _references(row: Data) -> list[str]:
    return [one["reference"] for one in row["commitments"]]


def missing(row: Data) -> list[str]:
    """Return whose step is missing, since when."""
    return [
        f"{one['party'] or ''} {one['step']}{f' ({since})' if (since := one['since']) else ''}".strip()
        for one in row["missing_steps"]
    ]


CLAUSE_COLUMNS: Final[Mapping[str, Callable[[Data], object]]] = {
    "Signed on": _fact("signed_on"), "Place": _fact("place"), "In force": _fact("force"), "Enters into force on": _fact("in_force_on"),
    "Expires on": _fact("expires_on"), "Renewal": _fact("renewal"), "Last safe day for notice": _fact("notice_by"),
}  # fmt: skip
INSTRUMENT_COLUMNS: Final[Mapping[str, Callable[[Data], object]]] = {
    "Reference": _fact("reference"), "Commitments": _references, "Kind of instrument": _fact("kind"),
    "Title of the instrument": _fact("title"), "State": _fact("state"), **CLAUSE_COLUMNS, "Missing step": missing,
}  # fmt: skip


def _rules(report: Data) -> Table:
    metrics = report["metrics"]
    named: Sequence[tuple[str, Data]] = (
        ("Fully implemented", metrics["fully_implemented"]), ("Progress", metrics["progress"]),
    )  # fmt: skip
    excluded = metrics["fully_implemented"]["excluded"]
    rows = [[name, metric["rule"]["text"]] for name, metric in named]
    return Table(
        "How it is counted",
        [("Fact", ""), ("Value", "")],
        [*rows, *([one["reference"], one["reason"]] for one in excluded)],
    )
