"""The answer to a move says what it names as reading the move a moment later does, without asking the database any more."""

from collections.abc import Sequence
from typing import Any, Final

from tests.conftest import COMMISSION, World, item, organisation
from tests.register.commissions import meeting
from tests.register.groups import grouping
from tests.three_parties import commission_of_three, record_in

SUSPEND: Final = {"action": "suspend", "reason": "R", "review_on": "2027"}
YES: Final = {"decision": "confirm"}


async def same_as_read(world: World, made: dict[str, Any], who: str = "PK") -> dict[str, Any]:
    """Hold the answer to a move to what is read of it now, and return it."""
    found = (await world.as_(who).get(f"/v1/transitions/{made['id']}")).json()
    assert made == found
    assert (bool(made["commission"]["name"]), made["commission"]["id"]) == (True, made["commission_id"])
    return made


async def post(world: World, path: str, body: dict[str, Any], who: str = "PK") -> dict[str, Any]:
    answer = await world.as_(who).post(path, json=body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_proposal_an_answer_and_a_withdrawal_name_the_commission_and_ones_own_people(world: World) -> None:
    proposed = await same_as_read(world, await post(world, f"/v1/commitments/{item(4)}/transitions", SUSPEND))
    assert proposed["proposer"]["code"] == "pk-secretariat"
    answered = await post(world, f"/v1/transitions/{proposed['id']}/confirmations", YES, "AZ")
    await same_as_read(world, answered, "AZ")
    assert (answered["proposer"], answered["confirmations"][0]["principal"]["code"]) == (None, "az-secretariat")
    other = await post(world, f"/v1/commitments/{item(2)}/transitions", SUSPEND)
    back = await post(world, f"/v1/transitions/{other['id']}/withdrawal", {})
    assert (await same_as_read(world, back))["proposer"]["code"] == "pk-secretariat"


async def test_of_many_at_once_each_is_named(world: World) -> None:
    body = SUSPEND | {"matters": [item(2), item(4), item(7)]}
    path = f"/v1/commissions/{COMMISSION}"
    results = (await world.as_("PK").post(f"{path}/proposals", json=body)).json()["results"]
    for one in results:
        assert (await same_as_read(world, one["transition"]))["proposer"]["name"]
    answers = YES | {"transitions": [one["transition"]["id"] for one in results]}
    results = (await world.as_("AZ").post(f"{path}/confirmations", json=answers)).json()["results"]
    for one in results:
        told = await same_as_read(world, one["transition"], "AZ")
        assert told["confirmations"][0]["principal"]["name"]


async def test_of_three_each_is_told_its_own_people_whoever_answered_before(world: World) -> None:
    commission_id = await commission_of_three(world)
    made = await record_in(world, commission_id, 1)
    path = f"/v1/transitions/{made['open_transition']['id']}/confirmations"
    first = await same_as_read(world, await post(world, path, YES, "AZ"), "AZ")
    assert own(first["confirmations"]) == ["az-secretariat"]
    last = await same_as_read(world, await post(world, path, YES, "tr-secretariat"), "tr-secretariat")
    assert (last["proposer"], own(last["confirmations"])) == (None, ["tr-secretariat"])


async def test_who_took_it_back_is_not_called_who_proposed_it(world: World) -> None:
    await world.second_principal("pk-other", organisation_id=organisation(101))
    made = await post(world, f"/v1/commitments/{item(4)}/transitions", SUSPEND, "pk-other")
    back = await post(world, f"/v1/transitions/{made['id']}/withdrawal", {})
    assert (await same_as_read(world, back))["proposer"]["code"] == "pk-other"


async def test_a_charter_is_called_by_the_titles_that_the_move_gave_it(world: World) -> None:
    body = {"action": "amend", "reason": "R", "changes": {"titles": {"en": "The new name (sample)"}}}
    made = await same_as_read(world, await post(world, f"/v1/commissions/{COMMISSION}/transitions", body))
    assert made["commission"]["name"] != "The new name (sample)"
    done = await post(world, f"/v1/transitions/{made['id']}/confirmations", YES, "AZ")
    assert (await same_as_read(world, done, "AZ"))["commission"]["name"] == "The new name (sample)"


async def test_moves_of_sessions_and_groups_are_named_too(world: World) -> None:
    session = await meeting.begin(world, ordinal=11, host_party="PK")
    await same_as_read(world, await meeting.made(world, session["id"], meeting.CANCEL))
    rename = {"action": "rename", "titles": {"en": "Energy and water (sample)"}, "effective_on": "2026-01-01"}
    await same_as_read(world, (await grouping.propose(world, grouping.ENERGY, rename)).json())


def own(confirmations: Sequence[dict[str, Any]]) -> list[str]:
    return [one["principal"]["code"] for one in confirmations if one["principal"]]
