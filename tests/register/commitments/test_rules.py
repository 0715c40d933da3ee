"""Who has to confirm: all of three, or nobody where one government is among itself."""

from tests.conftest import World
from tests.register.commitments.test_journey import read
from tests.register.groups.grouping import confirmed
from tests.three_parties import commission_of_three, record_in


async def test_with_three_parties_all_must_confirm(world: World) -> None:
    made = await record_in(world, await commission_of_three(world), 1)
    url = f"/v1/transitions/{made['open_transition']['id']}/confirmations"
    first = await world.as_("AZ").post(url, json={"decision": "confirm"})
    assert first.json()["status"] == "open"
    assert (await read(world, made["id"]))["open_transition"]["awaiting"] == ["TR"]
    twice = await world.as_("AZ").post(url, json={"decision": "confirm"})
    assert twice.status_code == 409
    last = await world.as_("tr-secretariat").post(url, json={"decision": "confirm"})
    assert last.json()["status"] == "effective"
    assert (await read(world, made["id"]))["reference"] == last.json()["matter"]["reference"] == "PK-AZ-TR/00/001"
    assert [one["party"] for one in last.json()["confirmations"]] == ["AZ", "TR"]


async def test_one_refusal_of_three_closes_the_proposal(world: World) -> None:
    made = await record_in(world, await commission_of_three(world), 1)
    url = f"/v1/transitions/{made['open_transition']['id']}/confirmations"
    assert (await world.as_("AZ").post(url, json={"decision": "confirm"})).status_code == 201
    refused = await world.as_("tr-secretariat").post(url, json={"decision": "refuse", "reason": "Not agreed"})
    assert refused.json()["status"] == "refused"
    assert (await read(world, made["id"]))["state"] == "proposed"


async def test_where_one_party_keeps_a_commission_alone_its_proposals_take_effect_at_once_and_nobody_elses(
    world: World,
) -> None:
    made = await record_in(world, await commission_of_three(world, "PK"), 1)
    assert (made["state"], made["open_transition"], made["reference"]) == ("agreed", None, "PK-AZ-TR/00/001")
    body = {"action": "implement", "effective_on": "2025-06", "report": "Done", "no_instrument_reason": "None needed"}
    assert (await world.as_("AZ").post(f"/v1/commitments/{made['id']}/transitions", json=body)).status_code == 404
    done = await world.as_("PK").post(f"/v1/commitments/{made['id']}/transitions", json=body)
    assert (done.status_code, done.json()["status"]) == (201, "effective")
    assert (await read(world, made["id"]))["state"] == "implemented"
    trail = (await world.as_("PK").get(f"/v1/commitments/{made['id']}/audit-trail")).json()["items"]
    assert [("effective" in entry["data"]) for entry in trail] == [True, True]


async def test_an_implemented_one_can_be_reopened_or_mended_and_nothing_else(world: World) -> None:
    made = await record_in(world, await commission_of_three(world, "PK"), 1)
    url = f"/v1/commitments/{made['id']}/transitions"
    body = {"action": "implement", "effective_on": "2025-06", "report": "Done", "no_instrument_reason": "None needed"}
    assert (await world.as_("PK").post(url, json=body)).status_code == 201
    refused = await world.as_("PK").post(url, json={"action": "sign"})
    assert (refused.status_code, refused.json()["allowed_actions"]) == (
        409,
        ["reopen", "amend", "correct", "reinstate", "record_step", "apply_template"],
    )
    assert (await world.as_("PK").post(url, json={"action": "reopen", "reason": "Half of it"})).status_code == 201
    assert (await read(world, made["id"]))["state"] == "agreed"


async def test_who_confirms_last_learns_what_became_of_it_even_if_it_goes_out_of_sight(world: World) -> None:
    commission = await commission_of_three(world)
    body = {"party": "TR", "name": "Customs (sample)"}
    customs = (await world.as_("tr-registrar").post("/v1/organisations", json=body)).json()["id"]
    lead = await world.second_principal("tr-lead", organisation_id=customs)
    group = {
        "commission_id": commission,
        "titles": {"en": "Customs"},
        "sector": "customs",
        "founding_act": "Exchange of letters",
        "co_lead_organisation_id": customs,
    }
    founded = await world.as_("tr-secretariat").post("/v1/working-groups", json=group)
    assert founded.status_code == 201, founded.text
    for who in ("PK", "AZ"):
        await confirmed(world, founded.json()["open_transition"]["id"], who)
    made = await record_in(world, commission, 1, working_group_id=founded.json()["id"])
    for who in ("AZ", "tr-secretariat"):
        url = f"/v1/transitions/{made['open_transition']['id']}/confirmations"
        assert (await world.as_(who).post(url, json={"decision": "confirm"})).status_code == 201
    changes = {"confidentiality": "restricted", "working_group_id": None}
    amend = {"action": "amend", "reason": "No longer for the group", "changes": changes}
    proposed = await world.as_("PK").post(f"/v1/commitments/{made['id']}/transitions", json=amend)
    assert proposed.status_code == 201, proposed.text
    url = f"/v1/transitions/{proposed.json()['id']}/confirmations"
    assert (await world.as_("AZ").post(url, json={"decision": "confirm"})).status_code == 201
    last = await world.as_(lead).post(url, json={"decision": "confirm"})
    assert (last.status_code, last.json()["status"]) == (201, "effective")
    assert [one["party"] for one in last.json()["confirmations"]] == ["AZ", "TR"]
    assert (await world.as_(lead).get(f"/v1/commitments/{made['id']}")).status_code == 404
