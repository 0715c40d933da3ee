"""What opens an instrument races what ends its commitment, and another that is numbered next: all of it or nothing, and nobody waits for ever."""

import asyncio
from typing import Any, Final

import pytest

from tests.conftest import World
from tests.register.commissions.meeting import YES, answered, proven
from tests.register.commitments.test_found_late import SIGNED
from tests.register.commitments.test_journey import DRAFT, RECORD
from tests.register.instruments.recording import SIGN, agreed, entered, propose
from tests.three_parties import commission_of_three, record_in

pytestmark = pytest.mark.long
ROUNDS: Final = 100
WITHDRAW: Final = {"action": "withdraw", "reason": "Both sides drop it."}


async def move(world: World, key: str, body: dict[str, Any]) -> Any:
    """Propose a move of a commitment."""
    return await world.as_("PK").post(f"/v1/commitments/{key}/transitions", json=body)


async def stands(world: World, key: str) -> tuple[str, dict[str, Any] | None]:
    """Return the state of a commitment, and what it tells of its instrument."""
    found = (await world.as_("PK").get(f"/v1/commitments/{key}")).json()
    return found["state"], found["instrument"]


async def test_a_draft_races_the_withdrawal_of_its_commitment_and_opens_one_instrument_or_none(world: World) -> None:
    alone, ends = await commission_of_three(world, kept_by="PK"), set()
    for number in range(ROUNDS):
        made = await record_in(world, alone, number + 1)
        both = [move(world, made["id"], DRAFT), move(world, made["id"], WITHDRAW)]
        answers = await asyncio.gather(*(both if number % 2 else reversed(both)))
        drafted, withdrawn = answers if number % 2 else reversed(answers)
        # Where nobody else confirms, each takes effect at once: a draft is withdrawn after it, and nothing is drafted after that.
        assert (drafted.status_code in {201, 409}, withdrawn.status_code) == (True, 201), drafted.text
        state, instrument = await stands(world, made["id"])
        assert state == "withdrawn"
        assert bool(instrument) is (drafted.status_code == 201)
        if instrument:
            its = (await world.as_("PK").get(f"/v1/instruments/{instrument['id']}")).json()
            assert (its["state"], its["commitment_ids"]) == ("drafted", [made["id"]])
        ends.add(drafted.status_code)
    assert ends == {201, 409}
    await proven(world, alone)


async def test_a_finding_is_confirmed_while_it_is_retracted_and_opens_one_instrument_or_none(world: World) -> None:
    ends = set()
    for number in range(ROUNDS):
        body = RECORD | {"item_number": 100 + number, "agreement": SIGNED}
        made = (await world.as_("PK").post("/v1/commitments", json=body)).json()
        proposed = made["open_transition"]["id"]
        both = [answered(world, proposed, "AZ", YES), move(world, made["id"], {"action": "retract"})]
        answers = await asyncio.gather(*(both if number % 2 else reversed(both)))
        assert sorted(one.status_code for one in answers) == [201, 409], [one.text for one in answers]
        state, instrument = await stands(world, made["id"])
        ends.add(state)
        assert await opened_by_finding(world, made["id"]) == (state == "signed")
        assert bool(instrument) is (state == "signed")
    assert ends == {"signed", "retracted"}
    await proven(world)


async def test_findings_that_one_instrument_carries_are_confirmed_at_once_while_it_moves_and_none_is_lost(
    world: World,
) -> None:
    key = (await entered(world))["id"]
    await agreed(world, key, SIGN)
    agreement = {"found_in": "signed", "agreed_on": "2024", "instrument_id": key}
    made = []
    for number in range(ROUNDS // 5):
        bodies = [RECORD | {"item_number": 100 + 2 * number + one, "agreement": agreement} for one in range(2)]
        both = [(await world.as_("PK").post("/v1/commitments", json=one)).json() for one in bodies]
        moves = [answered(world, one["open_transition"]["id"], "AZ", YES) for one in both]
        said = {"action": "publish", "where": f"Gazette {number}"}
        answers = await asyncio.gather(*moves, propose(world, key, said))
        assert [one.status_code for one in answers] == [201] * 3, [one.text for one in answers]
        made += [one["id"] for one in both]
    its = (await world.as_("PK").get(f"/v1/instruments/{key}")).json()
    assert sorted(its["commitment_ids"]) == sorted(made)
    assert {(await stands(world, one))[0] for one in made} == {"signed"}
    await proven(world)


async def opened_by_finding(world: World, commitment_id: str) -> int:
    """Return how many instruments a commitment has opened, as the trail tells."""
    owner = await world.connect()
    asked = "SELECT count(*) FROM audit_entry WHERE kind = 'instrument.recorded' AND canonical LIKE $1"
    found: int = await owner.fetchval(asked, f'%"commitment_ids":["{commitment_id}"]%'.encode())
    await owner.close()
    return found


async def test_findings_and_drafts_that_are_confirmed_at_once_are_numbered_one_after_the_other(world: World) -> None:
    for number in range(ROUNDS // 4):
        body = RECORD | {"item_number": 300 + number, "agreement": SIGNED}
        found = (await world.as_("PK").post("/v1/commitments", json=body)).json()
        other = (await world.as_("PK").post("/v1/commitments", json=body | {"item_number": 400 + number})).json()
        moves = [one["open_transition"]["id"] for one in (found, other)]
        answers = await asyncio.gather(*(answered(world, one, "AZ", YES) for one in moves))
        assert [one.status_code for one in answers] == [201, 201], [one.text for one in answers]
        keys = [(await stands(world, one["id"]))[1] for one in (found, other)]
        assert len({one["id"] for one in keys if one}) == 2
    await proven(world)
