"""A ministry is renamed: its code and what it leads stay, and what it was called when is told."""

from typing import Any

import pytest

from tests.conftest import World, item, organisation
from tests.http.test_refusals import pointers, refused

URL = f"/v1/organisations/{organisation(104)}/names"
FIRST = "Energy body of Pakistan (sample)"


async def test_a_ministry_is_renamed_and_its_earlier_names_remain_with_their_days(world: World) -> None:
    registrar = world.as_("PK")
    energy = {"name": "Energy and Water Body (sample)", "names": {"en": "Energy and Water Body"}, "since": "2025-03"}
    made = await registrar.post(URL, json=energy)
    assert made.status_code == 201, made.text
    power = {"name": "Power Body (sample)", "since": "2025-07-01"}
    assert (await registrar.post(URL, json=power)).status_code == 201
    read = (await world.as_("AZ").get(f"/v1/organisations/{organisation(104)}")).json()
    assert (read["code"], read["name"], read["name_since"]) == ("PK/ENERGY", "Power Body (sample)", "2025-07-01")
    assert read["earlier_names"] == [
        {"name": FIRST, "names": {}, "since": None, "until": "2025-03"},
        {"name": energy["name"], "names": energy["names"], "since": "2025-03", "until": "2025-07-01"},
    ]
    trail = (await world.as_("administrator").get("/v1/registry/audit-trail?limit=200")).json()["items"]
    entry = trail[-1]
    assert (entry["kind"], entry["party"], entry["data"]["since"]) == ("organisation.renamed", "PK", "2025-07-01")
    assert entry["data"]["id"] == organisation(104)
    who = await world.second_principal("pk-energy", organisation_id=organisation(104))
    moved = {"action": "suspend", "reason": "R", "review_on": "2027"}
    assert (await world.as_(who).post(f"/v1/commitments/{item(7)}/transitions", json=moved)).status_code == 201


WRONG: list[tuple[Any, set[str]]] = [
    ({"name": "A body", "since": "2199-01-01"}, {"/since"}),
    ({"name": "A body", "since": "2025-02"}, {"/since"}),
    ({"name": "Power Body", "since": "2025-07"}, {"/name"}),
    ({"name": "A body", "since": "1404-01-01"}, {"/since"}),
    ({"name": "A body"}, {"/since"}),
]


@pytest.mark.parametrize(("body", "where"), WRONG)
async def test_a_name_that_cannot_be_is_refused_and_says_where(worn: World, body: Any, where: set[str]) -> None:
    present = (await worn.as_("PK").get(f"/v1/organisations/{organisation(104)}")).json()["name"]
    if present != "Power Body":
        named = await worn.as_("PK").post(URL, json={"name": "Power Body", "since": "2025-03"})
        assert named.status_code == 201
    assert pointers(refused(await worn.as_("PK").post(URL, json=body), 422)) == where


async def test_a_name_that_another_organisation_of_the_party_has_is_taken(world: World) -> None:
    body = {"name": "Pakistan Customs Service", "since": "2025"}
    assert refused(await world.as_("PK").post(URL, json=body), 409)["existing"]["id"] == organisation(103)


@pytest.mark.parametrize("who", ["AZ", "administrator", "observer"])
async def test_only_its_partys_registrar_renames_an_organisation(world: World, who: str) -> None:
    body = {"name": "A body", "since": "2025"}
    told = refused(await world.as_(who).post(URL, json=body), 403)
    assert who == "observer" or "Economic Affairs Division (PK/EAD), may do this" in told["detail"]
