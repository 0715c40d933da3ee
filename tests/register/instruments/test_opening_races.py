"""A draft that opens an instrument races whatever else moves its commitment, or is numbered: all of it or nothing, and nobody waits for ever."""

import asyncio
from typing import Any, Final

import pytest

from tests.conftest import World, item
from tests.register.commissions.meeting import YES, answered, proven
from tests.register.commitments.test_journey import DRAFT
from tests.register.decisions.test_many import CONFIRMATIONS, PROPOSALS
from tests.register.instruments.recording import agreed, read, record

pytestmark = pytest.mark.long
ROUNDS: Final = 100
REDRAFT: Final = {"action": "redraft", "reason": "Once more."}
FINE: Final = {201, 409}


async def move(world: World, number: int, body: dict[str, Any], by: str = "PK") -> Any:
    """Propose a move of a commitment of the pilot."""
    return await world.as_(by).post(f"/v1/commitments/{item(number)}/transitions", json=body)


async def stands(world: World, number: int) -> tuple[str, dict[str, Any] | None]:
    """Return the state of a commitment of the pilot, and what it tells of its instrument."""
    found = (await world.as_("PK").get(f"/v1/commitments/{item(number)}")).json()
    return found["state"], found["instrument"]


async def redrafted(world: World, number: int) -> None:
    """Take a commitment off its instrument, by both sides."""
    proposed = await move(world, number, REDRAFT)
    assert proposed.status_code == 201, proposed.text
    assert (await answered(world, proposed.json()["id"], "AZ", YES)).status_code == 201


async def dropped(world: World, recorded: dict[str, Any]) -> None:
    """Let an instrument come to nothing, whether it was entered or not."""
    if (await read(world, recorded["id"]))["open_transition"]:
        await world.as_("PK").post(f"/v1/transitions/{recorded['open_transition']['id']}/withdrawal", json={})
    done = await agreed(world, recorded["id"], {"action": "abandon", "reason": "Once more."})
    assert done["state"] == "abandoned"


async def opened_by(world: World, transition_id: str) -> int:
    """Return how many instruments a move has opened, as the trail tells."""
    owner = await world.connect()
    asked = "SELECT count(*) FROM audit_entry WHERE kind = 'instrument.recorded' AND canonical LIKE $1"
    told = f'%"{transition_id[:-1]}%'.encode()
    found: int = await owner.fetchval(asked, told)
    await owner.close()
    return found


async def test_a_draft_is_confirmed_twice_and_taken_back_at_once_and_opens_one_instrument_or_none(world: World) -> None:
    ends = set()
    for number in range(ROUNDS):
        first, second = await asyncio.gather(move(world, 2, DRAFT), move(world, 2, DRAFT, "AZ"))
        assert sorted((first.status_code, second.status_code)) == [201, 409], (first.text, second.text)
        made = next(one.json() for one in (first, second) if one.status_code == 201)
        by, other = made["proposed_by"], made["awaited"][0]
        back = world.as_(by).post(f"/v1/transitions/{made['id']}/withdrawal", json={})
        both = [answered(world, made["id"], other, YES), answered(world, made["id"], other, YES), back]
        answers = await asyncio.gather(*(both if number % 2 else reversed(both)))
        assert sorted(one.status_code for one in answers) == [201, 409, 409], [one.text for one in answers]
        state, instrument = await stands(world, 2)
        ends.add(state)
        assert await opened_by(world, made["id"]) == (state == "mou_drafted")
        assert bool(instrument) is (state == "mou_drafted")
        if instrument:
            await redrafted(world, 2)
    assert ends == {"agreed", "mou_drafted"}
    await proven(world)


async def test_a_draft_races_the_entering_of_another_instrument_that_names_its_commitment(world: World) -> None:
    ends = set()
    for number in range(ROUNDS):
        other = await record(world, commitment_ids=[item(2), item(3)])
        proposed = (await move(world, 2, DRAFT)).json()
        both = [
            answered(world, proposed["id"], "AZ", YES),
            answered(world, other["open_transition"]["id"], "AZ", YES),
        ]
        answers = await asyncio.gather(*(both if number % 2 else reversed(both)))
        drafted, entered = answers if number % 2 else reversed(answers)
        # Whoever enters the other one while the draft waits for its answer is refused, by the name of the commitment.
        assert (drafted.status_code, entered.status_code in FINE) == (201, True), entered.text
        ends.add(entered.status_code)
        state, instrument = await stands(world, 2)
        assert (state, instrument and instrument["id"] != other["id"]) == ("mou_drafted", True)
        assert (await stands(world, 3))[0] == ("mou_drafted" if entered.status_code == 201 else "agreed")
        await dropped(world, other)
        await redrafted(world, 2)
    assert 201 in ends
    await proven(world)


async def test_drafts_of_many_race_each_other_and_instruments_that_carry_the_same_without_a_ring(world: World) -> None:
    numbers = (2, 3, 7, 8)
    for _ in range(ROUNDS // 4):
        asked = await world.as_("PK").post(PROPOSALS, json={**DRAFT, "matters": [item(one) for one in numbers]})
        assert all(one["transition"] for one in asked.json()["results"]), asked.text
        made = [one["transition"]["id"] for one in asked.json()["results"]]
        others = [await record(world, commitment_ids=[item(9), item(one)]) for one in numbers[:2]]
        answers = await asyncio.gather(
            world.as_("AZ").post(CONFIRMATIONS, json={"transitions": made[:3], "decision": "confirm"}),
            world.as_("AZ").post(CONFIRMATIONS, json={"transitions": made[:0:-1], "decision": "confirm"}),
            *(answered(world, one["open_transition"]["id"], "AZ", YES) for one in others),
        )
        assert {one.status_code for one in answers} <= {200, *FINE}, [one.text for one in answers]
        assert [(await stands(world, one))[0] for one in numbers] == ["mou_drafted"] * 4
        for other in others:
            await dropped(world, other)
        for number in numbers:
            await redrafted(world, number)
    await proven(world)
