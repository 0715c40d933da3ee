"""A list tells what is named in it by name, by one statement for a page, and nothing of what the caller may not see."""

from collections.abc import Iterator
from typing import Any, Final

import pytest

from tests.conftest import COMMISSION, SESSION_8, World, item, organisation
from tests.register.commissions import meeting
from tests.register.groups import grouping
from tests.register.groups.grouping import ENERGY
from tests.register.instruments.recording import entered
from tests.three_parties import record_in

LISTS: Final = (
    "/v1/commitments",
    "/v1/commitments?as_of=2026-01-01",
    f"/v1/commitments/{item(4)}/transitions",
    f"/v1/commissions/{COMMISSION}/sessions",
    "/v1/working-groups",
    "/v1/transitions",
    "/v1/instruments",
    "/v1/search?q=customs",
    "/v1/organisations",
)


def beside(told: Any) -> Iterator[tuple[str, Any, Any]]:
    """Yield each id of an answer beside which a name may stand, with that name."""
    for inner in told.values() if isinstance(told, dict) else told if isinstance(told, list) else ():
        yield from beside(inner)
    if isinstance(told, dict):
        for member, value in told.items():
            name = member.removesuffix("s").removesuffix("_id") + ("s" if member.endswith("_ids") else "")
            if member.endswith(("_id", "_ids")) and name in told:
                yield member, value, told[name]


async def items(world: World, path: str, who: str = "PK") -> list[dict[str, Any]]:
    answer = await world.as_(who).get(path)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


@pytest.mark.parametrize("path", LISTS)
async def test_what_a_list_names_by_its_id_has_its_code_and_name_beside_it(still: World, path: str) -> None:
    found = list(beside(await items(still, path)))
    for member, key, name in found:
        if isinstance(name, dict):
            assert (name["id"], bool(name["name"])) == (key, True), member
        elif isinstance(name, list):
            assert [one["id"] for one in name] == key, member
    told = {member for member, key, name in found if key and name}
    unseen = {member for member, key, name in found if key and not name} - {"proposer_id", "principal_id"}
    assert (bool(told) or "organisations" in path, unseen) == (True, set())


async def test_the_names_are_those_that_reading_the_thing_tells(still: World) -> None:
    (found,) = await items(still, "/v1/commitments?reference=PK-AZ/08/004")
    assert (found["commission"]["code"], found["session"]["code"]) == ("PK-AZ", "PK-AZ/08")
    assert found["session"] == {"id": SESSION_8, "code": "PK-AZ/08", "name": "Session 8"}
    group = (await still.as_("PK").get(f"/v1/working-groups/{found['working_group_id']}")).json()
    assert found["working_group"] == {"id": group["id"], "code": group["reference"], "name": group["titles"]["en"]}
    read = (await still.as_("PK").get(f"/v1/commitments/{found['id']}")).json()
    assert {name: read[name] for name in found} == found


async def test_who_acts_for_another_party_is_told_to_nobody_but_its_own(world: World) -> None:
    pk = world.as_("PK")
    move = {"action": "suspend", "reason": "R", "review_on": "2027"}
    done = await pk.post(f"/v1/commitments/{item(2)}/transitions", json=move)
    assert done.status_code == 201, done.text
    made = done.json()
    for who, own, others in (("PK", "proposer", "principal"), ("AZ", "principal", "proposer")):
        if who == "AZ":
            await grouping.confirmed(world, made["id"])
        found = (await world.as_(who).get(f"/v1/transitions/{made['id']}")).json()
        told = {
            "proposer": found["proposer"],
            "principal": next((c["principal"] for c in found["confirmations"]), None),
        }
        assert told[own]["name"]
        assert told[others] is None
        assert found["commission"]["code"] == "PK-AZ"
    for who in ("observer", "auditor"):
        found = (await world.as_(who).get(f"/v1/transitions/{made['id']}")).json()
        assert found["proposer"] is None


async def test_a_session_that_is_not_a_matter_of_all_yet_is_called_nothing_before_others(world: World) -> None:
    session = await meeting.begin(world, ordinal=10, starts_on="2025")
    place: dict[str, Any] = {"session_id": session["id"], "item_number": 1, "confidentiality": "public"}
    made = await record_in(world, COMMISSION, 1, **place)
    await grouping.confirmed(world, made["open_transition"]["id"])
    path = f"/v1/commitments?session_id={session['id']}"
    (inside,) = await items(world, path, "AZ")
    assert inside["session"]["code"] == "PK-AZ/10"
    (outside,) = await items(world, path, "observer")
    assert (outside["session"], outside["commission"]["code"]) == (None, "PK-AZ")


async def test_what_an_instrument_carries_and_what_replaced_it_is_told_by_name_as_far_as_it_is_seen(
    world: World,
) -> None:
    made = await entered(world, commitment_ids=[item(3)], confidentiality="public")
    for path in (f"/v1/instruments/{made['id']}", f"/v1/instruments?commitment_id={item(3)}"):
        found = (await world.as_("PK").get(path)).json()
        found = found["items"][0] if "items" in found else found
        assert [one["code"] for one in found["commitments"]] == ["PK-AZ/08/003"]
        assert found["commission"]["code"] == "PK-AZ"


async def test_a_report_and_a_document_say_who_wrote_it_to_their_own_party(world: World) -> None:
    said = {"period_end": "2025-12", "level": "limited", "text": "T"}
    path = f"/v1/commitments/{item(7)}/progress-reports"
    made = (await world.as_("PK").post(path, json=said)).json()
    assert (made["commitment"]["code"], bool(made["principal"])) == ("PK-AZ/08/007", True)
    (seen,) = await items(world, path, "AZ")
    assert (seen["commitment"]["code"], seen["principal"]) == ("PK-AZ/08/007", None)


async def test_a_closed_organisation_names_its_successor(world: World) -> None:
    closed = {"successor_id": organisation(102), "since": "2026-01-01", "reason": "R"}
    made = await world.as_("PK").post(f"/v1/organisations/{organisation(103)}/succession", json=closed)
    assert made.status_code in {200, 201}, made.text
    for found in (
        made.json()["organisation"],
        (await world.as_("AZ").get(f"/v1/organisations/{organisation(103)}")).json(),
    ):
        assert (found["successor"]["id"], found["successor"]["code"][:3]) == (organisation(102), "PK/")


async def test_a_group_says_by_name_into_which_it_was_merged(world: World) -> None:
    made = await grouping.founded(world)
    assert made["founded_at_session"]["code"] == "PK-AZ/08"
    move = {"action": "merge_into", "receiver_id": ENERGY, "reason": "R"}
    proposed = await grouping.propose(world, made["id"], move)
    if proposed.status_code == 201:
        await grouping.confirmed(world, proposed.json()["id"])
    assert proposed.status_code == 201, proposed.text
    found = await grouping.read(world, made["id"])
    assert found["merged_into"]["id"] == ENERGY == found["merged_into_id"]
