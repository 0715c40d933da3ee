"""Kinds of commitments as the replay sees them: each rule of theirs is broken once, in a log that is otherwise as the service writes it."""

from copy import deepcopy
from typing import Any, Final

import pytest

from service.register.commitments.rules.matter import MEMBERS, recorded
from service.tlog.merkle import leaf_hash
from service.verify.judgement import verify
from service.verify.replay.commitment_shapes import Commitment2
from tests.conftest import COMMISSION, SESSION_9, World, item
from tests.register.commitments.test_journey import confirmed
from tests.register.groups.grouping import ENERGY
from tests.verify.forging import Forgery, assert_told, entries_of, write
from tests.verify.journal import POLICY, Entry, exported, seal

LATER: Final[frozenset[str]] = Commitment2.__optional_keys__
REQUIRED: Final = {
    "reference", "session_id", "carried_over", "working_group_id", "item_number", "paragraph", "annex", "verb", "sector", "titles", "texts",
    "confidentiality", "target_date", "instrument_required", "no_instrument_reason", "instrument", "party_facts", "state",
    "agreed_on", "effective_on", "suspended_from", "review_on", "successors", "outcome", "modification", "subject_to", "corrected", "unknown",
    "acknowledged",
}  # fmt: skip
"""What the first entries of version 2 told, and all since: nothing is added here."""
ITEMS: Final = {"1": {"titles": {"en": "One"}}, "2": {"titles": {"en": "Two"}}}


@pytest.fixture(scope="module")
async def entries(worn: World) -> list[Entry]:
    """The entries of a register with the pilot's body and event, and with a package of which an item was done."""
    for changes in ({"kind": "package", "package_items": ITEMS}, {"package_items": {"1": {"done_on": "2025"}}}):
        await confirmed(worn, item(9), {"action": "amend", "reason": "R", "changes": changes})
    return await entries_of(worn, COMMISSION)


def put(number: int, place: int, *path: str, to: Any) -> Forgery:
    """Return the forgery by which something stands in an entry of an item."""

    def forge(entries: list[Entry]) -> None:
        write([one for one in entries if one["subject"] == item(number)][place], path, to)

    return forge


RECORD: Final = ("data", "commitment")
CHANGES: Final = ("data", "proposal", "evidence", "changes")
AFTER: Final = ("data", "effective", "after")
FORGERIES: Final[dict[str, tuple[Forgery, str]]] = {
    "a kind that there is none of": (put(13, 0, *RECORD, "kind", to="wish"), "its data is not what"),
    "groups of no body": (put(13, 0, *RECORD, "kind", to="plan"), "of the kind `body_to_be_founded` alone"),
    "a group that there is none of": (put(13, 0, *RECORD, "founded_group_ids", to=[item(1)]), "that the commission has not"),
    "an event that is no session": (put(14, 0, *RECORD, "event_session_id", to=ENERGY.replace("3", "9")), "that the commission has not"),
    "another commission that is this one": (put(14, 0, *RECORD, "continues", to="PK-AZ/08/001"), "of this commission"),
    "an item without a title": (put(13, 0, *RECORD, "package_items", to={"1": {}}), "its data is not what"),
    "items of what is no package": (put(9, 2, *CHANGES, to={"package_items": ITEMS}), "of the kind `package` alone"),
    "items of a kind that is none": (put(9, 2, *CHANGES, "kind", to="event"), "of the kind `package` alone"),
    "an amended item without a title": (put(9, 4, *CHANGES, "package_items", to={"3": {"done_on": "2025"}}), "an item has a title"),
    "an item done that nobody said was": (put(9, 5, *AFTER, "package_items", to={"1": {**ITEMS["1"], "done_on": "2025"}, "2": {**ITEMS["2"], "done_on": "2025"}}), "brings about"),
    "a kind that it was not given": (put(9, 3, *AFTER, "kind", to="plan"), "brings about"),
    "an amendment to another session": (put(9, 2, *CHANGES, to={"kind": "event", "event_session_id": SESSION_9.replace("9", "7")}), "there is none with this id"),
    "an amendment that continues its own": (put(9, 2, *CHANGES, to={"pushed_by": "PK-AZ/08/001"}), "is of this commission"),
}  # fmt: skip


def test_the_log_is_proven_as_it_is(entries: list[Entry]) -> None:
    assert verify(exported(entries), POLICY).findings.listed == []


def test_an_entry_that_is_silent_of_all_that_came_later_is_replayed(entries: list[Entry]) -> None:
    silent = deepcopy(entries)
    for entry in silent:
        if entry["kind"] == "commitment.recorded":
            told = entry["data"]["commitment"]
            entry["data"]["commitment"] = {name: one for name, one in told.items() if name not in LATER}
    # What the finding of the pilot opened names its entry, which has another leaf hash where one before it is silent.
    opened = next(one for one in silent if "opened_by" in one["data"])
    write(opened, ("data", "opened_by", "leaf"), leaf_hash(seal(silent)[silent.index(opened) - 1]).hex())
    assert verify(exported(silent), POLICY).findings.listed == []


def test_no_more_is_required_of_an_entry_than_when_the_first_one_of_its_version_was_written() -> None:
    assert recorded({}).keys() == {*MEMBERS}
    assert {*MEMBERS} - LATER == REQUIRED, (
        "what was recorded before does not tell the new member: let it be NotRequired in `Later`"
        " (service/verify/replay/commitment_shapes.py)"
    )


@pytest.mark.parametrize("name", FORGERIES)
def test_a_broken_rule_is_found_and_told(entries: list[Entry], name: str) -> None:
    assert_told(entries, *FORGERIES[name])
