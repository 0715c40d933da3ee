"""What a finding opens, as the replay sees it: each rule is broken once, in a log that is otherwise as the service writes it."""

from copy import deepcopy
from typing import Any, Final

import pytest

from service.tlog.merkle import leaf_hash
from service.verify.judgement import verify
from tests.conftest import COMMISSION, World
from tests.register.commitments.test_found_late import SIGNED, found, supplied
from tests.register.instruments.recording import agreed, entered, leaf_of
from tests.verify.forging import Forgery, assert_told, entries_of, write
from tests.verify.journal import POLICY, Entry, exported, seal

ELSEWHERE: Final = "01940000-0000-7000-8000-0000000007ff"
TITLE: Final = "MoU on lecturers"


@pytest.fixture(scope="module")
async def entries(worn: World) -> list[Entry]:
    """The entries of a register with a finding that opened an instrument, a correction that opened one, and one that was recorded."""
    first = await found(worn, SIGNED)
    its = first["instrument"]["id"]
    act = {"on": "2024-07", "place": "Lahore", "parties": ["PK", "AZ"]}
    right = {"action": "correct", "corrects": await leaf_of(worn, its), "fact": "acts", "value": [act], "reason": "So"}
    await agreed(worn, its, right)
    one = await found(worn, {"found_in": "signed", "instrument_kind": "mou", "place": "Baku"}, 16)
    await supplied(worn, one, "instrument_title", "MoU on nurses")
    await entered(worn)
    return await entries_of(worn, COMMISSION)


def its_own(entries: list[Entry], title: str = TITLE) -> Entry:
    """Return the first entry of the instrument that was opened under this title."""
    recorded = [one for one in entries if "opened_by" in one["data"]]
    return next(one for one in recorded if one["data"]["instrument"]["titles"] == {"en": title})


def told(entries: list[Entry]) -> Entry:
    """Return the entry by which the finding took effect."""
    key = its_own(entries)["data"]["opened_by"]["id"]
    return next(one for one in entries if one["subject"] == key and one["kind"] == "transition.confirmed")


def put(*path: str, to: Any, title: str = TITLE) -> Forgery:
    """Return the forgery by which something stands in what an opened instrument tells of itself."""
    return lambda entries: write(its_own(entries, title), path, to)


def finding(*path: str, to: Any) -> Forgery:
    """Return the forgery by which something stands in the entry by which the finding took effect."""
    return lambda entries: write(told(entries), path, to)


def before_ends(entries: list[Entry]) -> None:
    """Let the entry that corrected the instrument be of the version by which nothing carried told such an end."""
    key = its_own(entries)["subject"]
    place = next(
        at for at, one in enumerate(entries) if one["subject"] == key and one["kind"] == "transition.confirmed"
    )
    write(entries[place], ("v",), 2)
    followed = next(one for one in entries[place:] if one["kind"] == "commitment.followed")
    write(followed, ("data", "by", "leaf"), leaf_hash(seal(entries)[place]).hex())


def missing(entries: list[Entry]) -> None:
    """Leave out the instrument that the correction opened; another one is numbered next."""
    entries.remove(its_own(entries, "MoU on nurses"))


MEMBERS: Final = ("data", "instrument")
ENTERING: Final = ("data", "proposal", "evidence")
AFTER: Final = ("data", "effective", "after")
FORGERIES: Final[dict[str, tuple[Forgery, str]]] = {
    "an opening without its instrument": (missing, "tells of how it was opened is missing"),
    "an instrument of another kind": (put(*MEMBERS, "kind", to="treaty"), "its facts are not those"),
    "one that ends on another day": (
        put(*MEMBERS, "duration", to={"kind": "until", "on": "2039-12-31"}), "its facts are not those"),
    "one that is in force since another day": (put(*MEMBERS, "in_force_on", to="2024"), "its facts are not those"),
    "one of more languages": (put(*MEMBERS, "authentic_languages", to=["en", "az"]), "its facts are not those"),
    "one with a notice that nobody told": (
        put(*MEMBERS, "notice", to={"kind": "any_time", "days": 30}), "its facts are not those"),
    "entered as drafted": (put(*ENTERING, "found_in", to="initialled"), "not entered as the move says"),
    "signed at another place": (
        put(*ENTERING, "acts", to=[{"on": "2024-07", "place": "Baku", "parties": ["PK", "AZ"]}]), "not entered as the move says"),
    "signed in a manner that nobody told": (put(*ENTERING, "manner", to="adopted"), "not entered as the move says"),
    "signed on another day": (put(*AFTER, "signed_on", to="2024-08"), "entering it brings about"),
    "a number that is not the next": (put(*AFTER, "reference", to="PK-AZ/I/0009"), "entering it brings about"),
    "opened by another entry": (put("data", "opened_by", "leaf", to="0" * 64), "does not name the entry"),
    "an instrument under another id": (put("subject", to=ELSEWHERE), "tells otherwise than the move did"),
    "what a correction opened of another title": (
        put(*MEMBERS, "titles", to={"en": "Other"}, title="MoU on nurses"), "its facts are not those"),
    "a finding that tells another place": (finding(*AFTER, "instrument", "place", to="Baku"), "brings about"),
    "a finding that names another instrument": (finding(*AFTER, "instrument", "id", to=ELSEWHERE), "brings about"),
    "a finding that keeps the facts to itself": (
        finding(*AFTER, "instrument", to={"kind": "mou", "title": TITLE}), "brings about"),
    "an end told by an entry of the version that told none": (before_ends, "not what that move brings about"),
    "a finding in an entry of the version that opened none": (finding("v", to=3), "brings about"),
}  # fmt: skip


def test_the_log_is_proven_as_it_is(entries: list[Entry]) -> None:
    assert verify(exported(entries), POLICY).findings.listed == []


@pytest.mark.parametrize("name", FORGERIES)
def test_a_broken_rule_is_found_and_told(entries: list[Entry], name: str) -> None:
    assert_told(entries, *FORGERIES[name])


def test_what_was_found_before_there_were_openings_stays_as_it_was(entries: list[Entry]) -> None:
    old = deepcopy(entries)
    # As a release before wrote it: the facts stand on the commitment, and no instrument tells of them.
    recorded, mine = its_own(old), told(old)
    for one in [one for one in old if one["subject"] == recorded["subject"] or one["kind"] == "commitment.followed"]:
        old.remove(one)
    for one in [one for one in old if one["subject"] == mine["subject"]]:
        one["v"] = 3
    after = mine["data"]["effective"]["after"]
    del after["instrument"]["id"], after["instrument"]["state"]
    after["instrument"]["expires_on"] = SIGNED["expires_on"]
    # What was numbered after it has the numbers before its own.
    number = recorded["data"]["effective"]["after"]["reference"]
    for one in [one for one in old if one["kind"] in {"instrument.recorded", "transition.confirmed"}]:
        said = one["data"].get("effective", {}).get("after", {})
        if "/I/" in str(said.get("reference")) and said["reference"] > number:
            said["reference"], number = number, said["reference"]
    assert verify(exported(old), POLICY).findings.listed == []


@pytest.mark.parametrize("opener", ["restricted", "parties"])
async def test_series_wait_for_what_was_opened_in_their_own_and_not_for_each_other(world: World, opener: str) -> None:
    levels = ["restricted", "parties"]
    await found(world, SIGNED, confidentiality=opener)
    for one in levels:
        await entered(world, confidentiality=one)
    entries = await entries_of(world, COMMISSION)
    opened = its_own(entries)
    numbered = {
        one["data"]["instrument"]["confidentiality"]: one["subject"]
        for one in entries
        if one["kind"] == "instrument.recorded" and one is not opened
    }
    # The queue has what two did at once in the order in which they wrote it.
    (other,) = (numbered[one] for one in levels if one != opener)
    between = [one for one in entries if one["subject"] == other]
    rest = [one for one in entries if one["subject"] != other]
    place = rest.index(opened)
    assert verify(exported([*rest[:place], *between, *rest[place:]]), POLICY).findings.listed == []
