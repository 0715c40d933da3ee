"""Subject to approval at home: each party says for itself when it is there, and alone."""

from typing import Any, Final

from tests.conftest import World
from tests.register.commitments.test_found_late import found
from tests.register.commitments.test_journey import read
from tests.register.commitments.test_mending import proven

SUBJECT: Final[dict[str, Any]] = {"agreed_on": "2024", "subject_to": ["AZ", "PK"]}


async def approve(world: World, commitment: dict[str, Any], by: str, **evidence: Any) -> Any:
    """Say that a party's approval is there, and return the answer."""
    body = {"action": "approve", **evidence}
    return await world.as_(by).post(f"/v1/commitments/{commitment['id']}/transitions", json=body)


async def test_each_partys_approval_is_awaited_until_that_party_says_that_it_is_there(world: World) -> None:
    one = await found(world, SUBJECT)
    assert one["subject_to"] == ["AZ", "PK"]
    done = await approve(world, one, "AZ", effective_on="2025-03")
    assert (done.status_code, done.json()["status"], done.json()["awaited"]) == (201, "effective", [])
    assert (await read(world, one["id"]))["subject_to"] == ["PK"]
    await approve(world, one, "PK")
    assert (await read(world, one["id"]))["subject_to"] == []
    await proven(world)


async def test_it_neither_waits_for_an_open_proposal_nor_closes_it(world: World) -> None:
    one = await found(world, SUBJECT)
    body = {"action": "suspend", "reason": "R", "review_on": "2027"}
    opened = (await world.as_("PK").post(f"/v1/commitments/{one['id']}/transitions", json=body)).json()
    assert (await approve(world, one, "AZ")).status_code == 201
    told = await read(world, one["id"])
    assert (told["subject_to"], told["open_transition"]["id"]) == (["PK"], opened["id"])
    await proven(world)


async def test_what_turned_out_not_to_be_approved_is_awaited_again(world: World) -> None:
    one = await found(world, SUBJECT)
    await approve(world, one, "AZ")
    assert (await approve(world, one, "AZ", approved=False)).status_code == 201
    assert (await read(world, one["id"]))["subject_to"] == ["AZ", "PK"]
    await proven(world)


async def test_an_approval_that_is_not_awaited_changes_nothing_and_is_refused(world: World) -> None:
    one = await found(world, {"agreed_on": "2024", "subject_to": ["AZ"]})
    for by, evidence, pointer in (("PK", {}, ""), ("AZ", {"approved": False}, "/approved")):
        refused = await approve(world, one, by, **evidence)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer)
    plain = await found(world, {"agreed_on": "2024"}, 16)
    refused = await approve(world, plain, "PK")
    assert (refused.status_code, "approve" in refused.json()["allowed_actions"]) == (409, False)
