"""The return as tables of texts, in the order in which ministries ask for it. Pure."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from service.reports.rules.tables import CLAUSE_COLUMNS, Data, Table, beside, missing, tabulated, text


def bodies(signatories: Iterable[Data]) -> list[str]:
    """Return who signed: the body, and in whose person, as far as that is known."""
    return [
        f"{one['party']}: {', '.join(filter(None, (one['organisation'], one['name'], one['title'])))}"
        for one in signatories
    ]


def ministries(row: Data) -> list[str]:
    """Return the organisations that answer for it, by name and code."""
    return [
        " ".join(filter(None, (one["name"], one["code"] and f"({one['code']})"))) or one["id"]
        for one in row["ministries"]
    ]


def progress(row: Data) -> list[str]:
    """Return of each area how far its commitments are: the state, and each party's own word."""
    return [
        f"{area['area']}: {one['reference']} {_how_far(one)}" for area in row["areas"] for one in area["commitments"]
    ]


def _how_far(one: Data) -> str:
    levels = [f"{party} {level}" for party, level in one["levels"].items()]
    return ", ".join(filter(None, (text(one["state"]), *levels)))


COLUMNS: Final[Mapping[str, Callable[[Data], object]]] = {
    "Ministry": ministries,
    "Country": lambda row: row["countries"],
    "Foreign signatory body": lambda row: bodies(row["foreign_signatories"]),
    "Own signatory": lambda row: bodies(row["own_signatories"]),
    "Kind of instrument": lambda row: row["kind"],
    "Title of the instrument": lambda row: row["title"],
    **CLAUSE_COLUMNS,
    "Areas": lambda row: [one["area"] for one in row["areas"]],
    "Progress by area": progress,
    "Confirmed by": lambda row: row["confirmed_by"],
    "Not confirmed by": lambda row: row["not_confirmed_by"],
    "Missing step": missing,
    "Not known": lambda row: row["unknown"],
    "Remarks": lambda row: row["remarks"],
    "State": lambda row: row["state"],
    "Reference": lambda row: row["reference"],
    "Commitments": lambda row: [one["reference"] for one in row["commitments"]],
    "Commission": lambda row: row["commission"]["code"],
}


def tables(told: Data) -> list[Table]:
    """Return the sheets of the return."""
    return [summary(told), listed(told), _logs(told)]


def summary(told: Data) -> Table:
    """Return whose return it is, and of what day."""
    rows = [
        ["Party", told["party"]],
        ["Ministry", text([one["code"] or one["name"] or one["id"] for one in told["organisations"]])],
        ["As of", told["as_of"]],
        ["Known at", text(told["known_at"])],
        ["Audience", told["audience"]],
        ["Instruments", text(len(told["rows"]))],
        ["Digest (SHA-256)", told["digest"]],
    ]
    return Table("Summary", [("Fact", ""), ("Value", "")], rows)


def listed(told: Data) -> Table:
    """Return one row for each instrument."""
    return tabulated("Instruments", told["rows"], COLUMNS)


def with_origin(told: Data) -> Table:
    """Return the rows, each with the log that it was made from: a file of this table alone."""
    table, logs = listed(told), {one["commission"]["id"]: one for one in told["logs"]}
    sources = (logs[row["commission"]["id"]] for row in told["rows"])
    return beside(table, ([text(one["size"]), one["root_hash"], one["key"], told["digest"]] for one in sources))


def _logs(told: Data) -> Table:
    """Return the logs that it was made from; that of the registry tells the names of organisations."""
    found = [(one["commission"]["code"], one) for one in told["logs"]] + [("registry", told["registry"])]
    rows = [[code, text(one["size"]), one["root_hash"], one["key"], text(one.get("notice"))] for code, one in found]
    return Table("Logs", [(name, "") for name in ("Commission", "Entries", "Root hash", "Key", "Notice")], rows)
