"""What a row of a spreadsheet is to change: as bodies of the API's own requests, and which cell said what. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from service.exchange.rules.columns import column_of
from service.exchange.rules.packages import DONE, TITLE
from service.register.commitments.rules.leads import FIRST, FURTHER
from service.register.commitments.rules.lifecycle import Action, State

Cells = Mapping[str, str]
Body = dict[str, Any]


class Does(StrEnum):
    """What becomes of a row, or of one of its cells."""

    CREATE = "create"
    CHANGE = "change"
    NONE = "none"
    CONFLICT = "conflict"
    REFUSED = "refused"
    IGNORED = "ignored"


class Command(StrEnum):
    """By which command of the register a change is made."""

    RECORD = "record"
    PROPOSE = "propose"
    PARTY_FACTS = "party_facts"
    REPORT = "report"


@dataclass(frozen=True, slots=True)
class Item:
    """A line of what an import tells: about one cell, or about its whole row (`column` None)."""

    action: Does
    column: str | None = None
    before: str | None = None
    after: str | None = None
    problem: str | None = None
    proposal: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """A request that the row makes, and the columns that said it, by the members of its body."""

    command: Command
    body: Body
    columns: tuple[str, ...]


@dataclass(slots=True)
class Plan:
    """What a row makes: lines that are told, and requests."""

    items: list[Item] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)

    def refuse(self, column: str | None, problem: str, before: str | None = None, after: str | None = None) -> None:
        """Tell why a cell cannot be taken."""
        self.items.append(Item(Does.REFUSED, column, before, after, problem))


@dataclass(frozen=True, slots=True)
class Import:
    """What holds for all rows of an import."""

    party: str
    commission: str
    parties: Sequence[str]
    reason: str
    proposes: bool
    names: Callable[[str], str]
    """The id of what a code names: an id that names nothing where there is no such thing."""


DIRECT: Final = {
    "verb": "verb", "sector": "sector", "group": "working_group_id", "due_on": "target_date", "paragraph": "paragraph", "annex": "annex",
    "confidentiality": "confidentiality", "kind": "kind", "due_text": "target_text", "remark": "remark", "source": "source",
    "continues": "continues", "pushed_by": "pushed_by",
}  # fmt: skip
"""Which shared fact a column tells."""
REASON: Final = "Changed in a spreadsheet."
"""Why shared facts change, where an import does not say it."""
SAID_BY: Final = {
    "/no_instrument_reason": "import with `reason=`, which says so",
    "/texts": "in a spreadsheet `authentic_text` in a language says where",
}
"""What says a member that has no column of its own."""
EVIDENCE: Final[Mapping[Action, Mapping[str, str]]] = {
    Action.DRAFT_MOU: {"effective_on": "effective_on"},
    Action.SIGN: {
        "signed_on": "effective_on",
        "signed_place": "place",
        "expires_on": "expires_on",
        "in_force_on": "enters_into_force_on",
    },
    Action.IMPLEMENT: {"implemented_on": "effective_on", "report": "report", "in_force_on": "entered_into_force_on"},
    Action.WITHDRAW: {"effective_on": "effective_on"},
    Action.LAPSE: {"effective_on": "effective_on"},
    Action.SUPERSEDE: {"effective_on": "effective_on"},
    Action.MERGE: {"effective_on": "effective_on"},
}
"""Which piece of evidence of a move a column tells."""
LEADS_TO: Final[Mapping[str, Action]] = {
    State.MOU_DRAFTED: Action.DRAFT_MOU, State.SIGNED: Action.SIGN, State.IMPLEMENTED: Action.IMPLEMENT, State.WITHDRAWN: Action.WITHDRAW,
    State.LAPSED: Action.LAPSE, State.SUPERSEDED: Action.SUPERSEDE, State.MERGED: Action.MERGE,
}  # fmt: skip
AGREEMENT: Final = {
    "agreed_on": "agreed_on", "signed_place": "place", "expires_on": "expires_on", "in_force_on": "enters_into_force_on", "report": "report",
}  # fmt: skip
REPORTS: Final = {
    "level": "level", "text": "report", "delay_reason": "delay_reason", "period_end": "period_end", "period_start": "period_start",
    "next_step": "next_step", "expected_on": "expected_on",
}  # fmt: skip
"""Which column tells a member of a party's report."""
CARRIED: Final = "carried_over"
POINTERS: Final = {
    "target_date": "due_on", "working_group_id": "group", "session_id": "session", "item_number": "paragraph", "place": "signed_place",
    "enters_into_force_on": "in_force_on", "entered_into_force_on": "in_force_on", "instrument_kind": "instrument",
    "instrument_title": "instrument", "titles": "title", "texts": "text", "target_text": "due_text",
}  # fmt: skip
"""The column of a member, where it has another name."""


def column_at(pointer: str, change: Change, about: Import) -> str | None:
    """Return the column whose cell said what a refusal points to, or else the one that asked for it; None: the row as a whole."""
    found = _pointed_at(pointer, change, about)
    if found and column_of(found):
        return found
    alike = [one for one in change.columns if found and one.partition(".")[0] == found]
    asked = [one for one in change.columns if one == "state" and change.command is Command.PROPOSE]
    alone = change.columns if len(change.columns) == 1 else ()
    return next(iter((*alike, *asked, *alone)), found)


def advised(pointer: str, detail: str, change: Change) -> str:
    """Return why a cell is refused, with what of a spreadsheet says it where no column of that name does."""
    return f"{detail}; {SAID_BY[pointer]}" if change.command is Command.PROPOSE and pointer in SAID_BY else detail


def _pointed_at(pointer: str, change: Change, about: Import) -> str | None:
    parts = [part for part in pointer.split("/") if part and part not in {"agreement", "changes"}]
    if not parts:
        return None
    head = CARRIED if change.body.get("action") == Action.CARRY_OVER else POINTERS.get(parts[0], parts[0])
    if change.command is Command.REPORT:
        return f"{REPORTS.get(parts[0], parts[0])}.{about.party}"
    if parts[0] in {FIRST, FURTHER}:
        return f"lead.{about.party}"
    if change.command is Command.PROPOSE and parts[0] == "effective_on":
        return next(
            (name for name, to in EVIDENCE.get(Action(change.body["action"]), {}).items() if to == "effective_on"),
            None,
        )
    if head in {"title", "text"}:
        return f"{head}.{parts[1]}" if len(parts) > 1 else head
    if head == "package_items":
        head = _of_package(parts, change) or head
    return _of_list(parts, change.body.get("agreement", change.body)) if head in _LISTS else head


_LISTS: Final = {"signatories": ("signatory", "party"), "authentic_texts": ("authentic_text", "language")}
"""Lists of evidence of which each line is a column's of its own: the column, and the member that stands after its dot."""


def _of_package(parts: Sequence[str], change: Change) -> str | None:
    """Return the column of an item's title or day; of the items as a whole the first that told of them."""
    told = [name for name in change.columns if name.partition(".")[0] in {TITLE, DONE}]
    exact = DONE if parts[2:] == ["done_on"] else f"{TITLE}.{parts[3]}" if len(parts) > 3 else None
    return exact if exact in told else next(iter(told), None)


def _of_list(parts: Sequence[str], body: Body) -> str:
    column, key = _LISTS[parts[0]]
    listed = body.get(parts[0], [])
    place = int(parts[1]) if len(parts) > 1 and parts[1].isdigit() else len(listed)
    return f"{column}.{listed[place][key]}" if place < len(listed) else column
