"""In this state since: the day in the world of the move that led there, which both sides may have put right."""

from datetime import UTC, datetime
from typing import Any, Final

import pytest

from service.register.commitments.rules.evidence import MODELS
from service.register.commitments.rules.lifecycle import Action
from service.register.decisions.rules.matter import day_of
from tests.conftest import World, item
from tests.register.commitments.test_mending import NUMBER, confirmed, correct, leaf_of, propose, proven, trail

LAST_YEAR: Final = "2025-11"
SUSPEND: Final = {"action": "suspend", "reason": "R", "review_on": "2027"}
ENDS: Final[dict[str, dict[str, Any]]] = {
    "withdraw": {"reason": "R"},
    "lapse": {"reason": "R"},
    "supersede": {"successor": "PK-AZ/08/003"},
    "merge": {"target": "PK-AZ/08/003"},
    "suspend": {"reason": "R", "review_on": "2027"},
    "redraft": {"reason": "R"},
}


def today() -> str:
    return str(datetime.now(UTC).date())


@pytest.mark.parametrize("action", ENDS)
async def test_a_state_begins_on_the_day_that_is_said_or_on_that_of_the_confirmation(world: World, action: str) -> None:
    found = await confirmed(world, item(NUMBER), {"action": action, **ENDS[action]})
    assert found["effective_on"] == today()
    assert (await trail(world))[-1]["data"]["effective"]["on"] == today()
    undo = {"action": "reinstate", "undoes": await leaf_of(world, action), "reason": "A mistake"}
    if action != "suspend":
        assert (await confirmed(world, item(NUMBER), undo))["effective_on"] != today()
        found = await confirmed(world, item(NUMBER), {"action": action, **ENDS[action], "effective_on": LAST_YEAR})
        assert found["effective_on"] == LAST_YEAR
    await proven(world)


async def test_what_goes_on_does_so_since_it_was_resumed_and_what_was_undone_since_it_was_before(world: World) -> None:
    before = (await world.as_("PK").get(f"/v1/commitments/{item(NUMBER)}")).json()["effective_on"]
    await confirmed(world, item(NUMBER), {**SUSPEND, "effective_on": "2025-06"})
    found = await confirmed(world, item(NUMBER), {"action": "resume", "reason": "R", "effective_on": "2025-09-01"})
    assert (found["state"], found["effective_on"]) == ("mou_drafted", "2025-09-01")
    assert before != "2025-09-01"
    await confirmed(world, item(NUMBER), {"action": "withdraw", "reason": "R", "effective_on": "2025-10"})
    leaf = await leaf_of(world, "withdraw")
    found = await confirmed(world, item(NUMBER), {"action": "reinstate", "undoes": leaf, "reason": "A mistake"})
    assert (found["state"], found["effective_on"]) == ("mou_drafted", "2025-09-01")
    await proven(world)


@pytest.mark.parametrize("said", [None, "2025-06"])
async def test_the_day_of_a_move_is_corrected_whether_it_was_said_or_not(world: World, said: str | None) -> None:
    day = {"effective_on": said} if said else {}
    await confirmed(world, item(NUMBER), {"action": "withdraw", "reason": "R", **day})
    found = await correct(world, "withdraw", "effective_on", "2025-10-01")
    assert (found["effective_on"], list(found["corrected"])) == ("2025-10-01", ["effective_on"])
    await proven(world)


async def test_an_amendment_has_its_day_and_the_state_goes_on_since_before(world: World) -> None:
    before = (await world.as_("PK").get(f"/v1/commitments/{item(NUMBER)}")).json()["effective_on"]
    amend = {"action": "amend", "reason": "R", "changes": {"sector": "trade"}, "effective_on": "2025-10"}
    assert (await confirmed(world, item(NUMBER), amend))["effective_on"] == before
    assert (await trail(world))[-1]["data"]["effective"]["on"] == "2025-10"
    found = await correct(world, "amend", "effective_on", "2025-10-02")
    assert (found["effective_on"], list(found["corrected"])) == (before, ["amend.effective_on"])
    await proven(world)


async def test_to_correct_a_day_that_nobody_said_by_itself_changes_nothing(world: World) -> None:
    await confirmed(world, item(NUMBER), {"action": "lapse", "reason": "R"})
    body = {"action": "correct", "corrects": await leaf_of(world, "lapse"), "fact": "effective_on", "reason": "R"}
    refused = await propose(world, {**body, "value": today()})
    assert (refused.status_code, refused.json()["errors"][0]["detail"][:20]) == (422, "nothing would change")


async def test_no_move_has_its_day_in_the_future(world: World) -> None:
    for action in ("suspend", "withdraw"):
        refused = await propose(world, {"action": action, **ENDS[action], "effective_on": "2150"})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/effective_on")


@pytest.mark.parametrize("action", list(Action))
def test_every_move_takes_a_day(action: Action) -> None:
    assert "effective_on" in MODELS[action].model_fields


def test_the_day_is_that_of_utc() -> None:
    late = datetime.fromisoformat("2026-01-01T02:00:00+05:00")
    assert day_of(None, {}, late) == "2025-12-31"
