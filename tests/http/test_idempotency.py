"""Idempotency-Key: a request that is sent again has one effect and one answer."""

import asyncio
from typing import Any

import pytest

from service.http.idempotency import forget_older
from tests.conftest import World, item
from tests.register.commitments.test_journey import RECORD, SIGN

KEY = {"Idempotency-Key": "0193-first"}


async def test_a_hundred_parallel_copies_have_one_effect_and_one_answer(make_world: Any) -> None:
    world: World = await make_world(pool_size=20, pool_timeout=30)
    copies = [world.as_("PK").post("/v1/commitments", json=RECORD, headers=KEY) for _ in range(100)]
    answers = await asyncio.gather(*copies)
    done = [answer for answer in answers if answer.status_code == 201]
    running = [answer for answer in answers if answer.status_code == 409]
    # More than find a connection in time are told to come back, as those are that another copy runs for.
    busy = [answer for answer in answers if answer.status_code == 503]
    assert len(done) + len(running) + len(busy) == len(answers), {answer.text for answer in answers}
    assert {answer.json()["type"] for answer in running} <= {"/problems/still-running"}
    assert all(int(answer.headers["retry-after"]) > 0 for answer in running + busy)
    assert len({answer.content for answer in done}) == 1
    owner = await world.connect()
    assert await owner.fetchval("SELECT count(*) FROM commitment WHERE item_number = 15") == 1
    again = await world.as_("PK").post("/v1/commitments", json=RECORD, headers=KEY)
    assert (again.status_code, again.content) == (201, done[0].content)
    assert again.headers["idempotent-replayed"] == "true"
    for name in ("location", "etag"):
        assert again.headers[name] == done[0].headers[name]


async def test_the_same_key_with_another_body_is_refused(world: World) -> None:
    assert (await world.as_("PK").post("/v1/commitments", json=RECORD, headers=KEY)).status_code == 201
    other = await world.as_("PK").post("/v1/commitments", json=RECORD | {"item_number": 16}, headers=KEY)
    assert (other.status_code, other.json()["type"]) == (422, "/problems/idempotency-key-reused")
    elsewhere = await world.as_("PK").post(f"/v1/commitments/{item(4)}/transitions", json=RECORD, headers=KEY)
    assert elsewhere.status_code == 422


async def test_keys_of_two_principals_do_not_meet(world: World) -> None:
    assert (await world.as_("PK").post("/v1/commitments", json=RECORD, headers=KEY)).status_code == 201
    other = await world.as_("AZ").post("/v1/commitments", json=RECORD | {"item_number": 16}, headers=KEY)
    assert other.status_code == 201


async def test_a_refusal_leaves_the_key_free(world: World) -> None:
    url = f"/v1/commitments/{item(4)}/transitions"
    assert (await world.as_("PK").post(url, json={"action": "sign"}, headers=KEY)).status_code == 422
    assert (await world.as_("PK").post(url, json=SIGN, headers=KEY)).status_code == 201


async def test_a_proposal_sent_again_is_not_told_that_its_own_proposal_is_open(world: World) -> None:
    url = f"/v1/commitments/{item(4)}/transitions"
    first = await world.as_("PK").post(url, json=SIGN, headers=KEY)
    again = await world.as_("PK").post(url, json=SIGN, headers=KEY)
    assert (again.status_code, again.content) == (201, first.content)


async def test_an_answer_is_replayed_without_its_secret(world: World) -> None:
    body = {"client_id": "new-observer", "name": "N", "kind": "observer"}
    first = await world.as_("administrator").post("/v1/principals", json=body, headers=KEY)
    assert len(first.json()["client_secret"]) > 40
    again = await world.as_("administrator").post("/v1/principals", json=body, headers=KEY)
    assert again.json() == {**first.json(), "client_secret": None}
    owner = await world.connect()
    for row in await owner.fetch("SELECT body FROM idempotency_key"):
        assert first.json()["client_secret"].encode() not in row["body"]


@pytest.mark.parametrize("key", ["", "a b", "ü", "x" * 256])
async def test_a_key_that_is_none_is_refused(still: World, key: str) -> None:
    headers = [(b"idempotency-key", key.encode())]
    answer = await still.as_("PK").post("/v1/commitments", json=RECORD, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"] == "idempotency-key"


async def test_old_answers_are_forgotten_and_young_ones_kept(world: World) -> None:
    for number, key in ((15, "old"), (16, "young")):
        body = RECORD | {"item_number": number}
        assert (
            await world.as_("PK").post("/v1/commitments", json=body, headers={"Idempotency-Key": key})
        ).status_code == 201
    owner = await world.connect()
    await owner.execute("UPDATE idempotency_key SET created_at = now() - interval '8 days' WHERE key = 'old'")
    async with world.pool.transaction() as connection:
        assert await forget_older(connection, 7) == 1
    assert [row["key"] for row in await owner.fetch("SELECT key FROM idempotency_key")] == ["young"]
