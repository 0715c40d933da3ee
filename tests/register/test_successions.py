"""A ministry is closed: what it had in hand goes to another of its party in one call, and every trail tells it."""

from typing import Any, Final

import pytest

from service.register.commitments.rules.party_facts import undone
from service.verify.judgement import verify
from tests.conftest import COMMISSION, SESSION_8, World, item, organisation
from tests.http.test_refusals import pointers, refused
from tests.register.commissions.meeting import proven
from tests.three_parties import record_in
from tests.verify.journal import POLICY, in_memory
from tests.verify.test_register import exported

OLD, NEW = organisation(104), organisation(106)
REGISTRY: Final = "00000000-0000-0000-0000-000000000000"
URL: Final = f"/v1/organisations/{OLD}/succession"
BODY: Final[dict[str, Any]] = {"successor_id": NEW, "since": "2025-07-01", "reason": "Ministries were merged (sample)."}
ENERGY: Final = "01940000-0000-7000-8000-000000000302"


async def test_another_ministry_takes_over_leads_and_groups_in_one_call_and_a_dry_run_only_says_so(
    world: World,
) -> None:
    registrar = world.as_("PK")
    lead = {"lead_organisation_id": OLD, "further_lead_organisation_ids": [organisation(105)]}
    for number, facts in ((7, lead), (5, {"lead_organisation_id": OLD})):
        done = await registrar.patch(f"/v1/commitments/{item(number)}", json=facts, headers={"If-Match": "*"})
        assert done.status_code == 200, done.text
    listed = (await registrar.post(f"{URL}?dry_run=true", json=BODY)).json()
    assert (listed["dry_run"], listed["organisation"]["closed_on"]) == (True, None)
    parts = {(one["part"], one["working_group_id"] or one["commitment_id"]) for one in listed["handed_over"]}
    assert {("co_lead", ENERGY), ("lead", item(7)), ("lead", item(5))} <= parts
    group = (await registrar.get(f"/v1/working-groups/{ENERGY}")).json()
    assert OLD in str(group)
    made = await registrar.post(URL, json=BODY)
    assert made.status_code == 200, made.text
    assert (made.json()["handed_over"], made.json()["dry_run"]) == (listed["handed_over"], False)
    assert made.json()["organisation"]["closed_on"] == "2025-07-01"
    assert made.json()["organisation"]["successor_id"] == NEW
    group = (await registrar.get(f"/v1/working-groups/{ENERGY}")).json()
    assert OLD not in str(group)
    assert NEW in str(group)
    facts = (await registrar.get(f"/v1/commitments/{item(7)}")).json()["party_facts"]["PK"]
    assert (facts["lead_organisation_id"], facts["further_lead_organisation_ids"]) == (NEW, [organisation(105)])
    # Whoever acts for it has no part any more, and nobody can give it one.
    who = await world.second_principal("pk-new", organisation_id=NEW)
    assert (await world.as_(who).post(f"/v1/commitments/{item(7)}/progress-reports", json={})).status_code == 422
    back = await registrar.patch(
        f"/v1/commitments/{item(7)}", json={"lead_organisation_id": OLD}, headers={"If-Match": "*"}
    )
    assert pointers(refused(back, 422)) == {"/lead_organisation_id"}
    again = refused(await registrar.post(URL, json=BODY), 409)
    assert "closed on 2025-07-01" in again["detail"]
    entry = (await world.as_("administrator").get("/v1/registry/audit-trail?limit=200")).json()["items"][-2]
    assert (entry["kind"], entry["data"]["successor_id"]) == ("organisation.closed", NEW)
    await proven(world)


async def test_who_led_on_a_day_is_told_as_of_that_day(world: World) -> None:
    registrar = world.as_("PK")
    draft = (await record_in(world, COMMISSION, 1))["id"]
    for one in (item(7), draft):
        led = await registrar.patch(
            f"/v1/commitments/{one}", json={"lead_organisation_id": OLD}, headers={"If-Match": "*"}
        )
        assert led.status_code == 200, led.text
    assert (await registrar.post(URL, json=BODY)).status_code == 200
    for day, leads in (("2025-06-30", OLD), ("2025-07-01", NEW)):
        one = (await registrar.get(f"/v1/commitments/{item(7)}?as_of={day}")).json()
        listed = (await registrar.get(f"/v1/commitments?as_of={day}&limit=200")).json()["items"]
        for told in (one, next(each for each in listed if each["id"] == item(7))):
            assert told["party_facts"]["PK"]["lead_organisation_id"] == leads, day
            assert [each["id"] for each in told["lead_organisations"]["PK"]] == [leads]
        assert await reported(world, day) == leads
    today = (await registrar.get(f"/v1/commitments/{draft}")).json()["recorded_at"][:10]
    told = (await registrar.get(f"/v1/commitments/{draft}?as_of={today}")).json()
    assert told["party_facts"]["PK"]["lead_organisation_id"] == NEW
    # What the party says of something else later leaves that as it was.
    await registrar.patch(f"/v1/commitments/{item(7)}", json={"focal_point": "Desk 4"}, headers={"If-Match": "*"})
    told = (await registrar.get(f"/v1/commitments/{item(7)}?as_of=2025-06-30")).json()["party_facts"]["PK"]
    assert (told["lead_organisation_id"], told["focal_point"]) == (OLD, "Desk 4")
    # A later word of the party itself counts whatever the day.
    await registrar.patch(
        f"/v1/commitments/{item(7)}", json={"lead_organisation_id": organisation(105)}, headers={"If-Match": "*"}
    )
    told = (await registrar.get(f"/v1/commitments/{item(7)}?as_of=2025-06-30")).json()
    assert told["party_facts"]["PK"]["lead_organisation_id"] == organisation(105)
    assert await reported(world, "2025-06-30") == organisation(105)
    await proven(world)


async def reported(world: World, day: str) -> str:
    """Return who leads the seventh item for Pakistan, as the session's report has it."""
    await world.sequence()
    report = (await world.as_("PK").get(f"/v1/sessions/{SESSION_8}/report?as_of={day}")).json()
    (row,) = (one for one in report["matrix"] if one["id"] == item(7))
    lead: str = row["lead_organisation_id"]["PK"]
    return lead


def test_of_a_lead_handed_on_twice_each_day_has_its_own() -> None:
    def handed(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
        return {"before": {"PK": before}, "after": {"PK": after}}

    first, second, third = ({"lead_organisation_id": one, "focal_point": None} for one in "ABC")
    once, twice = handed(first, second), handed(second, third)
    assert undone({"PK": third}, twice) == {"PK": second}
    assert undone(undone({"PK": third}, twice), once) == {"PK": first}
    # What was said of something else since then stays, and so does a lead that was named since.
    assert undone({"PK": {**third, "focal_point": "Desk 4"}}, twice) == {"PK": {**second, "focal_point": "Desk 4"}}
    assert undone({"PK": {**third, "lead_organisation_id": "D"}}, twice)["PK"]["lead_organisation_id"] == "D"
    assert undone({"PK": third, "AZ": first}, handed({}, third)) == {"PK": {"focal_point": None}, "AZ": first}


async def test_the_secretariat_and_registrar_itself_is_succeeded_by_whom_somebody_acts_for(world: World) -> None:
    url, registrar = f"/v1/organisations/{organisation(101)}/succession", world.as_("PK")
    told = refused(await registrar.post(url, json=BODY), 422)
    assert "nobody acts for it" in told["errors"][0]["detail"]
    who = await world.second_principal("pk-new", organisation_id=NEW)
    made = await registrar.post(url, json=BODY)
    assert made.status_code == 200, made.text
    assert {"registrar", "secretariat"} <= {one["part"] for one in made.json()["handed_over"]}
    charter = (await world.as_("AZ").get(f"/v1/commissions/{COMMISSION}")).json()
    seat = next(one for one in charter["parties"] if one["party"] == "PK")
    assert (seat["secretariat_id"], seat["secretariat"]["id"]) == (NEW, NEW)
    roles = {one["role"] for one in (await world.as_(who).get("/v1/me")).json()["roles"]}
    assert {"registrar", "secretariat"} <= roles
    assert (await registrar.post(f"/v1/organisations/{OLD}/succession", json=BODY)).status_code == 403
    await proven(world)
    assert verify(in_memory(await exported(world, REGISTRY)), POLICY).findings.listed == []


WRONG: list[tuple[dict[str, Any], set[str]]] = [
    ({"successor_id": None}, {"/successor_id"}),
    ({"successor_id": OLD}, {"/successor_id"}),
    ({"successor_id": organisation(201)}, {"/successor_id"}),
    ({"since": "2199-01-01"}, {"/since"}),
    ({"since": "2199-01-01", "successor_id": organisation(999)}, {"/since", "/successor_id"}),
]


@pytest.mark.parametrize(("wrong", "where"), WRONG)
async def test_a_succession_that_cannot_be_says_everything_that_is_wrong(
    still: World, wrong: dict[str, Any], where: set[str]
) -> None:
    assert pointers(refused(await still.as_("PK").post(URL, json=BODY | wrong), 422)) == where


@pytest.mark.parametrize("who", ["AZ", "administrator", "observer"])
async def test_nobody_but_the_partys_registrar_closes_its_organisations(still: World, who: str) -> None:
    refused(await still.as_(who).post(f"{URL}?dry_run=true", json=BODY), 403)
