"""Two at once on a session: the row lock decides, and state, trail and answers agree on one order."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.conftest import COMMISSION, World
from tests.register.commissions.meeting import (
    ADOPT,
    CANCEL,
    HOLD,
    WHO,
    YES,
    agreed,
    answered,
    begin,
    leaf_of,
    made,
    propose,
    proven,
    read,
)
from tests.register.commitments.test_journey import RECORD
from tests.register.commitments.test_journey import read as read_commitment
from tests.register.commitments.test_races import ROUNDS, trail_of
from tests.three_parties import commission_of_three

pytestmark = pytest.mark.long

NO = {"decision": "refuse", "reason": "No (sample)."}


async def both(number: int, *asked: Any) -> tuple[httpx.Response, ...]:
    """Send two requests at once; who sets out first is each in turn, with a lead of as many turns of the loop as the round's number.

    One of two that is slower by its nature would never win without.
    """
    first, second = asked if number % 2 else reversed(asked)
    begun = asyncio.ensure_future(first)
    for _ in range(number):
        await asyncio.sleep(0)
    answers: tuple[httpx.Response, ...] = tuple(await asyncio.gather(begun, second))
    return answers if number % 2 else tuple(reversed(answers))


async def test_holding_races_cancelling_a_hundred_times_and_exactly_one_wins(world: World) -> None:
    winners = set()
    for number in range(ROUNDS):
        one = await begin(world, starts_on="2025")
        answers = await both(number, propose(world, one["id"], HOLD, "PK"), propose(world, one["id"], CANCEL, "AZ"))
        assert sorted(answer.status_code for answer in answers) == [201, 409]
        won = next(answer.json() for answer in answers if answer.status_code == 201)
        lost = next(answer.json() for answer in answers if answer.status_code == 409)
        assert lost["open_transition_id"] == won["id"]
        assert (await answered(world, won["id"], "AZ" if won["proposed_by"] == "PK" else "PK")).status_code == 201
        assert (await read(world, one["id"]))["state"] == won["target"]
        assert len(await trail_of(world, one["id"])) == 3
        winners.add(won["action"])
    assert winners == {"hold", "cancel"}, "the race was none: one side always came first"
    await proven(world)


async def test_the_two_last_confirmations_of_three_parties_arrive_at_once_and_it_takes_effect_exactly_once(
    world: World,
) -> None:
    commission = await commission_of_three(world)
    for number in range(ROUNDS):
        one = await begin(world, commission=commission, action="record", held=HOLD)
        waiting = one["open_transition"]["id"]
        answers = await both(number, *(answered(world, waiting, WHO[party]) for party in ("AZ", "TR")))
        assert [answer.status_code for answer in answers] == [201, 201]
        entries = await trail_of(world, one["id"])
        assert ["effective" in entry["data"] for entry in entries] == [False, False, True]
        assert (await read(world, one["id"]))["state"] == "held"
    await proven(world, commission)


async def test_a_confirmation_races_the_withdrawal_of_its_proposal_and_all_tell_one_order(world: World) -> None:
    seen: set[str] = set()
    for number in range(ROUNDS):
        one = await begin(world, starts_on="2025")
        waiting = (await made(world, one["id"], HOLD))["id"]
        back = world.as_("PK").post(f"/v1/transitions/{waiting}/withdrawal", json={})
        pair = await both(number, answered(world, waiting), back)
        assert sorted(answer.status_code for answer in pair) == [201, 409]
        became = next(answer.json() for answer in pair if answer.status_code == 201)["status"]
        assert next(answer.json() for answer in pair if answer.status_code == 409)["transition_status"] == became
        expected = {"effective": "held", "withdrawn": "planned"}[became]
        assert (await read(world, one["id"]))["state"] == expected
        seen.add(became)
    assert seen == {"effective", "withdrawn"}
    await proven(world)


async def test_a_host_moves_a_session_while_the_other_side_confirms_that_it_is_cancelled(world: World) -> None:
    """A party's own move waits for no proposal and closes none: both take place, or it was cancelled before."""
    for number in range(ROUNDS // 2):
        one = await begin(world, starts_on="2025")
        waiting = (await made(world, one["id"], CANCEL))["id"]
        move = {"action": "move", "starts_on": "2026", "reason": "R"}
        confirmed, moved = await both(number, answered(world, waiting), propose(world, one["id"], move))
        assert confirmed.status_code == 201
        assert moved.status_code in {201, 409}
        found = await read(world, one["id"])
        assert found["state"] == "cancelled"
        assert found["starts_on"] == ("2026" if moved.status_code == 201 else "2025")
    await proven(world)


async def test_two_sessions_are_held_under_one_ordinal_at_once_and_one_is(world: World) -> None:
    for number in range(ROUNDS // 2):
        pair = [await begin(world, "AZ", ordinal=number + 100) for _ in range(2)]
        waiting = [(await made(world, one["id"], HOLD, "AZ"))["id"] for one in pair]
        answers = await both(number, *(answered(world, one, "PK") for one in waiting))
        assert sorted(answer.status_code for answer in answers) == [201, 409]
        assert sorted([(await read(world, one["id"]))["state"] for one in pair]) == ["held", "planned"]
    await proven(world)


async def test_many_at_once_race_a_single_answer_and_each_session_is_answered_once(world: World) -> None:
    url = f"/v1/commissions/{COMMISSION}/confirmations"
    for number in range(ROUNDS // 4):
        waiting = [(await made(world, (await begin(world, starts_on="2025"))["id"], HOLD))["id"] for _ in range(3)]
        single, several = await both(
            number,
            answered(world, waiting[1], "AZ", NO),
            world.as_("AZ").post(url, json={"transitions": waiting, "decision": "confirm"}),
        )
        results = several.json()["results"]
        took = [bool(one["transition"]) for one in results]
        assert took == [True, single.status_code == 409, True]
    await proven(world)


async def test_an_adoption_and_its_undoing_leave_one_order(world: World) -> None:
    one = await begin(world, ordinal=99, starts_on="2025")
    assert (await answered(world, (await made(world, one["id"], HOLD))["id"])).status_code == 201
    waiting = (await made(world, one["id"], ADOPT))["id"]
    answers = await asyncio.gather(*(answered(world, waiting, "AZ") for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]
    await proven(world)


async def test_recording_and_numbering_race_the_correction_of_the_session_s_number_a_hundred_times(
    world: World,
) -> None:
    pk, az, seen = world.as_("PK"), world.as_("AZ"), set()
    item_of = {name: value for name, value in RECORD.items() if name not in {"item_number", "session_id"}}
    for first in (20, 120):
        session = (await begin(world, ordinal=first))["id"]
        await agreed(world, session, HOLD)
        leaf = await leaf_of(world, session, 0)
        for at in range(first, first + ROUNDS // 2):
            body = {**item_of, "session_id": session, "item_number": at}
            earlier = (await pk.post("/v1/commitments", json=body)).json()
            correction = {"action": "correct", "corrects": leaf, "fact": "ordinal", "value": at + 1, "reason": "R"}
            proposal = (await made(world, session, correction))["id"]
            begun = asyncio.ensure_future(answered(world, proposal))
            # The correction reads the trail before it locks the session: without a lead it would always come last.
            await asyncio.wait({begun}, timeout=0.01 * (at - first))
            told = await asyncio.gather(
                begun,
                pk.post("/v1/commitments", json={**body, "item_number": 5000 + at}),
                az.post(f"/v1/transitions/{earlier['open_transition']['id']}/confirmations", json=YES),
            )
            assert [one.status_code for one in told] == [201, 201, 201], [one.text for one in told]
            recorded = next(one.json() for one in told if "draft_reference" in one.json())
            numbered = await read_commitment(world, earlier["id"])
            assert (await read(world, session))["ordinal"] == at + 1
            stems = [int(one["reference"].split("/")[1]) for one in (recorded, numbered)]
            assert {*stems} <= {at, at + 1}
            seen |= {stem == at for stem in stems}
            leaf = await leaf_of(world, session)
    await proven(world, COMMISSION)
    assert seen == {True, False}, "the race was none: one side always came first"
