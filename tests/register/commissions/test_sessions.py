"""A session and its minutes: planned and moved by its host, held and adopted by every party, then only corrected."""

from typing import Any

from tests.conftest import COMMISSION, SESSION_8, SESSION_9, World, organisation
from tests.register.commissions.meeting import (
    ADOPT,
    CANCEL,
    HOLD,
    MINUTES,
    agreed,
    answered,
    begin,
    correct,
    leaf_of,
    made,
    propose,
    proven,
    read,
    refused,
)
from tests.register.commitments.test_journey import RECORD
from tests.register.commitments.test_races import trail_of
from tests.three_parties import commission_of_three

GROUP = "01940000-0000-7000-8000-000000000301"


async def test_the_pilots_sessions_are_those_of_the_communique(world: World) -> None:
    eighth = await read(world, SESSION_8)
    assert (eighth["state"], eighth["venue"], eighth["host_party"]) == ("adopted", "Islamabad", "PK")
    # Nobody said when it began: there is a closing day without an opening one.
    assert (eighth["starts_on"], eighth["ends_on"], eighth["unknown"]) == (None, "2025-01-24", ["starts_on"])
    assert eighth["effective_on"] == "2025-01-24"
    assert {party: one["name"] for party, one in eighth["co_chairs"].items()} == {
        "PK": "Khawaja Muhammad Asif", "AZ": "Vugar Valeh oglu Mustafayev",
    }  # fmt: skip
    ninth = await read(world, SESSION_9)
    assert (ninth["state"], ninth["venue"], ninth["starts_on"], ninth["host_party"]) == (
        "planned",
        "Baku",
        "2027",
        "AZ",
    )
    await proven(world)


async def test_its_host_alone_plans_a_session_and_the_other_side_alone_sees_it(world: World) -> None:
    url = f"/v1/commissions/{COMMISSION}/sessions"
    body = {"action": "plan", "ordinal": 10, "host_party": "PK", "starts_on": "2029"}
    other = await world.as_("AZ").post(url, json=body)
    assert (other.status_code, "ask the secretariat of PK" in other.json()["detail"]) == (403, True)
    assert (await world.as_("observer").post(url, json=body)).status_code == 403
    planned = await world.as_("PK").post(url, json=body)
    assert planned.status_code == 201
    assert planned.headers["location"] == f"/v1/sessions/{planned.json()['id']}"
    found = planned.json()
    assert (found["state"], found["reference"], found["is_joint"], found["open_transition"]) == (
        "planned", "PK-AZ/10", False, None,
    )  # fmt: skip
    for who, status in (("AZ", 200), ("auditor", 200), ("observer", 404), ("administrator", 404)):
        assert (await world.as_(who).get(f"/v1/sessions/{found['id']}")).status_code == status
    assert [one["ordinal"] for one in (await world.as_("observer").get(url)).json()["items"]] == [8]
    assert [one["ordinal"] for one in (await world.as_("AZ").get(url)).json()["items"]] == [8, 9, 10]
    await proven(world)


async def test_two_plans_with_one_ordinal_stand_side_by_side_and_one_of_them_is_held(world: World) -> None:
    ours, theirs = await begin(world, "PK", ordinal=10), await begin(world, "AZ", ordinal=10)
    assert (await read(world, ours["id"]))["same_ordinal"] == [theirs["id"]]
    assert (await read(world, theirs["id"]))["same_ordinal"] == [ours["id"]]
    waiting = await made(world, theirs["id"], HOLD, "AZ")
    await agreed(world, ours["id"], HOLD)
    late = await answered(world, waiting["id"], "PK")
    assert (late.status_code, "another session was held under this ordinal" in late.json()["detail"]) == (409, True)
    assert (await answered(world, waiting["id"], "PK", {"decision": "refuse", "reason": "Twice."})).status_code == 201
    assert "held under this ordinal" in (await refused(world, theirs["id"], HOLD, "AZ"))[""]
    body = {
        "action": "correct",
        "corrects": await leaf_of(world, ours["id"], 0),
        "fact": "ordinal",
        "value": 8,
        "reason": "R",
    }
    assert "held under this ordinal" in (await refused(world, ours["id"], body))["/value"]
    await proven(world)


async def test_the_host_moves_it_alone_whatever_is_open_and_without_days_it_is_postponed(world: World) -> None:
    one = await begin(world, ordinal=10, starts_on="2029")
    waiting = await made(world, one["id"], CANCEL, "AZ")
    move = {"action": "move", "reason": "An election (sample)."}
    denied = await propose(world, one["id"], move, "AZ")
    assert (denied.status_code, denied.json()["detail"]) == (403, "Only PK may do 'move' here, and does it alone.")
    moved = await made(world, one["id"], move)
    assert (moved["status"], moved["awaited"], moved["target"]) == ("effective", [], "postponed")
    found = await read(world, one["id"])
    assert (found["state"], found["starts_on"]) == ("postponed", None)
    assert found["open_transition"]["id"] == waiting["id"]
    await made(world, one["id"], {**move, "starts_on": "2029-05", "ends_on": "2029-06", "venue": "Lahore"})
    found = await read(world, one["id"])
    assert (found["state"], found["starts_on"], found["venue"]) == ("planned", "2029-05", "Lahore")
    wrong = await refused(world, one["id"], {**move, "starts_on": "2029-06-02", "ends_on": "2029-06-01"})
    assert wrong == {"/ends_on": "lies before the first day, 2029-06-02"}
    assert "about 2019" in (await refused(world, one["id"], {**move, "starts_on": "1440"}))["/starts_on"]
    same = await refused(world, one["id"], {**move, "starts_on": "2029-05", "ends_on": "2029-06"})
    assert "nothing would change" in same[""]
    await proven(world)


async def test_another_host_is_agreed_and_then_moves_it(world: World) -> None:
    one = await begin(world, ordinal=10, starts_on="2029", venue="Lahore")
    found = await agreed(world, one["id"], {"action": "change_host", "host_party": "AZ"})
    assert (found["host_party"], found["venue"], found["is_joint"]) == ("AZ", None, True)
    assert (await world.as_("observer").get(f"/v1/sessions/{one['id']}")).status_code == 200
    move = {"action": "move", "starts_on": "2028", "reason": "R"}
    assert (await propose(world, one["id"], move)).status_code == 403
    assert (await made(world, one["id"], move, "AZ"))["status"] == "effective"
    assert "no party here" in (await refused(world, one["id"], {"action": "change_host", "host_party": "TR"}))[
        "/host_party"
    ].replace("not a", "no")
    await proven(world)


async def test_it_is_held_and_its_minutes_are_adopted_by_every_party_and_then_only_corrected(world: World) -> None:
    one = await begin(world, ordinal=10, starts_on="2025")
    assert "/venue" in await refused(world, one["id"], {"action": "hold", "starts_on": "2025"})
    assert set(await refused(world, one["id"], {"action": "hold", "venue": "Baku"})) == {"/ends_on"}
    ahead = await refused(world, one["id"], HOLD | {"starts_on": "2099", "ends_on": "2100"})
    assert set(ahead) == {"/starts_on", "/ends_on"}
    found = await agreed(world, one["id"], HOLD)
    assert (found["state"], found["effective_on"], found["venue"]) == ("held", "2025-05-04", "Baku")
    texts = [*MINUTES, {"language": "az", "sha256": "a" * 64}]
    gone = await refused(world, one["id"], {"action": "adopt", "minutes": [{"language": "en"}]})
    assert "needs a reference, the document_id of the text, or the sha256" in gone["/minutes/0"]
    assert "more than once" in (await refused(world, one["id"], ADOPT | {"minutes": MINUTES * 2}))["/minutes"]
    assert set(await refused(world, one["id"], ADOPT | {"subject_to": ["TR"]})) == {"/subject_to/0"}
    found = await agreed(world, one["id"], {"action": "adopt", "minutes": texts, "subject_to": ["AZ"]}, "AZ", "PK")
    assert (found["state"], found["subject_to"]) == ("adopted", ["AZ"])
    assert [text["language"] for text in found["minutes"]] == ["en", "az"]
    again = await propose(world, one["id"], ADOPT)
    assert again.status_code == 409
    assert again.json()["allowed_actions"] == [
        "name_co_chair",
        "record_step",
        "apply_template",
        "correct",
        "reinstate",
    ]
    await proven(world)


async def test_a_wrong_day_that_both_confirmed_is_corrected_and_what_was_adopted_by_mistake_goes_back(
    world: World,
) -> None:
    one = await begin(world, ordinal=10, starts_on="2025")
    await agreed(world, one["id"], HOLD)
    held = await leaf_of(world, one["id"])
    await agreed(world, one["id"], ADOPT)
    found = await correct(world, one["id"], held, "ends_on", "2025-05-05")
    assert (found["state"], found["ends_on"]) == ("adopted", "2025-05-05")
    assert "ends_on" in found["corrected"]
    body = {"action": "correct", "corrects": held, "fact": "starts_on", "value": "2025-06", "reason": "R"}
    assert "before the first day" in str(await refused(world, one["id"], body))
    adopted = await leaf_of(world, one["id"], -3)
    found = await agreed(world, one["id"], {"action": "reinstate", "undoes": adopted, "reason": "Too early."})
    assert (found["state"], found["minutes"]) == ("held", None)
    found = await agreed(world, one["id"], {"action": "reinstate", "undoes": held, "reason": "It was another one."})
    assert (found["state"], found["is_joint"]) == ("planned", True)
    found = await agreed(world, one["id"], CANCEL)
    cancelled = await leaf_of(world, one["id"])
    found = await agreed(world, one["id"], {"action": "reinstate", "undoes": cancelled, "reason": "They sit again."})
    assert found["state"] == "planned"
    await proven(world)


async def test_a_session_of_before_the_register_is_recorded_as_far_as_it_is_known_and_confirmed_as_held(
    world: World,
) -> None:
    held = {"ends_on": "1997"}
    one = await begin(world, "AZ", action="record", ordinal=1, held=held)
    assert (one["state"], one["open_transition"]["awaiting"]) == ("proposed", ["PK"])
    assert one["awaits"] == [{"party": "PK", "session": 1, "commitments": 0}]
    assert (await answered(world, one["open_transition"]["id"], "PK")).status_code == 201
    found = await read(world, one["id"])
    assert (found["state"], found["ends_on"]) == ("held", "1997")
    assert found["unknown"] == ["host_party", "starts_on", "venue"]
    second = await begin(world, "PK", action="record", ordinal=2, host_party="AZ", held=HOLD | {"minutes": MINUTES})
    assert (await answered(world, second["open_transition"]["id"])).json()["target"] == "adopted"
    supplied = await correct(world, one["id"], await leaf_of(world, one["id"], 0), "host_party", "PK")
    assert supplied["unknown"] == ["starts_on", "venue"]
    url = f"/v1/commissions/{COMMISSION}/sessions"
    wrong = await world.as_("PK").post(url, json={"action": "plan", "held": held})
    assert wrong.status_code == 422, wrong.text
    assert [one["pointer"] for one in wrong.json()["errors"]] == ["/held"]
    nothing = await world.as_("PK").post(url, json={"action": "record", "held": {"ends_on": "2099"}})
    assert [one["pointer"] for one in nothing.json()["errors"]] == ["/held/ends_on"]
    taken = await world.as_("PK").post(url, json={"action": "record", "ordinal": 8, "held": held})
    assert [one["pointer"] for one in taken.json()["errors"]] == ["/ordinal"]
    await proven(world)


async def test_a_virtual_and_an_extraordinary_session_need_no_place_and_no_ordinal(world: World) -> None:
    one = await begin(world, virtual=True, starts_on="2025")
    assert (one["ordinal"], one["virtual"], one["reference"]) == (None, True, "PK-AZ/00")
    found = await agreed(world, one["id"], {"action": "hold", "starts_on": "2025-02-03"})
    assert (found["state"], found["venue"], found["unknown"]) == ("held", None, ["ends_on"])
    second = await begin(world, starts_on="2025")
    assert (await agreed(world, second["id"], HOLD))["state"] == "held"
    await proven(world)


async def test_each_party_names_its_own_co_chair_in_any_state_also_by_patch(world: World) -> None:
    url, chair = f"/v1/sessions/{SESSION_8}", {"co_chair": {"name": "N. N.", "title": "Minister"}}
    assert (await world.as_("AZ").patch(url, json=chair)).status_code == 428
    tag = (await world.as_("AZ").get(url)).headers["etag"]
    named = await world.as_("AZ").patch(url, json=chair, headers={"If-Match": tag})
    assert (named.status_code, named.json()["co_chairs"]["AZ"]["name"]) == (200, "N. N.")
    assert named.json()["co_chairs"]["PK"]["name"] == "Khawaja Muhammad Asif"
    assert (await world.as_("PK").patch(url, json=chair, headers={"If-Match": tag})).status_code == 412
    tag = named.headers["etag"]
    same = await world.as_("AZ").patch(url, json=chair, headers={"If-Match": tag})
    assert (same.status_code, same.headers["etag"]) == (200, tag)
    foreign = await world.as_("AZ").patch(url, json={"venue": "Baku"}, headers={"If-Match": "*"})
    assert "its host moves it" in foreign.json()["errors"][0]["detail"]
    assert (await world.as_("observer").patch(url, json=chair, headers={"If-Match": "*"})).status_code == 403
    await made(world, SESSION_8, {"action": "name_co_chair", "co_chair": None}, "AZ")
    assert list((await read(world, SESSION_8))["co_chairs"]) == ["PK"]
    body = {
        "action": "correct",
        "corrects": await leaf_of(world, SESSION_8),
        "fact": "co_chair",
        "value": None,
        "reason": "R",
    }
    assert "one party's own fact" in (await refused(world, SESSION_8, body))["/fact"]
    await proven(world)


async def test_what_was_planned_by_mistake_is_retracted_by_its_recorder_alone(world: World) -> None:
    one = await begin(world, ordinal=10)
    retract = {"action": "retract"}
    assert (await propose(world, one["id"], retract, "AZ")).status_code == 403
    assert (await made(world, one["id"], retract))["target"] == "retracted"
    listed = (await world.as_("PK").get(f"/v1/commissions/{COMMISSION}/sessions")).json()["items"]
    assert one["id"] not in {found["id"] for found in listed}
    other = await begin(world, ordinal=10)
    await agreed(world, other["id"], {"action": "change_host", "host_party": "AZ"})
    late = await propose(world, other["id"], retract)
    assert (late.status_code, "is_joint" in late.json()["detail"]) == (409, True)
    body = RECORD | {"session_id": one["id"], "item_number": 1}
    gone = await world.as_("PK").post("/v1/commitments", json=body)
    assert "retracted" in gone.json()["errors"][0]["detail"]
    await proven(world)


async def test_a_session_of_a_working_group_has_an_ordinal_of_its_own_and_its_co_leads_decide(world: World) -> None:
    for number in (103, 203, 105):
        await world.second_principal(f"office-{number}", organisation_id=organisation(number))
    lead = "office-103"
    await world.as_("PK").put(f"/v1/working-groups/{GROUP}/members/{organisation(105)}", json={"role": "member"})
    url = f"/v1/commissions/{COMMISSION}/sessions"
    of_group = {"action": "plan", "working_group_id": GROUP, "ordinal": 8, "starts_on": "2025"}
    assert (await world.as_("office-105").post(url, json=of_group)).status_code == 403
    assert (await world.as_(lead).post(url, json={"action": "plan", "ordinal": 11})).status_code == 403
    one = await begin(world, lead, working_group_id=GROUP, ordinal=8, starts_on="2025")
    assert (one["host_party"], one["working_group_id"], one["same_ordinal"]) == ("PK", GROUP, [])
    waiting = await made(world, one["id"], HOLD, lead)
    assert (await answered(world, waiting["id"], "office-203")).status_code == 201
    assert (await agreed(world, one["id"], ADOPT))["state"] == "adopted"
    assert (await read(world, SESSION_8))["allowed_actions"]
    assert (await read(world, SESSION_8, lead))["allowed_actions"] == []
    elsewhere = await world.as_("PK").post(url, json=of_group | {"working_group_id": SESSION_8})
    assert [one["pointer"] for one in elsewhere.json()["errors"]] == ["/working_group_id"]
    await proven(world)


async def test_a_session_shows_what_it_awaits_of_whom(world: World) -> None:
    planned = await begin(world, ordinal=10)
    body = RECORD | {"session_id": planned["id"]}
    recorded = await world.as_("PK").post("/v1/commitments", json=body)
    assert recorded.status_code == 201, recorded.text
    (agree,) = (await world.as_("AZ").get(f"/v1/commitments/{recorded.json()['id']}/transitions")).json()["items"]
    said = "the session that is named is planned: nobody has confirmed that it met"
    assert said in {one["detail"] for one in agree["warnings"]}
    waiting = await made(world, planned["id"], CANCEL, "AZ")
    found = await read(world, planned["id"])
    assert found["awaits"] == [
        {"party": "AZ", "session": 0, "commitments": 1},
        {"party": "PK", "session": 1, "commitments": 0},
    ]
    listed = (await world.as_("PK").get(f"/v1/transitions?awaiting=PK&commission_id={COMMISSION}")).json()["items"]
    (one,) = [one for one in listed if one["id"] == waiting["id"]]
    assert one["matter"] == {
        "kind": "session", "id": planned["id"], "reference": "PK-AZ/10", "titles": {"en": "Session 10"},
    }  # fmt: skip
    assert one["may_answer"]
    both = (await world.as_("PK").get(f"/v1/transitions?commission_id={COMMISSION}&limit=200")).json()["items"]
    assert [found["id"] for found in both] == sorted(found["id"] for found in both)
    kinds = {"session", "commitment", "working_group", "instrument", "commission"}
    assert {found["matter"]["kind"] for found in both} == kinds


async def test_sessions_and_commitments_are_answered_in_one_request(world: World) -> None:
    ours = [await begin(world, "AZ", ordinal=10), await begin(world, "AZ", ordinal=10)]
    asked = [(await made(world, one["id"], HOLD, "AZ"))["id"] for one in ours]
    item = (await world.as_("AZ").post("/v1/commitments", json=RECORD)).json()["open_transition"]["id"]
    url = f"/v1/commissions/{COMMISSION}/confirmations"
    done = await world.as_("PK").post(url, json={"transitions": [item, *asked], "decision": "confirm"})
    assert done.status_code == 200, done.text
    first, second, third = done.json()["results"]
    assert [one["transition"]["status"] for one in (first, second)] == ["effective"] * 2
    assert "held under this ordinal" in third["problem"]["detail"]
    many = {"action": "cancel", "reason": "R", "matters": [ours[1]["id"], ours[0]["id"]]}
    assert (await answered(world, asked[1], "PK", {"decision": "refuse", "reason": "Twice."})).status_code == 201
    proposed = await world.as_("PK").post(f"/v1/commissions/{COMMISSION}/proposals", json=many)
    assert [bool(one["transition"]) for one in proposed.json()["results"]] == [True, False]
    await proven(world)


async def test_every_move_leaves_an_entry_in_the_sessions_own_trail_and_in_the_feed(world: World) -> None:
    one = await begin(world, ordinal=10)
    await agreed(world, one["id"], CANCEL)
    entries = await trail_of(world, one["id"])
    assert [(entry["seq"], entry["v"], entry["kind"]) for entry in entries] == [
        (0, 2, "session.recorded"), (1, 2, "transition.proposed"), (2, 2, "transition.confirmed"),
    ]  # fmt: skip
    while await world.sequence():
        pass
    told = (await world.as_("AZ").get(f"/v1/sessions/{one['id']}/audit-trail")).json()["items"]
    assert [entry["seq"] for entry in told] == [0, 1, 2]
    feed: list[dict[str, Any]] = []
    after = -1
    while page := (
        await world.as_("PK").get(f"/v1/commissions/{COMMISSION}/audit-trail?after={after}&limit=200")
    ).json()["items"]:
        feed += page
        after = page[-1]["index"]
    assert [entry["seq"] for entry in feed if entry["subject"] == one["id"]] == [0, 1, 2]
    hidden = await begin(world, ordinal=11)
    assert (await world.as_("observer").get(f"/v1/sessions/{hidden['id']}/audit-trail")).status_code == 404
    moves = (await world.as_("AZ").get(f"/v1/sessions/{one['id']}/transitions")).json()["items"]
    assert [move["action"] for move in moves] == ["cancel"]
    assert moves[0]["evidence"]["move"] == "session.cancel"


async def test_where_one_keeps_alone_its_moves_take_effect_at_once(world: World) -> None:
    commission = await commission_of_three(world, "PK")
    one = await begin(world, commission=commission, action="record", ordinal=1, host_party="AZ", held=HOLD)
    assert (one["state"], one["open_transition"]) == ("held", None)
    assert (await made(world, one["id"], ADOPT))["status"] == "effective"
    await proven(world, commission)
