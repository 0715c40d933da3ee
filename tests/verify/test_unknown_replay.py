"""What turns out to be known by nobody, and corrections of one move one after another, as the replay sees them: each rule is broken once."""

from copy import deepcopy
from typing import Any, Final

import pytest

from service.verify.judgement import verify
from tests.conftest import COMMISSION, World
from tests.register.commissions import meeting
from tests.register.commissions.chartering import agreed, leaf_of, made
from tests.register.commissions.test_taking_part import acceded
from tests.verify.forging import Forgery, assert_told, entries_of, write
from tests.verify.journal import POLICY, Entry, Journal, exported
from tests.verify.test_replay import DRAFT, SIGN, judged

AFTER: Final = ("data", "effective", "after")
EVIDENCE: Final = ("data", "proposal", "evidence")


@pytest.fixture(scope="module")
async def entries(worn: World) -> list[Entry]:
    """The entries of a register in which nobody knows when a session was held, and both days of a leaving were corrected."""
    one = (await meeting.begin(worn, ordinal=10))["id"]
    await meeting.agreed(worn, one, meeting.HOLD)
    held = await meeting.leaf_of(worn, one)
    for fact in ("starts_on", "ends_on"):
        await meeting.correct(worn, one, held, fact, None)
    await acceded(worn)
    body = {"action": "leave", "reason": "R", "notified_on": "2025-01", "effective_on": "2025-02"}
    await made(worn, body, "tr-registrar")
    wrong = {"action": "correct", "corrects": await leaf_of(worn), "reason": "R"}
    await agreed(worn, wrong | {"fact": "notified_on", "value": "2025-02"})
    await agreed(worn, wrong | {"fact": "effective_on", "value": "2025-03"})
    return await entries_of(worn, COMMISSION)


def put(kind: str, *path: str, to: Any) -> Forgery:
    """Return the forgery by which something stands in the last entry of the session, or of the charter."""

    def forge(entries: list[Entry]) -> None:
        subjects = [one["subject"] for one in entries if one["kind"] == f"{kind}.recorded"] or [COMMISSION]
        write([one for one in entries if one["subject"] == subjects[-1]][-1], path, to)

    return forge


LEFT: Final = (*AFTER, "departed", "TR")
FORGERIES: Final[dict[str, tuple[Forgery, str]]] = {
    "a day that stands in for an unknown one": (put("session", *AFTER, "effective_on", to="2026-01-01"), "brings about"),
    "an unknown day that is still told": (put("session", *AFTER, "ends_on", to="2025-05-04"), "brings about"),
    "a second correction that takes the first one back": (put("charter", *LEFT, "notified_on", to="2025-01"), "brings about"),
    "a second correction that is not told": (put("charter", *LEFT, "on", to="2025-02"), "brings about"),
}  # fmt: skip


def test_the_log_is_proven_as_it_is(entries: list[Entry]) -> None:
    assert verify(exported(entries), POLICY).findings.listed == []


@pytest.mark.parametrize("name", FORGERIES)
def test_a_broken_rule_is_found_and_told(entries: list[Entry], name: str) -> None:
    assert_told(entries, *FORGERIES[name])


def unsure() -> Journal:
    """Return a log in which nobody knows where and when something was signed, nor since when it was withdrawn."""
    journal = Journal(version=2)
    one = journal.record(1)
    journal.confirm(one)
    journal.move(one, "draft_mou", **DRAFT)
    journal.move(one, "sign", **SIGN)
    signed = journal.leaf()
    journal.move(one, "correct", corrects=signed, fact="place", value=None, reason="R")
    journal.move(one, "correct", corrects=signed, fact="effective_on", value=None, reason="R")
    journal.move(one, "withdraw", reason="R", effective_on="2025-01-24")
    journal.move(one, "correct", corrects=journal.leaf(), fact="effective_on", value=None, reason="R")
    return journal


def test_what_nobody_knows_of_a_signature_and_of_an_end_is_proven() -> None:
    journal = unsure()
    assert judged(journal.entries).findings.listed == []
    (facts,) = journal.facts.values()
    assert (facts["effective_on"], sorted(facts["unknown"])) == (None, ["effective_on", "place", "signed_on"])


OF_COMMITMENTS: Final[dict[str, tuple[int, tuple[str, ...], Any]]] = {
    "a place that nobody knows and that is not listed": (-7, (*AFTER, "unknown"), None),
    "a day that is listed under another name": (-5, (*AFTER, "unknown"), {"effective_on": True, "place": True}),
    "a day that stands in for an unknown one": (-5, (*AFTER, "effective_on"), "2025-01-24"),
    "an end on the day on which both said so": (-1, (*AFTER, "effective_on"), "2025-01-24"),
}


@pytest.mark.parametrize("forgery", OF_COMMITMENTS)
def test_what_nobody_knows_is_told_as_that(forgery: str) -> None:
    index, path, value = OF_COMMITMENTS[forgery]
    entries = deepcopy(unsure().entries)
    write(entries[index], path, value)
    found = judged(entries).findings.listed
    assert any("not what the evidence brings about" in one.message for one in found), found


def test_that_nobody_knows_a_reason_is_no_correction() -> None:
    entries = deepcopy(unsure().entries)
    write(entries[-2], (*EVIDENCE, "fact"), "reason")
    assert any("value: must be a text" in one.message for one in judged(entries).findings.listed)
