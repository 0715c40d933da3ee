"""One list of everything that is decided anywhere: what waits for whom, and who may answer."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.conftest import COMMISSION, World, item
from tests.register.commitments.test_journey import SIGN, confirm

SUSPEND = {"action": "suspend", "reason": "Funds are awaited.", "review_on": "2027"}


async def listed(world: World, who: str, query: str) -> list[dict[str, Any]]:
    """Return the items of the list of moves as `who` gets it."""
    found = await world.as_(who).get(f"/v1/transitions?{query}")
    assert found.status_code == 200, found.text
    items: list[dict[str, Any]] = found.json()["items"]
    return items


async def propose(world: World, number: int, body: dict[str, Any], by: str = "PK") -> dict[str, Any]:
    """Propose a move for an item of the pilot and return it."""
    made = await world.as_(by).post(f"/v1/commitments/{item(number)}/transitions", json=body)
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


async def test_what_awaits_a_party_is_listed_oldest_first_with_its_matter_and_the_proposers_office(
    world: World,
) -> None:
    first = await propose(world, 4, SIGN)
    second = await propose(world, 2, SUSPEND)
    await propose(world, 3, SUSPEND, by="AZ")
    found = await listed(world, "AZ", f"awaiting=AZ&status=open&commission_id={COMMISSION}")
    assert [one["id"] for one in found] == [first["id"], second["id"]]
    one = found[0]
    assert one["matter"]["kind"] == "commitment"
    assert (one["matter"]["id"], one["matter"]["reference"]) == (item(4), "PK-AZ/08/004")
    assert one["matter"]["titles"]["en"]
    assert (one["action"], one["awaiting"], one["proposed_by"]) == ("sign", ["AZ"], "PK")
    assert one["office"]["name"]
    assert one["proposed_at"] == first["proposed_at"]


async def test_only_who_is_awaited_and_may_confirm_may_answer(world: World) -> None:
    made = await propose(world, 4, SIGN)
    seen = {who: (await listed(world, who, "status=open"))[0]["may_answer"] for who in ("PK", "AZ", "auditor")}
    assert seen == {"PK": False, "AZ": True, "auditor": False}
    await confirm(world, made["id"])
    assert await listed(world, "AZ", "awaiting=AZ") == []
    effective = await listed(world, "AZ", f"status=effective&proposed_by=PK&commission_id={COMMISSION}&limit=200")
    assert made["id"] in {one["id"] for one in effective}
    assert not any(one["may_answer"] or one["awaiting"] for one in effective)


async def test_an_expired_proposal_is_listed_as_expired_though_no_entry_says_so_yet(world: World) -> None:
    soon = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    made = await propose(world, 4, SIGN | {"expires_at": soon})
    owner = await world.connect()
    await owner.execute("UPDATE transition SET expires_at = now() - interval '1 second' WHERE id = $1", made["id"])
    assert [one["id"] for one in await listed(world, "AZ", "status=expired")] == [made["id"]]
    assert await listed(world, "AZ", "status=open") == await listed(world, "AZ", "awaiting=AZ") == []


async def test_what_a_caller_may_not_see_is_not_listed(world: World) -> None:
    await propose(world, 4, SIGN)
    owner = await world.connect()
    await owner.execute("UPDATE commitment SET confidentiality = 'restricted' WHERE id = $1", item(4))
    assert [len(await listed(world, who, "status=open")) for who in ("PK", "auditor", "observer")] == [1, 1, 0]


async def test_the_list_is_paged_by_age(world: World) -> None:
    made = [await propose(world, number, SUSPEND) for number in (2, 3, 4)]
    first = (await world.as_("AZ").get("/v1/transitions?status=open&limit=2")).json()
    rest = (await world.as_("AZ").get(f"/v1/transitions?status=open&limit=2&cursor={first['next_cursor']}")).json()
    assert [one["id"] for one in first["items"] + rest["items"]] == [one["id"] for one in made]
    assert rest["next_cursor"] is None


@pytest.mark.parametrize(
    "address",
    [
        "/v1/transitions?awaiting={}",
        "/v1/commitments?awaiting=AZ&awaiting={}",
        "/v1/transitions?proposed_by={}",
        "/v1/organisations?party={}",
    ],
)
async def test_a_code_of_no_party_is_refused_and_not_answered_with_an_empty_list(still: World, address: str) -> None:
    refused = await still.as_("PK").get(address.format("AX"))
    assert refused.status_code == 422
    (told,) = refused.json()["errors"]
    assert told["detail"] == "AX is no party here; these are: AZ, PK"
