"""What tests say to working groups: record one, propose a move of it, answer, read it."""

from typing import Any, Final

import httpx

from tests.conftest import COMMISSION, SESSION_8, World, organisation

YES: Final = {"decision": "confirm"}
TRADE: Final = "01940000-0000-7000-8000-000000000301"
ENERGY: Final = "01940000-0000-7000-8000-000000000302"
EDUCATION: Final[dict[str, Any]] = {
    "commission_id": COMMISSION,
    "titles": {"en": "Education"},
    "sector": "education",
    "founded_at_session_id": SESSION_8,
    "co_lead_organisation_id": organisation(101),
}


async def record(world: World, by: str = "PK", **body: Any) -> dict[str, Any]:
    """Record a group on education, and return it."""
    made = await world.as_(by).post("/v1/working-groups", json=EDUCATION | body)
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


async def founded(world: World, *others: str, by: str = "PK", **body: Any) -> dict[str, Any]:
    """Record a group that all the others confirm, and return it."""
    made = await record(world, by, **body)
    for other in others or ("AZ",):
        await confirmed(world, made["open_transition"]["id"], other)
    return await read(world, made["id"], by)


async def read(world: World, group_id: str, by: str = "PK") -> dict[str, Any]:
    """Return a group as one party reads it."""
    answer = await world.as_(by).get(f"/v1/working-groups/{group_id}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def propose(world: World, group_id: str, body: dict[str, Any], by: str = "PK") -> httpx.Response:
    """Propose a move of a group."""
    return await world.as_(by).post(f"/v1/working-groups/{group_id}/transitions", json=body)


async def confirmed(world: World, transition_id: str, by: str = "AZ") -> dict[str, Any]:
    """Confirm a proposal, and return it."""
    answer = await world.as_(by).post(f"/v1/transitions/{transition_id}/confirmations", json=YES)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def agreed(
    world: World, group_id: str, body: dict[str, Any], by: str = "PK", other: str = "AZ"
) -> dict[str, Any]:
    """Propose a move that the other party confirms, and return the group."""
    made = await propose(world, group_id, body, by)
    assert made.status_code == 201, made.text
    assert (await confirmed(world, made.json()["id"], other))["status"] == "effective"
    return await read(world, group_id, by)


async def refused(world: World, group_id: str, body: dict[str, Any], by: str = "PK") -> dict[str, str]:
    """Propose a move with wrong evidence, and return what is said, by pointer."""
    answer = await propose(world, group_id, body, by)
    assert answer.status_code == 422, answer.text
    return {one["pointer"]: one["detail"] for one in answer.json()["errors"]}


async def trail(world: World, path: str) -> list[dict[str, Any]]:
    """Return the entries of a matter, oldest first: `/working-groups/{id}`, say."""
    answer = await world.as_("PK").get(f"/v1{path}/audit-trail?limit=200")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def owned(world: World, group_id: str, by: str = "PK") -> list[str]:
    """Return the ids of the commitments of a group that one party sees."""
    listed = await world.as_(by).get(f"/v1/commitments?working_group_id={group_id}&limit=200")
    return [one["id"] for one in listed.json()["items"]]
