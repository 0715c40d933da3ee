"""Who reads one commitment reads what its commission, session, group and lead bodies are called; ids alone are for systems."""

from typing import Any

from tests.conftest import COMMISSION, World, item, organisation
from tests.register.commissions import meeting
from tests.register.groups import grouping
from tests.three_parties import record_in


async def told(world: World, key: str, who: str = "PK") -> Any:
    answer = await world.as_(who).get(f"/v1/commitments/{key}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_commitment_tells_the_names_of_what_it_names_by_id(still: World) -> None:
    found = await told(still, item(4))
    for name in ("commission", "session", "working_group"):
        assert found[name]["id"] == found[f"{name}_id"], name
    assert (found["commission"]["code"], found["session"]["code"]) == ("PK-AZ", "PK-AZ/08")
    assert found["session"]["name"] == "Session 8"
    assert found["working_group"]["code"].startswith("PK-AZ/JWG/")
    group = (await still.as_("PK").get(f"/v1/working-groups/{found['working_group_id']}")).json()
    assert found["working_group"]["name"] == group["titles"]["en"]


async def test_its_lead_bodies_are_told_by_name_the_first_one_first(world: World) -> None:
    pk = world.as_("PK")
    said = {"lead_organisation_id": organisation(103), "further_lead_organisation_ids": [organisation(102)]}
    done = await pk.patch(f"/v1/commitments/{item(7)}", json=said, headers={"If-Match": "*"})
    assert done.status_code == 200, done.text
    for found in (done.json(), await told(world, item(7), "AZ")):
        led = found["lead_organisations"]["PK"]
        assert [one["id"] for one in led] == [organisation(103), organisation(102)]
        assert all(one["code"].startswith("PK/") and one["name"] for one in led)
    # What it is called from now on is what is read, in the answer that follows.
    name = {"name": "Renamed (sample)", "since": "2026-01-01"}
    assert (await pk.post(f"/v1/organisations/{organisation(103)}/names", json=name)).status_code == 201
    assert (await told(world, item(7), "AZ"))["lead_organisations"]["PK"][0]["name"] == "Renamed (sample)"


async def test_between_sessions_and_without_a_group_there_is_no_name(world: World) -> None:
    made = await record_in(world, COMMISSION, 1)
    found = await told(world, made["id"])
    assert (found["session"], found["working_group"], found["lead_organisations"]) == (None, None, {})


async def test_what_a_session_is_called_that_is_not_a_matter_of_all_yet_only_its_parties_read(world: World) -> None:
    session = await meeting.begin(world, ordinal=10, starts_on="2025")
    place: dict[str, Any] = {"session_id": session["id"], "item_number": 1, "confidentiality": "public"}
    made = await record_in(world, COMMISSION, 1, **place)
    await grouping.confirmed(world, made["open_transition"]["id"])
    assert (await told(world, made["id"], "AZ"))["session"]["code"] == "PK-AZ/10"
    seen = await told(world, made["id"], "observer")
    assert (seen["session"], seen["commission"]["code"]) == (None, "PK-AZ")
