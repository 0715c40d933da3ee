"""Leaving and joining race proposals and confirmations: nothing waits for ever, and nothing takes effect without who it awaited."""

import asyncio
from typing import Any, Final

import pytest

from tests.conftest import World, item, organisation
from tests.register.commissions.chartering import made, propose
from tests.register.commissions.meeting import answered, proven
from tests.register.commissions.test_taking_part import DAY, LEAVE

pytestmark = pytest.mark.long
ROUNDS: Final = 100
ITEMS: Final = (2, 3, 7, 8)
AMEND: Final = {"action": "amend", "reason": "R"}


async def proposed(world: World, number: int, by: str, day: str) -> Any:
    """Propose another target date for an item."""
    body = AMEND | {"changes": {"target_date": day}}
    return await world.as_(by).post(f"/v1/commitments/{item(number)}/transitions", json=body)


async def test_leaving_and_joining_race_what_is_proposed_and_confirmed_a_hundred_times(world: World) -> None:
    for number in range(ROUNDS):
        days = [f"{2030 + number}-{month:02d}" for month in range(1, 9)]
        open_ones = [(await proposed(world, one, "PK", day)).json() for one, day in zip(ITEMS[:2], days, strict=False)]
        answers = await asyncio.gather(
            propose(world, LEAVE, "AZ"),
            *(answered(world, one["id"], "AZ") for one in open_ones),
            *(proposed(world, one, by, day) for one, by, day in zip(ITEMS[2:], ("PK", "AZ"), days[2:], strict=False)),
        )
        assert answers[0].status_code == 201, answers[0].text
        assert {one.status_code for one in answers[1:]} <= {201, 403, 404, 409}
        for one in (*open_ones, *(late.json() for late in answers[3:] if late.status_code == 201)):
            became = (await world.as_("PK").get(f"/v1/transitions/{one['id']}")).json()
            assert became["status"] in {"effective", "party_left"}, became
            if became["awaited"] and became["status"] == "effective":
                assert [said["party"] for said in became["confirmations"]] == became["awaited"]
        back = await made(world, {"action": "join", "party": "AZ", "effective_on": DAY})
        named = {"decision": "confirm", "secretariat_id": organisation(201)}
        raced = await asyncio.gather(
            answered(world, back["id"], "AZ", named),
            *(proposed(world, one, "PK", days[4 + at]) for at, one in enumerate(ITEMS[:2])),
        )
        assert [one.status_code for one in raced] == [201, 201, 201], [one.text for one in raced]
        for one in raced[1:]:
            assert (one.json()["status"], one.json()["awaited"]) in (("effective", []), ("open", ["AZ"]))
        for one in raced[1:]:
            if one.json()["status"] == "open":
                assert (
                    await world.as_("PK").post(f"/v1/transitions/{one.json()['id']}/withdrawal", json={})
                ).is_success
    await proven(world)
