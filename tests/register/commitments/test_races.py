"""Two at once: the row lock decides, and state, trail and answers agree on one order."""

import asyncio
from typing import Any

import httpx
import orjson
import pytest

from tests.conftest import World, item
from tests.register.commitments.test_journey import SIGN, read
from tests.three_parties import commission_of_three, record_in

ROUNDS = 100
REASON = {"action": "withdraw", "reason": "Dropped"}


async def trail_of(world: World, commitment_id: str) -> list[dict[str, Any]]:
    """Return the whole trail, straight from the bytes that were hashed."""
    owner = await world.connect()
    rows = await owner.fetch("SELECT canonical FROM audit_entry WHERE subject = $1 ORDER BY seq", commitment_id)
    await owner.close()
    return [orjson.loads(row["canonical"]) for row in rows]


async def many(world: World, rounds: int) -> list[str]:
    """Put copies of the pilot's drafted MoU into the register, each with a trail that begins as usual."""
    body: dict[str, Any] = {
        "commission_id": "01940000-0000-7000-8000-000000000001",
        "sector": "trade",
        "titles": {"en": "Raced"},
        "texts": {"en": "Raced"},
        "instrument_required": True,
        "agreement": {
            "agreed_on": "2025-01-24",
            "found_in": "mou_drafted",
            "effective_on": "2025",
            "instrument_kind": "mou",
        },
    }
    made = []
    for _ in range(rounds):
        recorded = (await world.as_("PK").post("/v1/commitments", json=body)).json()
        url = f"/v1/transitions/{recorded['open_transition']['id']}/confirmations"
        assert (await world.as_("AZ").post(url, json={"decision": "confirm"})).status_code == 201
        made.append(recorded["id"])
    return made


async def test_signing_races_withdrawing_a_hundred_times_and_exactly_one_wins(world: World) -> None:
    winners = set()
    for number, commitment_id in enumerate(await many(world, ROUNDS)):
        url = f"/v1/commitments/{commitment_id}/transitions"
        both = [world.as_("PK").post(url, json=SIGN), world.as_("AZ").post(url, json=REASON)]
        # Whoever sets out first has a lead of some microseconds: each has it in turn.
        answers = await asyncio.gather(*(both if number % 2 else reversed(both)))
        assert sorted(answer.status_code for answer in answers) == [201, 409]
        won = next(answer.json() for answer in answers if answer.status_code == 201)
        lost = next(answer.json() for answer in answers if answer.status_code == 409)
        assert lost["open_transition_id"] == won["id"]
        other = "AZ" if won["proposed_by"] == "PK" else "PK"
        yes = await world.as_(other).post(f"/v1/transitions/{won['id']}/confirmations", json={"decision": "confirm"})
        assert yes.json()["status"] == "effective"
        entries = await trail_of(world, commitment_id)
        assert [entry["kind"] for entry in entries[2:]] == ["transition.proposed", "transition.confirmed"]
        assert entries[-1]["data"]["effective"]["after"]["state"] == won["target"]
        assert (await read(world, commitment_id))["state"] == won["target"]
        winners.add(won["action"])
    assert winners == {"sign", "withdraw"}, "the race was none: one side always came first"


@pytest.mark.long
async def test_the_two_last_confirmations_of_three_parties_arrive_at_once_and_it_takes_effect_exactly_once(
    world: World,
) -> None:
    commission = await commission_of_three(world)
    for number in range(1, ROUNDS + 1):
        made = await record_in(world, commission, number)
        url = f"/v1/transitions/{made['open_transition']['id']}/confirmations"
        yes = {"decision": "confirm"}
        answers = await asyncio.gather(
            world.as_("AZ").post(url, json=yes), world.as_("tr-secretariat").post(url, json=yes)
        )
        assert [answer.status_code for answer in answers] == [201, 201]
        entries = await trail_of(world, made["id"])
        effective = [entry for entry in entries if "effective" in entry["data"]]
        assert len(effective) == 1
        assert effective[0] is entries[-1]
        assert (await read(world, made["id"]))["state"] == "agreed"


async def test_a_confirmation_races_the_withdrawal_of_its_proposal_and_all_tell_one_order(world: World) -> None:
    seen: set[str] = set()
    for commitment_id in await many(world, ROUNDS // 2):
        proposed = (await world.as_("PK").post(f"/v1/commitments/{commitment_id}/transitions", json=SIGN)).json()
        where = f"/v1/transitions/{proposed['id']}"
        confirming = world.as_("AZ").post(f"{where}/confirmations", json={"decision": "confirm"})
        withdrawing = world.as_("PK").post(f"{where}/withdrawal", json={})
        pair: tuple[httpx.Response, ...] = await asyncio.gather(
            *((confirming, withdrawing) if len(seen) % 2 else (withdrawing, confirming))
        )
        assert sorted(answer.status_code for answer in pair) == [201, 409]
        became = next(answer.json() for answer in pair if answer.status_code == 201)["status"]
        assert next(answer.json() for answer in pair if answer.status_code == 409)["transition_status"] == became
        expected = {
            "effective": ("signed", "transition.confirmed"),
            "withdrawn": ("mou_drafted", "transition.withdrawn"),
        }[became]
        entries = await trail_of(world, commitment_id)
        assert ((await read(world, commitment_id))["state"], entries[-1]["kind"]) == expected
        assert (await world.as_("PK").get(where)).json()["status"] == became
        seen.add(became)


async def test_two_commitments_that_supersede_each_other_at_once_do_not_deadlock_and_one_stays_open(
    world: World,
) -> None:
    for _ in range(20):
        pair = await many(world, 2)
        references = [(await read(world, one))["reference"] for one in pair]
        proposals = []
        for one, other in zip(pair, reversed(references), strict=True):
            body = {"action": "supersede", "successor": other}
            made = await world.as_("PK").post(f"/v1/commitments/{one}/transitions", json=body)
            proposals.append(made.json()["id"])
        answers = await asyncio.gather(
            *(
                world.as_("AZ").post(f"/v1/transitions/{one}/confirmations", json={"decision": "confirm"})
                for one in proposals
            )
        )
        assert sorted(answer.status_code for answer in answers) == [201, 409]
        assert {(await read(world, one))["state"] for one in pair} == {"superseded", "mou_drafted"}


async def test_the_database_itself_refuses_a_second_open_proposal(world: World) -> None:
    await world.as_("PK").post(f"/v1/commitments/{item(4)}/transitions", json=SIGN)
    owner = await world.connect()
    copied = (
        "INSERT INTO transition (matter_kind, matter_id, commission_id, action, status, source, target, evidence, proposed_by, proposer_id,"
        " awaited, proposed_at) SELECT matter_kind, matter_id, commission_id, action, status, source, target, evidence, proposed_by, proposer_id,"
        " awaited, proposed_at FROM transition WHERE status = 'open'"
    )
    try:
        await owner.execute(copied)
    except Exception as refused:  # noqa: BLE001 -- asyncpg's errors are untyped
        assert "uq_transition_one_open_per_matter" in str(refused)  # noqa: PT017
    else:
        raise AssertionError
    finally:
        await owner.close()
