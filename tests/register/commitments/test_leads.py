"""Who leads a commitment on its party's side proposes for it and keeps that party's facts; several may lead, and each finds its own."""

from typing import Any

from tests.conftest import World, item, organisation
from tests.register.commissions.meeting import proven
from tests.register.commitments.test_journey import confirm
from tests.register.groups.grouping import ENERGY, founded

OF: str = item(13)
SUSPEND: dict[str, Any] = {"action": "suspend", "reason": "R", "review_on": "2028"}


async def facts(world: World, by: str, body: dict[str, Any], one: str = OF) -> tuple[int, dict[str, str]]:
    """Change a party's own facts; return the status, and what is wrong by its pointer."""
    answer = await world.as_(by).patch(f"/v1/commitments/{one}", json=body, headers={"If-Match": "*"})
    return answer.status_code, {wrong["pointer"]: wrong["detail"] for wrong in answer.json().get("errors", ())}


async def mine(world: World, by: str, said: str = "true") -> list[str]:
    """Return the ids of the commitments that an organisation finds as its own."""
    answer = await world.as_(by).get(f"/v1/commitments?mine={said}&limit=200")
    return [one["id"] for one in answer.json()["items"]]


async def test_each_of_several_leads_proposes_keeps_its_partys_facts_and_never_confirms(world: World) -> None:
    first, further, other = [
        await world.second_principal(f"pk-{number}", organisation_id=organisation(number)) for number in (102, 105, 104)
    ]
    url = f"/v1/commitments/{OF}/transitions"
    for who in (first, further):
        assert (await world.as_(who).post(url, json=SUSPEND)).status_code == 403
        assert (await facts(world, who, {"focal_point": "F"}))[0] == 403
    leads = {"lead_organisation_id": organisation(102), "further_lead_organisation_ids": [organisation(105)]}
    assert await facts(world, "PK", leads) == (200, {})
    for who, said in ((first, "F"), (further, "G")):
        assert (await facts(world, who, {"focal_point": said}))[0] == 200
        made = await world.as_(who).post(url, json=SUSPEND)
        assert made.status_code == 201, made.text
        taken = await world.as_(who).post(f"/v1/transitions/{made.json()['id']}/withdrawal", json={})
        assert taken.status_code == 201, taken.text
        assert (await mine(world, who), OF in await mine(world, who, "false")) == ([OF], False)
        assert "suspend" in {one["action"] for one in (await _read(world, who))["allowed_actions"]}
    assert (await mine(world, other), OF in await mine(world, other, "false")) == ([], True)
    theirs = (await world.as_("AZ").post(url, json=SUSPEND)).json()["id"]
    answer = await world.as_(first).post(f"/v1/transitions/{theirs}/confirmations", json={"decision": "confirm"})
    assert answer.status_code == 403
    assert await facts(world, "PK", {"further_lead_organisation_ids": []}) == (200, {})
    assert (await mine(world, further), (await facts(world, further, {"focal_point": "H"}))[0]) == ([], 403)
    assert (await _read(world, "AZ"))["party_facts"]["PK"]["further_lead_organisation_ids"] == []
    await proven(world)


async def test_what_leads_must_be_of_the_own_party_once_each_and_one_of_them_first(world: World) -> None:
    further = "further_lead_organisation_ids"
    assert set((await facts(world, "PK", {further: [organisation(105)]}))[1]) == {"/lead_organisation_id"}
    one = organisation(105)
    twice = {"lead_organisation_id": one, further: [one, organisation(106), organisation(106)]}
    assert set((await facts(world, "PK", twice))[1]) == {f"/{further}/0", f"/{further}/2"}
    strange = {"lead_organisation_id": one, further: [organisation(106), organisation(201)]}
    status, wrong = await facts(world, "PK", strange)
    assert (status, set(wrong)) == (422, {f"/{further}/1"})
    assert "of PK, your own party" in wrong[f"/{further}/1"]
    assert await facts(world, "PK", {"lead_organisation_id": "PK/AGRI", further: [organisation(106)]}) == (200, {})


async def test_a_lead_of_a_restricted_commitment_does_not_see_it_from_outside_its_group(world: World) -> None:
    lead = await world.second_principal("pk-lead", organisation_id=organisation(106))
    assert (await facts(world, "PK", {"lead_organisation_id": organisation(106)}))[0] == 200
    amend = {"action": "amend", "reason": "R", "changes": {"confidentiality": "restricted"}}
    made = await world.as_("PK").post(f"/v1/commitments/{OF}/transitions", json=amend)
    await confirm(world, made.json()["id"])
    assert (await world.as_(lead).get(f"/v1/commitments/{OF}")).status_code == 404
    assert (await facts(world, lead, {"focal_point": "F"}))[0] == 404
    assert await mine(world, lead) == []


async def test_a_commitment_says_which_party_nobody_leads_its_group_for(world: World) -> None:
    assert (await _read(world, "PK", item(7)))["without_co_lead"] == []
    group = await founded(world)
    move = {"action": "hand_over", "commitments": [item(7)], "receiver_id": group["id"]}
    made = await world.as_("PK").post(f"/v1/working-groups/{ENERGY}/transitions", json=move)
    await confirm(world, made.json()["id"])
    assert (await _read(world, "PK", item(7)))["without_co_lead"] == ["AZ"]


async def _read(world: World, by: str, one: str = OF) -> dict[str, Any]:
    found: dict[str, Any] = (await world.as_(by).get(f"/v1/commitments/{one}")).json()
    return found
