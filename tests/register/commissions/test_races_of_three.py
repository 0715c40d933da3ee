"""Three parties at once: one leaves and accedes again while all propose and confirm; nothing is held, and nobody is passed over."""

import asyncio
from typing import Any, Final

import httpx
import pytest

from tests.conftest import World
from tests.register.commissions.chartering import made, propose
from tests.register.commissions.meeting import answered, proven
from tests.register.commissions.test_taking_part import DAY, LEAVE
from tests.three_parties import commission_of_three

pytestmark = pytest.mark.long
ROUNDS: Final = 100
WHO: Final = {"PK": "PK", "AZ": "AZ", "TR": "tr-secretariat"}
MOVED: Final = {201, 403, 404, 409}


def item(commission: str) -> dict[str, Any]:
    return {
        "commission_id": commission,
        "sector": "trade",
        "titles": {"en": "Sample"},
        "texts": {"en": "Sample"},
        "instrument_required": False,
        "agreement": {"agreed_on": "2025-01-24"},
    }


async def record(world: World, commission: str, by: str = "PK") -> httpx.Response:
    return await world.as_(WHO[by]).post("/v1/commitments", json=item(commission))


def proposal(answer: httpx.Response) -> str:
    assert answer.status_code == 201, answer.text
    return str(answer.json()["open_transition"]["id"])


async def held_to(world: World, transition_id: str, present: set[str]) -> Any:
    """Return a proposal, which has not taken effect without who it awaited, and awaits nobody who is gone."""
    told = (await world.as_("PK").get(f"/v1/transitions/{transition_id}")).json()
    yes = {one["party"] for one in told["confirmations"] if one["decision"] == "confirm"}
    assert told["status"] in {"open", "effective", "party_left"}, told
    if told["status"] == "effective":
        assert yes == set(told["awaited"]), told
    if told["status"] == "open":
        assert set(told["awaiting"] if "awaiting" in told else told["awaited"]) - yes <= present, told
    return told


async def ended(world: World, transition_id: str, present: set[str]) -> None:
    """Let everybody who is awaited still answer: the proposal ends, by who is there alone."""
    told = await held_to(world, transition_id, present)
    yes = {one["party"] for one in told["confirmations"]}
    if told["status"] == "open":
        for party in sorted(set(told["awaited"]) - yes):
            done = await answered(world, transition_id, WHO[party])
            assert done.status_code == 201, done.text
        assert (await held_to(world, transition_id, present))["status"] == "effective"
    if told["status"] == "party_left":
        # It holds no place: the same is proposed again, and awaits who is there.
        where = f"/v1/commitments/{told['matter']['id']}"
        agree = {"action": "agree", "agreed_on": "2025-01-24"}
        again = await world.as_("PK").post(f"{where}/transitions", json=agree)
        assert again.status_code == 201, again.text
        assert set(again.json()["awaited"]) <= present
        await ended(world, again.json()["id"], present)


async def leaving(world: World, commission: str, number: int) -> None:
    """Türkiye leaves while everybody proposes and confirms."""
    first, second = [proposal(await record(world, commission, by)) for by in ("PK", "AZ")]
    amend = {"action": "amend", "changes": {"titles": {"az": f"K {number}"}}, "reason": "R"}
    others = {first: ("AZ", "TR"), second: ("PK", "TR")}
    raced = await asyncio.gather(
        propose(world, LEAVE, WHO["TR"], commission),
        propose(world, amend, "AZ", commission),
        record(world, commission),
        *(answered(world, one, WHO[party]) for one, parties in others.items() for party in parties),
    )
    assert raced[0].status_code == 201, raced[0].text
    assert {one.status_code for one in raced} <= MOVED, [one.text for one in raced if one.status_code not in MOVED]
    late = [proposal(raced[2])] if raced[2].status_code == 201 else []
    for one in (first, second, *late):
        await ended(world, one, {"PK", "AZ"})
    if raced[1].status_code == 201:
        told = await held_to(world, raced[1].json()["id"], {"PK", "AZ"})
        if told["status"] == "open":
            assert (await answered(world, told["id"], "PK")).status_code == 201
            assert (await held_to(world, told["id"], {"PK", "AZ"}))["status"] == "effective"


async def acceding(world: World, commission: str, office: str) -> None:
    """Türkiye accedes again while both others record, propose and confirm."""
    standing = proposal(await record(world, commission))
    back = await made(world, {"action": "accede", "party": "TR", "effective_on": DAY}, "PK", commission)
    brought = {"decision": "confirm", "secretariat_id": office}
    raced = await asyncio.gather(
        answered(world, back["id"], "AZ"),
        answered(world, back["id"], "tr-registrar", brought),
        answered(world, standing, "AZ"),
        record(world, commission),
        record(world, commission, "AZ"),
    )
    assert [one.status_code for one in raced] == [201] * 5, [one.text for one in raced]
    charter = await held_to(world, back["id"], {"PK", "AZ", "TR"})
    assert charter["status"] == "effective", charter
    for answer in raced[3:]:
        told = answer.json()["open_transition"]
        assert set(told["awaiting"]) in ({"PK"}, {"AZ"}, {"PK", "TR"}, {"AZ", "TR"}), told
    for one in (standing, *map(proposal, raced[3:])):
        await ended(world, one, {"PK", "AZ", "TR"})


def deadlocks(world: World) -> int:
    """Return how many PostgreSQL has told of since it was started, each at once; its statistics are late, and a register has them of who used it before."""
    return world.server.cluster.log.read_text().count("deadlock detected")


async def test_a_third_party_leaves_and_accedes_a_hundred_times_and_nothing_waits_for_who_is_gone(world: World) -> None:
    commission = await commission_of_three(world)
    office = (await world.as_("tr-registrar").get("/v1/me")).json()["organisation_id"]
    before = deadlocks(world)
    for number in range(ROUNDS):
        await leaving(world, commission, number)
        await acceding(world, commission, office)
    open_ones = (await world.as_("PK").get("/v1/transitions?status=open&limit=200")).json()["items"]
    assert [one for one in open_ones if one["commission_id"] == commission] == []
    assert deadlocks(world) == before
    await proven(world, commission)
