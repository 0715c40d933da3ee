"""An item and its session at once: whoever records, or has it agreed, holds the session as it tells of it."""

import asyncio

import httpx
import pytest

from tests.conftest import COMMISSION, SESSION_9, World
from tests.register.commitments.test_journey import RECORD


async def recorded_while(world: World, change: str) -> httpx.Response:
    """Record an item of the 9th session while another transaction changes that session, and commits once it is waited for."""
    owner = await world.connect()
    transaction = owner.transaction()
    await transaction.start()
    await owner.execute(f"UPDATE session SET {change} WHERE id = $1", SESSION_9)
    recording = asyncio.ensure_future(
        world.as_("PK").post("/v1/commitments", json=RECORD | {"session_id": SESSION_9, "item_number": 1})
    )
    while not await owner.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
        assert not recording.done(), "it did not wait"
        await asyncio.sleep(0.01)
    await transaction.commit()
    await owner.close()
    return await recording


async def test_an_item_has_the_ordinal_that_its_session_has_when_it_is_recorded(world: World) -> None:
    made = await recorded_while(world, "ordinal = 112")
    assert made.status_code == 201, made.text
    assert made.json()["reference"].startswith("PK-AZ/112/d-")


async def test_an_item_of_a_session_that_is_cancelled_meanwhile_is_refused(world: World) -> None:
    refused = await recorded_while(world, "state = 'cancelled'")
    assert refused.status_code == 422, refused.text
    assert [one["pointer"] for one in refused.json()["errors"]] == ["/session_id"]


@pytest.mark.parametrize(("ordinal", "reference"), [(9, "PK-AZ/09"), (112, "PK-AZ/112")])
async def test_a_session_has_one_reference_wherever_it_is_told(world: World, ordinal: int, reference: str) -> None:
    made = await world.as_("PK").post(
        f"/v1/commissions/{COMMISSION}/sessions", json={"action": "plan", "ordinal": ordinal}
    )
    assert made.json()["reference"] == reference
    cancelled = {"action": "cancel", "reason": "R"}
    await world.as_("PK").post(f"/v1/sessions/{made.json()['id']}/transitions", json=cancelled)
    waiting = (await world.as_("AZ").get("/v1/transitions?awaiting=AZ&status=open")).json()["items"]
    assert [one["matter"]["reference"] for one in waiting if one["matter"]["id"] == made.json()["id"]] == [reference]
