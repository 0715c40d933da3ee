"""The registry, commissions, sessions and working groups over HTTP: each change leaves an entry."""

from typing import Any
from uuid import uuid4

from tests.conftest import COMMISSION, SESSION_8, World, organisation
from tests.register.groups.grouping import trail
from tests.three_parties import name_registrar

GROUP = "01940000-0000-7000-8000-000000000302"


async def last_entry(world: World) -> Any:
    """Return the newest entry of the pilot's commission itself."""
    owner = await world.connect()
    seq = await owner.fetchval("SELECT seq FROM commission WHERE id = $1", COMMISSION)
    await world.sequence()
    feed = await world.as_("auditor").get(f"/v1/commissions/{COMMISSION}/audit-trail?limit=200")
    return next(one for one in feed.json()["items"] if one["subject"] == COMMISSION and one["seq"] == seq)


async def test_the_administrator_registers_a_party_and_its_registrar_which_registers_the_rest(world: World) -> None:
    admin = world.as_("administrator")
    assert (await admin.post("/v1/parties", json={"code": "TR", "names": {"en": "Türkiye"}})).status_code == 201
    again = await admin.post("/v1/parties", json={"code": "TR", "names": {"en": "Türkiye"}})
    assert (again.status_code, again.json()["type"]) == (409, "/problems/already-exists")
    await name_registrar(world, "TR")
    registrar = world.as_("tr-registrar")
    made = (await registrar.post("/v1/organisations", json={"party": "TR", "name": "Ministry of Trade"})).json()
    assert made["code"] == "TR/MOT"
    unknown = await registrar.post("/v1/organisations", json={"party": "GE", "name": "Ministry"})
    assert unknown.status_code == 422
    body = {"client_id": "tr-1", "name": "N", "kind": "representative", "organisation_id": made["id"]}
    principal = await registrar.post("/v1/principals", json=body)
    assert (principal.status_code, principal.json()["party"]) == (201, "TR")
    without = await registrar.post("/v1/principals", json=body | {"client_id": "tr-2", "organisation_id": None})
    assert without.json()["errors"][0]["pointer"] == "/organisation_id"
    strange = await registrar.post("/v1/organisations", json={"party": "TR", "name": "N", "names": {"ü": "N"}})
    assert strange.status_code == 422
    me = (await world.as_("tr-1").get("/v1/me")).json()
    assert (me["party"], me["organisation_id"], me["roles"]) == ("TR", made["id"], [])
    trail = (await admin.get("/v1/registry/audit-trail?limit=200")).json()["items"]
    assert [one["kind"] for one in trail[-5:]] == [
        "party.registered",
        # What it is called is for everybody, who acts for it is not: an entry for each.
        "organisation.registered",
        "registrar.named",
        "organisation.registered",
        "principal.registered",
    ]


async def test_lists_of_the_registry_have_pages_and_filters(world: World) -> None:
    client = world.as_("PK")
    assert [one["code"] for one in (await client.get("/v1/parties")).json()["items"]] == ["AZ", "PK"]
    assert (await client.get("/v1/parties/PK")).json()["names"] == {"en": "Pakistan"}
    assert (await client.get("/v1/parties/XX")).status_code == 404
    first = (await client.get("/v1/organisations?party=AZ&limit=4")).json()
    rest = (await client.get(f"/v1/organisations?party=AZ&limit=4&cursor={first['next_cursor']}")).json()
    assert (len(first["items"]), len(rest["items"]), rest["next_cursor"]) == (4, 2, None)
    assert {one["party"] for one in first["items"] + rest["items"]} == {"AZ"}
    assert (await client.get(f"/v1/organisations/{organisation(101)}")).json()["name"] == "Economic Affairs Division"
    wrong = await client.get(
        f"/v1/organisations?cursor={(await client.get('/v1/parties?limit=1')).json()['next_cursor']}"
    )
    assert wrong.status_code == 400


async def test_a_commission_is_founded_of_parties_that_each_stand_once(world: World) -> None:
    admin = world.as_("administrator")
    body = {"titles": {"en": "T"}, "parties": ["PK", "AZ"], "languages": ["en", "az"], "rule": "mutual"}
    taken = await admin.post("/v1/commissions", json=body)
    assert taken.status_code == 409
    made = await admin.post("/v1/commissions", json=body | {"suffix": "CULTURE", "founded_on": "2025"})
    assert (made.status_code, made.json()["code"]) == (201, "PK-AZ.CULTURE")
    twice = await admin.post("/v1/commissions", json=body | {"suffix": "X", "parties": ["PK", "PK"]})
    assert twice.status_code == 422
    listed = (await world.as_("PK").get("/v1/commissions")).json()["items"]
    assert [one["code"] for one in listed] == ["PK-AZ", "PK-AZ.CULTURE"]


async def test_each_side_names_its_own_members_and_one_co_lead(world: World) -> None:
    url = f"/v1/working-groups/{GROUP}/members"
    foreign = await world.as_("AZ").put(f"{url}/{organisation(105)}", json={"role": "member"})
    assert foreign.status_code == 403
    second = await world.as_("PK").put(f"{url}/{organisation(105)}", json={"role": "co_lead"})
    assert second.status_code == 409
    assert (await world.as_("PK").put(f"{url}/{organisation(105)}", json={"role": "member"})).status_code == 200
    assert (await trail(world, f"/working-groups/{GROUP}"))[-1]["data"]["proposal"]["evidence"]["role"] == "member"
    handed = await world.as_("PK").put(f"{url}/{organisation(104)}", json={"role": "member"})
    assert handed.status_code == 200
    promoted = await world.as_("PK").put(f"{url}/{organisation(105)}", json={"role": "co_lead"})
    roles = {one["organisation_id"]: one["role"] for one in promoted.json()["members"] if one["party"] == "PK"}
    assert roles == {organisation(104): "member", organisation(105): "co_lead"}
    assert (await world.as_("PK").delete(f"{url}/{organisation(104)}")).status_code == 204
    assert (await world.as_("PK").delete(f"{url}/{organisation(104)}")).status_code == 404
    effective = (await trail(world, f"/working-groups/{GROUP}"))[-1]["data"]["effective"]
    was, now = (effective[one]["organisations"]["PK"]["members"] for one in ("before", "after"))
    assert (was, now) == ([organisation(104)], [])


async def test_a_working_group_is_founded_by_a_secretariat_with_its_own_co_lead(world: World) -> None:
    body = {
        "commission_id": COMMISSION,
        "titles": {"en": "Education"},
        "sector": "education",
        "founded_at_session_id": SESSION_8,
        "co_lead_organisation_id": organisation(101),
    }
    assert (await world.as_("AZ").post("/v1/working-groups", json=body)).status_code == 403
    made = await world.as_("PK").post("/v1/working-groups", json=body)
    assert (made.status_code, len(made.json()["members"])) == (201, 1)
    assert [one["kind"] for one in await trail(world, f"/working-groups/{made.json()['id']}")] == [
        "working_group.recorded"
    ]
    for name in ("founded_at_session_id", "co_lead_organisation_id"):
        wrong = await world.as_("PK").post("/v1/working-groups", json=body | {name: str(uuid4())})
        assert wrong.status_code in {404, 422}, wrong.text
    listed = (await world.as_("PK").get("/v1/working-groups?sector=education")).json()["items"]
    assert [one["id"] for one in listed] == [made.json()["id"]]
