"""A party's registrar alone registers and ends who may act for it; everybody else is told whom to ask."""

import asyncio
from itertools import product
from typing import Any
from uuid import UUID, uuid4

import pytest

from service.errors import NotPermitted
from service.permissions import Caller, Kind
from service.register.parties.authority import Authority, Registrar
from service.register.parties.rules import code_of
from tests.conftest import COMMISSION, World, end_principal, item, organisation
from tests.http.test_refusals import pointers, refused
from tests.three_parties import commission_of_three, name_registrar

OURS, THEIRS, OFFICE = uuid4(), uuid4(), uuid4()
REGISTRARS = {"PK": Registrar(OURS, "PK/EAD", "Economic Affairs Division"), "AZ": Registrar(THEIRS, "AZ/JCS", "Office")}
REGISTRARS["GE"] = Registrar()
CALLERS = {
    "administrator": Caller(uuid4(), "x", Kind.ADMINISTRATOR),
    "auditor": Caller(uuid4(), "x", Kind.AUDITOR),
    "observer": Caller(uuid4(), "x", Kind.OBSERVER),
    "registrar of PK": Caller(uuid4(), "x", Kind.REPRESENTATIVE, OURS, "PK"),
    "office of PK": Caller(uuid4(), "x", Kind.REPRESENTATIVE, OFFICE, "PK"),
    "office of GE": Caller(uuid4(), "x", Kind.REPRESENTATIVE, OFFICE, "GE"),
}
MAY: dict[str, set[tuple[str, str | None]]] = {
    "over": {("administrator", None), ("registrar of PK", "PK")},
    "naming": {("administrator", "GE"), ("registrar of PK", "PK")},
}


@pytest.mark.parametrize(("who", "party", "what"), list(product(CALLERS, [None, *REGISTRARS], MAY)))
def test_a_party_is_its_registrars_and_what_is_no_partys_the_administrators(
    who: str, party: str | None, what: str
) -> None:
    authority = Authority(CALLERS[who], REGISTRARS)
    if party is None and what == "naming":
        return
    if (who, party) in MAY[what]:
        assert getattr(authority, what)(party).principal_id == CALLERS[who].principal_id
        authority.require()
        return
    with pytest.raises(NotPermitted) as told:
        getattr(authority, what)(party)
    if party in {"PK", "AZ"}:
        assert f"{REGISTRARS[party].name} ({REGISTRARS[party].code})" in str(told.value)
    if party == "GE":
        assert "the administrator names it, once" in str(told.value)


@pytest.mark.parametrize("who", [who for who in CALLERS if who not in {"administrator", "registrar of PK"}])
def test_who_registers_nothing_is_told_so_before_anything_is_read(who: str) -> None:
    with pytest.raises(NotPermitted, match="register_for_party"):
        Authority(CALLERS[who], REGISTRARS).require()


CODES = {
    "Ministry of Defence Production": "PK/MODP",
    "Energy body of Pakistan (sample)": "PK/EBOP",
    "Customs": "PK/CUST",
    "X": "PK/ORG",
    "Министерство": "PK/ORG",
    "a b c d e f g h i j": "PK/ABCDEFGH",
    "Türkiye ofisi": "PK/TRO",
}


@pytest.mark.parametrize(("name", "code"), CODES.items())
def test_a_code_is_made_of_the_first_letters_of_a_name(name: str, code: str) -> None:
    assert code_of("PK", name, ()) == code
    assert code_of("PK", name, {code, f"{code}2"}) == f"{code}3"


async def test_the_database_makes_the_same_codes_for_organisations_of_before(world: World) -> None:
    owner, taken = await world.connect(), {f"PK/{one}" for one in ("EAD", "MODP", "PCS", "ENERGY", "AGRI", "HEALTH")}
    for name in (f"{name}{mark}" for mark in ".!?" for name in CODES):
        code = await owner.fetchval(
            "INSERT INTO organisation (party, name, names, created_at) VALUES ('PK', $1, '{}', now()) RETURNING code",
            name,
        )
        assert code == code_of("PK", name, taken)
        taken.add(code)


async def test_once_a_registrar_is_named_the_administrator_registers_nothing_for_that_party(world: World) -> None:
    admin = world.as_("administrator")
    await admin.post("/v1/parties", json={"code": "TR", "names": {"en": "Türkiye"}})
    office = {"party": "TR", "name": "Office"}
    before = refused(await admin.post("/v1/organisations", json=office), 403)
    assert "POST /v1/parties/TR/registrar" in before["detail"]
    ours = await name_registrar(world, "TR")
    me = (await world.as_("tr-registrar").get("/v1/me")).json()
    assert (me["organisation_id"], [one["role"] for one in me["roles"]]) == (ours, ["registrar"])
    someone = {"client_id": "tr-1", "name": "N", "kind": "representative", "organisation_id": ours}
    again = {"organisation": {"name": "Another"}, "principal": {"client_id": "tr-2", "name": "N"}}
    for path, body in (
        ("/v1/organisations", office),
        ("/v1/principals", someone),
        ("/v1/parties/TR/registrar", again),
        (f"/v1/principals/{me['principal_id']}/secrets", {}),
        (f"/v1/principals/{me['principal_id']}/deactivation", {}),
    ):
        found = refused(await admin.post(path, json=body), 403)
        assert "Only the registrar of TR, Secretariat (sample) (TR/SECR), may do this: ask it" in found["detail"], path
        assert "the administrator, who acts for no party" in found["detail"]
    assert (await world.as_("tr-registrar").post("/v1/organisations", json=office)).status_code == 201
    assert (await world.as_("tr-registrar").post("/v1/principals", json=someone)).status_code == 201


async def test_a_party_whose_registrar_was_not_named_goes_on_and_is_given_one_once(world: World) -> None:
    """As in a register of before: everything is read and moved, nobody registers, the administrator names an organisation that is there."""
    owner = await world.connect()
    await owner.execute("UPDATE party SET registrar_id = NULL")
    assert (await world.as_("PK").get("/v1/parties/PK")).json()["registrar"] is None
    told = refused(await world.as_("PK").post("/v1/organisations", json={"party": "PK", "name": "Office"}), 403)
    assert "the administrator names it, once" in told["detail"]
    moved = {"action": "redraft", "reason": "R"}
    assert (await world.as_("PK").post(f"/v1/commitments/{item(4)}/transitions", json=moved)).status_code == 201
    url, admin = "/v1/parties/PK/registrar", world.as_("administrator")
    nobody = refused(await admin.post(url, json={"organisation_id": organisation(105)}), 422)
    assert pointers(nobody) == {"/principal"}
    foreign = refused(await admin.post(url, json={"organisation_id": organisation(201)}), 422)
    assert pointers(foreign) == {"/organisation_id"}
    assert (await admin.post(url, json={"organisation_id": "PK/EAD"})).status_code == 201
    assert (await admin.post(url, json={"organisation_id": "PK/PCS"})).status_code == 403
    assert (await world.as_("PK").get("/v1/parties/PK")).json()["registrar"]["code"] == "PK/EAD"


WRONG: list[tuple[Any, set[str]]] = [
    ({}, {"/organisation"}),
    ({"organisation": {"name": "A"}}, {"/principal"}),
    ({"organisation": {"name": "A"}, "organisation_id": organisation(102)}, {"/organisation"}),
    ({"organisation": {"name": "A", "code": "AZ/A1"}, "principal": {"client_id": "abc", "name": "N"}}, {"/organisation/code"}),
    ({"organisation_id": organisation(101)}, {"/organisation_id"}),
    ({"organisation_id": organisation(102), "principal": {"client_id": "abc", "name": "N", "issuer": "https://x"}}, {"/principal/issuer"}),
]  # fmt: skip


@pytest.mark.parametrize(("body", "where"), WRONG)
async def test_a_registrar_for_whom_nobody_could_act_is_not_named(still: World, body: Any, where: set[str]) -> None:
    assert pointers(refused(await still.as_("PK").post("/v1/parties/PK/registrar", json=body), 422)) == where


async def test_a_registrar_names_its_successor_and_registers_no_more(world: World) -> None:
    body = {"organisation_id": "PK/PCS", "principal": {"client_id": "pk-customs", "name": "N"}}
    made = await world.as_("PK").post("/v1/parties/PK/registrar", json=body)
    assert made.status_code == 201, made.text
    assert (made.json()["organisation"]["code"], len(made.json()["client_secret"]) > 40) == ("PK/PCS", True)
    office = {"party": "PK", "name": "Office"}
    told = refused(await world.as_("PK").post("/v1/organisations", json=office), 403)
    assert "Pakistan Customs Service (PK/PCS), may do this" in told["detail"]
    assert (await world.as_("pk-customs").post("/v1/organisations", json=office)).status_code == 201


async def test_a_registrar_sees_by_name_who_may_act_for_its_party_and_nobody_else(world: World) -> None:
    await world.second_principal("pk-energy", organisation_id=organisation(104))
    for who in ("PK", "pk-energy"):
        listed = {one["client_id"]: one for one in (await world.as_(who).get("/v1/principals")).json()["items"]}
        assert set(listed) == {"pk-secretariat", "pk-energy"}
        energy = listed["pk-energy"]
        assert (energy["name"], energy["registered_by"]["code"]) == ("pk-energy", "pk-secretariat")
        assert {one["role"] for one in energy["roles"]} == {"co_lead"}
        assert listed["pk-secretariat"]["registered_by"]["name"] == "System administrator (sample)"
        assert [one["role"] for one in listed["pk-secretariat"]["roles"]] == ["registrar", "secretariat"]
        assert listed["pk-secretariat"]["roles"][1]["commission_id"] == COMMISSION
        foreign = (await world.as_("AZ").get("/v1/me")).json()["principal_id"]
        assert (await world.as_(who).get(f"/v1/principals/{foreign}")).status_code == 404
    for who in ("auditor", "observer"):
        assert (await world.as_(who).get("/v1/principals")).status_code == 403


async def test_a_registrar_finds_a_principal_of_another_party_as_little_as_one_that_is_not_there(world: World) -> None:
    foreign = (await world.as_("AZ").get("/v1/me")).json()["principal_id"]
    for path in ("/v1/principals/{}/deactivation", "/v1/principals/{}/secrets"):
        told = [await world.as_("PK").post(path.format(one), json={}) for one in (foreign, uuid4())]
        assert [one.status_code for one in told] == [404, 404]
        assert told[0].json()["detail"] == told[1].json()["detail"]
    office = {"client_id": "spy", "name": "N", "kind": "representative", "organisation_id": organisation(202)}
    assert (
        "Only the registrar of AZ" in refused(await world.as_("PK").post("/v1/principals", json=office), 403)["detail"]
    )
    found = refused(await world.as_("PK").post("/v1/organisations", json={"party": "AZ", "name": "N"}), 403)
    assert "Only the registrar of AZ" in found["detail"]
    observer = {"client_id": "spy", "name": "N", "kind": "observer"}
    assert (
        "Only the administrator" in refused(await world.as_("PK").post("/v1/principals", json=observer), 403)["detail"]
    )


async def test_an_office_that_does_not_register_cannot(world: World) -> None:
    who = await world.second_principal("pk-energy", organisation_id=organisation(104))
    me = (await world.as_("PK").get("/v1/me")).json()["principal_id"]
    for path, body in (
        ("/v1/organisations", {"party": "PK", "name": "N"}),
        ("/v1/principals", {"client_id": "spy", "name": "N", "kind": "observer"}),
        ("/v1/parties/PK/registrar", {"organisation_id": organisation(104)}),
        (f"/v1/principals/{me}/deactivation", {}),
        (f"/v1/principals/{me}/secrets", {}),
    ):
        told = refused(await world.as_(who).post(path, json=body), 403)
        assert "Economic Affairs Division (PK/EAD), may do this: ask it" in told["detail"], path


async def test_the_last_who_registers_for_a_party_is_not_ended(world: World) -> None:
    me = (await world.as_("PK").get("/v1/me")).json()["principal_id"]
    told = refused(await end_principal(world.as_("PK"), me), 409)
    assert "the last principal that acts for the registrar of PK" in told["detail"]


async def test_of_two_registrars_that_end_each_other_at_once_one_remains(world: World) -> None:
    second = await world.second_principal("pk-registrar-2", organisation_id=organisation(101))
    ids = {who: (await world.as_(who).get("/v1/me")).json()["principal_id"] for who in ("PK", second)}
    answers = await asyncio.gather(
        end_principal(world.as_("PK"), ids[second]),
        end_principal(world.as_(second), ids["PK"]),
    )
    assert sorted(one.status_code for one in answers) == [201, 401]


async def test_who_registered_and_ended_whom_stands_in_the_registrys_trail_with_the_party(world: World) -> None:
    who = await world.second_principal("pk-energy", organisation_id=organisation(104))
    ended = (await world.as_(who).get("/v1/me")).json()["principal_id"]
    assert (await end_principal(world.as_("PK"), ended)).json()["roles"] == []
    trail = (await world.as_("administrator").get("/v1/registry/audit-trail?limit=200")).json()["items"]
    assert [(one["kind"], one["party"]) for one in trail[-2:]] == [
        ("principal.registered", "PK"),
        ("principal.deactivated", "PK"),
    ]
    assert UUID(trail[-1]["data"]["id"]) == UUID(ended)


async def test_three_parties_each_have_a_registrar_of_their_own(world: World) -> None:
    await commission_of_three(world)
    listed = (await world.as_("PK").get("/v1/parties")).json()["items"]
    assert {one["code"]: one["registrar"]["code"] for one in listed} == {
        "AZ": "AZ/JCS",
        "PK": "PK/EAD",
        "TR": "TR/SECR",
    }
