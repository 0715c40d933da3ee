"""Who takes part in a commission changes: a party joins what another kept alone, a third state accedes, a party leaves."""

from typing import Any, Final

from tests.conftest import COMMISSION, World, item, organisation
from tests.register.commissions.chartering import AMEND, agreed, charter, leaf_of, made, propose
from tests.register.commissions.meeting import answered, proven
from tests.register.commitments.test_journey import read
from tests.three_parties import commission_of_three, name_registrar, record_in

DAY: Final = "2026-01"
LEAVE: Final = {"action": "leave", "reason": "R", "notified_on": "2025-12", "effective_on": DAY}
SUSPEND: Final = {"action": "suspend", "reason": "R", "review_on": "2027"}


async def a_third_state(world: World) -> str:
    """Register Türkiye and its registrar, with the principal `tr-registrar`; return the registrar's organisation."""
    await world.as_("administrator").post("/v1/parties", json={"code": "TR", "names": {"en": "Türkiye"}})
    return await name_registrar(world, "TR")


async def acceded(world: World) -> str:
    """Let Türkiye accede to the pilot's commission; return its office."""
    office = await a_third_state(world)
    move = await made(world, {"action": "accede", "party": "TR", "effective_on": DAY})
    assert move["awaited"] == ["AZ", "TR"]
    brought = {"decision": "confirm", "secretariat_id": office}
    assert (await answered(world, move["id"], "tr-registrar", brought)).json()["status"] == "open"
    assert (await answered(world, move["id"])).json()["status"] == "effective"
    return office


async def move(world: World, number: int, body: dict[str, Any], by: str) -> Any:
    """Propose a move of one of the pilot's items, and return it."""
    answer = await world.as_(by).post(f"/v1/commitments/{item(number)}/transitions", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_third_state_accedes_when_the_others_and_it_have_confirmed_and_it_names_its_secretariat(
    world: World,
) -> None:
    office = await acceded(world)
    found = await charter(world)
    assert {one["party"]: one["secretariat_id"] for one in found["parties"]} == {
        "PK": organisation(101), "AZ": organisation(201), "TR": office,
    }  # fmt: skip
    assert (found["state"], found["entered"]["TR"]["by"], found["entered"]["TR"]["on"]) == ("in_force", "accede", DAY)
    assert (await made(world, AMEND, "tr-registrar"))["awaited"] == ["PK", "AZ"]
    await proven(world)


async def test_whoever_is_to_take_part_sees_and_decides_nothing_else(world: World) -> None:
    office = await a_third_state(world)
    assert (await propose(world, AMEND, "tr-registrar")).status_code == 403
    assert (await propose(world, LEAVE, "tr-registrar")).status_code == 403
    assert (
        await propose(world, {"action": "name_secretariat", "secretariat_id": office}, "tr-registrar")
    ).status_code == 403
    opened = await made(world, {"action": "accede", "party": "TR", "effective_on": DAY})
    allowed = (await charter(world, "tr-registrar"))["allowed_actions"]
    assert "name_secretariat" not in [one["action"] for one in allowed]
    assert (await world.as_("tr-registrar").get(f"/v1/commitments/{item(7)}")).status_code == (
        await world.as_("observer").get(f"/v1/commitments/{item(7)}")
    ).status_code
    assert (await world.as_("tr-registrar").get(f"/v1/commitments/{item(5)}")).status_code == 404
    listed = (await world.as_("tr-registrar").get("/v1/transitions?awaiting=TR")).json()["items"]
    assert [(one["id"], one["may_answer"]) for one in listed] == [(opened["id"], True)]
    for body, pointer in (
        ({"decision": "confirm"}, "/secretariat_id"),
        ({"decision": "confirm", "secretariat_id": organisation(101)}, "/secretariat_id"),
    ):
        wrong = await answered(world, opened["id"], "tr-registrar", body)
        assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, pointer)
    of_another = await answered(world, opened["id"], "AZ", {"decision": "confirm", "secretariat_id": organisation(201)})
    assert of_another.status_code == 422


async def test_an_accession_is_of_no_party_of_it_already_and_of_no_day_ahead(world: World) -> None:
    await a_third_state(world)
    for body, pointer in (
        ({"party": "AZ", "effective_on": DAY}, "/party"),
        ({"party": "XX", "effective_on": DAY}, "/party"),
        ({"party": "TR", "effective_on": "2999"}, "/effective_on"),
        ({"party": "TR"}, "/effective_on"),
        ({"party": "TR", "effective_on": DAY, "secretariat_id": organisation(101)}, "/secretariat_id"),
    ):
        answer = await propose(world, {"action": "accede", **body})
        assert answer.status_code == 422, answer.text
        assert pointer in [one["pointer"] for one in answer.json()["errors"]]
    assert (await propose(world, {"action": "join", "party": "TR", "effective_on": DAY})).status_code == 409


async def test_a_party_joins_what_another_kept_alone_and_is_awaited_from_then_on(world: World) -> None:
    commission = await commission_of_three(world, "PK")
    alone = await record_in(world, commission, 1)
    assert alone["state"] == "agreed"
    body = {"action": "join", "party": "AZ", "effective_on": DAY, "secretariat_id": organisation(201)}
    opened = await made(world, body, "AZ", commission)
    assert opened["awaited"] == ["PK"]
    assert (await world.as_("AZ").get(f"/v1/commitments/{alone['id']}")).status_code == 404
    assert (await answered(world, opened["id"], "PK")).json()["status"] == "effective"
    found = await charter(world, "AZ", commission)
    assert (found["state"], found["rule"], found["kept_by"], found["outside"]) == ("in_force", "mutual", None, ["TR"])
    assert (await read(world, alone["id"], "AZ"))["state"] == "agreed"
    lapse = {"action": "lapse", "reason": "R"}
    moved = await world.as_("PK").post(f"/v1/commitments/{alone['id']}/transitions", json=lapse)
    assert (moved.status_code, moved.json()["awaited"]) == (201, ["AZ"])
    await proven(world, commission)


async def test_a_party_leaves_by_itself_and_what_needs_it_is_over(world: World) -> None:
    await acceded(world)
    charter_move = await made(world, AMEND, "tr-registrar")
    for number, by in ((2, "PK"), (4, "PK")):
        await move(world, number, SUSPEND, by)
    left = await made(world, LEAVE, "AZ")
    assert (left["status"], left["awaited"]) == ("effective", [])
    found = await charter(world)
    assert ([one["party"] for one in found["parties"]], found["departed"]["AZ"]["notified_on"]) == (
        ["PK", "TR"], "2025-12",
    )  # fmt: skip
    assert found["open_transition"] is None
    assert (await world.as_("PK").get(f"/v1/transitions/{charter_move['id']}")).json()["status"] == "party_left"
    known = await read(world, item(2))
    assert known["open_transition"] is None
    waiting = (await world.as_("PK").get(f"/v1/commitments/{item(2)}/transitions")).json()["items"][-1]
    assert waiting["status"] == "party_left"
    for status, count in (("open", 0), ("party_left", 3)):
        listed = (await world.as_("PK").get(f"/v1/transitions?status={status}")).json()["items"]
        assert len(listed) == count
    late = await world.as_("AZ").post(f"/v1/transitions/{waiting['id']}/confirmations", json={"decision": "confirm"})
    assert late.status_code == 403, "what is public it still reads"
    own = await world.as_("PK").post(f"/v1/transitions/{waiting['id']}/withdrawal", json={})
    assert (own.status_code, own.json()["transition_status"]) == (409, "party_left")
    # Who acceded has not acknowledged what was there before, and is not awaited for it yet.
    again = await move(world, 2, SUSPEND, "PK")
    assert again["status"] == "effective"
    assert (await world.as_("AZ").get(f"/v1/commitments/{item(5)}")).status_code == 404
    await proven(world)


async def test_where_one_party_remains_it_keeps_the_commission_alone_and_the_other_may_join_again(world: World) -> None:
    await move(world, 2, SUSPEND, "PK")
    assert (await made(world, LEAVE, "AZ"))["target"] == "kept"
    found = await charter(world)
    assert (found["state"], found["kept_by"], found["outside"]) == ("kept", "PK", ["AZ"])
    assert (await move(world, 2, SUSPEND, "PK"))["status"] == "effective"
    body = {"action": "join", "party": "AZ", "effective_on": DAY}
    back = await made(world, body)
    joined = await answered(world, back["id"], "AZ", {"decision": "confirm", "secretariat_id": organisation(201)})
    assert joined.json()["status"] == "effective"
    assert (await charter(world))["state"] == "in_force"
    await proven(world)


async def test_a_dissolved_commission_takes_nothing_new_and_what_is_open_may_end(world: World) -> None:
    opened = await made(world, {"action": "dissolve", "reason": "R"})
    waiting = await move(world, 2, SUSPEND, "PK")
    assert (await answered(world, opened["id"])).json()["status"] == "effective"
    refused = await world.as_("AZ").post(f"/v1/transitions/{waiting['id']}/confirmations", json={"decision": "confirm"})
    assert refused.status_code == 409
    assert (await world.as_("PK").post(f"/v1/transitions/{waiting['id']}/withdrawal", json={})).status_code == 201
    new = await world.as_("PK").post(f"/v1/commitments/{item(4)}/transitions", json=SUSPEND)
    assert (new.status_code, "is dissolved" in new.json()["detail"]) == (409, True)
    session = await world.as_("PK").post(f"/v1/commissions/{COMMISSION}/sessions", json={"action": "plan"})
    assert session.status_code == 409
    assert (await move(world, 4, {"action": "lapse", "reason": "R"}, "PK"))["awaited"] == ["AZ"]
    actions = {one["action"] for one in (await read(world, item(2)))["allowed_actions"]}
    assert actions == {"withdraw", "lapse", "supersede", "merge", "correct"}
    await proven(world)


async def test_what_a_leaving_said_of_its_days_is_corrected_where_it_is_told(world: World) -> None:
    await acceded(world)
    body = {"action": "leave", "reason": "R", "notified_on": "2025-01", "effective_on": "2025-02"}
    await made(world, body, "tr-registrar")
    before = (await charter(world))["departed"]["TR"]
    wrong = {"action": "correct", "corrects": await leaf_of(world), "reason": "R"}
    found = await agreed(world, wrong | {"fact": "effective_on", "value": "2025-03"})
    assert found["departed"]["TR"] == {**before, "on": "2025-03"}
    assert list(found["corrected"]) == ["departed.TR"]
    by_the_second = await agreed(world, wrong | {"fact": "notified_on", "value": "2025-02"})
    assert by_the_second["departed"]["TR"] == {**before, "on": "2025-03", "notified_on": "2025-02"}
    assert by_the_second["corrected"]["departed.TR"] > found["corrected"]["departed.TR"]
    await proven(world)


async def test_a_corrected_day_of_a_leaving_is_corrected_again_and_may_turn_out_not_to_be_known(world: World) -> None:
    await acceded(world)
    body = {"action": "leave", "reason": "R", "notified_on": "2025-01", "effective_on": "2025-02"}
    await made(world, body, "tr-registrar")
    before = (await charter(world))["departed"]["TR"]
    wrong = {"action": "correct", "corrects": await leaf_of(world), "reason": "R"}
    await agreed(world, wrong | {"fact": "notified_on", "value": "2025-02"})
    first = await leaf_of(world)
    await agreed(world, wrong | {"fact": "effective_on", "value": "2025-03"})
    second = await leaf_of(world)
    found = await agreed(world, wrong | {"corrects": second, "fact": "effective_on", "value": "2025-04"})
    assert found["departed"]["TR"] == {**before, "on": "2025-04", "notified_on": "2025-02"}
    found = await agreed(world, wrong | {"corrects": first, "fact": "notified_on", "value": None})
    assert found["departed"]["TR"] == {**before, "on": "2025-04", "notified_on": None}
    await proven(world)


async def test_the_day_of_an_accession_is_corrected_and_who_takes_part_is_not(world: World) -> None:
    office = await acceded(world)
    wrong = {"action": "correct", "corrects": await leaf_of(world), "reason": "R"}
    for fact, value in (("party", "US"), ("secretariat_id", organisation(101))):
        refused = await propose(world, wrong | {"fact": fact, "value": value})
        assert [one["pointer"] for one in refused.json()["errors"]] == ["/fact"]
    found = await agreed(world, wrong | {"fact": "effective_on", "value": "2025-03"}, "PK", "AZ", "tr-registrar")
    assert (found["entered"]["TR"]["on"], found["parties"][-1]["secretariat_id"]) == ("2025-03", office)
    await proven(world)


async def test_what_is_spelled_as_no_code_is_told_once(world: World) -> None:
    """A name of the wrong shape names nothing either; a good one that names nothing is told of that."""
    entering = {"effective_on": DAY}
    for action, member, spelled, told in (
        ("accede", "party", "pk", "must be a text like"),
        ("accede", "party", "PAK", "must be a text like"),
        ("accede", "party", "QQ", "names no party of this register"),
        ("accede", "secretariat_id", "PK/trade", "names no organisation of your own party"),
        ("appoint_auditor", "principal_id", "court", "must be"),
    ):
        found = (await propose(world, {"action": action, **entering, member: spelled})).json()
        said = [one["detail"] for one in found["errors"] if one["pointer"] == f"/{member}"]
        assert len(said) == 1, (action, spelled, found["errors"])
        assert told in said[0], said
