"""What is put on an instrument as found through it, as the replay sees it: each rule is broken once, in a log that is otherwise whole."""

from copy import deepcopy
from typing import Any, Final

import pytest

from service.tlog.merkle import leaf_hash
from service.verify.judgement import verify
from tests.conftest import COMMISSION, World, item
from tests.register.commitments.test_found_late import found
from tests.register.instruments.recording import SIGN, agreed, correct, entered, leaf_of
from tests.verify.forging import Forgery, assert_told, entries_of, write
from tests.verify.journal import POLICY, Entry, exported, seal

ELSEWHERE: Final = "01940000-0000-7000-8000-0000000007ff"
EXTENDED: Final = "instrument.extended"
LACKING: Final = ("authentic_texts", "place", "signatories", "signed_on")


@pytest.fixture(scope="module")
async def entries(worn: World) -> list[Entry]:
    """The entries of a register with a commitment that was put on an instrument, of which a part was not known later.

    Before that, one came to follow an instrument of which nobody knows anything.
    """
    await entered(worn, confidentiality="public", commitment_ids=[item(3)], entering={"found_in": "signed"})
    key = (await entered(worn))["id"]
    await agreed(worn, key, SIGN)
    agreement = {"found_in": "signed", "agreed_on": "2024", "instrument_id": key}
    await found(worn, agreement)
    await correct(worn, key, await leaf_of(worn, key, -2), "acts", [{"parties": ["PK", "AZ"]}])
    return await entries_of(worn, COMMISSION)


def extended(entries: list[Entry]) -> Entry:
    """Return the entry by which the instrument carries what was found."""
    return next(one for one in entries if one["kind"] == EXTENDED)


def came_to_follow(entries: list[Entry]) -> Entry:
    """Return the entry by which the third item came to follow its instrument."""
    return next(one for one in entries if one["subject"] == item(3) and one["kind"] == "commitment.followed")


def told(entries: list[Entry]) -> Entry:
    """Return the entry by which the finding took effect."""
    key = extended(entries)["data"]["by"]["id"]
    return next(one for one in entries if one["subject"] == key and one["kind"] == "transition.confirmed")


def put(*path: str, to: Any) -> Forgery:
    """Return the forgery by which something stands in the entry of the instrument."""
    return lambda entries: write(extended(entries), path, to)


def finding(*path: str, to: Any) -> Forgery:
    """Return the forgery by which something stands in the entry by which the finding took effect."""
    return lambda entries: write(told(entries), ("data", "effective", "after", *path), to)


def followed(*path: str, to: Any) -> Forgery:
    """Return the forgery by which something stands in what the commitment tells of its instrument in the end."""
    return lambda entries: write(entries[-1], ("data", "after", *path), to)


FORGERIES: Final[dict[str, tuple[Forgery, str]]] = {
    "an instrument that does not tell of it": (lambda entries: entries.remove(extended(entries)), "went along with another"),
    "one that carries another": (put("data", "after", "commitment_ids", to=[ELSEWHERE]), "not what that move brings about"),
    "one that carried something before": (put("data", "before", "commitment_ids", to=[ELSEWHERE]), "brings about"),
    "one that names another entry": (put("data", "by", "leaf", to="0" * 64), "does not name the entry"),
    "a finding of another place": (finding("instrument", "place", to="Lahore"), "brings about"),
    "a finding of another day": (finding("effective_on", to="2025-03-02"), "brings about"),
    "a finding of another instrument": (finding("instrument", "id", to=ELSEWHERE), "brings about"),
    "a finding that lists what is known": (finding("unknown", to={"place": True}), "brings about"),
    "what is known no more and not listed": (followed("unknown", to=None), "brings about"),
    "one that came to follow and lists its day alone": (
        lambda entries: write(came_to_follow(entries), ("data", "after", "unknown"), {"signed_on": True}), "brings about"),
    "a finding in an entry of the version that put none on": (lambda entries: write(told(entries), ("v",), 4), "brings about"),
}  # fmt: skip


def test_the_log_is_proven_as_it_is(entries: list[Entry]) -> None:
    assert verify(exported(entries), POLICY).findings.listed == []


@pytest.mark.parametrize("name", FORGERIES)
def test_a_broken_rule_is_found_and_told(entries: list[Entry], name: str) -> None:
    assert_told(entries, *FORGERIES[name])


def test_what_a_release_before_did_not_list_is_proven_as_it_was(entries: list[Entry]) -> None:
    old = deepcopy(entries)
    *_, moved, last = old
    assert (moved["kind"], last["kind"]) == ("transition.confirmed", "commitment.followed")
    moved["v"], last["v"] = 3, 4
    for members in (last["data"]["before"], last["data"]["after"]):
        del members["unknown"]
    last["data"]["by"]["leaf"] = leaf_of_last(old, moved)
    assert verify(exported(old), POLICY).findings.listed == []


def test_what_came_to_follow_in_a_release_before_listed_its_unknown_day_alone(entries: list[Entry]) -> None:
    old = deepcopy(entries)
    mine = came_to_follow(old)
    moved = old[old.index(mine) - 1]
    assert (moved["kind"], [*mine["data"]["after"]["unknown"]]) == ("transition.confirmed", [*LACKING])
    moved["v"], mine["v"] = 4, 5
    mine["data"]["after"]["unknown"] = {"signed_on": True}
    mine["data"]["by"]["leaf"] = leaf_of_last(old, moved)
    assert verify(exported(old), POLICY).findings.listed == []


def test_a_process_of_the_release_before_confirms_such_a_finding_as_if_it_named_nothing(entries: list[Entry]) -> None:
    old = deepcopy(entries)
    mine, its = told(old), extended(old)
    for one in (its, old[-1]):
        old.remove(one)
    mine["v"], effective = 4, mine["data"]["effective"]
    for members in (effective["before"], effective["after"]):
        del members["instrument"], members["effective_on"]
    lacks = ("authentic_texts", "effective_on", "instrument_kind", "instrument_title", "place", "signatories")
    effective["before"]["unknown"], effective["after"]["unknown"] = None, dict.fromkeys(lacks, True)
    effective["on"] = None
    # The instrument's own trail has an entry less before what corrects it.
    told_as = old[-1]["data"]["effective"]["after"]["corrected"]
    old[-1]["data"]["effective"]["after"]["corrected"] = {name: number - 1 for name, number in told_as.items()}
    assert verify(exported(old), POLICY).findings.listed == []


def leaf_of_last(entries: list[Entry], one: Entry) -> str:
    """Return the leaf hash that an entry has in the log as it now is."""
    return leaf_hash(seal(entries)[entries.index(one)]).hex()
