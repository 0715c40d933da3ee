"""What the trail holds: the bytes that were hashed, chained, and enough to rebuild every state."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
import rfc8785

from service.register.commitments.matter import COMMITMENTS
from service.register.commitments.rules.effect import effect
from service.register.commitments.rules.lifecycle import LIFECYCLE, State
from service.register.decisions.rules.matter import Made
from service.register.decisions.rules.numbers import Numbers
from service.trail.entry import timestamp
from tests.cases import case_of
from tests.conftest import COMMISSION, SESSION_8, SESSION_9, World, item, organisation
from tests.register.commitments.test_journey import SIGN, confirmed
from tests.three_parties import commission_of_three, record_in

Entry = dict[str, Any]


async def stored(world: World) -> dict[str, list[tuple[bytes, bytes, Entry]]]:
    """Return (bytes, leaf, members) of every entry, by subject, in order."""
    owner = await world.connect()
    rows = await owner.fetch("SELECT subject, canonical, leaf FROM audit_entry ORDER BY subject, seq")
    await owner.close()
    found: dict[str, list[tuple[bytes, bytes, Entry]]] = {}
    for row in rows:
        found.setdefault(str(row["subject"]), []).append((row["canonical"], row["leaf"], json.loads(row["canonical"])))
    return found


async def everything_happens(world: World) -> None:
    """Take the pilot through every kind of entry."""
    await confirmed(world, item(4), SIGN)
    url = f"/v1/commitments/{item(2)}"
    await world.as_("PK").patch(url, json={"focal_point": "Desk ü"}, headers={"If-Match": "*"})
    await confirmed(world, item(2), {"action": "suspend", "reason": "R", "review_on": "2027"})
    await confirmed(world, item(2), {"action": "resume", "reason": "R"}, "AZ", "PK")
    refused = await world.as_("PK").post(f"{url}/transitions", json={"action": "lapse", "reason": "R"})
    where = f"/v1/transitions/{refused.json()['id']}"
    await world.as_("AZ").post(f"{where}/confirmations", json={"decision": "refuse", "reason": "No"})
    mine = await world.as_("PK").post(f"{url}/transitions", json={"action": "lapse", "reason": "R"})
    await world.as_("PK").post(f"/v1/transitions/{mine.json()['id']}/withdrawal", json={})
    await confirmed(world, item(2), {"action": "carry_over", "session_id": SESSION_9})
    changes = {"texts": {"az": "Mətn", "en": "New"}, "target_date": "2028"}
    await confirmed(world, item(2), {"action": "amend", "reason": "R", "changes": changes})
    await confirmed(world, item(6), {"action": "merge", "target": "PK-AZ/08/005"})
    await confirmed(
        world,
        item(8),
        {"action": "implement", "effective_on": "2026", "report": "R", "no_instrument_reason": "None was needed"},
    )
    await confirmed(world, item(8), {"action": "reopen", "reason": "Not all of it"})
    unilateral = await commission_of_three(world, "PK")
    made = await record_in(world, unilateral, 1)
    await world.as_("PK").post(
        f"/v1/commitments/{made['id']}/transitions",
        json={"action": "amend", "reason": "R", "changes": {"confidentiality": "public"}},
    )


async def test_every_leaf_is_the_hash_of_the_bytes_and_every_prev_the_leaf_before(world: World) -> None:
    await everything_happens(world)
    for entries in (await stored(world)).values():
        prev = bytes(32)
        for number, (canonical, leaf, entry) in enumerate(entries):
            assert hashlib.sha256(b"\x00" + canonical).digest() == leaf
            assert (entry["seq"], entry["prev"]) == (number, prev.hex())
            assert rfc8785.dumps(entry) == canonical
            prev = leaf


async def test_the_time_of_entry_never_falls_within_a_subject(world: World) -> None:
    await everything_happens(world)
    for entries in (await stored(world)).values():
        times = [entry["recorded_at"] for _, _, entry in entries]
        assert times == sorted(times)


async def test_every_commitment_can_be_rebuilt_from_its_entries_alone(world: World) -> None:
    await everything_happens(world)
    owner = await world.connect()
    # The tests' pilot has one that not everybody may read; no entry says so.
    await owner.execute("UPDATE commitment SET confidentiality = 'parties' WHERE id = $1", item(5))
    names = ", ".join(COMMITMENTS.rules.members)
    rows = await owner.fetch(f"SELECT id, open_transition_id, awaiting, {names} FROM commitment")
    await owner.close()
    trails = await stored(world)
    states = set()
    for row in rows:
        facts, waiting = replay([entry for _, _, entry in trails[str(row["id"])]])
        assert facts == {name: _plain(value) for name, value in COMMITMENTS.members(row).items()}, row["reference"]
        assert sorted(waiting) == sorted(row["awaiting"])
        states.add(facts["state"])
    assert states >= {"agreed", "mou_drafted", "signed", "merged"}


def _plain(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) and value.startswith(("{", "[")) else value


def replay(entries: list[Entry]) -> tuple[dict[str, Any], list[str]]:
    """Rebuild a commitment with the pure rules: what takes effect is computed anew, not believed."""
    facts: dict[str, Any] = dict(entries[0]["data"]["commitment"])
    proposal: dict[str, Any] | None = None
    waiting: list[str] = []
    for entry in entries:
        data, kind = entry["data"], entry["kind"]
        if kind == "commitment.changed":
            facts["party_facts"] = {**facts["party_facts"], **data["after"]}
        if kind == "commitment.followed":
            facts |= {name: one for name, one in data["after"].items() if name in facts}
        if "proposal" in data:
            proposal, waiting = data["proposal"], list(data["proposal"]["awaits"])
        if kind == "transition.confirmed":
            waiting.remove(entry["party"])
        if kind in {"transition.refused", "transition.withdrawn"}:
            proposal, waiting = None, []
        if proposal is not None and not waiting:
            facts |= _effective(proposal, facts, entry)
            proposal = None
    return facts, waiting


def _effective(proposal: dict[str, Any], facts: dict[str, Any], entry: dict[str, Any]) -> dict[str, Any]:
    evidence = proposal["evidence"]
    made = Made(entry["subject"], proposal["transition"])
    case = replace(case_of(facts), at=datetime.fromisoformat(entry["recorded_at"]), seq=entry["seq"], made=made)
    known = case.facts.conditions({**evidence, "action": proposal["action"]})
    row = next(
        step
        for step in LIFECYCLE.steps
        if step.action == proposal["action"]
        and step.source == State(facts["state"])
        and all(known[name] == value for name, value in step.when.items())
    )
    # Each has the number of its own item: no other is in its way.
    stem, _, last = facts["reference"].rpartition("/")
    numbers = Numbers(stem) if last.startswith("d-") else None
    return effect(row, evidence, replace(case, numbers=numbers))


async def test_the_answer_carries_the_exact_bytes_their_hash_and_the_index(world: World) -> None:
    await confirmed(world, item(4), SIGN)
    url = f"/v1/commitments/{item(4)}/audit-trail"
    waiting = (await world.as_("PK").get(url)).json()["items"]
    assert waiting[-1]["index"] is None
    await world.sequence()
    for entry in (await world.as_("PK").get(url)).json()["items"]:
        assert hashlib.sha256(b"\x00" + entry["canonical"].encode()).hexdigest() == entry["leaf_hash"]
        assert isinstance(entry["index"], int)


async def test_the_registry_has_a_trail_of_its_own_without_names_of_people(world: World) -> None:
    await world.second_principal("somebody", "observer")
    trail = (await world.as_("administrator").get("/v1/registry/audit-trail?limit=200")).json()["items"]
    registered = {"party.registered", "organisation.registered", "principal.registered"}
    assert {entry["kind"] for entry in trail} == registered | {"registrar.named"}
    named = next(entry["data"] for entry in trail if entry["kind"] == "registrar.named")
    assert "name" not in trail[-1]["data"]
    assert "name" not in named["principal"]
    assert (await world.as_("PK").get("/v1/registry/audit-trail")).status_code == 403


async def test_the_feed_of_a_commission_leaves_out_what_the_reader_may_not_read(world: World) -> None:
    await world.sequence()
    url = f"/v1/commissions/{COMMISSION}/audit-trail?limit=200"
    everything = (await world.as_("auditor").get(url)).json()["items"]
    assert [entry["index"] for entry in everything] == list(range(len(everything)))
    public = (await world.as_("observer").get(url)).json()["items"]
    items = {item(number) for number in range(1, 15)} - {item(5), item(6)}
    groups = {organisation(number) for number in range(301, 306)}
    assert {entry["subject"] for entry in public} == {COMMISSION, SESSION_8, organisation(701), *items, *groups}
    later = (await world.as_("auditor").get(f"{url}&after={everything[-2]['index']}")).json()["items"]
    assert [entry["index"] for entry in later] == [everything[-1]["index"]]


@pytest.mark.parametrize(
    ("moment", "written"),
    [
        (datetime(195, 10, 12, 3, 23, 56, tzinfo=UTC), "0195-10-12T03:23:56.000000Z"),
        (datetime(2025, 1, 24, 9, 30, tzinfo=timezone(timedelta(hours=5))), "2025-01-24T04:30:00.000000Z"),
        (datetime(2025, 1, 24, 9, 30, 1, 5, tzinfo=UTC), "2025-01-24T09:30:01.000005Z"),
    ],
)
def test_a_moment_is_written_with_all_four_digits_of_its_year(moment: datetime, written: str) -> None:
    assert timestamp(moment) == written
