"""What was recorded, or moved, without a party that came in later is one-sided until that party has acknowledged it."""

from typing import Any

from tests.conftest import COMMISSION, World, item, organisation
from tests.register.commissions.chartering import made
from tests.register.commissions.meeting import answered, proven
from tests.register.commissions.test_taking_part import DAY, LEAVE, SUSPEND, acceded, move
from tests.register.commitments.test_journey import read
from tests.three_parties import commission_of_three, record_in

LAPSE = {"action": "lapse", "reason": "R"}


async def sided(world: World, by: str, commission: str) -> set[str]:
    """Return the ids of the one-sided ones of a commission, as both the filter and each of them say it."""
    url = f"/v1/commitments?limit=200&commission_id={commission}"
    listed = {said: (await world.as_(by).get(f"{url}&one_sided={said}")).json()["items"] for said in ("true", "false")}
    assert all(one["one_sided"] for one in listed["true"])
    assert not any(one["one_sided"] for one in listed["false"])
    counted = (await world.as_(by).get(f"/v1/commissions/{commission}/metrics")).json()
    if counted["kept_by"] is None:
        apart = {one["id"] for one in counted["fully_implemented"]["one_sided"]["items"]}
        assert apart == {one["id"] for one in listed["true"]}, (
            "the metrics count apart what the register calls one-sided"
        )
    return {one["id"] for one in listed["true"]}


async def joined(world: World) -> tuple[str, list[dict[str, Any]]]:
    """Let AZ join a commission that PK had kept alone, with three commitments; return both."""
    commission = await commission_of_three(world, "PK")
    alone = [await record_in(world, commission, number) for number in range(3)]
    assert await sided(world, "PK", commission) == set()
    body = {"action": "join", "party": "AZ", "effective_on": DAY, "secretariat_id": organisation(201)}
    assert (await answered(world, (await made(world, body, "AZ", commission))["id"], "PK")).status_code == 201
    return commission, [await read(world, one["id"], "AZ") for one in alone]


async def test_who_joins_acknowledges_many_at_once_each_as_it_saw_it_and_disputes_others(world: World) -> None:
    commission, alone = await joined(world)
    first, second, third = [one["id"] for one in alone]
    assert await sided(world, "PK", commission) == {first, second, third}
    assert [one["not_acknowledged_by"] for one in alone] == [["AZ"]] * 3
    body = {
        "action": "acknowledge",
        "matters": [
            {"matter_id": first, "version": alone[0]["version"]},
            {"matter_id": alone[1]["reference"], "version": alone[1]["version"] + 1},
            third,
        ],
    }
    done = await world.as_("AZ").post(f"/v1/commissions/{commission}/proposals", json=body)
    assert done.status_code == 200
    refused = [one["problem"] and one["problem"]["errors"][0]["pointer"] for one in done.json()["results"]]
    assert refused == [None, "/version", "/version"], done.text
    dispute = {"action": "dispute", "reason": "Never put to us"}
    assert (await world.as_("AZ").post(f"/v1/commitments/{second}/transitions", json=dispute)).status_code == 201
    assert await sided(world, "AZ", commission) == {second, third}
    told = await read(world, second, "PK")
    assert (told["disputed_by"], told["not_acknowledged_by"]) == ({"AZ": "Never put to us"}, ["AZ"])
    acknowledge = {"action": "acknowledge", "version": told["version"]}
    assert (await world.as_("AZ").post(f"/v1/commitments/{second}/transitions", json=acknowledge)).status_code == 201
    assert (await world.as_("AZ").post(f"/v1/commitments/{first}/transitions", json=dispute)).status_code == 201
    assert await sided(world, "PK", commission) == {first, third}
    await proven(world, commission)


async def test_nobody_else_acknowledges_and_what_is_recorded_together_is_never_one_sided(world: World) -> None:
    commission, (one, *_) = await joined(world)
    url = f"/v1/commitments/{one['id']}/transitions"
    said = {"action": "acknowledge", "version": one["version"]}
    own = await world.as_("PK").post(url, json=said)
    assert (own.status_code, "which came in later" in own.json()["errors"][0]["detail"]) == (422, True)
    lead = await world.second_principal("az-energy", organisation_id=organisation(204))
    assert (await world.as_(lead).post(url, json=said)).status_code == 403
    common = await record_in(world, commission, 9)
    assert (await read(world, common["id"]))["one_sided"] is False
    refused = await world.as_("AZ").post(f"/v1/commitments/{common['id']}/transitions", json=said)
    assert (refused.status_code, "acknowledge" in refused.json()["allowed_actions"]) == (409, False)


async def test_who_acceded_is_awaited_for_what_is_older_once_it_has_acknowledged_it(world: World) -> None:
    await acceded(world)
    before = await read(world, item(2), "tr-registrar")
    assert (before["one_sided"], before["not_acknowledged_by"]) == (False, ["TR"])
    opened = await move(world, 2, SUSPEND, "PK")
    assert opened["awaited"] == ["AZ"]
    assert (await world.as_("PK").post(f"/v1/transitions/{opened['id']}/withdrawal", json={})).status_code == 201
    version = (await read(world, item(2)))["version"]
    await move(world, 2, {"action": "acknowledge", "version": version}, "tr-registrar")
    assert (await read(world, item(2)))["not_acknowledged_by"] == []
    assert (await move(world, 2, SUSPEND, "PK"))["awaited"] == ["AZ", "TR"]
    assert await sided(world, "PK", COMMISSION) == set()
    await proven(world)


async def test_what_the_remaining_one_moves_alone_is_one_sided_for_who_joins_again(world: World) -> None:
    await made(world, LEAVE, "AZ")
    await move(world, 4, LAPSE, "PK")
    back = await made(world, {"action": "join", "party": "AZ", "effective_on": DAY})
    brought = {"decision": "confirm", "secretariat_id": organisation(201)}
    assert (await answered(world, back["id"], "AZ", brought)).status_code == 201
    assert await sided(world, "AZ", COMMISSION) == {item(4)}
    await proven(world)
