"""The signing of an instrument that carries twenty commitments races moves of those: all of them or none, and nobody waits for ever."""

import asyncio
from typing import Any, Final

import pytest

from tests.conftest import World
from tests.register.commissions.meeting import YES, answered, proven
from tests.register.commitments.test_journey import SIGN as SIGN_MOU
from tests.register.commitments.test_races import REASON, many
from tests.register.instruments.recording import SIGN, agreed, entered, leaf_of, propose, read

pytestmark = pytest.mark.long
ROUNDS, CARRIED = 100, 20


async def moved(world: World, key: str, body: dict[str, Any], by: str) -> Any:
    """Propose a move of a commitment."""
    return await world.as_(by).post(f"/v1/commitments/{key}/transitions", json=body)


async def states(world: World, keys: list[str]) -> set[str]:
    """Return the states in which the commitments are."""
    owner = await world.connect()
    found = {row["state"] for row in await owner.fetch("SELECT state FROM commitment WHERE id = ANY($1)", keys)}
    await owner.close()
    return found


async def late(world: World, lead: int, move: Any) -> Any:
    """Make a move once something else has been asked for so many times: it takes longer to sign than to move."""
    for _ in range(lead):
        await world.as_("PK").get("/v1/me")
    return await move


async def cleared(world: World, *proposals: Any) -> None:
    """Take back what is still open of these proposals, each by who made it."""
    for one in proposals:
        if one.status_code == 201:
            path = f"/v1/transitions/{one.json()['id']}/withdrawal"
            await world.as_(one.json()["proposed_by"]).post(path, json={})


async def test_signing_what_carries_twenty_commitments_races_their_moves_a_hundred_times(world: World) -> None:
    keys = await many(world, CARRIED)
    made: Final = (await entered(world, commitment_ids=keys))["id"]
    ends, lead = set(), 0
    for number in range(ROUNDS):
        proposed = (await propose(world, made, SIGN)).json()["id"]
        rival = keys[number * 7 % CARRIED]
        confirmed, *others = await asyncio.gather(
            answered(world, proposed, "AZ", YES),
            late(world, lead, moved(world, rival, REASON, "PK")),
            late(world, lead, moved(world, rival, SIGN_MOU, "AZ")),
        )
        assert {one.status_code for one in (confirmed, *others)} <= {201, 409, 422}, [one.text for one in others]
        signed = confirmed.status_code == 201
        ends.add(signed)
        lead = max(0, lead + (-1 if signed else 1))  # whoever won gets a harder start: both win on a slow machine too
        assert await states(world, keys) == {"signed" if signed else "mou_drafted"}, confirmed.text
        await cleared(world, *others)
        if signed:
            leaf = await leaf_of(world, made)
            again = {"action": "reinstate", "undoes": leaf, "reason": "Once more."}
            assert (await agreed(world, made, again))["state"] == "drafted"
            assert await states(world, keys) == {"mou_drafted"}
        elif (await read(world, made))["open_transition"]:
            await world.as_("PK").post(f"/v1/transitions/{proposed}/withdrawal", json={})
    assert ends == {True, False}
    await proven(world)
