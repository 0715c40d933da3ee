"""What tests say to instruments: record one, propose a move of it, answer, read it; and hold all of it to the verifier."""

from typing import Any, Final

import httpx

from tests.conftest import COMMISSION, World

YES: Final = {"decision": "confirm"}
SENT: Final = {"drafting_party": "PK", "effective_on": "2025-02-01"}
TEXTS: Final = [{"language": "en", "reference": "Treaty series 1 (sample)"}]
DRAFT: Final[dict[str, Any]] = {
    "commission_id": COMMISSION,
    "kind": "agreement",
    "titles": {"en": "Agreement on data (sample)"},
    "contracting_parties": ["PK", "AZ"],
    "authentic_languages": ["en"],
    "entering": SENT,
}
ACT: Final = {
    "on": "2025-03-01",
    "place": "Baku",
    "parties": ["PK", "AZ"],
    "signatories": [{"party": party, "name": f"N. of {party}", "title": "Minister"} for party in ("PK", "AZ")],
}
SIGN: Final = {"action": "sign", "manner": "signed", "acts": [ACT], "texts": TEXTS}


async def record(world: World, by: str = "PK", **facts: Any) -> dict[str, Any]:
    """Record an instrument, and return it."""
    made = await world.as_(by).post("/v1/instruments", json={**DRAFT, **facts})
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


async def read(world: World, key: str, by: str = "PK") -> dict[str, Any]:
    """Return an instrument as one party reads it."""
    answer = await world.as_(by).get(f"/v1/instruments/{key}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def propose(world: World, key: str, body: dict[str, Any], by: str = "PK") -> httpx.Response:
    """Propose a move of an instrument."""
    return await world.as_(by).post(f"/v1/instruments/{key}/transitions", json=body)


async def done(world: World, key: str, body: dict[str, Any], by: str = "PK") -> dict[str, Any]:
    """Make a move that is one party's alone, and return the instrument."""
    made = await propose(world, key, body, by)
    assert made.status_code == 201, made.text
    assert made.json()["status"] == "effective"
    return await read(world, key, by)


async def confirmed(world: World, transition_id: str, by: str = "AZ") -> None:
    """Confirm a proposal, which then takes effect."""
    answer = await world.as_(by).post(f"/v1/transitions/{transition_id}/confirmations", json=YES)
    assert answer.status_code == 201, answer.text
    assert answer.json()["status"] == "effective"


async def agreed(world: World, key: str, body: dict[str, Any], by: str = "PK", other: str = "AZ") -> dict[str, Any]:
    """Propose as one party, confirm as the other, and return the instrument."""
    made = await propose(world, key, body, by)
    assert made.status_code == 201, made.text
    await confirmed(world, made.json()["id"], other)
    return await read(world, key, by)


async def entered(world: World, **facts: Any) -> dict[str, Any]:
    """Record an instrument, have it confirmed, and return it."""
    made = await record(world, **facts)
    await confirmed(world, made["open_transition"]["id"])
    return await read(world, made["id"])


async def refused(world: World, key: str, body: dict[str, Any], by: str = "PK") -> dict[str, str]:
    """Propose a move with wrong evidence, and return what is said, by pointer."""
    answer = await propose(world, key, body, by)
    assert answer.status_code == 422, answer.text
    return {one["pointer"]: one["detail"] for one in answer.json()["errors"]}


async def leaf_of(world: World, key: str, place: int = -1) -> str:
    """Return the leaf hash of an entry of the instrument's trail."""
    found: list[dict[str, Any]] = []
    following = f"/v1/instruments/{key}/audit-trail?limit=200"
    while following:
        page = await world.as_("PK").get(following)
        found += page.json()["items"]
        following = page.links.get("next", {}).get("url", "")
    return str(found[place]["leaf_hash"])


async def correct(world: World, key: str, leaf: str, fact: str, value: Any) -> dict[str, Any]:
    """Correct by both sides a fact that the entry with this leaf hash brought, and return the instrument."""
    body = {
        "action": "correct",
        "corrects": leaf,
        "fact": fact,
        "value": value,
        "reason": "It was written down wrongly.",
    }
    return await agreed(world, key, body)
