"""A number belongs to what was agreed: until then there is a draft, and once given it is never given again."""

import asyncio
import re
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.register.commitments.rules.amendment import REFERENCE
from service.register.commitments.rules.numbering import drafts, is_apart, is_draft, number
from service.register.decisions.rules.numbers import BEYOND, FIRST_RESTRICTED, Numbers
from tests.conftest import COMMISSION, SESSION_8, SESSION_9, World, item
from tests.register.commissions.meeting import begin
from tests.register.commitments.test_journey import RECORD, confirm, confirmed, read
from tests.register.commitments.test_races import ROUNDS, trail_of
from tests.register.commitments.test_retracting import RETRACT, answer, listed, move, proven, record
from tests.three_parties import commission_of_three, record_in

BETWEEN = {name: value for name, value in RECORD.items() if name not in {"session_id", "item_number"}}


async def agreed(world: World, by: str = "PK", **others: Any) -> Any:
    """Record a commitment that the other side confirms, and return it."""
    made = await record(world, by, **others)
    await confirm(world, made["open_transition"]["id"], "AZ" if by == "PK" else "PK")
    return await read(world, made["id"])


async def between(world: World) -> Any:
    made = await world.as_("PK").post("/v1/commitments", json=BETWEEN)
    assert made.status_code == 201, made.text
    return made.json()


@given(st.lists(st.integers(1, 60)))
def test_what_was_given_is_known_whatever_the_order(numbers: list[int]) -> None:
    series = Numbers("PK-AZ/08")
    for one in numbers:
        series.give(one)
    assert [one for one in range(70) if series.has(one)] == sorted({*numbers})
    assert series.highest == max(numbers, default=0)
    assert series.runs == sorted(series.runs)
    assert len(series.runs) % 2 == 0
    gaps = zip(series.runs[1::2], series.runs[2::2], strict=False)
    assert all(following - last > 1 for last, following in gaps), "two runs without a gap are one"


@pytest.mark.parametrize(
    ("paragraph", "confidentiality", "runs", "expected"),
    [
        (4, "parties", [], 4),
        (4, "public", [1, 3, 5, 9], 4),
        (4, "parties", [4, 4], 5),
        (4, "parties", [1, 9], 10),
        (None, "parties", [1, 2, 7, 7], 8),
        (None, "parties", [], 1),
        (4, "restricted", [], FIRST_RESTRICTED),
        (4, "restricted", [FIRST_RESTRICTED, 9003], 9004),
        (9001, "parties", [], 1),
        (9001, "restricted", [], 9001),
        (9000, "parties", [], 9000),
        (None, "parties", [9000, 9000], BEYOND),
        (None, "parties", [9000, 9000, BEYOND, BEYOND], BEYOND + 1),
    ],
)
def test_a_number_is_the_paragraphs_where_that_is_free_else_the_next_above(
    paragraph: int | None, confidentiality: str, runs: list[int], expected: int
) -> None:
    members = {"item_number": paragraph, "confidentiality": confidentiality}
    assert number(members, Numbers("PK-AZ/08", runs, apart=is_apart(members))) == expected


def test_a_drafts_reference_is_its_own_and_short() -> None:
    many = [drafts("PK-AZ/08", str(uuid4())) for _ in range(200)]
    assert all(is_draft(one) and re.fullmatch(REFERENCE, one) for possible in many for one in possible)
    assert {len(possible[0]) for possible in many} == {len("PK-AZ/08/d-7kq2")}
    assert len({possible[4] for possible in many}) == len(many)


async def test_a_draft_has_its_number_when_it_is_agreed_and_is_found_by_both(world: World) -> None:
    made = await record(world)
    assert is_draft(made["reference"])
    await confirm(world, made["open_transition"]["id"])
    found = await read(world, made["id"])
    assert (found["reference"], found["draft_reference"]) == ("PK-AZ/08/015", made["reference"])
    last = (await trail_of(world, made["id"]))[-1]["data"]["effective"]
    assert (last["before"]["reference"], last["after"]["reference"]) == (made["reference"], "PK-AZ/08/015")
    other = await agreed(world, item_number=16)
    for named in (made["reference"], "PK-AZ/08/015"):
        proposed = await move(world, other["id"], {"action": "merge", "target": named})
        assert proposed.status_code == 201, proposed.text
        await world.as_("PK").post(f"/v1/transitions/{proposed.json()['id']}/withdrawal", json={})
    await proven(world)


async def test_what_was_named_as_a_draft_is_still_found_once_it_has_its_number(world: World) -> None:
    draft = await record(world)
    for number_, action, member in ((2, "supersede", "successor"), (3, "merge", "target")):
        if action == "merge":
            await confirm(world, draft["open_transition"]["id"])
        proposed = await move(world, item(number_), {"action": action, member: draft["reference"]})
        assert proposed.status_code == 201, proposed.text
        await confirm(world, proposed.json()["id"])
        assert (await read(world, item(number_)))["successor"] == draft["reference"]
    itself = await move(world, draft["id"], {"action": "merge", "target": draft["reference"]})
    assert (itself.status_code, itself.json()["errors"][0]["detail"]) == (422, "names the commitment itself")
    await proven(world)


async def test_two_parties_record_the_same_item_and_one_of_them_is_agreed_and_numbered(world: World) -> None:
    ours, theirs = await record(world), await record(world, "AZ")
    hint = {"id": ours["id"], "reference": ours["reference"], "recorded_by": "PK", "state": "proposed"}
    assert (ours["same_item"], theirs["same_item"]) == ([], [hint])
    assert [one["id"] for one in (await read(world, ours["id"]))["same_item"]] == [theirs["id"]]
    await confirm(world, theirs["open_transition"]["id"], "PK")
    assert (await read(world, ours["id"]))["same_item"][0]["reference"] == "PK-AZ/08/015"
    assert (await move(world, ours["id"], RETRACT)).status_code == 201
    assert (await read(world, theirs["id"]))["same_item"] == []
    await proven(world)


async def test_the_second_that_is_agreed_of_one_item_has_the_next_number_and_is_merged(world: World) -> None:
    first, second = await agreed(world, item_number=4), await agreed(world, "AZ")
    assert (first["reference"], second["reference"]) == ("PK-AZ/08/015", "PK-AZ/08/016")
    await confirmed(world, first["id"], {"action": "merge", "target": "PK-AZ/08/004"})
    assert (await read(world, item(4)))["same_item"] == []
    await proven(world)


async def test_a_hint_tells_nothing_to_who_may_not_see_the_other(world: World) -> None:
    await world.second_principal("pk-health", organisation_id="01940000-0000-7000-8000-000000000106")
    secret = await record(world, "AZ", confidentiality="restricted")
    made = await record(world)
    assert [one["id"] for one in made["same_item"]] == [secret["id"]]
    assert (await read(world, made["id"], "pk-health"))["same_item"] == []


async def test_restricted_items_are_numbered_apart_and_leave_no_gap(world: World) -> None:
    first = await agreed(world, confidentiality="restricted")
    second = await agreed(world, item_number=16, confidentiality="restricted")
    third = await agreed(world)
    assert [one["reference"] for one in (first, second, third)] == [
        "PK-AZ/08/9001",
        "PK-AZ/08/9002",
        "PK-AZ/08/015",
    ]
    await proven(world)


async def test_between_sessions_numbers_are_counted_as_they_are_agreed(world: World) -> None:
    drafts_ = [await between(world) for _ in range(3)]
    assert {one["item_number"] for one in drafts_} == {None}
    for one, expected in zip(reversed(drafts_), ("001", "002", "003"), strict=True):
        await confirm(world, one["open_transition"]["id"])
        assert (await read(world, one["id"]))["reference"] == f"PK-AZ/00/{expected}"
    await proven(world)


async def test_a_number_is_never_given_again_and_stays_with_what_was_undone(world: World) -> None:
    made = await agreed(world)
    leaf = (await world.as_("PK").get(f"/v1/commitments/{made['id']}/audit-trail")).json()["items"][-1]["leaf_hash"]
    await confirmed(world, made["id"], {"action": "reinstate", "undoes": leaf, "reason": "A mistake (sample)."})
    found = await read(world, made["id"])
    assert (found["state"], found["reference"]) == ("proposed", "PK-AZ/08/015")
    assert (await agreed(world))["reference"] == "PK-AZ/08/016"
    await confirmed(world, made["id"], {"action": "agree", "agreed_on": "2025-01-24"})
    assert (await read(world, made["id"]))["reference"] == "PK-AZ/08/015"
    await proven(world)


async def test_a_number_stays_where_its_paragraph_is_corrected(world: World) -> None:
    made = await agreed(world)
    leaf = (await world.as_("PK").get(f"/v1/commitments/{made['id']}/audit-trail")).json()["items"][0]["leaf_hash"]
    body = {"action": "correct", "corrects": leaf, "fact": "item_number", "value": 17, "reason": "Misread (sample)."}
    await confirmed(world, made["id"], body)
    found = await read(world, made["id"])
    assert (found["item_number"], found["reference"]) == (17, "PK-AZ/08/015")
    assert (await agreed(world, item_number=17))["reference"] == "PK-AZ/08/017"
    await proven(world)


async def test_a_draft_whose_session_is_corrected_is_numbered_where_it_belongs(world: World) -> None:
    made = await record(world)
    await answer(world, made, {"decision": "refuse", "reason": "It was the ninth (sample)."})
    leaf = (await world.as_("PK").get(f"/v1/commitments/{made['id']}/audit-trail")).json()["items"][0]["leaf_hash"]
    body = {"action": "correct", "corrects": leaf, "fact": "session_id", "value": SESSION_9, "reason": "R"}
    await confirmed(world, made["id"], body)
    await confirmed(world, made["id"], {"action": "agree", "agreed_on": "2025-01-24"})
    assert (await read(world, made["id"]))["reference"] == "PK-AZ/09/015"
    await proven(world)


async def test_an_item_that_its_minutes_do_not_number_is_recorded_without_and_numbered_after_the_highest(
    world: World,
) -> None:
    body = {name: value for name, value in RECORD.items() if name != "item_number"}
    assert "paragraph" not in body
    highest = max(
        (await world.as_("PK").get(f"/v1/commitments?session_id={body['session_id']}&limit=200")).json()["items"],
        key=lambda one: one["reference"],
    )
    made = await world.as_("PK").post("/v1/commitments", json=body)
    assert made.status_code == 201, made.text
    told = made.json()
    assert (told["item_number"], told["paragraph"], told["same_item"]) == (None, None, [])
    done = await world.as_("AZ").post(
        f"/v1/transitions/{told['open_transition']['id']}/confirmations", json={"decision": "confirm"}
    )
    assert done.status_code == 201, done.text
    found = (await world.as_("PK").get(f"/v1/commitments/{told['id']}")).json()
    assert (found["item_number"], found["unknown"]) == (None, [])
    assert int(found["reference"].rpartition("/")[2]) == int(highest["reference"].rpartition("/")[2]) + 1
    await proven(world)


async def test_many_at_once_are_numbered_in_the_order_asked(world: World) -> None:
    made = [await between(world) for _ in range(3)] + [await record(world, session_id=SESSION_9) for _ in range(3)]
    asked = [made[place]["open_transition"]["id"] for place in (5, 0, 4, 2, 3, 1)]
    url = f"/v1/commissions/{COMMISSION}/confirmations"
    told = (await world.as_("AZ").post(url, json={"transitions": asked, "decision": "confirm"})).json()["results"]
    assert [one["transition"]["matter"]["reference"] for one in told] == [
        "PK-AZ/09/015",
        "PK-AZ/00/001",
        "PK-AZ/09/016",
        "PK-AZ/00/002",
        "PK-AZ/09/017",
        "PK-AZ/00/003",
    ]
    await proven(world)


@pytest.mark.long
async def test_two_that_are_agreed_at_once_have_two_numbers_a_hundred_times(world: World) -> None:
    given_: list[str] = []
    for _ in range(ROUNDS):
        pair = [await between(world) for _ in range(2)]
        done = await asyncio.gather(*(answer(world, one, {"decision": "confirm"}) for one in pair))
        assert [one.status_code for one in done] == [201, 201]
        given_ += sorted(one.json()["matter"]["reference"] for one in done)
    assert given_ == [f"PK-AZ/00/{one:03d}" for one in range(1, 2 * ROUNDS + 1)]
    await proven(world)


async def test_batches_that_cross_do_not_wait_for_each_other_for_ever(world: World) -> None:
    url = f"/v1/commissions/{COMMISSION}/confirmations"
    for _ in range(20):
        made = [await between(world) for _ in range(2)] + [await record(world, session_id=SESSION_9) for _ in range(2)]
        opened = [one["open_transition"]["id"] for one in made]
        crossed = ([opened[0], opened[2]], [opened[3], opened[1]])
        done = await asyncio.gather(
            *(world.as_("AZ").post(url, json={"transitions": one, "decision": "confirm"}) for one in crossed)
        )
        assert [one["problem"] for answered in done for one in answered.json()["results"]] == [None] * 4
    await proven(world)


async def test_sessions_with_one_ordinal_or_none_share_their_numbers(world: World) -> None:
    twins = [(await begin(world, ordinal=10, host_party="PK"))["id"] for _ in range(2)]
    extraordinary = [(await begin(world, host_party="PK"))["id"] for _ in range(2)]
    made = [await agreed(world, session_id=one, item_number=1) for one in (*twins, *extraordinary)]
    made.append(await agreed(world, session_id=None, item_number=None))
    assert [one["reference"] for one in made] == [
        "PK-AZ/10/001",
        "PK-AZ/10/002",
        "PK-AZ/00/001",
        "PK-AZ/00/002",
        "PK-AZ/00/003",
    ]
    assert len({one["draft_reference"] for one in made}) == len(made)
    await proven(world)


async def test_batches_that_cross_in_sessions_of_one_ordinal_do_not_wait_for_each_other_for_ever(world: World) -> None:
    url = f"/v1/commissions/{COMMISSION}/confirmations"
    # In the order of their ids one batch would take 10 before 11, and the other 11 before 10.
    tenth, eleventh, tenth_again = [(await begin(world, ordinal=one, host_party="PK"))["id"] for one in (10, 11, 10)]
    for _ in range(20):
        made = [await record(world, session_id=one) for one in (tenth, eleventh, eleventh, tenth_again)]
        opened = [found["open_transition"]["id"] for found in made]
        crossed = (opened[:2], opened[2:])
        done = await asyncio.gather(
            *(world.as_("AZ").post(url, json={"transitions": batch, "decision": "confirm"}) for batch in crossed)
        )
        assert [told["problem"] for answered in done for told in answered.json()["results"]] == [None] * 4


async def test_agreeing_at_once_begins_a_series_once_with_what_was_given_before(world: World) -> None:
    owner = await world.connect()
    await owner.execute("DELETE FROM number_counter")
    made = [await record(world, item_number=4) for _ in range(6)]
    done = await asyncio.gather(*(answer(world, one, {"decision": "confirm"}) for one in made))
    assert sorted(one.json()["matter"]["reference"] for one in done) == [f"PK-AZ/08/{one:03d}" for one in range(15, 21)]
    assert await owner.fetchval("SELECT given FROM number_counter WHERE session = '08'") == [1, 20]


async def test_a_commission_that_is_kept_alone_numbers_at_once(world: World) -> None:
    commission = await commission_of_three(world, "PK")
    references = [(await record_in(world, commission, one))["reference"] for one in range(3)]
    assert references == [f"PK-AZ-TR/00/{one:03d}" for one in (1, 2, 3)]
    await proven(world, commission)


async def test_what_is_retracted_takes_no_number(world: World) -> None:
    made = await between(world)
    await move(world, made["id"], RETRACT)
    other = await between(world)
    await confirm(world, other["open_transition"]["id"])
    assert (await read(world, other["id"]))["reference"] == "PK-AZ/00/001"
    assert made["id"] not in await listed(world, session_id=SESSION_8)
