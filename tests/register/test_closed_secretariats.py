"""No commission gets a secretariat that is closed, in whatever order the two come."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.conftest import World, organisation
from tests.register.commissions.chartering import propose
from tests.register.commissions.meeting import answered
from tests.three_parties import founded, in_force, name_secretariat

ROUNDS = 10


async def office(world: World, number: int = 0) -> str:
    """Register an organisation of PK, and return its id."""
    new = {"party": "PK", "name": f"Gone {number} (sample)", "code": f"PK/GONE{number}"}
    return str((await world.as_("PK").post("/v1/organisations", json=new)).json()["id"])


async def close(world: World, key: str, by: str = "PK", **others: Any) -> httpx.Response:
    """Close an organisation."""
    body = {"since": "2026-01-01", "reason": "Sample"} | others
    return await world.as_(by).post(f"/v1/organisations/{key}/succession", json=body)


async def test_no_secretariat_is_named_that_is_closed(world: World) -> None:
    key, commission = await office(world), (await founded(world, suffix="XX"))["id"]
    assert (await close(world, key)).status_code == 200
    got = await name_secretariat(world, commission, "PK", key)
    assert [one["pointer"] for one in got.json()["errors"]] == ["/secretariat_id"]


async def test_naming_and_closing_at_once_leave_no_closed_secretariat(world: World) -> None:
    for number in range(ROUNDS):
        key, commission = await office(world, number), (await founded(world, suffix=f"X{number}"))["id"]
        naming, closing = await asyncio.gather(name_secretariat(world, commission, "PK", key), close(world, key))
        # One of them comes first, and the other is refused by what it finds.
        assert sorted([naming.status_code, closing.status_code]) in ([200, 422], [201, 422]), naming.text + closing.text


@pytest.mark.long
async def test_joining_and_closing_at_once_leave_no_closed_secretariat(world: World) -> None:
    """The secretariat is named by the joiner's answer, or by its proposal; the commission is in none of the closer's hands yet."""
    for number in range(ROUNDS):
        commission = (await in_force(world, {"AZ": organisation(201), "PK": ""}, kept_by="AZ", suffix=f"J{number}"))[
            "id"
        ]
        key = await office(world, number)
        body = {"action": "join", "party": "PK", "effective_on": "2026"}
        opened = await propose(world, body, "AZ", commission)
        yes = {"decision": "confirm", "secretariat_id": key}
        joining, closing = await asyncio.gather(answered(world, opened.json()["id"], "PK", yes), close(world, key))
        assert sorted([joining.status_code, closing.status_code]) in ([200, 422], [201, 422]), (
            joining.text + closing.text
        )


async def test_who_is_named_before_it_is_in_force_is_handed_on_like_any_other(world: World) -> None:
    key, commission = await office(world), (await founded(world, suffix="XX"))["id"]
    await name_secretariat(world, commission, "PK", key)
    assert (await close(world, key)).status_code == 422
    assert (await close(world, key, successor_id=organisation(103))).status_code == 200
    found = (await world.as_("PK").get(f"/v1/commissions/{commission}")).json()
    assert (found["state"], found["parties"][0]["secretariat_id"]) == ("founded", organisation(103))
