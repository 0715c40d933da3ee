"""Working groups over HTTP: founded, renamed, merged, dissolved by all; each party names its own; commitments go along."""

import asyncio
from collections.abc import Mapping

from tests.conftest import COMMISSION, World, item, organisation
from tests.register.commissions.meeting import proven
from tests.register.groups.grouping import (
    ENERGY,
    TRADE,
    agreed,
    confirmed,
    founded,
    owned,
    propose,
    read,
    record,
    refused,
    trail,
)


async def test_a_group_is_proposed_by_one_party_and_active_once_the_other_has_confirmed(world: World) -> None:
    made = await record(world)
    assert (made["state"], made["reference"], made["is_joint"]) == ("proposed", "PK-AZ/JWG/education", False)
    assert made["without_co_lead"] == ["AZ"]
    assert (await world.as_("administrator").get(f"/v1/working-groups/{made['id']}")).status_code == 404
    await confirmed(world, made["open_transition"]["id"])
    now = await read(world, "PK-AZ/JWG/education", "administrator")
    assert (now["id"], now["state"], now["open_transition"]) == (made["id"], "active", None)
    await proven(world)


async def test_a_group_that_is_not_active_yet_owns_nothing(world: World) -> None:
    made = await record(world)
    changes = {"action": "amend", "reason": "R", "changes": {"working_group_id": made["id"]}}
    url = f"/v1/commitments/{item(9)}/transitions"
    assert (await world.as_("PK").post(url, json=changes)).status_code == 422
    await confirmed(world, made["open_transition"]["id"])
    assert (await world.as_("PK").post(url, json=changes)).status_code == 201


async def test_a_group_is_founded_by_a_session_or_an_act_and_its_code_is_never_anothers(world: World) -> None:
    assert (await founded(world, founded_at_session_id=None, founding_act="Notes (sample)"))["state"] == "active"
    second = await record(world, code="education")
    assert second["reference"] == "PK-AZ/JWG/education-2"
    taken = await world.as_("PK").post(f"/v1/working-groups/{second['id']}/transitions", json={"action": "retract"})
    assert taken.status_code == 201, taken.text
    assert (await record(world))["reference"] == "PK-AZ/JWG/education-3"
    listed = (await world.as_("PK").get("/v1/working-groups?sector=education")).json()["items"]
    assert [one["reference"] for one in listed] == ["PK-AZ/JWG/education", "PK-AZ/JWG/education-3"]
    body = {
        "commission_id": COMMISSION,
        "titles": {"en": "T"},
        "sector": "culture",
        "co_lead_organisation_id": organisation(101),
    }
    nothing = await world.as_("PK").post("/v1/working-groups", json=body)
    assert [one["pointer"] for one in nothing.json()["errors"]] == ["/founding_act"]
    await proven(world)


async def test_a_group_without_a_co_lead_of_some_party_says_so_until_that_party_has_named_one(world: World) -> None:
    made = await founded(world)
    assert made["without_co_lead"] == ["AZ"]
    named = {"action": "name_organisation", "organisation_id": organisation(203), "role": "co_lead"}
    assert "/organisation_id" in await refused(world, made["id"], named, "PK")
    assert (await propose(world, made["id"], named, "AZ")).status_code == 201
    now = await read(world, made["id"])
    assert now["without_co_lead"] == []
    assert (await propose(world, made["id"], named | {"role": None}, "AZ")).status_code == 201
    assert (await read(world, made["id"]))["without_co_lead"] == ["AZ"]
    await proven(world)


async def test_a_co_lead_names_members_and_contacts_and_never_a_co_lead(world: World) -> None:
    lead = await world.second_principal("pk-energy", organisation_id=organisation(104))
    member = {"action": "name_organisation", "organisation_id": organisation(105), "role": "member"}
    assert (await propose(world, ENERGY, member, lead)).status_code == 201
    for step_up in (member | {"role": "co_lead"}, {**member, "organisation_id": organisation(104), "role": None}):
        assert (await propose(world, ENERGY, step_up, lead)).status_code == 403
    contacts = {"action": "name_contacts", "contacts": {"main": "A. Name (sample)"}}
    assert (await propose(world, ENERGY, contacts, lead)).status_code == 201
    now = await read(world, ENERGY, lead)
    assert now["contacts"] == {"PK": {"main": "A. Name (sample)", "alternate": None, "validator": None}}
    assert organisation(105) in [one["organisation_id"] for one in now["members"]]
    other = await world.second_principal("pk-other", organisation_id=organisation(105))
    assert (await propose(world, ENERGY, contacts, other)).status_code == 403
    await proven(world)


async def test_a_renamed_group_keeps_its_commitments_and_what_was_written_wrongly_is_corrected(world: World) -> None:
    before = await owned(world, ENERGY)
    rename = {"action": "rename", "titles": {"en": "Energy and Mines"}, "effective_on": "2025-06"}
    now = await agreed(world, ENERGY, rename)
    assert (now["titles"], await owned(world, ENERGY)) == ({"en": "Energy and Mines"}, before)
    assert "/" in {f"/{one.lstrip('/')}" for one in await refused(world, ENERGY, rename)}
    leaf = (await trail(world, f"/working-groups/{ENERGY}"))[-1]["leaf_hash"]
    wrong = {"action": "correct", "corrects": leaf, "fact": "titles", "value": {"en": "Energy"}, "reason": "R"}
    assert (await agreed(world, ENERGY, wrong))["titles"] == {"en": "Energy"}
    await proven(world)


async def test_commitments_go_along_with_a_merger_closed_ones_too_and_each_names_the_entry_of_the_group(
    world: World,
) -> None:
    closed = {"action": "withdraw", "reason": "R"}
    await _moved(world, item(7), closed)
    still_open = await world.as_("PK").post(f"/v1/commitments/{item(8)}/transitions", json=closed)
    mine, theirs = await owned(world, ENERGY), await owned(world, TRADE)
    merged = await agreed(world, ENERGY, {"action": "merge_into", "receiver_id": TRADE})
    assert (merged["state"], merged["merged_into_id"]) == ("merged", TRADE)
    assert sorted(await owned(world, TRADE)) == sorted([*mine, *theirs])
    told = (await trail(world, f"/working-groups/{ENERGY}"))[-1]
    assert not any(one in told["canonical"] for one in mine)
    for one in mine:
        last = (await trail(world, f"/commitments/{one}"))[-1]
        assert (last["kind"], last["data"]["by"]["leaf"]) == ("commitment.reassigned", told["leaf_hash"])
        assert last["data"]["after"] == {"working_group_id": TRADE}
    waiting = (await world.as_("AZ").get(f"/v1/commitments/{item(8)}")).json()["open_transition"]
    assert waiting["id"] == still_open.json()["id"]
    await confirmed(world, waiting["id"])
    await proven(world)


async def test_some_commitments_are_handed_over_and_only_those_of_the_group(world: World) -> None:
    strange = {"action": "hand_over", "commitments": [item(1), item(7)], "receiver_id": TRADE}
    assert set(await refused(world, ENERGY, strange)) == {"/commitments/0"}
    assert set(await refused(world, ENERGY, strange | {"commitments": [item(7)], "receiver_id": ENERGY})) == {
        "/receiver_id"
    }
    await agreed(world, ENERGY, {"action": "hand_over", "commitments": [item(7)], "receiver_id": TRADE})
    assert (await owned(world, ENERGY), item(7) in await owned(world, TRADE)) == ([item(8)], True)
    await proven(world)


async def test_a_dissolved_group_says_who_receives_its_commitments_or_that_nobody_does(world: World) -> None:
    assert set(await refused(world, ENERGY, {"action": "dissolve", "reason": "R"})) == {"/receiver_id"}
    gone = await agreed(world, ENERGY, {"action": "dissolve", "reason": "R", "receiver_id": None})
    assert (gone["state"], await owned(world, ENERGY)) == ("dissolved", [])
    assert (await world.as_("PK").get(f"/v1/commitments/{item(7)}")).json()["working_group_id"] is None
    leaf = (await trail(world, f"/working-groups/{ENERGY}"))[-1]["leaf_hash"]
    back = await agreed(world, ENERGY, {"action": "reinstate", "undoes": leaf, "reason": "R"})
    assert (back["state"], await owned(world, ENERGY)) == ("active", [])
    await proven(world)


async def test_a_restricted_commitment_is_seen_by_the_receiving_group_from_that_day(world: World) -> None:
    await _moved(world, item(7), {"action": "amend", "reason": "R", "changes": {"confidentiality": "restricted"}})
    lead = await world.second_principal("pk-trade", organisation_id=organisation(103))
    assert (await world.as_(lead).get(f"/v1/commitments/{item(7)}")).status_code == 404
    await agreed(world, ENERGY, {"action": "hand_over", "commitments": [item(7)], "receiver_id": TRADE})
    assert (await world.as_(lead).get(f"/v1/commitments/{item(7)}")).status_code == 200


async def test_two_groups_that_merge_into_each_other_at_once_lock_in_one_order(world: World) -> None:
    for _ in range(5):
        one, other = await founded(world), await founded(world)
        proposals = [
            (await propose(world, mine["id"], {"action": "merge_into", "receiver_id": theirs["id"]})).json()["id"]
            for mine, theirs in ((one, other), (other, one))
        ]
        answers = await asyncio.gather(
            *(
                world.as_("AZ").post(f"/v1/transitions/{key}/confirmations", json={"decision": "confirm"})
                for key in proposals
            )
        )
        assert sorted(answer.status_code for answer in answers) == [201, 409]


async def test_what_is_given_to_a_group_while_it_merges_goes_along_or_is_refused(world: World) -> None:
    for _ in range(10):
        group = await founded(world)
        merge = (await propose(world, group["id"], {"action": "merge_into", "receiver_id": TRADE})).json()["id"]
        body = {
            "commission_id": COMMISSION, "working_group_id": group["id"], "sector": "education", "titles": {"en": "T"},
            "texts": {"en": "T"}, "instrument_required": False, "agreement": {"agreed_on": "2025"},
        }  # fmt: skip
        made, merged = await asyncio.gather(
            world.as_("PK").post("/v1/commitments", json=body),
            world.as_("AZ").post(f"/v1/transitions/{merge}/confirmations", json={"decision": "confirm"}),
        )
        assert merged.status_code == 201, merged.text
        assert await owned(world, group["id"]) == []
        assert made.status_code in {201, 422}, made.text
    await proven(world)


async def _moved(world: World, commitment_id: str, body: Mapping[str, object]) -> None:
    made = await world.as_("PK").post(f"/v1/commitments/{commitment_id}/transitions", json=body)
    assert made.status_code == 201, made.text
    await confirmed(world, made.json()["id"])
