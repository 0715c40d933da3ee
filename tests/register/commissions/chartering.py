"""What tests say to a commission's charter: propose a move of it, answer, read it."""

from typing import Any, Final

import httpx

from tests.conftest import COMMISSION, World
from tests.register.commissions.meeting import answered

AMEND: Final = {"action": "amend", "changes": {"titles": {"az": "Birgə komissiya"}}, "reason": "R"}
DISSOLVE: Final = {"action": "dissolve", "reason": "It has done its work (sample)."}


async def charter(world: World, by: str = "PK", commission: str = COMMISSION) -> dict[str, Any]:
    """Return a commission as one party reads it."""
    answer = await world.as_(by).get(f"/v1/commissions/{commission}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def propose(world: World, body: dict[str, Any], by: str = "PK", commission: str = COMMISSION) -> httpx.Response:
    """Propose a move of a commission."""
    return await world.as_(by).post(f"/v1/commissions/{commission}/transitions", json=body)


async def made(world: World, body: dict[str, Any], by: str = "PK", commission: str = COMMISSION) -> dict[str, Any]:
    """Propose a move of a commission, which is taken, and return it."""
    answer = await propose(world, body, by, commission)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def agreed(
    world: World, body: dict[str, Any], by: str = "PK", *others: str, commission: str = COMMISSION
) -> dict[str, Any]:
    """Propose as one party, confirm as the others (AZ, if nobody is named), and return the commission."""
    move = await made(world, body, by, commission)
    for other in others or ("AZ",):
        done = await answered(world, move["id"], other)
        assert done.status_code == 201, done.text
    assert done.json()["status"] == "effective"
    return await charter(world, by, commission)


async def trail(world: World, commission: str = COMMISSION) -> list[dict[str, Any]]:
    """Return the entries of the commission's own trail."""
    await world.sequence()
    found = (await world.as_("PK").get(f"/v1/commissions/{commission}/audit-trail?limit=200")).json()["items"]
    return [one for one in found if one["subject"] == commission]


async def leaf_of(world: World, place: int = -1, commission: str = COMMISSION) -> str:
    """Return the leaf hash of an entry of the commission's own trail."""
    return str((await trail(world, commission))[place]["leaf_hash"])
