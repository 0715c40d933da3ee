"""What was: as of a day in the world, as known at a moment, and both; the same as was answered at that moment."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.conftest import SESSION_8, Maker, World, item
from tests.register.commitments.test_journey import SIGN, confirmed
from tests.register.decisions.test_histories import STEPS, Step, matters, take
from tests.register.instruments.recording import SIGN as SIGN_INSTRUMENT
from tests.register.instruments.recording import agreed, entered
from tests.register.progress.test_reports import said

DONE = {"action": "implement", "effective_on": "2025-06", "report": "R", "no_instrument_reason": "N"}
Answer = dict[str, Any]


def now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


async def listed(world: World, query: str = "", who: str = "PK", what: str = "commitments") -> dict[str, Answer]:
    """Return a whole list by ids, all pages of it, without saying of when it is told."""
    found: dict[str, Answer] = {}
    url: str | None = f"/v1/{what}?limit=10&{query}"
    while url:
        answer = await world.as_(who).get(url)
        assert answer.status_code == 200, answer.text
        # What is restricted among the pilot's items here is so in the table alone: no entry told it.
        found |= {one["id"]: {**one, "past": None, "confidentiality": None} for one in answer.json()["items"]}
        url = answer.links.get("next", {}).get("url")
    return found


def differences(one: dict[str, Answer], other: dict[str, Answer]) -> list[tuple[str, str, Any, Any]]:
    """Return what differs, named: two whole lists beside each other tell nobody anything."""
    gone = [(key, "", key in one, key in other) for key in one.keys() ^ other.keys()]
    both = [(key, name, one[key][name], other[key][name]) for key in one.keys() & other.keys() for name in one[key]]
    return gone + [found for found in both if uncalled(found[2]) != uncalled(found[3])]


def uncalled(value: Any) -> Any:
    """Return a value with the id alone of what it names: of the past, things are called what they are called today."""
    match value:
        case {"id": key, "code": _, "name": _, **others} if not others:
            return key
        case dict():
            return {name: uncalled(one) for name, one in value.items()}
        case list():
            return [uncalled(one) for one in value]
    return value


async def state(world: World, number: int, query: str) -> str | None:
    answer = await world.as_("PK").get(f"/v1/commitments/{item(number)}?{query}")
    return str(answer.json()["state"]) if answer.status_code == 200 else None


async def test_a_commitment_is_read_as_it_was_and_both_questions_compose(world: World) -> None:
    before = now()
    await confirmed(world, item(8), DONE)
    await confirmed(world, item(4), SIGN)
    await confirmed(world, item(2), {"action": "amend", "changes": {"target_date": "2027"}, "reason": "R"})
    assert [await state(world, 8, f"as_of={day}") for day in ("2025-01-23", "2025-01-24", "2025-06-29", "2025-06-30")] == [
        None, "agreed", "agreed", "implemented",
    ]  # fmt: skip
    assert await state(world, 8, f"as_of=2025-07-01&known_at={before}") == "agreed"
    then = (await world.as_("PK").get(f"/v1/commitments/{item(8)}?as_of=2025-06-29")).json()
    assert (then["past"]["uncertain"], then["outcome"], then["allowed_actions"]) == (["implemented"], None, [])
    assert (then["effective_on"], then["version"] > 1) == ("2025-01-24", True)
    signed = (await world.as_("PK").get(f"/v1/commitments/{item(4)}?as_of=2025-02-01")).json()
    assert (signed["state"], signed["instrument"].get("signed_on")) == ("mou_drafted", None)
    assert (await world.as_("PK").get(f"/v1/commitments/{item(2)}?known_at={before}")).json()["target_date"] is None
    done = await listed(world, "state=implemented&as_of=2025-06-30")
    assert [one["item_number"] for one in done.values()] == [8]
    assert await listed(world, "state=implemented&as_of=2025-06-29") == {}
    assert len(await listed(world, f"session_id={SESSION_8}&as_of=2025-01-24")) == 14
    assert await listed(world, "as_of=2025-01-23") == {}


async def test_of_now_and_today_it_is_what_the_tables_hold(world: World) -> None:
    await confirmed(world, item(8), DONE)
    await confirmed(world, item(9), {"action": "suspend", "review_on": "2027", "reason": "R"})
    await said(world, 7, level="limited")
    await world.as_("PK").post(f"/v1/commitments/{item(10)}/transitions", json=DONE)
    made = await entered(world)
    await agreed(world, made["id"], SIGN_INSTRUMENT)
    for what in ("commitments", "instruments"):
        table = await listed(world, what=what)
        assert table
        for query in (f"as_of={datetime.now(UTC).date()}", f"known_at={now()}"):
            assert differences(await listed(world, query, what=what), table) == [], query
    flags = (
        "overdue=true",
        "due_soon=false",
        "dormant=false",
        "disputed=false",
        "level=limited",
        "awaiting=AZ",
        "unknown=true",
    )
    for flag in (*flags, "sort=newest", "sector=energy", "reference=08/004", "session_id=PK-AZ/08"):
        assert (
            differences(await listed(world, f"{flag}&as_of={datetime.now(UTC).date()}"), await listed(world, flag))
            == []
        ), flag


async def test_an_instrument_is_read_as_it_was(world: World) -> None:
    before = now()
    made = await entered(world)
    drafted = now()
    await agreed(world, made["id"], SIGN_INSTRUMENT)
    path = f"/v1/instruments/{made['id']}"
    reader = world.as_("PK")
    assert (await reader.get(f"{path}?known_at={before}")).status_code == 404
    assert (await reader.get(f"{path}?known_at={drafted}")).json()["state"] == "drafted"
    then = (await reader.get(f"{path}?as_of=2025-02-28")).json()
    assert (then["state"], then["signed_on"], then["allowed_actions"]) == ("drafted", None, [])
    assert (await reader.get(f"{path}?as_of=2025-03-01")).json()["signed_on"] == "2025-03-01"
    assert (await reader.get(f"{path}?as_of=2025-01-31")).status_code == 404
    signed = await listed(world, "state=signed&as_of=2025-02-28", what="instruments")
    assert made["id"] not in signed


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("as_of=2999-01-01", "as_of"), ("known_at=2999-01-01T00:00:00Z", "known_at"), ("as_of=2025-01-30&sort=activity", "sort"),
        ("as_of=2025-01-30&mine=true", "mine"), ("as_of=2025-01-30&q=gas", "q"),
    ],
)  # fmt: skip
async def test_what_cannot_be_asked_of_the_past_is_refused(still: World, query: str, parameter: str) -> None:
    answer = await still.as_("PK").get(f"/v1/commitments?{query}")
    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (422, parameter)


async def test_the_past_is_shown_by_the_rights_of_today(still: World) -> None:
    seen = await listed(still, "as_of=2025-06-01", "observer")
    assert len(seen) == 12
    hidden = await still.as_("observer").get(f"/v1/commitments/{item(5)}?as_of=2025-06-01")
    absent = await still.as_("observer").get("/v1/commitments/01940000-0000-7000-8000-000000000999?as_of=2025-06-01")
    assert (hidden.status_code, hidden.json()["detail"]) == (404, absent.json()["detail"])
    refused = await still.as_("PK").get(f"/v1/sessions/{SESSION_8}?as_of=2025-06-01")
    assert (refused.status_code, refused.json()["errors"][0]["parameter"]) == (422, "as_of")


@pytest.mark.long
@settings(max_examples=8, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(STEPS)
async def test_what_a_random_history_was_at_each_moment_is_what_was_answered_then(
    make_world: Maker, steps: list[Step]
) -> None:
    world = await make_world()
    known = await matters(world)
    answered: list[tuple[str, dict[str, dict[str, Answer]]]] = []
    for place, step in enumerate(steps):
        await take(world, known, step)
        if place % 5 == 0:
            answered.append((now(), {what: await listed(world, what=what) for what in ("commitments", "instruments")}))
    for moment, before in answered:
        for what, whole in before.items():
            assert differences(await listed(world, f"known_at={moment}", what=what), whole) == []
    today = datetime.now(UTC).date()
    for what in ("commitments", "instruments"):
        assert differences(await listed(world, f"as_of={today}", what=what), await listed(world, what=what)) == []
    await make_world.close()
