"""Many at once: each is judged for itself, all are locked first, and what became of each stands in its place."""

import asyncio
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from service.errors import InvalidContent
from service.register.decisions import commands
from tests.conftest import COMMISSION, World, item
from tests.register.commitments.test_journey import SIGN, confirm
from tests.register.commitments.test_mending import trail
from tests.register.commitments.test_races import trail_of
from tests.register.decisions.test_list import SUSPEND, listed, propose

CONFIRMATIONS = f"/v1/commissions/{COMMISSION}/confirmations"
PROPOSALS = f"/v1/commissions/{COMMISSION}/proposals"
ITEMS = (2, 3, 7, 8, 9, 10)


async def outcomes(answer: httpx.Response) -> list[dict[str, Any]]:
    """Return what became of each."""
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["results"]
    assert all((one["transition"] is None) != (one["problem"] is None) for one in found)
    return found


async def suspended(world: World, numbers: tuple[int, ...] = ITEMS, by: str = "PK") -> list[dict[str, Any]]:
    """Propose in one request to suspend items of the pilot."""
    body = SUSPEND | {"matters": [item(number) for number in numbers]}
    return await outcomes(await world.as_(by).post(PROPOSALS, json=body))


async def confirmed(world: World, asked: list[Any], by: str = "AZ") -> list[dict[str, Any]]:
    """Confirm in one request."""
    answer = await world.as_(by).post(CONFIRMATIONS, json={"transitions": asked, "decision": "confirm"})
    return await outcomes(answer)


async def test_the_same_move_is_proposed_for_many_and_confirmed_in_one_request(world: World) -> None:
    made = await suspended(world)
    assert [one["id"] for one in made] == [item(number) for number in ITEMS]
    assert [one["transition"]["awaited"] for one in made] == [["AZ"]] * len(ITEMS)
    asked = [one["transition"]["id"] for one in reversed(made)]
    done = await confirmed(world, asked)
    assert [one["id"] for one in done] == asked
    for number, one in zip(reversed(ITEMS), done, strict=True):
        assert (one["transition"]["status"], one["transition"]["matter"]["id"]) == ("effective", item(number))
        entries = await trail_of(world, item(number))
        assert [entry["kind"] for entry in entries[-2:]] == ["transition.proposed", "transition.confirmed"]


async def test_one_that_is_refused_takes_nothing_back_of_the_others_and_says_what_it_would_say_alone(
    world: World,
) -> None:
    first, second = await propose(world, 2, SUSPEND), await propose(world, 3, SUSPEND)
    own = await propose(world, 4, SIGN, by="AZ")
    nowhere = str(uuid4())
    asked = [first["id"], own["id"], nowhere, second["id"], first["id"]]
    done = await confirmed(world, asked)
    assert [one["id"] for one in done] == asked
    assert [one["problem"] and one["problem"]["status"] for one in done] == [None, 409, 404, None, 409]
    alone = await world.as_("AZ").post(f"/v1/transitions/{own['id']}/confirmations", json={"decision": "confirm"})
    assert done[1]["problem"]["detail"] == alone.json()["detail"]
    assert done[4]["problem"]["type"] == "/problems/proposal-closed"


async def test_a_move_that_some_may_not_make_is_proposed_for_the_others(world: World) -> None:
    await propose(world, 3, SUSPEND, by="AZ")
    made = await suspended(world, (2, 3, 1))
    assert [one["problem"] and one["problem"]["status"] for one in made] == [None, 409, None]
    assert made[1]["problem"]["open_transition"]["proposed_by"] == "AZ"


async def test_many_are_refused_with_one_reason_and_a_refusal_without_one_is_told_so_once(world: World) -> None:
    asked = [one["transition"]["id"] for one in await suspended(world)]
    body = {"transitions": asked, "decision": "refuse"}
    unsaid = await world.as_("AZ").post(CONFIRMATIONS, json=body)
    assert (unsaid.status_code, [one["pointer"] for one in unsaid.json()["errors"]]) == (422, ["/reason"])
    done = await outcomes(await world.as_("AZ").post(CONFIRMATIONS, json=body | {"reason": "Funds are there."}))
    assert {one["transition"]["status"] for one in done} == {"refused"}


async def test_what_has_changed_since_it_was_reviewed_is_refused_by_name(world: World) -> None:
    await suspended(world, (2, 3))
    seen = {one["matter"]["id"]: one for one in await listed(world, "AZ", "awaiting=AZ&status=open")}
    asked = [{"id": seen[item(number)]["id"], "reviewed": seen[item(number)]["reviewed"]} for number in (2, 3)]
    facts = await world.as_("PK").patch(
        f"/v1/commitments/{item(3)}", json={"focal_point": "Desk 4"}, headers={"if-match": "*"}
    )
    assert facts.status_code == 200, facts.text
    first, second = await confirmed(world, asked)
    assert first["transition"]["status"] == "effective"
    assert second["problem"]["status"] == 412
    assert "PK-AZ/08/003" in second["problem"]["detail"]
    # Alone it is the same.
    url = f"/v1/transitions/{asked[1]['id']}/confirmations"
    stale = {"decision": "confirm", "reviewed": asked[1]["reviewed"]}
    assert (await world.as_("AZ").post(url, json=stale)).status_code == 412
    now = {one["id"]: one["reviewed"] for one in await listed(world, "AZ", "awaiting=AZ")}[asked[1]["id"]]
    assert (await world.as_("AZ").post(url, json=stale | {"reviewed": now})).status_code == 201


async def test_more_answers_take_no_more_round_trips(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [one["transition"]["id"] for one in await suspended(world)]
    asked = 0

    def counted(name: str) -> None:
        run = getattr(asyncpg.Connection, name)

        async def counting(self: Any, *given: Any, **others: Any) -> Any:
            nonlocal asked
            asked += 1
            return await run(self, *given, **others)

        monkeypatch.setattr(asyncpg.Connection, name, counting)

    for name in ("fetch", "execute", "executemany"):
        counted(name)
    took = []
    for few in (made[:2], made[2:]):
        asked = 0
        assert all(one["transition"] for one in await confirmed(world, few))
        took.append(asked)
    assert took[0] >= took[1] > 0


async def test_what_is_refused_after_it_began_to_write_takes_the_whole_request_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [one["transition"]["id"] for one in await suspended(world)]
    times = iter(range(len(made)))

    async def too_long_at_last(*_: Any) -> None:
        if next(times) == 2:
            raise InvalidContent("It cannot be put into one entry of the audit trail")

    monkeypatch.setattr(commands, "write_beside", too_long_at_last)
    answer = await world.as_("AZ").post(CONFIRMATIONS, json={"transitions": made, "decision": "confirm"})
    assert answer.status_code == 422, answer.text
    for number in ITEMS:
        assert (await trail_of(world, item(number)))[-1]["kind"] == "transition.proposed"


async def test_what_names_entries_or_others_is_answered_among_many(world: World) -> None:
    leaf = (await trail(world, 4))[-1]["leaf_hash"]
    correction = {"action": "correct", "corrects": leaf, "fact": "effective_on", "value": "2024", "reason": "A slip"}
    merged = {"action": "merge", "target": "PK-AZ/08/003", "reason": "The same"}
    moves = [await propose(world, 4, correction), await propose(world, 2, merged), await propose(world, 3, SUSPEND)]
    done = await confirmed(world, [one["id"] for one in moves])
    assert [one["transition"] and one["transition"]["status"] for one in done] == ["effective"] * 3, done


async def test_what_is_closed_has_nothing_to_review(world: World) -> None:
    made = await propose(world, 2, SUSPEND)
    await confirm(world, made["id"])
    found = await listed(world, "AZ", "status=effective&limit=200")
    assert {one["reviewed"] for one in found} == {None}


async def test_it_is_done_once_under_its_key(world: World) -> None:
    body = SUSPEND | {"matters": [item(2)]}
    first, again = [
        await world.as_("PK").post(PROPOSALS, json=body, headers={"idempotency-key": "many"}) for _ in range(2)
    ]
    assert first.json() == again.json()
    assert again.headers["idempotent-replayed"] == "true"


async def test_what_belongs_to_another_commission_or_is_not_seen_is_not_there(world: World) -> None:
    made = await propose(world, 2, SUSPEND)
    elsewhere = CONFIRMATIONS.replace(COMMISSION, str(uuid4()))
    body = {"transitions": [made["id"]], "decision": "confirm"}
    assert (await world.as_("AZ").post(elsewhere, json=body)).status_code == 404
    none = await world.as_("PK").post(PROPOSALS, json=SUSPEND | {"matters": [str(uuid4()), item(99)]})
    assert [one["problem"]["status"] for one in await outcomes(none)] == [404, 404]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"transitions": [], "decision": "confirm"}, "/transitions"),
        ({"transitions": ["x"], "decision": "confirm"}, "/transitions/0"),
        ({"transitions": [str(uuid4())] * 501, "decision": "confirm"}, "/transitions"),
        ({"transitions": [str(uuid4())], "decision": "perhaps"}, "/decision"),
    ],
    ids=["none", "no id", "too many", "no decision"],
)
async def test_what_is_wrong_with_the_whole_is_told_once(still: World, body: dict[str, Any], pointer: str) -> None:
    answer = await still.as_("AZ").post(CONFIRMATIONS, json=body)
    assert answer.status_code == 422
    assert {one["pointer"] for one in answer.json()["errors"]} == {pointer}


@pytest.mark.long
async def test_many_race_single_answers_and_each_is_answered_exactly_once(world: World) -> None:
    for number in range(100):
        made = [one["transition"]["id"] for one in await suspended(world, (2, 3, 7))]
        alone = world.as_("AZ").post(f"/v1/transitions/{made[1]}/confirmations", json={"decision": "confirm"})
        together = world.as_("AZ").post(CONFIRMATIONS, json={"transitions": made, "decision": "confirm"})
        both = [alone, together] if number % 2 else [together, alone]
        answers = await asyncio.gather(*both)
        one, many = answers if number % 2 else reversed(answers)
        done = await outcomes(many)
        assert [part["transition"] is not None for part in (done[0], done[2])] == [True, True]
        assert (one.status_code == 201) != (done[1]["transition"] is not None)
        resumed = await outcomes(
            await world.as_("PK").post(
                PROPOSALS, json={"action": "resume", "reason": "Again", "matters": [item(2), item(3), item(7)]}
            )
        )
        await confirmed(world, [part["transition"]["id"] for part in resumed])


async def test_two_requests_for_the_same_many_in_another_order_never_wait_for_each_other(world: World) -> None:
    for _ in range(30):
        made = [one["transition"]["id"] for one in await suspended(world)]
        answers = await asyncio.gather(confirmed(world, made), confirmed(world, made[::-1]))
        won = [[one["transition"] is not None for one in done] for done in answers]
        assert sorted(map(sum, won)) == [0, len(ITEMS)]
        body = {"action": "resume", "reason": "Again", "matters": [item(number) for number in ITEMS]}
        resumed = await outcomes(await world.as_("PK").post(PROPOSALS, json=body))
        await confirmed(world, [one["transition"]["id"] for one in resumed])


async def test_problems_among_many_have_their_titles_in_the_callers_language_and_the_answer_says_in_which(
    world: World,
) -> None:
    asked = {"transitions": [str(uuid4())], "decision": "confirm"}
    said = {"Accept-Language": "ru", "Idempotency-Key": "in-russian"}
    answer = await world.as_("AZ").post(CONFIRMATIONS, json=asked, headers=said)
    assert (await outcomes(answer))[0]["problem"]["title"] == "Не найдено"
    again = await world.as_("AZ").post(CONFIRMATIONS, json=asked, headers=said | {"Accept-Language": "fr"})
    assert again.headers["idempotent-replayed"] == "true"
    for one in (answer, again):
        assert one.headers["content-language"] == "ru"
        assert "Accept-Language" in one.headers["vary"]
    english = await world.as_("AZ").post(PROPOSALS, json=SUSPEND | {"matters": [str(uuid4())]})
    assert (english.headers["content-language"], english.json()["results"][0]["problem"]["title"]) == (
        "en",
        "Not found",
    )
