"""What was written before stays as it was: exports, entries and answers of an older Pacta, as this one reads them.

`old/` was made by Pacta as of commit 0cc386f, over its API: the pilot, and on it every row of the lifecycle, refusals, withdrawals,
proposals that expired, amendments of every fact, restricted items, sessions, groups, a commission of three parties, unilateral ones,
and texts and dates that were accepted then and are no longer.

    exports.tar.xz     exports/<commission>/, the policies that believe them, and log-dir/, the sequencer's directory
    dump.sql.xz        the database, by `pg_dump --inserts`
    answers.json.xz    what reading operations answered, to whom
"""

import json
import lzma
from collections.abc import AsyncIterator
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

import pytest

from service.log.export.directory import to_directory
from service.tlog.policy_file import parse_policy
from service.verify.export import open_directory
from service.verify.finding import Severity
from service.verify.judgement import Verdict, verify
from tests.conftest import SESSION_8, World, item
from tests.register.commissions.meeting import proven
from tests.register.commitments.test_journey import RECORD
from tests.verify.conftest import OLD, Restored

COMMISSIONS: Final = {"PK-AZ": 364, "three": 23, "alone": 9, "unsettled": 17, "three-alone": 17}
"""The logs that were exported, and how many entries each has."""
PASSING: Final = {"overdue", "due_soon", "dormant"}
"""What an answer says of the day on which it is asked."""


@pytest.fixture(scope="module")
async def register(restored: Restored) -> AsyncIterator[World]:
    """The old register in today's hands; nothing is changed in it."""
    async with restored("old_read") as world:
        yield world


def judged(old: Path, export: Path, policy: str = "policy", kept: Path | None = None) -> Verdict:
    believed = parse_policy((old / policy).read_bytes())
    return verify(open_directory(export), believed, (kept / "checkpoint").read_bytes() if kept else None)


@pytest.mark.parametrize("name", COMMISSIONS)
def test_an_old_export_is_proven(old: Path, name: str) -> None:
    verdict = judged(old, old / "exports" / name)
    assert verdict.findings.listed == []
    assert verdict.findings.outcome is Severity.PROVEN
    assert (verdict.entries, verdict.unfollowed) == (COMMISSIONS[name], 0)


def test_an_old_export_is_proven_to_those_who_demand_a_witness(old: Path) -> None:
    verdict = judged(old, old / "exports" / "PK-AZ", "policy-with-witness")
    assert verdict.findings.outcome is Severity.PROVEN
    assert [name for name, _ in verdict.witnesses] == ["ours"]


async def exported(world: World, name: str, to: Path) -> Path:
    """Export one of the old commissions anew."""
    listed = (await world.as_("PK").get("/v1/commissions")).json()["items"]
    titles = {"PK-AZ": "Pakistan-Azerbaijan Joint Commission"}
    wanted = titles.get(name, f"Commission {name.replace('-', ' ')} (sample)")
    commission = next(one["id"] for one in listed if one["titles"]["en"] == wanted)
    await to_directory(world.pool, commission, to, 0)
    return to


@pytest.mark.parametrize("name", COMMISSIONS)
async def test_an_old_database_is_exported_with_the_same_entries_tree_and_checkpoint(
    register: World, old: Path, tmp_path: Path, name: str
) -> None:
    before, after = old / "exports" / name, await exported(register, name, tmp_path / "export")
    for file in sorted(
        one for one in before.rglob("*") if one.is_file() and one.name not in {"README.txt", "README.md"}
    ):
        path = file.relative_to(before)
        assert (after / path).read_bytes() == file.read_bytes(), path
    # What people are told has one line more: of the names that stand beside the log now.
    told, of_names = ((one / "README.md").read_text().splitlines() for one in (before, after)), "| `registry/` |"
    old_lines, new_lines = told
    assert old_lines == [line for line in new_lines if not line.startswith(of_names)]
    assert judged(old, after, kept=before).findings.outcome is Severity.PROVEN


async def test_an_old_log_goes_on(restored: Restored, old: Path, tmp_path: Path) -> None:
    async with restored("old_moved") as world:
        lapse = {"action": "lapse", "reason": "Out of date."}
        proposed = await world.as_("PK").post(f"/v1/commitments/{item(7)}/transitions", json=lapse)
        assert proposed.status_code == 201, proposed.text
        answers = f"/v1/transitions/{proposed.json()['id']}/confirmations"
        assert (await world.as_("AZ").post(answers, json={"decision": "confirm"})).status_code == 201
        await _goes_on(world)
        numbers = await _numbered_beside(world)
        assert await world.sequence() == 5 + 4
        after = await exported(world, "PK-AZ", tmp_path / "export")
    verdict = judged(old, after, kept=old / "exports" / "PK-AZ")
    assert verdict.findings.listed == []
    assert verdict.findings.outcome is Severity.PROVEN
    assert verdict.entries == COMMISSIONS["PK-AZ"] + 5 + 4
    assert numbers == ["PK-AZ/08/9001", "PK-AZ/08/9002"]


async def _numbered_beside(world: World) -> list[str]:
    """Let what was numbered at recording keep its number, and what is agreed since have the next ones; return two restricted ones."""
    owner = await world.connect()
    before = await owner.fetch("SELECT id, reference FROM commitment WHERE draft_reference IS NULL ORDER BY id")
    told = []
    for _ in range(2):
        body = RECORD | {"item_number": 1, "confidentiality": "restricted"}
        made = await world.as_("PK").post("/v1/commitments", json=body)
        assert made.status_code == 201, made.text
        answers = f"/v1/transitions/{made.json()['open_transition']['id']}/confirmations"
        told.append((await world.as_("AZ").post(answers, json={"decision": "confirm"})).json()["matter"]["reference"])
    after = await owner.fetch("SELECT id, reference FROM commitment WHERE draft_reference IS NULL ORDER BY id")
    assert before == after
    return told


async def test_an_old_commission_of_all_is_in_force_and_one_in_which_nobody_confirmed_is_unsettled(
    register: World,
) -> None:
    listed = (await register.as_("PK").get("/v1/commissions")).json()["items"]
    states = {(one["rule"], one["state"]) for one in listed}
    assert states == {("mutual", "in_force"), ("unilateral", "unsettled")}
    for one in listed:
        assert all(party["secretariat_id"] for party in one["parties"])
        await proven(register, one["id"])


async def _goes_on(world: World) -> None:
    """Let a session of before go on from what the commission's trail told of it: by its version, its trail, and what is corrected."""
    url = f"/v1/sessions/{SESSION_8}"
    tag = (await world.as_("AZ").get(url)).headers["etag"]
    chair = {"co_chair": {"name": "N. N.", "title": "Minister"}}
    named = await world.as_("AZ").patch(url, json=chair, headers={"If-Match": tag})
    assert (named.status_code, int(named.headers["etag"].strip('"'))) == (200, int(tag.strip('"')) + 1)
    trail = (await world.as_("PK").get(f"{url}/audit-trail")).json()["items"]
    kinds = [one["kind"] for one in trail]
    assert (kinds[0], kinds[-1]) == ("session.recorded", "transition.proposed")
    assert trail[-1]["seq"] == trail[-2]["seq"] + 1
    assert json.loads(trail[-1]["canonical"])["prev"] == trail[-2]["leaf_hash"]
    body = {"action": "correct", "corrects": trail[0]["leaf_hash"], "fact": "venue", "value": "Lahore", "reason": "R"}
    made = await world.as_("PK").post(f"{url}/transitions", json=body)
    assert made.status_code == 201, made.text
    confirmed = await world.as_("AZ").post(
        f"/v1/transitions/{made.json()['id']}/confirmations", json={"decision": "confirm"}
    )
    assert confirmed.status_code == 201, confirmed.text
    found = (await world.as_("PK").get(url)).json()
    assert (found["venue"], list(found["corrected"]), found["state"]) == ("Lahore", ["venue"], "held")


MEMBER = frozenset({"organisation_id", "party", "role"})


def in_words(party: str, commitment: Any) -> dict[str, Any]:
    """Return the facts of before that a party's step `other` tells."""
    steps = [one for one in commitment["steps"] if (one["party"], one["step"]) == (party, "other")]
    note, on = next(((one["note"], one["on"]) for one in steps), (None, None))
    return {"domestic_procedures": note, "domestic_procedures_completed_on": on}


def said(before: Any, after: Any) -> Any:
    """Return of an answer what was said before, without what passes; members and moves may be added since."""
    if isinstance(before, dict) and isinstance(after, dict):
        if "matter" in after and "matter" not in before:
            # A move names its matter, of whatever kind, where it named its commitment.
            after |= {"commitment_id": after["matter"]["id"], "reference": after["matter"]["reference"]}
        if "ordinal" in after and "state" in after:
            # A session has a state, as every matter has, where it had a status.
            after |= {"status": after["state"]}
        if "party_facts" in before and "steps" in after:
            # What a party had said in words of its procedures at home stands among its steps.
            after |= {
                "party_facts": {party: facts | in_words(party, after) for party, facts in after["party_facts"].items()}
            }
        return {name: said(one, after.get(name)) for name, one in before.items() if name not in PASSING}
    if isinstance(before, list) and isinstance(after, list):
        if any(isinstance(one, dict) and "awaits" in one for one in [*before, *after]):
            known = {one["action"]: one for one in after}
            return [said(one, known.get(one["action"])) for one in before]
        if all(isinstance(one, dict) and "pointer" in one for one in [*before, *after]):
            # In what order, and in which words, is no promise.
            return sorted(one["pointer"] for one in after)
        if all(isinstance(one, dict) and one.keys() >= MEMBER for one in [*before, *after]):
            # Who is in a group stands by party now, with its name; it had no order.
            plain = [{name: one[name] for name in MEMBER} for one in after]
            return sorted(plain, key=itemgetter("organisation_id"))
        # Whoever reads the pages without signing in stands among the principals since, so that it can be ended.
        after = [one for one in after if not (isinstance(one, dict) and one.get("issuer") == "reading")]
        return [said(one, other) for one, other in zip(before, after, strict=False)] + after[len(before) :]
    return after


APPOINTED = {"PK-AZ": {"auditor"}}
"""Who beside its parties reads a commission that is theirs."""


async def test_reading_an_old_register_answers_as_before(register: World) -> None:
    listed = (await register.as_("PK").get("/v1/commissions")).json()["items"]
    unsettled = {one["id"] for one in listed if one["state"] == "unsettled"}
    # A commission has a confidentiality now, and is its parties' own until they say otherwise.
    parties = {
        one["id"]: {party["party"] for party in one["parties"]} | APPOINTED.get(one["code"], set()) for one in listed
    }
    following = ""
    for asked in json.loads(lzma.decompress((OLD / "answers.json.xz").read_bytes())):
        # A cursor is whatever the page before it gives.
        path = following if "cursor=" in asked["path"] else asked["path"]
        answer = await register.as_(asked["who"]).get(path)
        following = answer.links.get("next", {}).get("url", "")
        told = (asked["who"], path)
        if path.startswith("/v1/principals") and asked["status"] == 403 and answer.is_success:
            # A party sees now who may act for it, and who registered that.
            items = answer.json().get("items", [answer.json()])
            assert {one["party"] for one in items} == {asked["who"][:2].upper()}
            assert all(one["registered_by"]["name"] for one in items), items
            continue
        if (asked["who"], asked["status"]) == ("auditor", 403) and path.startswith("/v1/registry/audit-trail"):
            # An auditor reads now what the registry's trail tells of the parties of its commissions.
            assert answer.status_code == 200, told
            continue
        reader = asked["who"].partition("-")[0]
        outside = {one for one, inside in parties.items() if not inside & {reader, reader.upper()}}
        if any(one in path for one in outside) or asked.get("json", {}).get("commission_id") in outside:
            assert answer.status_code in {404, 422} or answer.json()["items"] == [], told
            continue
        if answer.status_code == 422 != asked["status"]:
            # Who asks a list for what is not there for it is told so: it held nothing that may still be seen.
            assert "for this caller" in answer.text, told
            assert {one["commission_id"] for one in asked["json"]["items"]} <= outside, told
            continue
        assert answer.status_code == asked["status"], told
        assert bool(following) == ("link" in asked["headers"]), told
        if answer.is_success and "json" in asked:
            before = {name: one for name, one in asked["json"].items() if name != "next_cursor"}
            if "items" in before:
                before["items"] = [
                    one for one in before["items"] if not outside & {one.get("id"), one.get("commission_id")}
                ]
            if before.get("commission_id") in unsettled and "allowed_actions" in before:
                # It takes nothing new until it has become a matter of all.
                before["allowed_actions"] = []
            assert said(before, answer.json()) == said(before, before), told
        if answer.is_success and "etag" in asked["headers"]:
            assert answer.headers["etag"] == asked["headers"]["etag"], told
