"""Kinds of commitments: what each tells beside its text, and what hints that it is done. Pure.

A hint is never a move: that a thing is done is said by the parties. What a kind tells is a shared fact, recorded and amended.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import Field, StringConstraints, WithJsonSchema

from service.register.commissions.rules.lifecycle import MET
from service.register.commitments.rules.carried import has_signed, instrument_of
from service.register.commitments.rules.lifecycle import OPEN
from service.register.decisions.rules.patching import ChangedTexts
from service.register.groups.rules.lifecycle import GroupState
from service.values import ModernDate, Name, Strict, Titles


class CommitmentKind(StrEnum):
    """What kind of undertaking it is."""

    COMMITMENT = "commitment"
    BODY_TO_BE_FOUNDED = "body_to_be_founded"
    PLAN = "plan"
    PACKAGE = "package"
    EVENT = "event"


class Hint(StrEnum):
    """Why it may be done, though nobody has said so yet."""

    ITEMS_DONE = "items_done"
    GROUP_ACTIVE = "group_active"
    TEXT_ADOPTED = "text_adopted"
    EVENT_HELD = "event_held"


class PackageItem(Strict):
    """One item of a package."""

    titles: Titles
    done_on: ModernDate | None = Field(None, description="When it was done; null: it is not.")


class ChangedItem(Strict):
    """What changes of an item, as a merge patch."""

    titles: ChangedTexts[Name] | None = None
    done_on: ModernDate | None = None


ItemNumber = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,2}$"), Field(examples=["1"])]
PackageItems = Annotated[
    dict[ItemNumber, PackageItem],
    Field(min_length=1, max_length=200, description="Of a package: its items, by their numbers."),
]
ChangedItemOrNone = Annotated[
    ChangedItem | None,
    # A reference that may be null has no type, and every value of a map says one.
    WithJsonSchema(
        {
            "type": ["object", "null"],
            "additionalProperties": False,
            "properties": {
                "titles": {"type": ["object", "null"], "additionalProperties": {"type": ["string", "null"]}},
                "done_on": {"type": ["string", "null"]},
            },
        }
    ),
]
ChangedItems = Annotated[
    dict[ItemNumber, ChangedItemOrNone],
    Field(
        min_length=1,
        max_length=200,
        description="Items of a package that change, by their numbers; null takes one out.",
    ),
]
OF_KIND: Final[Mapping[str, CommitmentKind]] = {
    "package_items": CommitmentKind.PACKAGE,
    "founded_group_ids": CommitmentKind.BODY_TO_BE_FOUNDED,
    "event_session_id": CommitmentKind.EVENT,
}
"""What commitments of one kind alone tell."""
UNTOLD: Final[Mapping[str, Any]] = {
    "kind": CommitmentKind.COMMITMENT.value,
    **dict.fromkeys(
        (
            "target_text",
            "source",
            "remark",
            "continues",
            "pushed_by",
            "founded_group_ids",
            "event_session_id",
            "package_items",
        )
    ),
}
"""What an entry means that does not tell it, since it knows of no kinds; what else came later than an entry is null in it."""


def misfit(members: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what cannot be told of a commitment of its kind: by its pointer, why."""
    for name, kind in OF_KIND.items():
        if members.get(name) and members.get("kind") != kind:
            yield f"/{name}", f"is told of the kind `{kind}` alone"
    for number, item in (members.get("package_items") or {}).items():
        if not item.get("titles"):
            yield f"/package_items/{number}/titles", "is needed: an item has a title"


def done(items: Mapping[str, Mapping[str, Any]] | None) -> int:
    """Return how many items of a package are done."""
    return sum(bool(item.get("done_on")) for item in (items or {}).values())


def linked(members: Mapping[str, Any]) -> list[str]:
    """Return the ids of the groups and sessions by whose state it is known whether it is done."""
    session = members.get("event_session_id")
    return [*map(str, members.get("founded_group_ids") or ()), *([str(session)] if session else [])]


def hint(members: Mapping[str, Any], state: str | None, states: Mapping[str, str]) -> Hint | None:
    """Return why a commitment that is open in this state may be done; `states`: of the groups and sessions that it names, by their ids."""
    if members["kind"] == CommitmentKind.COMMITMENT or state not in OPEN:
        return None
    reached = [states.get(one) for one in linked(members)]
    items = members.get("package_items") or {}
    match members["kind"]:
        case CommitmentKind.PACKAGE if items and done(items) == len(items):
            return Hint.ITEMS_DONE
        case CommitmentKind.BODY_TO_BE_FOUNDED if reached and all(one == GroupState.ACTIVE for one in reached):
            return Hint.GROUP_ACTIVE
        case CommitmentKind.EVENT if reached and all(one in MET for one in reached):
            return Hint.EVENT_HELD
        case CommitmentKind.PLAN if _is_adopted(members):
            return Hint.TEXT_ADOPTED
    return None


def _is_adopted(members: Mapping[str, Any]) -> bool:
    return has_signed(members) if instrument_of(members) else bool((members["instrument"] or {}).get("signed_on"))
