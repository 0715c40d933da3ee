"""No commission gets a secretariat that is closed, in whatever order the two come."""

import asyncio

from tests.conftest import World, organisation


async def test_no_commission_is_founded_with_a_secretariat_that_is_closed(world: World) -> None:
    made = await world.as_("PK").post(
        "/v1/organisations", json={"party": "PK", "name": "Gone (sample)", "code": "PK/GONE"}
    )
    key = made.json()["id"]
    closed = await world.as_("PK").post(
        f"/v1/organisations/{key}/succession", json={"since": "2026-01-01", "reason": "Sample"}
    )
    assert closed.status_code == 200
    body = {
        "titles": {"en": "Another (sample)"},
        "suffix": "XX",
        "languages": ["en"],
        "parties": [{"party": "PK", "secretariat_id": key}, {"party": "AZ", "secretariat_id": organisation(201)}],
    }
    got = await world.as_("administrator").post("/v1/commissions", json=body)
    assert [one["pointer"] for one in got.json()["errors"]] == ["/parties/0/secretariat_id"]


async def test_founding_and_closing_at_once_leave_no_closed_secretariat(world: World) -> None:
    for number in range(10):
        new = {"party": "PK", "name": f"Gone {number} (sample)", "code": f"PK/GONE{number}"}
        key = (await world.as_("PK").post("/v1/organisations", json=new)).json()["id"]
        parties = [{"party": "PK", "secretariat_id": key}, {"party": "AZ", "secretariat_id": organisation(201)}]
        body = {"titles": {"en": "T"}, "suffix": f"X{number}", "languages": ["en"], "parties": parties}
        founding, closing = await asyncio.gather(
            world.as_("administrator").post("/v1/commissions", json=body),
            world.as_("PK").post(f"/v1/organisations/{key}/succession", json={"since": "2026-01-01", "reason": "R"}),
        )
        # One of them comes first, and the other is refused by what it finds.
        assert sorted([founding.status_code, closing.status_code]) in ([200, 422], [201, 422]), (
            founding.text + closing.text
        )
