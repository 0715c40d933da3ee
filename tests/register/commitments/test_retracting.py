"""A record of one side alone is taken back by that side: it leaves the lists, and its trail stays."""

import asyncio
from typing import Any

import httpx
import pytest

from service.verify.judgement import verify
from tests.conftest import COMMISSION, World, item
from tests.register.commitments.test_journey import RECORD, confirm, confirmed, read
from tests.register.commitments.test_races import ROUNDS, trail_of
from tests.three_parties import commission_of_three, record_in
from tests.verify.journal import POLICY, in_memory
from tests.verify.test_register import exported

RETRACT: dict[str, Any] = {"action": "retract", "reason": "Recorded by mistake (sample)."}
AGREE: dict[str, Any] = {"action": "agree", "agreed_on": "2025-01-24"}
NO: dict[str, Any] = {"decision": "refuse", "reason": "It was never agreed (sample)."}


async def record(world: World, by: str = "PK", **others: Any) -> dict[str, Any]:
    made = await world.as_(by).post("/v1/commitments", json=RECORD | others)
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


async def move(world: World, commitment_id: str, body: dict[str, Any], by: str = "PK") -> httpx.Response:
    return await world.as_(by).post(f"/v1/commitments/{commitment_id}/transitions", json=body)


async def answer(world: World, made: dict[str, Any], body: dict[str, Any], by: str = "AZ") -> httpx.Response:
    url = f"/v1/transitions/{made['open_transition']['id']}/confirmations"
    return await world.as_(by).post(url, json=body)


async def listed(world: World, who: str = "PK", **asked: Any) -> list[str]:
    found = await world.as_(who).get("/v1/commitments", params={"limit": 200, **asked})
    assert found.status_code == 200, found.text
    return [one["id"] for one in found.json()["items"]]


async def proven(world: World, commission: str = COMMISSION) -> None:
    assert verify(in_memory(await exported(world, commission)), POLICY).findings.listed == []


async def test_a_retracted_record_leaves_the_lists_and_stays_readable_for_the_parties(world: World) -> None:
    made = await record(world, confidentiality="public")
    assert made["id"] in await listed(world)
    done = await move(world, made["id"], RETRACT)
    assert done.status_code == 201, done.text
    told = done.json()
    assert (told["status"], told["target"], told["awaited"], told["expires_at"]) == ("effective", "retracted", [], None)
    for who in ("PK", "AZ"):
        assert made["id"] not in await listed(world, who)
        found = await read(world, made["id"], who)
        assert (found["state"], found["open_transition"], found["recorded_by"]) == ("retracted", None, "PK")
    assert made["id"] in await listed(world, state="retracted")
    assert (await world.as_("observer").get(f"/v1/commitments/{made['id']}")).status_code == 404
    assert [entry["kind"] for entry in await trail_of(world, made["id"])] == [
        "commitment.recorded",
        "transition.proposed",
    ]
    await proven(world)


async def test_its_own_open_proposal_closes_with_it_and_the_entry_names_it(world: World) -> None:
    made = await record(world)
    opened = made["open_transition"]["id"]
    await move(world, made["id"], RETRACT)
    agree = (await world.as_("AZ").get(f"/v1/transitions/{opened}")).json()
    assert (agree["status"], agree["confirmed_at"]) == ("withdrawn", None)
    assert (await trail_of(world, made["id"]))[-1]["data"]["withdrawn"] == opened
    late = await answer(world, made, {"decision": "confirm"})
    assert (late.status_code, late.json()["transition_status"]) == (409, "withdrawn")


async def test_only_who_recorded_it_retracts_it_and_is_told_that_it_may(world: World) -> None:
    made = await record(world)
    for who, may in (("PK", ["record_step", "apply_template", "retract"]), ("AZ", ["record_step", "apply_template"])):
        found = await read(world, made["id"], who)
        assert [(one["action"], one["awaits"]) for one in found["allowed_actions"]] == [(one, []) for one in may]
    for decided in (False, True):
        if decided:
            await answer(world, made, NO)
        refused = await move(world, made["id"], RETRACT, by="AZ")
        assert refused.status_code == 403
        assert refused.json()["detail"] == "Only PK may do 'retract' here, and does it alone."


async def test_what_was_refused_can_still_be_retracted(world: World) -> None:
    made = await record(world)
    await answer(world, made, NO)
    assert (await read(world, made["id"]))["disputed"]
    assert (await move(world, made["id"], RETRACT)).status_code == 201
    assert not (await read(world, made["id"]))["disputed"]
    assert "withdrawn" not in (await trail_of(world, made["id"]))[-1]["data"]
    await proven(world)


async def test_another_partys_proposal_stands_in_its_way(world: World) -> None:
    made = await record(world)
    await answer(world, made, NO)
    theirs = (await move(world, made["id"], AGREE, by="AZ")).json()
    refused = await move(world, made["id"], RETRACT)
    assert (refused.status_code, refused.json()["open_transition_id"]) == (409, theirs["id"])
    assert "Confirm or refuse it first" in refused.json()["detail"]
    assert "retract" not in {one["action"] for one in (await read(world, made["id"]))["allowed_actions"]}


async def test_what_was_agreed_once_is_retracted_no_more_even_where_that_was_undone(world: World) -> None:
    refused = await move(world, item(2), RETRACT)
    assert (refused.status_code, refused.json()["state"]) == (409, "agreed")
    agreed = (await world.as_("PK").get(f"/v1/commitments/{item(2)}/audit-trail")).json()["items"][-1]
    await confirmed(
        world, item(2), {"action": "reinstate", "undoes": agreed["leaf_hash"], "reason": "A mistake (sample)."}
    )
    found = await read(world, item(2))
    assert found["state"] == "proposed"
    assert "retract" not in {one["action"] for one in found["allowed_actions"]}
    refused = await move(world, item(2), RETRACT)
    assert refused.status_code == 409
    assert "only if is_joint = false" in refused.json()["detail"]


async def test_an_amendment_of_what_is_not_agreed_yet_leaves_it_its_recorders(world: World) -> None:
    made = await record(world)
    await answer(world, made, NO)
    await confirmed(world, made["id"], {"action": "amend", "reason": "R", "changes": {"target_date": "2027"}})
    assert (await move(world, made["id"], RETRACT)).status_code == 201
    await proven(world)


async def test_of_three_parties_a_confirmation_does_not_hold_it_while_one_is_awaited(world: World) -> None:
    commission = await commission_of_three(world)
    made = await record_in(world, commission, 1)
    assert (await answer(world, made, {"decision": "confirm"})).status_code == 201
    assert (await move(world, made["id"], RETRACT)).status_code == 201
    late = await answer(world, made, {"decision": "confirm"}, "tr-secretariat")
    assert late.status_code == 409
    await proven(world, commission)


async def test_both_sides_may_revive_what_was_retracted(world: World) -> None:
    made = await record(world)
    await move(world, made["id"], RETRACT)
    leaf = (await world.as_("PK").get(f"/v1/commitments/{made['id']}/audit-trail")).json()["items"][-1]["leaf_hash"]
    await confirmed(world, made["id"], {"action": "reinstate", "undoes": leaf, "reason": "It was right (sample)."})
    assert (await read(world, made["id"]))["state"] == "proposed"
    assert (await move(world, made["id"], RETRACT)).status_code == 201
    await proven(world)


async def test_nobody_publishes_in_the_others_name(world: World) -> None:
    made = await record(world, confidentiality="public")
    url = f"/v1/commitments/{made['id']}"
    for path in (url, f"{url}/audit-trail", f"{url}/transitions"):
        assert (await world.as_("observer").get(path)).status_code == 404
    assert made["id"] not in await listed(world, "observer")
    await confirm(world, made["open_transition"]["id"])
    assert (await world.as_("observer").get(url)).status_code == 200
    assert made["id"] in await listed(world, "observer")


@pytest.mark.long
async def test_retracting_races_confirming_a_hundred_times_and_exactly_one_wins(world: World) -> None:
    states = set()
    for number in range(ROUNDS):
        made = await record_in(world, COMMISSION, number)
        both = [move(world, made["id"], RETRACT), answer(world, made, {"decision": "confirm"})]
        answers = await asyncio.gather(*(both if number % 2 else reversed(both)))
        assert sorted(one.status_code for one in answers) == [201, 409]
        found = await read(world, made["id"])
        entries = await trail_of(world, made["id"])
        assert len(entries) == 2, "who lost left an entry"
        assert entries[-1]["data"]["effective"]["after"]["state"] == found["state"]
        states.add(found["state"])
    assert states == {"retracted", "agreed"}, "the race was none: one side always came first"
    await proven(world)


@pytest.mark.long
async def test_retracting_races_anothers_proposal_a_hundred_times_and_exactly_one_wins(world: World) -> None:
    states = set()
    for number in range(ROUNDS):
        made = await record_in(world, COMMISSION, number)
        await answer(world, made, NO)
        both = [move(world, made["id"], RETRACT), move(world, made["id"], AGREE, by="AZ")]
        answers = await asyncio.gather(*(both if number % 2 else reversed(both)))
        assert sorted(one.status_code for one in answers) == [201, 409]
        found = await read(world, made["id"])
        assert len(await trail_of(world, made["id"])) == 3, "who lost left an entry"
        assert (found["state"] == "retracted") is (found["open_transition"] is None)
        states.add(found["state"])
    assert states == {"retracted", "proposed"}, "the race was none: one side always came first"
    await proven(world)


@pytest.mark.parametrize("who", ["pk-energy", "auditor", "observer", "administrator"])
async def test_who_may_not_propose_retracts_nothing(world: World, who: str) -> None:
    if who == "pk-energy":
        await world.second_principal(who, organisation_id="01940000-0000-7000-8000-000000000104")
    made = await record(world)
    assert (await move(world, made["id"], RETRACT, by=who)).status_code in {403, 404}
    assert (await read(world, made["id"]))["state"] == "proposed"
