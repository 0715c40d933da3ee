"""Bodies to be founded, plans, packages and events: what each tells, and what hints that it is done; nothing moves by itself."""

from datetime import UTC, datetime
from typing import Any, Final

import pytest

from tests.conftest import COMMISSION, SESSION_8, SESSION_9, World, item, organisation
from tests.register.commissions.meeting import agreed as met
from tests.register.commissions.meeting import begin
from tests.register.commitments.test_journey import IMPLEMENT, RECORD, SIGN, read
from tests.register.commitments.test_lists import references
from tests.register.commitments.test_mending import NUMBER as DRAFTED
from tests.register.commitments.test_mending import confirmed, correct, proven, trail
from tests.register.groups.grouping import ENERGY, TRADE, agreed, founded
from tests.three_parties import commission_of_three, in_force, record_in

NUMBER: Final = 9
FIRST, SECOND = {"titles": {"en": "One window"}}, {"titles": {"en": "A list of contact points"}}
PACKAGE: Final = {"kind": "package", "package_items": {"1": FIRST, "2": SECOND}}
TOLD: Final = {"target_text": "before the next session", "source": "Communiqué, 9", "remark": "Waits for customs"}


def amend(**changes: Any) -> dict[str, Any]:
    return {"action": "amend", "reason": "R", "changes": changes}


async def recorded(world: World, **others: Any) -> Any:
    made = await world.as_("PK").post("/v1/commitments", json=RECORD | others)
    assert made.status_code == 201, made.text
    return made.json()


async def refused(world: World, pointer: str, **others: Any) -> str:
    """Return why a record is refused at this place, and at no other."""
    answer = await world.as_("PK").post("/v1/commitments", json=RECORD | others)
    assert answer.status_code == 422, answer.text
    (wrong,) = answer.json()["errors"]
    assert wrong["pointer"] == pointer
    return str(wrong["detail"])


async def test_the_pilot_s_body_and_event_hint_only_once_they_are_there(still: World) -> None:
    body, event, plain = [await read(still, item(number)) for number in (13, 14, 1)]
    assert (body["kind"], body["hint"], len(body["founded_group_ids"])) == ("body_to_be_founded", "group_active", 5)
    assert (event["kind"], event["hint"], event["event_session_id"]) == ("event", None, SESSION_9)
    assert (plain["kind"], plain["hint"], plain["package_items_done"]) == ("commitment", None, None)
    assert body["state"] == event["state"] == "agreed"


async def test_a_package_counts_its_items_and_hints_when_all_are_done(world: World) -> None:
    one = await confirmed(world, item(NUMBER), amend(**PACKAGE, **TOLD))
    assert (one["package_items_done"], one["hint"], one["state"]) == (0, None, "agreed")
    assert {name: one[name] for name in TOLD} == TOLD
    one = await confirmed(world, item(NUMBER), amend(package_items={"1": {"done_on": "2025-03"}}))
    assert (one["package_items_done"], one["hint"]) == (1, None)
    one = await confirmed(world, item(NUMBER), amend(package_items={"2": None}))
    assert (one["package_items_done"], one["hint"], one["state"]) == (1, "items_done", "agreed")
    assert one["package_items"] == [{"number": 1, **FIRST, "done_on": "2025-03"}]
    assert f"{NUMBER:02}" in await references(world, "kind=package")
    done = await confirmed(world, item(NUMBER), IMPLEMENT | {"no_instrument_reason": "None was needed."})
    assert (done["state"], done["hint"]) == ("implemented", None)
    await proven(world)


async def test_a_plan_hints_when_its_text_is_signed_and_an_event_when_it_was_held(world: World) -> None:
    plan = await confirmed(world, item(4), amend(kind="plan"))
    assert plan["hint"] is None
    assert (await confirmed(world, item(4), SIGN))["hint"] == "text_adopted"
    tenth = str((await begin(world, ordinal=10, host_party="PK"))["id"])
    event = await confirmed(world, item(NUMBER), amend(kind="event", event_session_id=tenth))
    assert event["hint"] is None
    await met(world, tenth, {"action": "hold", "starts_on": "2025-11-20", "ends_on": "2025-11-21", "venue": "Baku"})
    event = await read(world, item(NUMBER))
    assert (event["hint"], event["state"]) == ("event_held", "agreed")
    past = (await world.as_("PK").get(f"/v1/commitments/{item(NUMBER)}?as_of=2024-01-01")).json()
    assert past.get("hint") is None
    today = datetime.now(UTC).date()
    assert (await world.as_("PK").get(f"/v1/commitments/{item(NUMBER)}?as_of={today}")).json()["hint"] == "event_held"
    await proven(world)


async def test_a_body_hints_only_while_every_group_that_it_names_is_active(world: World) -> None:
    group = (await founded(world))["id"]
    body = await confirmed(world, item(13), amend(founded_group_ids=[group, TRADE]))
    assert body["hint"] == "group_active"
    await agreed(world, group, {"action": "dissolve", "reason": "R", "receiver_id": ENERGY})
    assert (await read(world, item(13)))["hint"] is None


@pytest.mark.parametrize(
    ("pointer", "said", "others"),
    [
        ("/package_items", "of the kind `package` alone", {"package_items": {"1": FIRST}}),
        ("/founded_group_ids", "`body_to_be_founded` alone", {"kind": "event", "founded_group_ids": [ENERGY]}),
        ("/event_session_id", "`event` alone", {"kind": "plan", "event_session_id": SESSION_9}),
        ("/event_session_id", "none with this id", {"kind": "event", "event_session_id": item(1)}),
        ("/founded_group_ids/1", "none with this id", {"kind": "body_to_be_founded", "founded_group_ids": [ENERGY, item(1)]}),
        ("/continues", "of this commission", {"continues": "PK-AZ/08/004"}),
        ("/pushed_by", "that you may see", {"pushed_by": "PK-TR/07/003"}),
        ("/kind", "", {"kind": "wish"}),
    ],
)  # fmt: skip
async def test_what_a_kind_does_not_tell_is_refused_where_it_stands(
    still: World, pointer: str, said: str, others: dict[str, Any]
) -> None:
    assert said in await refused(still, pointer, **others)


async def test_an_amendment_leaves_no_item_without_a_title_and_no_kind_with_what_another_tells(world: World) -> None:
    await confirmed(world, item(NUMBER), amend(**PACKAGE))
    pk = world.as_("PK")
    for changes, pointer in (
        ({"package_items": {"3": {"done_on": "2025"}}}, "/changes/package_items/3/titles"),
        ({"kind": "plan"}, "/changes/package_items"),
        ({"kind": None}, "/changes"),
    ):
        answer = await pk.post(f"/v1/commitments/{item(NUMBER)}/transitions", json=amend(**changes))
        assert (answer.status_code, [one["pointer"] for one in answer.json()["errors"]]) == (422, [pointer])
    one = await confirmed(world, item(NUMBER), amend(kind="plan", package_items=None))
    assert (one["kind"], one["package_items"]) == ("plan", [])


async def test_what_was_written_down_wrongly_is_corrected_and_told_so(world: World) -> None:
    await confirmed(world, item(DRAFTED), amend(**PACKAGE, **TOLD))
    one = await correct(world, "amend", "remark", "Waits for nobody")
    assert (one["remark"], "remark" in one["corrected"]) == ("Waits for nobody", True)
    one = await correct(world, "amend", "package_items", {"1": {**FIRST, "done_on": "2025"}})
    assert (one["hint"], one["package_items_done"]) == ("items_done", 1)
    await proven(world)


async def test_remark_source_target_and_items_are_found_by_their_words_however_they_are_typed(world: World) -> None:
    await confirmed(
        world,
        item(NUMBER),
        amend(
            kind="package", package_items={"1": {"titles": {"az": "Pəncərə"}}}, remark="Zāhir Şah", source="Communiqué"
        ),
    )
    for word in ("pencere", "zahir sah", "communique"):
        assert await references(world, f"q={word}") == [f"{NUMBER:02}"], word
    assert await references(world, "q=customs and nothing") == []


async def test_what_was_of_a_kind_is_told_as_it_was(world: World) -> None:
    await confirmed(world, item(NUMBER), amend(**PACKAGE, **TOLD))
    pk = world.as_("PK")
    entries = await trail(world, NUMBER)
    before = entries[-2]["recorded_at"]
    past = (await pk.get(f"/v1/commitments/{item(NUMBER)}", params={"known_at": before})).json()
    assert (past["kind"], past["remark"], past["package_items"]) == ("commitment", None, [])
    listed = (await pk.get("/v1/commitments", params={"known_at": before, "kind": "package"})).json()["items"]
    assert listed == []
    listed = (await pk.get("/v1/commitments", params={"as_of": "2026-01-01", "kind": "package"})).json()["items"]
    assert [one["id"] for one in listed] == [item(NUMBER)]


async def test_a_report_tells_the_hint_and_moves_nothing(still: World) -> None:
    told = (await still.as_("PK").get(f"/v1/sessions/{SESSION_8}/report?audience=parties")).json()
    rows = {one["id"]: one for one in told["matrix"]}
    assert (rows[item(13)]["hint"], rows[item(13)]["state"]) == ("group_active", "agreed")
    assert (rows[item(14)]["kind"], rows[item(14)]["hint"]) == ("event", None)
    assert told["metrics"]["fully_implemented"]["numerator"] == 0


async def test_a_commitment_of_another_commission_is_named_to_nobody_who_may_not_see_it(world: World) -> None:
    three = await commission_of_three(world)
    other = (await record_in(world, three, 1))["reference"]
    one = await recorded(world, continues=other)
    assert (await read(world, one["id"]))["continues"] == other
    # The observer may see neither, so it learns of neither.
    listed = (await world.as_("observer").get("/v1/commitments?limit=200")).text
    assert other not in listed
    await world.sequence()
    assert other not in (await world.as_("observer").get(f"/v1/commissions/{COMMISSION}/audit-trail?limit=200")).text


async def test_nobody_confirms_that_it_was_agreed_while_it_names_what_they_may_not_see(world: World) -> None:
    await commission_of_three(world)
    tr = (await world.as_("PK").get("/v1/organisations?party=TR")).json()["items"][0]["id"]
    two = (await in_force(world, {"PK": organisation(101), "TR": tr}))["id"]
    other = (await record_in(world, two, 1))["reference"]
    one = await recorded(world, pushed_by=other)
    assert (await read(world, one["id"], "AZ"))["pushed_by"] is None
    open_one = one["open_transition"]["id"]
    answer = await world.as_("AZ").post(f"/v1/transitions/{open_one}/confirmations", json={"decision": "confirm"})
    assert (answer.status_code, "may not see" in answer.json()["detail"]) == (403, True)
    no = {"decision": "refuse", "reason": "What is it?"}
    assert (await world.as_("AZ").post(f"/v1/transitions/{open_one}/confirmations", json=no)).status_code == 201


async def test_a_public_item_is_told_whole_though_its_event_is_only_planned(still: World) -> None:
    observer = still.as_("observer")
    entries = (await observer.get(f"/v1/commitments/{item(14)}/audit-trail")).json()["items"]
    assert [one["seq"] for one in entries] == [0, 1]
    assert (await observer.get(f"/v1/commitments/{item(14)}")).json()["event_session_id"] is None
