"""An instrument and the commitments that it carries: said once, of the instrument, by one proposal; each journey is replayed."""

from typing import Any, Final

from service.register.instruments.rules.carrying import too_open
from tests.conftest import COMMISSION, World, item, organisation
from tests.register.commissions.meeting import proven
from tests.register.commitments.test_journey import DRAFT as DRAFT_MOU
from tests.register.commitments.test_journey import IMPLEMENT
from tests.register.commitments.test_journey import SIGN as SIGN_MOU
from tests.register.commitments.test_journey import confirmed as moved
from tests.register.commitments.test_journey import read as commitment
from tests.register.instruments.recording import ACT, SIGN, agreed, confirmed, correct, entered, leaf_of, propose, read

REDRAFT: Final = {"action": "redraft", "reason": "The other text is taken (sample)."}


async def published(world: World, **facts: Any) -> dict[str, Any]:
    """Record an instrument that is kept no closer than the commitments, have it confirmed, and return it."""
    return await entered(world, confidentiality="public", **facts)


async def ask(world: World, number: int, body: dict[str, Any], by: str = "PK") -> Any:
    """Propose a move of a commitment of the pilot."""
    return await world.as_(by).post(f"/v1/commitments/{item(number)}/transitions", json=body)


async def states(world: World, *numbers: int) -> list[tuple[str, str | None]]:
    """Return of each commitment the state and since when."""
    found = [await commitment(world, item(number)) for number in numbers]
    return [(one["state"], one["effective_on"]) for one in found]


async def test_one_proposal_signs_all_that_the_instrument_carries(world: World) -> None:
    made = await published(world, commitment_ids=[item(2), item(3)])
    assert await states(world, 2, 3) == [("mou_drafted", "2025-02-01")] * 2
    proposed = await ask(world, 2, SIGN_MOU)
    assert proposed.status_code == 201, proposed.text
    assert proposed.json()["matter"]["reference"] == made["reference"]
    assert proposed.json()["evidence"]["acts"][0]["on"] == "2025-11-20"
    await confirmed(world, proposed.json()["id"])
    assert (await read(world, made["id"]))["signed_on"] == "2025-11-20"
    assert await states(world, 2, 3) == [("signed", "2025-11-20")] * 2
    told = (await commitment(world, item(3)))["instrument"]
    assert (told["id"], told["state"], told["place"]) == (made["id"], "signed", "Baku")
    assert [one["party"] for one in told["signatories"]] == ["PK", "AZ"]
    await proven(world)


async def test_what_is_corrected_of_the_instrument_is_told_by_all_that_it_carries_and_nowhere_else(
    world: World,
) -> None:
    made = await published(world, commitment_ids=[item(2), item(3)])
    await agreed(world, made["id"], SIGN)
    leaf = await leaf_of(world, made["id"])
    acts = [{**ACT, "on": "2025-03-05", "place": "Ganja"}]
    await correct(world, made["id"], leaf, "acts", acts)
    assert await states(world, 2, 3) == [("signed", "2025-03-05")] * 2
    assert (await commitment(world, item(2)))["instrument"]["place"] == "Ganja"
    trail = (await world.as_("PK").get(f"/v1/commitments/{item(2)}/audit-trail?limit=200")).json()["items"]
    here = {"action": "correct", "corrects": trail[-1]["leaf_hash"], "fact": "place", "value": "Sheki", "reason": "So."}
    refused = await ask(world, 2, here)
    assert refused.status_code == 422
    assert f"/v1/instruments/{made['id']}" in refused.text
    undone = await leaf_of(world, made["id"], 3)
    await agreed(world, made["id"], {"action": "reinstate", "undoes": undone, "reason": "It was not signed."})
    assert await states(world, 2, 3) == [("mou_drafted", "2025-02-01")] * 2
    assert (await commitment(world, item(2)))["instrument"]["signed_on"] is None
    await proven(world)


async def test_implementing_reads_entry_into_force_from_the_instrument(world: World) -> None:
    made = await published(world, kind="treaty", commitment_ids=[item(2)], entry_into_force={"anchor": "signature"})
    await agreed(world, made["id"], SIGN)
    assert (await commitment(world, item(2)))["instrument"]["enters_into_force_on"] == "2025-03-01"
    refused = await ask(world, 2, {**IMPLEMENT, "entered_into_force_on": "2025-04-01"})
    assert [one["pointer"] for one in refused.json()["errors"]] == ["/entered_into_force_on"]
    assert "which says 2025-03-01" in refused.text
    await moved(world, item(2), IMPLEMENT)
    assert await states(world, 2) == [("implemented", "2026-02-01")]
    await proven(world)


async def test_draft_mou_names_an_instrument_and_redraft_takes_the_commitment_off_it(world: World) -> None:
    made = await published(world)
    named = await ask(world, 2, {"action": "draft_mou", "instrument_id": made["reference"]})
    assert named.status_code == 201, named.text
    assert (named.json()["matter"]["kind"], named.json()["action"]) == ("instrument", "amend")
    await confirmed(world, named.json()["id"])
    assert await states(world, 2) == [("mou_drafted", "2025-02-01")]
    again = await ask(world, 2, {"action": "draft_mou", "instrument_id": made["reference"]})
    assert (again.status_code, "carried by an instrument already" in again.text) == (409, True)
    off = await ask(world, 2, REDRAFT, "AZ")
    await confirmed(world, off.json()["id"], "PK")
    assert (await read(world, made["id"]))["commitment_ids"] == []
    found = await commitment(world, item(2))
    assert (found["state"], found["instrument"]) == ("agreed", None)
    await proven(world)


async def test_what_is_signed_already_is_read_by_the_next_that_it_carries(world: World) -> None:
    made = await published(world, commitment_ids=[item(2)])
    await moved(world, item(2), {"action": "suspend", "reason": "R", "review_on": "2027-01"})
    await agreed(world, made["id"], SIGN)
    await moved(world, item(2), {"action": "resume", "reason": "R"})
    assert (await commitment(world, item(2)))["state"] == "mou_drafted"
    wrong = await ask(world, 2, SIGN_MOU)
    assert wrong.status_code == 422
    assert "which says 2025-03-01" in wrong.text
    await moved(world, item(2), {"action": "sign"})
    assert await states(world, 2) == [("signed", "2025-03-01")]
    one = await ask(world, 3, {"action": "draft_mou", "instrument_id": made["id"]})
    await confirmed(world, one.json()["id"])
    assert await states(world, 3) == [("signed", "2025-03-01")]
    await proven(world)


async def test_what_comes_to_follow_an_instrument_lists_what_that_does_not_know_until_it_does(world: World) -> None:
    drafted = (await published(world, commitment_ids=[item(2)]))["id"]
    assert (await commitment(world, item(2)))["unknown"] == ["text_reference"]
    await agreed(world, drafted, SIGN)
    assert (await commitment(world, item(2)))["unknown"] == []
    found = (await published(world, entering={"found_in": "signed"}))["id"]
    one = await ask(world, 3, {"action": "draft_mou", "instrument_id": found})
    await confirmed(world, one.json()["id"])
    lacking = ["authentic_texts", "place", "signatories", "signed_on"]
    assert (await commitment(world, item(3)))["unknown"] == lacking
    await correct(world, found, await leaf_of(world, found, 1), "acts", [ACT])
    assert (await commitment(world, item(3)))["unknown"] == ["authentic_texts"]
    await proven(world)


async def test_one_with_a_proposal_open_refuses_the_whole_by_name(world: World) -> None:
    made = await published(world, commitment_ids=[item(2), item(3)])
    held = (await ask(world, 3, {"action": "withdraw", "reason": "R"}, "AZ")).json()["id"]
    proposed = (await propose(world, made["id"], SIGN)).json()["id"]
    path = f"/v1/transitions/{proposed}/confirmations"
    refused = await world.as_("AZ").post(path, json={"decision": "confirm"})
    assert (refused.status_code, "PK-AZ/08/003" in refused.text) == (409, True)
    assert await states(world, 2, 3) == [("mou_drafted", "2025-02-01")] * 2
    await confirmed(world, held, "PK")
    await confirmed(world, proposed)
    assert [one for one, _ in await states(world, 2, 3)] == ["signed", "withdrawn"]
    await proven(world)


async def test_what_is_abandoned_leaves_its_commitments_agreed(world: World) -> None:
    made = await published(world, commitment_ids=[item(2)])
    await agreed(world, made["id"], {"action": "abandon", "reason": "It is not pursued (sample)."})
    found = await commitment(world, item(2))
    assert (found["state"], found["instrument"]) == ("agreed", None)
    await moved(world, item(2), DRAFT_MOU)
    assert (await commitment(world, item(2)))["instrument"]["id"] not in {None, made["id"]}
    await proven(world)


async def test_what_was_found_drafted_and_signed_without_the_register_of_instruments_is_taken_up_by_a_signed_one(
    world: World,
) -> None:
    await moved(world, item(4), SIGN_MOU)
    made = await published(world, commitment_ids=[item(4)])
    assert (await commitment(world, item(4)))["instrument"]["id"] is None
    await agreed(world, made["id"], SIGN)
    found = await commitment(world, item(4))
    assert (found["instrument"]["id"], found["effective_on"]) == (made["id"], "2025-11-20")
    assert found["instrument"]["signed_on"] == "2025-03-01"
    await proven(world)


async def test_what_is_kept_closer_than_its_commitment_tells_it_no_more_than_its_signing(world: World) -> None:
    made = await entered(world, commitment_ids=[item(2)], confidentiality="restricted")
    await agreed(world, made["id"], SIGN)
    told = (await commitment(world, item(2)))["instrument"]
    assert {name: value for name, value in told.items() if value} == {
        "id": made["id"], "state": "signed", "signed_on": "2025-03-01"
    }  # fmt: skip
    await proven(world)


async def test_the_lead_body_of_all_that_it_carries_proposes_for_it_and_of_some_of_it_does_not(world: World) -> None:
    made = await published(world, commitment_ids=[item(2)])
    lead = await world.second_principal("pk-lead", organisation_id=organisation(106))
    assert (await ask(world, 2, SIGN_MOU, lead)).status_code == 403
    await led(world, 2)
    signed = await ask(world, 2, SIGN_MOU, lead)
    assert (signed.status_code, signed.json()["matter"]["id"]) == (201, made["id"])
    taken_back = await world.as_(lead).post(f"/v1/transitions/{signed.json()['id']}/withdrawal", json={})
    assert taken_back.status_code == 201
    assert (await world.as_(lead).get(f"/v1/instruments/{made['id']}")).json()["allowed_actions"]
    both = {"action": "amend", "changes": {"commitment_ids": [item(2), item(3)]}, "reason": "It carries both."}
    await agreed(world, made["id"], both)
    assert (await ask(world, 2, SIGN_MOU, lead)).status_code == 403
    await led(world, 3)
    assert (await ask(world, 3, SIGN_MOU, lead)).status_code == 201


async def test_what_may_be_proposed_of_the_instrument_stands_among_what_is_allowed_of_what_it_carries(
    world: World,
) -> None:
    made = await published(world, commitment_ids=[item(2), item(3)])
    told = {one["action"]: one for one in (await commitment(world, item(2)))["allowed_actions"]}
    assert [one["pointer"] for one in told["redraft"]["missing"]] == ["/reason"]
    lacking = [one["pointer"] for one in told["sign"]["missing"]]
    assert lacking == ["/effective_on", "/place", "/signatories", "/signatories"]
    assert (told["sign"]["awaits"], told["redraft"]["awaits"]) == (["AZ"], ["AZ"])
    lead = await world.second_principal("pk-lead", organisation_id=organisation(106))
    await led(world, 2)
    seen = (await world.as_(lead).get(f"/v1/commitments/{item(2)}")).json()["allowed_actions"]
    # It leads one of the two that the instrument carries, and may propose for that one alone.
    assert {one["action"] for one in seen}.isdisjoint({"sign", "redraft"})
    proposed = await propose(world, made["id"], SIGN)
    after = {one["action"] for one in (await commitment(world, item(2)))["allowed_actions"]}
    assert after.isdisjoint({"sign", "redraft"})
    await confirmed(world, proposed.json()["id"])
    assert "sign" not in {one["action"] for one in (await commitment(world, item(2)))["allowed_actions"]}


async def test_of_what_is_suspended_or_signed_the_instrument_is_neither_signed_nor_rid(world: World) -> None:
    made = await published(world, commitment_ids=[item(2), item(3)])
    await moved(world, item(2), {"action": "suspend", "reason": "R", "review_on": "2027"})
    assert [(await ask(world, 2, body)).status_code for body in (SIGN_MOU, REDRAFT)] == [409, 409]
    await agreed(world, made["id"], SIGN)
    assert [(await ask(world, 3, body)).status_code for body in (SIGN_MOU, REDRAFT)] == [409, 409]
    assert [one for one, _ in await states(world, 2, 3)] == ["suspended", "signed"]


async def test_many_that_one_instrument_carries_are_signed_by_the_one_proposal_of_it(world: World) -> None:
    made = await published(world, commitment_ids=[item(2), item(3)])
    body = {**SIGN_MOU, "matters": [item(2), item(7), item(3)]}
    answer = await world.as_("PK").post(f"/v1/commissions/{COMMISSION}/proposals", json=body)
    first, own, second = answer.json()["results"]
    assert [one["id"] for one in (first, own, second)] == [item(2), item(7), item(3)]
    assert first["transition"] == second["transition"]
    assert first["transition"]["matter"]["id"] == made["id"]
    assert own["problem"]["status"] == 409
    many = {"transitions": [first["transition"]["id"]], "decision": "confirm"}
    done = await world.as_("AZ").post(f"/v1/commissions/{COMMISSION}/confirmations", json=many)
    assert done.json()["results"][0]["transition"]["status"] == "effective"
    assert [one for one, _ in await states(world, 2, 3)] == ["signed", "signed"]
    body = {"action": "draft_mou", "instrument_id": made["id"], "matters": [item(2), item(7)]}
    answer = await world.as_("PK").post(f"/v1/commissions/{COMMISSION}/proposals", json=body)
    carried, named = answer.json()["results"]
    assert "carried by an instrument already" in carried["problem"]["detail"]
    assert named["transition"]["matter"]["id"] == made["id"]
    await proven(world)


async def test_what_the_instruments_move_changes_of_a_commitment_is_read_anew_for_its_own_among_many(
    world: World,
) -> None:
    made = await published(world, commitment_ids=[item(2), item(3)])
    await agreed(world, made["id"], SIGN)
    leaf, acts = await leaf_of(world, made["id"]), [{**ACT, "on": "2025-03-05", "place": "Ganja"}]
    moved_day = {"action": "correct", "corrects": leaf, "fact": "acts", "value": acts, "reason": "A slip."}
    corrected = await propose(world, made["id"], moved_day)
    amended = await ask(world, 2, {"action": "amend", "changes": {"target_date": "2027"}, "reason": "It takes longer."})
    many = {"transitions": [corrected.json()["id"], amended.json()["id"]], "decision": "confirm"}
    done = await world.as_("AZ").post(f"/v1/commissions/{COMMISSION}/confirmations", json=many)
    assert [one["transition"]["status"] for one in done.json()["results"]] == ["effective", "effective"], done.text
    found = await commitment(world, item(2))
    assert (found["effective_on"], found["target_date"]) == ("2025-03-05", "2027")
    await proven(world)


async def led(world: World, number: int) -> None:
    """Let Pakistan name the body that leads a commitment."""
    found = await commitment(world, item(number))
    done = await world.as_("PK").patch(
        f"/v1/commitments/{item(number)}",
        json={"lead_organisation_id": organisation(106)},
        headers={"If-Match": f'"{found["version"]}"'},
    )
    assert done.status_code == 200, done.text


def test_what_is_closed_in_while_a_change_of_its_instrument_waits_is_named_when_that_is_to_take_effect() -> None:
    before = {"state": "drafted", "confidentiality": "public", "commitment_ids": ["a"]}
    kept = {"a": "restricted", "b": "public"}
    assert too_open(before, {"commitment_ids": ["a", "b"]}, kept) == ["a"]
    assert too_open(before, {"commitment_ids": ["b"]}, kept) == []
    assert too_open(before, {"confidentiality": "restricted"}, kept) == []
    # What is closed in later closes the instrument to who may not read it; its other moves go on.
    assert too_open(before, {"state": "signed"}, kept) == []
    assert too_open({**before, "state": "proposed"}, {"commitment_ids": ["a"]}, kept) == []
