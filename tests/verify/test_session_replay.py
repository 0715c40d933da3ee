"""Sessions as the replay sees them: each rule of theirs is broken once, in a log that is otherwise as the service writes it."""

from typing import Any, Final

import pytest

from service.verify.judgement import verify
from tests.conftest import COMMISSION, SESSION_8, SESSION_9, World
from tests.register.commissions.meeting import ADOPT, CANCEL, HOLD, agreed, begin, made
from tests.verify.forging import Forgery, assert_told, entries_of, write
from tests.verify.journal import POLICY, Entry, exported


@pytest.fixture(scope="module")
async def entries(worn: World) -> list[Entry]:
    """The entries of a register with a planned session that was moved, held and adopted, and one that waits."""
    one = await begin(worn, ordinal=10, starts_on="2025")
    await made(worn, one["id"], {"action": "move", "starts_on": "2026", "reason": "R"})
    await agreed(worn, one["id"], HOLD)
    await agreed(worn, one["id"], ADOPT)
    await made(worn, SESSION_9, CANCEL)
    return await entries_of(worn, COMMISSION)


def of(entries: list[Entry], subject: str | None) -> list[Entry]:
    """Return the entries of a session; None: of the one that was planned for this test."""
    others = {SESSION_8, SESSION_9, COMMISSION}
    sessions = [one["subject"] for one in entries if one["kind"] == "session.recorded"]
    wanted = subject or next(one for one in sessions if one not in others)
    return [one for one in entries if one["subject"] == wanted]


def put(subject: str | None, place: int, *path: str, to: Any) -> Forgery:
    """Return the forgery by which something stands in an entry of a session."""

    def forge(entries: list[Entry]) -> None:
        write(of(entries, subject)[place], path, to)

    return forge


def also(*forgeries: Forgery) -> Forgery:
    def forge(entries: list[Entry]) -> None:
        for one in forgeries:
            one(entries)

    return forge


MEMBERS: Final = ("data", "session")
AFTER: Final = ("data", "effective", "after")
FORGERIES: Final[dict[str, tuple[Forgery, str]]] = {
    "a plan of another's": (put(None, 0, *MEMBERS, "host_party", to="AZ"), "PK planned a session of AZ"),
    "a plan that is held already": (put(None, 0, *MEMBERS, "state", to="held"), "its data is not what"),
    "a group that is not there": (put(None, 0, *MEMBERS, "working_group_id", to=SESSION_8), "a working group that"),
    "another's co-chair": (
        put(None, 0, *MEMBERS, "co_chairs", to={"AZ": {"name": "N", "title": "T"}}), "its own co-chair alone"),
    "a plan that ends before it begins": (
        also(put(None, 0, *MEMBERS, "starts_on", to="2026"), put(None, 0, *MEMBERS, "ends_on", to="2025")), "before the first day"),
    "a version that there is none of": (put(None, 0, "v", to=1), "has the version 1"),
    "a move by who is not the host": (put(None, 1, "party", to="AZ"), "another party alone may do"),
    "a move that awaits somebody": (put(None, 1, "data", "proposal", "awaits", to=["AZ"]), "must await nobody"),
    "a move that does something else": (put(None, 1, *AFTER, "starts_on", to="2027"), "what the evidence brings about"),
    "a move that is not told": (put(None, 1, "data", "effective", to={"before": {}, "after": {}, "on": "2026"}), "brings about"),
    "held by one alone": (put(None, 2, "data", "proposal", "awaits", to=[]), "it must await AZ"),
    "held in the future": (put(None, 2, "data", "proposal", "evidence", "ends_on", to="2199"), "lies in the future"),
    "held with an end before its beginning": (
        put(None, 2, "data", "proposal", "evidence", "ends_on", to="2025-05-01"), "before the first day"),
    "held on no day": (put(None, 2, "data", "proposal", "evidence", to={"venue": "Baku"}), "ends_on: is needed"),
    "confirmed by who proposed it": (put(None, 3, "party", to="PK"), "answers its own proposal"),
    "held under an ordinal that is taken": (put(None, 0, *MEMBERS, "ordinal", to=8), "held under this ordinal already"),
    "minutes that are nowhere": (
        put(None, 4, "data", "proposal", "evidence", "minutes", to=[{"language": "en"}]), "minutes/0"),
    "subject to who is no party": (
        put(None, 4, "data", "proposal", "evidence", "subject_to", to=["TR"]), "subject_to/0"),
    "cancelled though it was adopted": (put(SESSION_9, 0, *MEMBERS, "state", to="proposed"), "does not allow 'cancel'"),
    "recorded with another proposal": (put(SESSION_8, 0, "data", "proposal", "action", to="adopt"), "and nothing else"),
    "another's co-chair named": (
        put(SESSION_8, 2, *AFTER, "co_chairs", to={"AZ": {"name": "N", "title": "T"}}), "brings about"),
}  # fmt: skip


def test_the_log_is_proven_as_it_is(entries: list[Entry]) -> None:
    assert verify(exported(entries), POLICY).findings.listed == []


@pytest.mark.parametrize("name", FORGERIES)
def test_a_broken_rule_is_found_and_told(entries: list[Entry], name: str) -> None:
    assert_told(entries, *FORGERIES[name])


def test_the_commission_tells_no_more_of_a_session_that_has_a_trail_of_its_own(entries: list[Entry]) -> None:
    founded = entries[0]
    late = {
        **founded, "v": 1, "kind": "session.changed", "party": "PK", "recorded_at": entries[-1]["recorded_at"],
        "data": {"id": SESSION_8, "before": {"venue": "Islamabad"}, "after": {"venue": "Lahore"}},
    }  # fmt: skip
    assert "has a trail of its own" in str(verify(exported([*entries, late]), POLICY).findings.listed)
