"""Steps at home and their templates as the replay sees them: each rule of theirs is broken once, in a log that is otherwise as the service writes it."""

from typing import Any, Final

import pytest

from service.verify.judgement import verify
from tests.conftest import COMMISSION, SESSION_8, World, item
from tests.register.decisions.test_steps_at_home import NEEDED, says, set_template
from tests.verify.forging import Forgery, assert_told, entries_of, write
from tests.verify.journal import POLICY, Entry, exported

APPLY: Final = {"action": "apply_template", "template": "protocol", "effective_on": "2025-05-02"}
EVIDENCE: Final = ("data", "proposal", "evidence")
AFTER: Final = ("data", "effective", "after")


@pytest.fixture(scope="module")
async def entries(worn: World) -> list[Entry]:
    """The entries of a register in which a commitment and minutes have steps, by hand and of a template, which changed since."""
    await set_template(worn, kind="protocol")
    for url in (f"/v1/commitments/{item(2)}", f"/v1/sessions/{SESSION_8}"):
        for body in (NEEDED, APPLY):
            assert (await says(worn, url, body)).status_code == 201
    await set_template(worn, kind="protocol", steps=[{"step": "full_powers"}])
    return await entries_of(worn, COMMISSION)


def last(subject: str, place: int, *path: str, to: Any) -> Forgery:
    """Return the forgery by which something stands in one of the last entries of a subject."""

    def forge(entries: list[Entry]) -> None:
        write([one for one in entries if one["subject"] == subject][place], path, to)

    return forge


def early(entries: list[Entry]) -> None:
    """Let the second template stand before the move that took the first one's steps."""
    moved = entries.pop(next(place for place, one in enumerate(entries) if one is _sets(entries)[-1]))
    applied = next(one for one in entries if one["data"].get("proposal", {}).get("action") == "apply_template")
    entries.insert(entries.index(applied), moved)
    moved["recorded_at"] = applied["recorded_at"]


def unset(entries: list[Entry]) -> None:
    """Leave out that the template was set, and what was set later."""
    for one in _sets(entries):
        if one["data"]["proposal"]["evidence"]["kind"] == "protocol":
            entries.remove(one)


def _sets(entries: list[Entry]) -> list[Entry]:
    return [one for one in entries if one["data"].get("proposal", {}).get("action") == "set_step_template"]


FORGERIES: Final[dict[str, tuple[Forgery, str]]] = {
    "a step told for another party": (last(item(2), -2, "party", to="PK"), "brings about"),
    "a step that is none": (last(item(2), -2, *EVIDENCE, "step", to="prayer"), "step"),
    "a step that awaits another's word": (last(item(2), -2, "data", "proposal", "awaits", to=["PK"]), "must await nobody"),
    "a step said to be done that is needed": (last(SESSION_8, -2, *EVIDENCE, "status", to="done"), "brings about"),
    "a step of a day that lies ahead": (last(SESSION_8, -2, *EVIDENCE, "effective_on", to="2199"), "lies in the future"),
    "a step that changes nothing told": (last(item(2), -2, *AFTER, "steps", to={}), "brings about"),
    "other steps than the template's": (
        last(item(2), -1, *EVIDENCE, "steps", to=[{"step": "full_powers"}]), "is not what the template says"),
    "another version of the template": (last(SESSION_8, -1, *EVIDENCE, "template_entry", to=1), "is not what the template says"),
    "a template of another party": (last(item(2), -1, "party", to="PK"), "keeps no such template"),
    "a template that was set later": (early, "is not what the template says"),
    "a template that was never set": (unset, "keeps no such template"),
    "a template set for another party": (last(COMMISSION, -1, "party", to="PK"), "brings about"),
    "a template that names a step twice": (
        last(COMMISSION, -1, *EVIDENCE, "steps", to=[{"step": "full_powers"}] * 2), "more than once"),
    "a template that awaits another's word": (
        last(COMMISSION, -1, "data", "proposal", "awaits", to=["PK"]), "must await nobody"),
}  # fmt: skip


def test_the_entries_as_they_are_are_proven(entries: list[Entry]) -> None:
    assert verify(exported(entries), POLICY).findings.listed == []


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_step_or_template_is_told(entries: list[Entry], name: str) -> None:
    forge, said = FORGERIES[name]
    assert_told(entries, forge, said)


def test_what_entries_of_before_said_in_words_still_verifies(entries: list[Entry]) -> None:
    recorded = [one for one in entries if one["subject"] == item(3)][-1]
    words = {"domestic_procedures": "Before the cabinet.", "domestic_procedures_completed_on": "2025"}
    known = next(one for one in entries if one["subject"] == item(3) and one["kind"] == "commitment.recorded")
    mine = known["data"]["commitment"]["party_facts"].get("AZ", {})
    change = {"before": {"AZ": mine}, "after": {"AZ": {**mine, **words}}}
    later = {**recorded, "party": "AZ", "kind": "commitment.changed", "data": change, "v": known["v"]}
    longer = [*entries, {**later, "recorded_at": entries[-1]["recorded_at"]}]
    assert verify(exported(longer), POLICY).findings.listed == []
