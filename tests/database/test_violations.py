"""What a constraint forbids is told by the thing that is meant, where it is read, and what to do instead."""

import asyncio
from typing import Any

from service.database.violations import Violation
from tests.conftest import COMMISSION, World, organisation
from tests.http.test_refusals import pointers, refused
from tests.register.commissions.chartering import agreed

FOUNDED: dict[str, Any] = {"titles": {"en": "x"}, "parties": ["PK", "AZ"], "languages": ["en"], "rule": "mutual"}


async def test_what_is_there_already_is_told_with_its_address_and_the_cure(world: World) -> None:
    admin = world.as_("administrator")
    organisations = (await admin.get("/v1/organisations")).json()["items"]
    known = next(one for one in organisations if one["id"] == organisation(101))
    principals = {one["client_id"]: one["id"] for one in (await admin.get("/v1/principals")).json()["items"]}
    for asked, path, body, kind, found_id, said in (
        (admin, "/v1/parties", {"code": "PK", "names": {"en": "x"}}, "party", "PK", "a party with the code PK already"),
        (
            world.as_("PK"),
            "/v1/organisations",
            {"party": "PK", "name": known["name"]},
            "organisation",
            known["id"],
            "another name",
        ),
        (
            admin,
            "/v1/principals",
            {"client_id": "observer", "name": "x", "kind": "observer"},
            "principal",
            principals["observer"],
            "the client id observer already",
        ),
        (admin, "/v1/commissions", FOUNDED, "commission", COMMISSION, 'send a suffix, such as "DEF"'),
    ):
        found = refused(await asked.post(path, json=body), 409)
        address = found["existing"]["address"]
        assert (found["existing"]["kind"], found["existing"]["id"]) == (kind, found_id)
        assert said in found["detail"]
        assert f"Read it at {address}." in found["detail"]
        assert (await asked.get(address)).status_code == 200


async def test_what_has_the_key_already_is_told_to_who_may_read_it_alone(world: World) -> None:
    someone = {"name": "N", "kind": "representative", "organisation_id": organisation(101)}
    its = {one["client_id"]: one["id"] for one in (await world.as_("AZ").get("/v1/principals")).json()["items"]}
    for who, taken, known in (("PK", "az-secretariat", False), ("administrator", "az-secretariat", True)):
        kind = {} if who == "PK" else {"kind": "observer", "organisation_id": None}
        found = refused(await world.as_(who).post("/v1/principals", json={**someone, **kind, "client_id": taken}), 409)
        assert (its[taken] in str(found)) is known, found
        assert ("existing" in found) is known
        assert f"the client id {taken} already" in found["detail"]
    closer = {"action": "amend", "changes": {"confidentiality": "parties"}, "reason": "R"}
    await agreed(world, closer)
    found = refused(await world.as_("administrator").post("/v1/commissions", json=FOUNDED), 409)
    assert (await world.as_("administrator").get(f"/v1/commissions/{COMMISSION}")).status_code == 404
    assert COMMISSION not in str(found)


async def test_what_is_referred_to_and_not_there_is_told_by_name(still: World) -> None:
    admin = still.as_("administrator")
    found = refused(await still.as_("PK").post("/v1/organisations", json={"party": "GE", "name": "x"}), 422)
    assert pointers(found) == {"/party"}
    assert "a party with the code GE, and there is none; GET /v1/parties lists" in found["detail"]
    # Also who takes no part in the register, since another keeps it alone.
    unknown = {**FOUNDED, "parties": ["PK", "GE"], "kept_by": "PK", "rule": "unilateral"}
    found = refused(await admin.post("/v1/commissions", json=unknown), 422)
    assert pointers(found) == {"/parties/1"}
    assert "a party with the code GE, and there is none; GET /v1/parties lists" in found["detail"]


async def test_a_name_with_commas_and_brackets_is_read_whole(world: World) -> None:
    name = "Ministry of A, B and (C)=(D), )=("
    body = {"party": "PK", "name": name}
    made = (await world.as_("PK").post("/v1/organisations", json=body)).json()
    found = refused(await world.as_("PK").post("/v1/organisations", json=body), 409)
    assert found["existing"]["id"] == made["id"]
    assert f"the name {name} in PK" in found["detail"]


async def test_two_who_register_one_office_at_once_are_told_the_same(world: World) -> None:
    body = {"party": "PK", "name": "Ministry of Everything (sample)"}
    asked = (world.as_("PK").post("/v1/organisations", json=body) for _ in range(4))
    refusals = [one for one in await asyncio.gather(*asked) if one.status_code != 201]
    assert len(refusals) == 3
    for answer in refusals:
        assert "Ministry of Everything" in refused(answer, 409)["detail"]


def test_a_constraint_that_is_not_ours_is_told_without_its_name() -> None:
    class Refused(Exception):
        sqlstate, constraint_name, detail = "23514", "ck_secret", "Failing row contains (secret)."

    violation = Violation.of(Refused())
    assert violation is not None
    assert "secret" not in violation.refusal().detail
    assert Violation.of(ValueError()) is None
