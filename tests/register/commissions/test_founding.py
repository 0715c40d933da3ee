"""A commission is founded by the administrator, and is in force once each party's registrar has named its secretariat."""

import asyncio
from typing import Any

import pytest

from tests.conftest import COMMISSION, SESSION_8, World, organisation
from tests.register.commissions.chartering import AMEND, DISSOLVE, charter, propose, trail
from tests.register.commissions.meeting import proven
from tests.three_parties import commission_of_three, founded, in_force, name_registrar, name_secretariat

SEATS = {"PK": organisation(101), "AZ": organisation(201)}
BOTH = {"suffix": "NEW"}


async def test_it_is_in_force_once_each_partys_registrar_has_named_its_secretariat(world: World) -> None:
    made = await founded(world, **BOTH)
    assert (made["state"], made["awaits_secretariats"], made["rule"]) == ("founded", ["PK", "AZ"], "mutual")
    assert [one["secretariat_id"] for one in made["parties"]] == [None, None]
    first = await name_secretariat(world, made["id"], "AZ", organisation(203))
    assert (first.status_code, first.json()["status"]) == (201, "effective")
    found = await charter(world, "PK", made["id"])
    assert (found["state"], found["awaits_secretariats"]) == ("founded", ["PK"])
    assert [one["action"] for one in found["allowed_actions"]] == ["name_secretariat"]
    # Until it is in force a party may name another one.
    await name_secretariat(world, made["id"], "AZ", organisation(201))
    assert (await charter(world, "PK", made["id"]))["state"] == "founded"
    await name_secretariat(world, made["id"], "PK", organisation(101))
    found = await charter(world, "PK", made["id"])
    assert (found["state"], found["awaits_secretariats"]) == ("in_force", [])
    assert {one["party"]: one["secretariat_id"] for one in found["parties"]} == SEATS
    assert found["effective_on"]
    await proven(world, made["id"])


@pytest.mark.parametrize(
    "body", [AMEND, DISSOLVE, {"action": "dismiss_auditor", "principal_id": SESSION_8, "reason": "R"}]
)
async def test_until_then_nothing_is_proposed_and_the_refusal_says_whose_secretariat_is_missing(
    world: World, body: dict[str, Any]
) -> None:
    made = await founded(world, **BOTH)
    both = await propose(world, body, "PK", made["id"])
    assert "the registrars of PK and AZ have yet to name the secretariat" in both.json()["detail"]
    await name_secretariat(world, made["id"], "PK", organisation(101))
    refused = await propose(world, body, "PK", made["id"])
    assert (refused.status_code, refused.json()["allowed_actions"]) == (409, ["name_secretariat"])
    assert "the registrar of AZ has yet to name the secretariat" in refused.json()["detail"]


async def test_nothing_is_recorded_in_it_either(world: World) -> None:
    made = await founded(world, **BOTH)
    await name_secretariat(world, made["id"], "PK", organisation(101))
    text = {"titles": {"en": "T"}, "texts": {"en": "T"}, "sector": "trade", "instrument_required": False}
    group = {
        "titles": {"en": "T"},
        "sector": "trade",
        "co_lead_organisation_id": organisation(104),
        "founding_act": "A",
    }
    for path, body in (
        (f"/v1/commissions/{made['id']}/sessions", {"action": "plan", "ordinal": 1}),
        ("/v1/commitments", {**text, "commission_id": made["id"], "agreement": {"agreed_on": "2025"}}),
        ("/v1/working-groups", {**group, "commission_id": made["id"]}),
    ):
        refused = await world.as_("PK").post(path, json=body)
        assert refused.status_code == 409, (path, refused.text)
        assert "the registrar of AZ has yet to name the secretariat" in refused.json()["detail"], path


async def test_who_keeps_it_alone_names_the_only_secretariat(world: World) -> None:
    made = await founded(world, kept_by="PK", **BOTH)
    assert (made["state"], made["awaits_secretariats"], made["kept_by"], made["rule"]) == (
        "founded", ["PK"], "PK", "unilateral",
    )  # fmt: skip
    assert (await name_secretariat(world, made["id"], "AZ", organisation(201))).status_code == 403
    await name_secretariat(world, made["id"], "PK", organisation(101))
    found = await charter(world, "PK", made["id"])
    assert (found["state"], found["kept_by"], found["awaits_secretariats"]) == ("kept", "PK", [])
    await proven(world, made["id"])


async def test_only_a_partys_registrar_names_its_secretariat_and_nobody_names_anothers(world: World) -> None:
    made = await founded(world, **BOTH)
    await world.second_principal("pk-customs", organisation_id=organisation(104))
    own = {"action": "name_secretariat", "secretariat_id": organisation(104)}
    assert (await propose(world, own, "pk-customs", made["id"])).status_code == 403
    foreign = await name_secretariat(world, made["id"], "PK", organisation(201))
    assert [one["pointer"] for one in foreign.json()["errors"]] == ["/secretariat_id"]
    # Who founds it does not see what becomes of it, nor does anybody but the parties.
    for who in ("administrator", "observer", "auditor"):
        assert (await propose(world, own, who, made["id"])).status_code == 404, who
    assert (await charter(world, "pk-customs", made["id"]))["awaits_secretariats"] == ["PK", "AZ"]


async def test_until_it_is_in_force_the_parties_alone_see_it_also_where_it_is_public(world: World) -> None:
    made = await founded(world, confidentiality="public", **BOTH)
    assert (await world.as_("observer").get(f"/v1/commissions/{made['id']}")).status_code == 404
    for party, office in SEATS.items():
        await name_secretariat(world, made["id"], party, office)
    assert (await world.as_("observer").get(f"/v1/commissions/{made['id']}")).status_code == 200


async def test_a_party_without_a_registrar_holds_it_up_until_it_has_one(world: World) -> None:
    await world.as_("administrator").post("/v1/parties", json={"code": "TR", "names": {"en": "Türkiye"}})
    made = await founded(world, ["PK", "TR"])
    await name_secretariat(world, made["id"], "PK", organisation(101))
    assert (await charter(world, "PK", made["id"]))["awaits_secretariats"] == ["TR"]
    office = await name_registrar(world, "TR")
    assert (await name_secretariat(world, made["id"], "TR", office)).status_code == 201
    assert (await charter(world, "PK", made["id"]))["state"] == "in_force"


async def test_of_three_who_name_at_once_the_last_one_brings_it_into_force(world: World) -> None:
    office = (await charter(world, "PK", await commission_of_three(world)))["parties"][-1]["secretariat_id"]
    seats = {**SEATS, "TR": office}
    for number in range(5):
        made = await founded(world, seats, suffix=f"X{number}")
        named = [name_secretariat(world, made["id"], party, one) for party, one in seats.items()]
        assert [one.status_code for one in await asyncio.gather(*named)] == [201] * 3
        found = await charter(world, "PK", made["id"])
        assert (found["state"], found["awaits_secretariats"]) == ("in_force", [])
        targets = [one["data"]["proposal"]["target"] for one in (await trail(world, commission=made["id"]))[1:]]
        assert targets == ["founded", "founded", "in_force"]
        await proven(world, made["id"])


async def test_the_pilots_commission_was_founded_so_too(world: World) -> None:
    entries = await trail(world)
    assert entries[0]["data"]["commission"]["state"] == "founded"
    assert [one["data"]["proposal"]["action"] for one in entries[1:3]] == ["name_secretariat"] * 2
    assert (await charter(world))["state"] == "in_force"
    assert (await charter(world))["id"] == COMMISSION
    assert (await in_force(world, SEATS, **BOTH))["state"] == "in_force"
