"""A move tells what corrections have put right of it since: the present value, and by which entry."""

from typing import Any

from service.register.decisions.put_right import _Correction, _Effect, told
from tests.conftest import COMMISSION, World, item
from tests.register.commitments.test_journey import SIGN
from tests.register.commitments.test_mending import REASON, confirmed, leaf_of, propose, trail

SUSPEND = {"action": "suspend", "reason": "The wrong reason", "review_on": "2027", "remark": "Said in Baku"}


async def moves(world: World, action: str, who: str = "AZ") -> list[dict[str, Any]]:
    found = (await world.as_(who).get(f"/v1/commitments/{item(4)}/transitions")).json()["items"]
    return [one for one in found if one["action"] == action]


async def put(world: World, corrects: str, fact: str, value: Any) -> int:
    """Correct a fact by both sides and return the number of the entry that did."""
    body = {"action": "correct", "corrects": corrects, "fact": fact, "value": value, "reason": REASON}
    await confirmed(world, item(4), body)
    return int((await trail(world))[-1]["seq"])


async def test_a_reason_or_remark_that_was_corrected_is_told_beside_what_was_sent(world: World) -> None:
    await confirmed(world, item(4), SUSPEND)
    suspended = await leaf_of(world, "suspend")
    (before,) = await moves(world, "suspend")
    assert before["corrected"] == []
    by = {
        "reason": await put(world, suspended, "reason", "The right reason"),
        "remark": await put(world, suspended, "remark", None),
        "review_on": await put(world, suspended, "review_on", "2028"),
    }
    (found,) = await moves(world, "suspend")
    assert found["evidence"] == before["evidence"]
    assert [(one["fact"], one["value"], one["entry"]) for one in found["corrected"]] == [
        ("reason", "The right reason", by["reason"]), ("remark", None, by["remark"]), ("review_on", "2028", by["review_on"]),
    ]  # fmt: skip
    alone = (await world.as_("PK").get(f"/v1/transitions/{found['id']}")).json()
    listed = (
        await world.as_("PK").get(f"/v1/transitions?commission_id={COMMISSION}&status=effective&limit=200")
    ).json()
    assert alone["corrected"] == found["corrected"]
    assert [one["corrected"] for one in listed["items"] if one["id"] == found["id"]] == [found["corrected"]]
    corrections = {one["evidence"]["fact"]: one["id"] for one in await moves(world, "correct")}
    assert {one["fact"]: one["transition"] for one in found["corrected"]} == corrections


async def test_a_correction_that_is_corrected_puts_the_move_right_and_its_own_reason_itself(world: World) -> None:
    await confirmed(world, item(4), SUSPEND)
    await put(world, await leaf_of(world, "suspend"), "reason", "Still wrong")
    again = await put(world, await leaf_of(world, "correct"), "reason", "Right at last")
    own = await put(world, await leaf_of(world, "correct"), "own_reason", "Read from the minutes once more")
    (found,) = await moves(world, "suspend")
    assert [(one["value"], one["entry"]) for one in found["corrected"]] == [("Right at last", again)]
    told = [
        [(one["fact"], one["value"], one["entry"]) for one in each["corrected"]]
        for each in await moves(world, "correct")
    ]
    assert told == [[], [("reason", "Read from the minutes once more", own)], []]


async def test_what_both_sides_have_not_confirmed_puts_nothing_right(world: World) -> None:
    await confirmed(world, item(4), SIGN)
    body = {"action": "correct", "corrects": await leaf_of(world, "sign"), "fact": "place", "value": "Ganja"}
    made = await propose(world, body | {"reason": REASON})
    assert made.status_code == 201
    assert made.json()["corrected"] == []
    (signed,) = await moves(world, "sign")
    assert signed["corrected"] == []


def test_a_correction_of_what_was_recorded_is_told_of_no_move() -> None:
    made = _Correction(COMMISSION, item(4), {"corrects": "ab", "fact": "sector", "value": "trade"})  # type: ignore[arg-type]
    assert told([made], [_Effect(bytes.fromhex("cd"), 1, "x")]) == {}
