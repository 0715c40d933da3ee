"""What a move of a commitment opens, as the replay sees it: each rule is broken once, in a log that is otherwise as the service writes it."""

from copy import deepcopy
from typing import Any, Final

import pytest

from service.verify.judgement import verify
from tests.conftest import COMMISSION, World, item
from tests.register.commitments.test_journey import DRAFT, SIGN, confirmed
from tests.register.instruments.recording import entered
from tests.verify.forging import Forgery, assert_told, entries_of, write
from tests.verify.journal import POLICY, Entry, exported

ELSEWHERE: Final = "01940000-0000-7000-8000-0000000007ff"


@pytest.fixture(scope="module")
async def entries(worn: World) -> list[Entry]:
    """The entries of a register with a draft that opened an instrument, its signing, a second one, and one that was recorded."""
    await confirmed(worn, item(2), DRAFT)
    await confirmed(worn, item(2), SIGN)
    await confirmed(worn, item(3), DRAFT)
    await entered(worn)
    return await entries_of(worn, COMMISSION)


def opened(entries: list[Entry]) -> list[Entry]:
    """Return the first entries of the instruments that drafts opened; the pilot has one that was found."""
    return [one for one in entries if "opened_by" in one["data"] and one["data"]["opened_by"]["id"] != item(1)]


def put(*path: str, to: Any, place: int = 0) -> Forgery:
    """Return the forgery by which something stands in what an opened instrument tells of itself."""

    def forge(entries: list[Entry]) -> None:
        write(opened(entries)[place], path, to)

    return forge


def moving(*path: str, to: Any) -> Forgery:
    """Return the forgery by which something stands in the entry of the move that opened the first one."""

    def forge(entries: list[Entry]) -> None:
        mine = [one for one in entries if one["subject"] == item(2) and one["kind"] == "transition.confirmed"]
        write(next(one for one in mine if one["data"]["effective"]["after"]["state"] == "mou_drafted"), path, to)

    return forge


def unsaid(entries: list[Entry]) -> None:
    """Leave out of the instrument by which move it was opened."""
    del opened(entries)[0]["data"]["opened_by"]


def missing(entries: list[Entry]) -> None:
    """Leave out the instrument that the second draft opened; another one is numbered next."""
    entries.remove(opened(entries)[1])


def untold(entries: list[Entry]) -> None:
    """Leave out the instrument that the first draft opened; its commitment goes on."""
    key = opened(entries)[0]["subject"]
    for one in [one for one in entries if one["subject"] == key]:
        entries.remove(one)


def twice(entries: list[Entry]) -> None:
    """Let what was opened be opened once more."""
    first = opened(entries)[0]
    entries.insert(entries.index(first) + 1, deepcopy(first))


def claimed(entries: list[Entry]) -> None:
    """Let an instrument say of itself that a move opened it, which opened another."""
    recorded = [one for one in entries if one["kind"] == "instrument.recorded" and "opened_by" not in one["data"]]
    recorded[-1]["data"]["opened_by"] = opened(entries)[0]["data"]["opened_by"]


MEMBERS: Final = ("data", "instrument")
AFTER: Final = ("data", "effective", "after")
FORGERIES: Final[dict[str, tuple[Forgery, str]]] = {
    "an opening without its instrument": (missing, "tells of how it was opened is missing"),
    "a commitment that goes on before its instrument tells so": (untold, "does not tell so first"),
    "one opened twice": (twice, "recorded once"),
    "an instrument of another kind": (put(*MEMBERS, "kind", to="treaty"), "its facts are not those"),
    "an instrument of another title": (put(*MEMBERS, "titles", to={"en": "Other"}), "its facts are not those"),
    "an instrument of more parties": (
        put(*MEMBERS, "contracting_parties", to=["PK", "AZ", "TR"]), "its facts are not those"),
    "an instrument that carries another commitment": (
        put(*MEMBERS, "commitment_ids", to=[item(7)]), "its facts are not those"),
    "an instrument that is more open": (
        put(*MEMBERS, "confidentiality", to="restricted"), "its facts are not those"),
    "an instrument that begins signed": (put(*MEMBERS, "state", to="signed"), "its data is not what"),
    "the reference of another draft": (put(*MEMBERS, "reference", to="PK-AZ/I/d-aaaa"), "is not that of this draft"),
    "drafted by the other side": (
        put("data", "proposal", "evidence", "drafting_party", to="AZ"), "not entered as the move says"),
    "entered by another move": (put("data", "proposal", "transition", to=ELSEWHERE), "not entered as the move says"),
    "found further than it was": (put("data", "proposal", "target", to="signed"), "not entered as the move says"),
    "a number that is not the next": (put(*AFTER, "reference", to="PK-AZ/I/0009"), "entering it brings about"),
    "a day on which nothing was sent": (put(*AFTER, "drafted_on", to="2025-02"), "entering it brings about"),
    "opened by another entry": (put("data", "opened_by", "leaf", to="0" * 64), "does not name the entry"),
    "opened by another commitment": (put("data", "opened_by", "id", to=item(3)), "does not name the entry"),
    "an instrument that keeps silent of its opening": (unsaid, "tells otherwise than the move did"),
    "an instrument that no move opened": (claimed, "tells otherwise than the move did"),
    "an instrument under another id": (put("subject", to=ELSEWHERE), "tells otherwise than the move did"),
    "a commitment that tells another title": (moving(*AFTER, "instrument", "title", to="Other"), "brings about"),
    "a commitment that names another instrument": (moving(*AFTER, "instrument", "id", to=ELSEWHERE), "brings about"),
    "a commitment that keeps the facts to itself": (
        moving(*AFTER, "instrument", to={"kind": "mou", "title": DRAFT["instrument_title"]}), "brings about"),
    "an opening in an entry of the version that knew none": (moving("v", to=2), "brings about"),
}  # fmt: skip


def test_the_log_is_proven_as_it_is(entries: list[Entry]) -> None:
    assert verify(exported(entries), POLICY).findings.listed == []


@pytest.mark.parametrize("name", FORGERIES)
def test_a_broken_rule_is_found_and_told(entries: list[Entry], name: str) -> None:
    assert_told(entries, *FORGERIES[name])


def test_a_draft_that_opened_nothing_before_there_were_openings_stays_as_it_was(entries: list[Entry]) -> None:
    old = deepcopy(entries)
    # As a release before wrote it: the facts stand on the commitment, and no instrument tells of them.
    recorded = opened(old)[1]
    old.remove(recorded)
    mine = [one for one in old if one["subject"] == item(3) and one["v"] == 7]
    for one in mine:
        one["v"] = 2
    told = mine[-1]["data"]["effective"]["after"]["instrument"]
    del told["id"], told["state"]
    last = [one for one in old if one["kind"] == "transition.confirmed"][-1]
    last["data"]["effective"]["after"]["reference"] = recorded["data"]["effective"]["after"]["reference"]
    assert verify(exported(old), POLICY).findings.listed == []


def test_a_process_of_the_release_before_goes_on_with_what_this_one_has_written(entries: list[Entry]) -> None:
    both = deepcopy(entries)
    followed = [one for one in both if one["subject"] == item(2) and one["kind"] == "commitment.followed"]
    assert [one["v"] for one in followed] == [7]
    followed[0]["v"] = 6
    assert verify(exported(both), POLICY).findings.listed == []
