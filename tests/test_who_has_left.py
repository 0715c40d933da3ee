"""Who has left a commission, or takes no part in it, is told no more of it than a stranger is."""

from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from tests.conftest import COMMISSION, SESSION_8, Maker, World, item, organisation
from tests.register.commissions.meeting import answered
from tests.register.documents.test_documents import sent
from tests.three_parties import founded, in_force, name_secretariat, record_in

SEATED = organisation(203)
"""An organisation of AZ that co-leads a working group, and is no secretariat."""


async def az_leaves(world: World) -> None:
    body = {"action": "leave", "reason": "R", "notified_on": "2025-12", "effective_on": "2025-03-01"}
    left = await world.as_("AZ").post(f"/v1/commissions/{COMMISSION}/transitions", json=body)
    assert (left.status_code, left.json()["status"]) == (201, "effective"), left.text


async def test_the_lead_body_of_a_party_that_has_left_reads_no_document_of_the_parties(
    make_world: Maker, tmp_path: Path
) -> None:
    world = await make_world(documents_dir=tmp_path / "documents")
    url = f"/v1/commitments/{item(7)}"
    facts = {"lead_organisation_id": organisation(201)}
    named = await world.as_("AZ").patch(url, json=facts, headers={"If-Match": "*"})
    assert named.status_code == 200, named.text
    made = await sent(world, confidentiality="parties")
    mine = f"/v1/documents/{made['id']}"
    assert (await world.as_("AZ").get(mine)).status_code == 200
    await az_leaves(world)
    assert (await world.as_("AZ").get(url)).status_code == 200
    assert [(await world.as_("AZ").get(f"{mine}{one}")).status_code for one in ("", "/content")] == [404, 404]
    listed = await world.as_("AZ").get("/v1/documents", params={"matter_id": item(7)})
    assert made["id"] not in listed.text
    assert made["id"] not in (await world.as_("AZ").get(f"{url}/audit-trail?limit=200")).text
    assert (await world.as_("AZ").get(url)).json()["allowed_actions"] == []


async def test_a_party_that_has_left_is_told_of_no_group_that_its_organisations_sat_in(world: World) -> None:
    await world.second_principal("seated", organisation_id=SEATED)
    before = (await world.as_("seated").get("/v1/me")).json()["roles"]
    assert "co_lead" in [one["role"] for one in before]
    await az_leaves(world)
    assert (await world.as_("seated").get("/v1/me")).json()["roles"] == []
    listed = (await world.as_("AZ").get("/v1/principals?limit=200")).json()["items"]
    assert [one["commission_id"] for each in listed for one in each["roles"] if one["commission_id"]] == []


async def test_an_organisation_that_sat_in_a_group_of_what_its_party_has_left_is_closed(world: World) -> None:
    await az_leaves(world)
    body: dict[str, Any] = {"since": "2025-06-01", "reason": "R"}
    url = f"/v1/organisations/{SEATED}/succession"
    listed = await world.as_("AZ").post(f"{url}?dry_run=true", json=body)
    assert (listed.status_code, COMMISSION in listed.text) == (200, False), listed.text


async def test_a_party_that_takes_no_part_is_told_of_no_reopened_log(world: World) -> None:
    offices = {"PK": organisation(101), "AZ": organisation(201)}
    kept = await in_force(world, offices, titles={"en": "K (sample)"}, kept_by="PK", suffix="KEPT")
    owner = await world.connect()
    told = orjson.dumps({"awaits": ["PK"]}).decode()
    await owner.execute("UPDATE commission SET reopened = $1 WHERE id = $2", told, UUID(kept["id"]))
    async with world.pool.connection() as connection:
        await world.service.notice.look(connection)
    for who, is_told in (("PK", True), ("AZ", False), ("observer", False)):
        assert ("pacta-notice" in (await world.as_(who).get("/v1/me")).headers) is is_told


async def test_whoever_registers_parties_is_told_of_no_part_in_what_is_not_agreed_yet(world: World) -> None:
    body = {
        "commission_id": COMMISSION,
        "titles": {"en": "Proposed (sample)"},
        "sector": "tourism",
        "co_lead_organisation_id": organisation(106),
        "founded_at_session_id": SESSION_8,
    }
    made = await world.as_("PK").post("/v1/working-groups", json=body)
    assert made.status_code == 201, made.text
    pending = await founded(world, confidentiality="public", suffix="NEW")
    named = await name_secretariat(world, pending["id"], "PK", organisation(101))
    assert named.status_code == 201, named.text
    await world.second_principal("seated", organisation_id=organisation(106))
    own, others = [(await world.as_(who).get("/v1/principals?limit=200")).text for who in ("PK", "administrator")]
    for one in (made.json()["id"], pending["id"]):
        assert (one in own, one in others) == (True, False)


async def test_who_sees_the_charter_alone_reads_no_document_of_the_commission(
    make_world: Maker, tmp_path: Path
) -> None:
    world = await make_world(documents_dir=tmp_path / "documents")
    offices = {"PK": organisation(101), "AZ": organisation(201)}
    kept = await in_force(world, offices, titles={"en": "K (sample)"}, kept_by="PK", suffix="KEPT")
    made = await sent(world, matter=kept["id"])
    registrar = world.as_("AZ")
    assert (await registrar.get(f"/v1/commissions/{kept['id']}")).status_code == 200
    assert (await registrar.get(f"/v1/commissions/{kept['id']}/audit-trail")).status_code == 404
    listed = [(await world.as_(who).get(f"/v1/documents?matter_id={kept['id']}")).json() for who in ("PK", "AZ")]
    assert [len(one["items"]) for one in listed] == [1, 0]
    for where in (f"/v1/documents/{made['id']}", f"/v1/documents/{made['id']}/content"):
        codes = [(await world.as_(who).get(where)).status_code for who in ("PK", "AZ")]
        assert codes == [200, 404], where


async def test_a_body_that_was_closed_while_its_party_was_gone_has_no_part_when_that_comes_back(world: World) -> None:
    await world.second_principal("seated", organisation_id=SEATED)
    await az_leaves(world)
    group = "01940000-0000-7000-8000-000000000301"
    kept = await record_in(world, COMMISSION, 2, confidentiality="restricted", working_group_id=group)
    closed = {"since": "2025-06-01", "reason": "R"}
    assert (await world.as_("AZ").post(f"/v1/organisations/{SEATED}/succession", json=closed)).status_code == 200
    back = {"action": "join", "party": "AZ", "effective_on": "2026-01", "secretariat_id": organisation(201)}
    opened = await world.as_("AZ").post(f"/v1/commissions/{COMMISSION}/transitions", json=back)
    assert (await answered(world, opened.json()["id"], "PK")).json()["status"] == "effective"
    url = f"/v1/commitments/{kept['id']}"
    assert [(await world.as_(who).get(url)).status_code for who in ("AZ", "seated")] == [200, 404]
    assert [one["role"] for one in (await world.as_("seated").get("/v1/me")).json()["roles"]] == ["party"]
    seat = f"/v1/working-groups/{group}/members/"
    assert (await world.as_("AZ").delete(seat + SEATED)).status_code == 204
