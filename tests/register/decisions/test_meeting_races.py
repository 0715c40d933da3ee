"""Where the order of locks cannot be known before the first one, two may wait for each other: both are answered all the same, a hundred times."""

import asyncio
from typing import Any, Final

import pytest

from tests.conftest import COMMISSION, World, organisation
from tests.register.commissions.meeting import YES, answered, proven
from tests.register.commitments.test_journey import SIGN as SIGN_MOU
from tests.register.instruments.recording import agreed, entered, propose
from tests.register.test_closed_secretariats import close, office
from tests.three_parties import in_force

pytestmark = pytest.mark.long
ROUNDS: Final = 100
FOUND: Final = {"commission_id": COMMISSION, "titles": {"en": "MoU"}, "texts": {"en": "T"}, "sector": "trade", "instrument_required": True,
    "agreement": {"agreed_on": "2025", "found_in": "mou_drafted", "effective_on": "2025-02"}}  # fmt: skip


async def drafted(world: World) -> str:
    """Record a commitment that was found drafted, by both sides, and return its id: no instrument of the register carries it."""
    made = await world.as_("PK").post("/v1/commitments", json=FOUND)
    assert made.status_code == 201, made.text
    assert (await answered(world, made.json()["open_transition"]["id"], "AZ", YES)).status_code == 201
    return str(made.json()["id"])


def amend(*keys: str) -> dict[str, Any]:
    return {"action": "amend", "reason": "R", "changes": {"commitment_ids": list(keys)}}


async def test_a_signature_that_waits_while_its_commitment_is_put_on_an_instrument_is_answered(world: World) -> None:
    made: Final = (await entered(world, kind="mou"))["id"]
    ends = set()
    for number in range(ROUNDS):
        key = await drafted(world)
        proposed = (await propose(world, made, amend(key))).json()["id"]
        sign = world.as_("AZ").post(f"/v1/commitments/{key}/transitions", json=SIGN_MOU)
        both = [answered(world, proposed, "AZ", YES), sign]
        answers = await asyncio.gather(*(both if number % 2 else reversed(both)))
        carrying, signing = answers if number % 2 else reversed(answers)
        ends.add((carrying.status_code, signing.status_code))
        assert {carrying.status_code, signing.status_code} <= {201, 409, 422}, (carrying.text, signing.text)
        if signing.status_code == 201:
            back = await world.as_("AZ").post(f"/v1/transitions/{signing.json()['id']}/withdrawal", json={})
            assert back.status_code == 201, back.text
        if carrying.status_code == 201:
            await agreed(world, made, amend())
        else:
            await world.as_("PK").post(f"/v1/transitions/{proposed}/withdrawal", json={})
    assert (201, 201) in ends
    await proven(world)


async def test_naming_the_secretariat_of_many_and_closing_it_leave_no_closed_one(world: World) -> None:
    ends = set()
    others = [
        (await in_force(world, {"PK": organisation(101), "AZ": organisation(201)}, suffix=f"M{one}"))["id"]
        for one in range(2)
    ]
    for number in range(ROUNDS):
        key, commission = await office(world, number), others[number % 2]
        body = {"action": "name_secretariat", "secretariat_id": key, "matters": [commission]}
        naming, closing = await asyncio.gather(
            world.as_("PK").post(f"/v1/commissions/{commission}/proposals", json=body), close(world, key)
        )
        assert (naming.status_code, closing.status_code) in {(200, 200), (200, 422)}, naming.text + closing.text
        (one,) = naming.json()["results"]
        ends.add(one["transition"] is not None)
        assert (one["transition"] is None) is (closing.status_code == 200), naming.text + closing.text
        if one["transition"]:
            assert (await close(world, key, successor_id=organisation(101))).status_code == 200
    assert ends == {True, False}


async def test_naming_a_member_of_a_group_and_closing_it_are_both_answered(world: World) -> None:
    groups = (await world.as_("PK").get(f"/v1/working-groups?commission_id={COMMISSION}")).json()["items"]
    for number in range(ROUNDS):
        key, group = await office(world, number), groups[number % len(groups)]["id"]
        body = {"action": "name_organisation", "organisation_id": key, "role": "member"}
        both = [world.as_("PK").post(f"/v1/working-groups/{group}/transitions", json=body), close(world, key)]
        answers = await asyncio.gather(*(both if number % 2 else reversed(both)))
        naming, closing = answers if number % 2 else reversed(answers)
        assert (naming.status_code, closing.status_code) in {(201, 422), (422, 200)}, naming.text + closing.text
    await proven(world)


async def test_drafts_one_by_one_and_many_at_once_where_one_keeps_alone_are_all_answered(world: World) -> None:
    kept = (await in_force(world, {"PK": organisation(101), "AZ": ""}, kept_by="PK", suffix="KEPT"))["id"]
    keys = []
    for number in range(6):
        body = {"commission_id": kept, "titles": {"en": f"Item {number}"}, "texts": {"en": "T"}, "sector": "trade",
                "instrument_required": True, "agreement": {"agreed_on": "2025-01-01"}}  # fmt: skip
        recorded = await world.as_("PK").post("/v1/commitments", json=body)
        assert recorded.status_code == 201, recorded.text
        keys.append(recorded.json()["id"])
    draft = {"action": "draft_mou", "instrument_kind": "mou", "instrument_title": "M", "drafting_party": "PK",
             "effective_on": "2025-02-01", "text_reference": "T"}  # fmt: skip
    redraft = {"action": "redraft", "reason": "R"}
    for number in range(ROUNDS // 4):
        order = keys if number % 2 else keys[::-1]
        many = world.as_("PK").post(f"/v1/commissions/{kept}/proposals", json={**draft, "matters": order[:3]})
        singles = [world.as_("PK").post(f"/v1/commitments/{one}/transitions", json=draft) for one in order[2:][::-1]]
        answers = await asyncio.gather(many, *singles)
        assert {one.status_code for one in answers} <= {200, 201, 409}, [one.text for one in answers]
        for one in keys:
            found = (await world.as_("PK").get(f"/v1/commitments/{one}")).json()
            assert found["state"] == "mou_drafted"
            assert (await world.as_("PK").post(f"/v1/commitments/{one}/transitions", json=redraft)).status_code == 201
    await proven(world, kept)
