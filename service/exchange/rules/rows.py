"""A commitment as the cells of its row. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from service.exchange.rules import packages
from service.exchange.rules.cells import instrument, listed, signatories, spelled
from service.exchange.rules.plan import REPORTS
from service.register.commitments.rules.leads import FIRST, FURTHER
from service.register.commitments.rules.lifecycle import State

_SAME: Final = (
    "reference", "annex", "verb", "sector", "state", "confidentiality", "kind", "source", "remark", "continues", "pushed_by",
)  # fmt: skip
"""Columns that are named as the register names them."""
_NAMED: Final = {"state_since": "effective_on", "due_on": "target_date", "due_text": "target_text"}
_OF_INSTRUMENT: Final = {
    "signed_on": "signed_on", "signed_place": "place", "in_force_on": "enters_into_force_on", "expires_on": "expires_on",
}  # fmt: skip
_OF_REPORT: Final = {name: of for of, name in REPORTS.items()}


@dataclass(frozen=True, slots=True)
class Brought:
    """What moves brought that the commitment itself does not tell."""

    agreement: Mapping[str, Any] = field(default_factory=dict)
    report: str | None = None


@dataclass(frozen=True, slots=True)
class Names:
    """By which codes people name what a row tells of by ids."""

    codes: Mapping[str, str]
    """The code of each session, group and organisation, by its id."""
    instruments: Mapping[str, Sequence[str]]
    """References of the instruments that carry a commitment, by its id."""

    def of(self, named: object) -> str:
        """Return the code of what has this id: the id where it has no code."""
        return self.codes.get(str(named), str(named)) if named else ""


def cells(row: Mapping[str, Any], names: Names, brought: Brought) -> dict[str, str]:
    """Return the cells of a commitment by their column; what is not known has none."""
    found = {name: spelled(row[name]) for name in _SAME} | {name: spelled(row[of]) for name, of in _NAMED.items()}
    found |= {
        "version": str(row["version"]),
        "session": names.of(row["session_id"]),
        "group": names.of(row["working_group_id"]),
    }
    item = row["item_number"]
    found["paragraph"] = spelled(row["paragraph"] or (str(item) if item else None))
    found["remark"] = found["remark"] or spelled(brought.agreement.get("remark"))
    found |= packages.spelled(row["package_items"])
    found |= _agreed(row, brought) | _instrument(row, names) | _of_parties(row, names)
    found |= {f"{name}.{key}": spelled(text) for name in ("title", "text") for key, text in row[f"{name}s"].items()}
    found |= {
        "awaiting": listed(row["awaiting"]) if row["live"] else "",
        "carried_over": listed(map(names.of, _in_turn(row["carried_over"] or {}))),
        "successor": listed(row["successors"] or filter(None, [row["successor"]])),
    }
    return {name: cell for name, cell in found.items() if cell}


def _in_turn(carried: Mapping[str, Mapping[str, Any]]) -> list[str]:
    return sorted(carried, key=lambda session: carried[session]["entry"] or 0)


def _agreed(row: Mapping[str, Any], brought: Brought) -> dict[str, str]:
    told, done = brought.agreement, row["state"] == State.IMPLEMENTED
    return {
        "agreed_on": spelled(row["agreed_on"] or (None if row["is_joint"] else told.get("agreed_on"))),
        "found_in": spelled(told.get("found_in") or (State.AGREED if told else None)),
        "effective_on": spelled(told.get("effective_on")),
        "implemented_on": spelled(row["effective_on"] if done else None),
        "report": spelled(brought.report if done else None),
    }


def _instrument(row: Mapping[str, Any], names: Names) -> dict[str, str]:
    known: Mapping[str, Any] = row["instrument"] or {}
    carried = listed(names.instruments.get(str(row["id"]), ()))
    found = {name: spelled(known.get(of)) for name, of in _OF_INSTRUMENT.items()}
    found["instrument"] = carried or spelled(instrument(known.get("kind"), known.get("title")))
    by_party: dict[str, list[Mapping[str, Any]]] = {}
    for one in known.get("signatories") or ():
        by_party.setdefault(one["party"], []).append(one)
    texts = {
        f"authentic_text.{one['language']}": spelled(one.get("reference"))
        for one in known.get("authentic_texts") or ()
        if "language" in one
    }
    return found | texts | {f"signatory.{party}": spelled(signatories(several)) for party, several in by_party.items()}


def _of_parties(row: Mapping[str, Any], names: Names) -> dict[str, str]:
    leads = {
        f"lead.{party}": listed(names.of(one) for one in (facts.get(FIRST), *(facts.get(FURTHER) or ())) if one)
        for party, facts in row["party_facts"].items()
    }
    reports = {
        f"{name}.{party}": spelled(last.get(of))
        for party, last in row["progress"].items()
        for name, of in _OF_REPORT.items()
    }
    return leads | reports
