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
