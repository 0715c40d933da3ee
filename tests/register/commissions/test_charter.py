"""A commission's charter: founded, amended and dissolved by every party; each names its own secretariat."""

import pytest

from service.demo.pilot import PILOT
from tests.conftest import World, item, organisation
from tests.register.commissions.chartering import AMEND, DISSOLVE, agreed, charter, leaf_of, made, propose, trail
from tests.register.commissions.meeting import answered, proven
from tests.register.commitments.test_journey import confirmed
from tests.three_parties import commission_of_three, founded, in_force, record_in


async def test_a_charter_changes_when_every_party_has_confirmed_it(world: World) -> None:
    changes = {"titles": {"az": "Birgə komissiya"}, "languages": ["en", "az"], "founding_act": "Agreement of 1995"}
    move = await made(world, {"action": "amend", "changes": changes, "reason": "R"})
    assert (move["status"], move["awaited"], move["matter"]["kind"]) == ("open", ["AZ"], "commission")
    assert (await charter(world))["languages"] == ["en"]
    assert (await charter(world))["open_transition"]["id"] == move["id"]
    assert (await answered(world, move["id"])).json()["status"] == "effective"
    found = await charter(world)
    assert found["titles"] == {"en": PILOT["commission"]["titles"]["en"], "az": "Birgə komissiya"}
    assert (found["languages"], found["founding_act"], found["open_transition"]) == (
        ["en", "az"], "Agreement of 1995", None,
    )  # fmt: skip
    assert [one["kind"] for one in await trail(world)][-2:] == ["transition.proposed", "transition.confirmed"]
    await proven(world)


async def test_nobody_but_a_secretariat_moves_a_charter(world: World) -> None:
    for who in ("administrator", "auditor", "observer"):
        assert (await propose(world, AMEND, who)).status_code == 403
        assert (await charter(world, who))["allowed_actions"] == []
    lead = await world.second_principal("customs", organisation_id=organisation(104))
    assert lead
    assert (await propose(world, AMEND, "customs")).status_code == 403


async def test_what_may_be_done_is_what_is_allowed(world: World) -> None:
    allowed = {one["action"]: one["awaits"] for one in (await charter(world))["allowed_actions"]}
    assert allowed == {
        "accede": ["AZ"], "leave": [], "amend": ["AZ"], "dissolve": ["AZ"], "name_secretariat": [], "correct": ["AZ"],
        "appoint_auditor": ["AZ"], "dismiss_auditor": [], "set_step_template": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({}, "/changes"),
        ({"titles": {"en": None}}, "/changes/titles"),
        ({"languages": []}, "/changes/languages"),
        ({"languages": ["en", "en"]}, "/changes/languages"),
        ({"languages": ["en"]}, "/changes"),
        ({"titles": None}, "/changes"),
        ({"founded_on": "2999"}, "/changes/founded_on"),
        ({"parties": ["PK"]}, "/changes/parties"),
    ],
)
async def test_what_no_charter_can_be_is_refused(still: World, changes: dict[str, object], pointer: str) -> None:
    answer = await propose(still, {"action": "amend", "changes": changes, "reason": "R"})
    assert answer.status_code == 422, answer.text
    assert [one["pointer"] for one in answer.json()["errors"]] == [pointer]


async def test_each_party_names_its_own_secretariat_alone_and_at_once(world: World) -> None:
    await world.second_principal("finance", organisation_id=organisation(103))
    foreign = await propose(world, {"action": "name_secretariat", "secretariat_id": organisation(201)})
    assert [one["pointer"] for one in foreign.json()["errors"]] == ["/secretariat_id"]
    await made(world, AMEND, "AZ")
    done = await made(world, {"action": "name_secretariat", "secretariat_id": organisation(103)})
    assert (done["status"], done["awaited"]) == ("effective", [])
    found = await charter(world, "AZ")
    assert {one["party"]: one["secretariat_id"] for one in found["parties"]}["PK"] == organisation(103)
    # It neither waits for a proposal nor closes it; who was the secretariat is it no more, with the next request.
    assert found["open_transition"]["proposed_by"] == "AZ"
    assert (await answered(world, found["open_transition"]["id"], "PK")).status_code == 403
    assert (await answered(world, found["open_transition"]["id"], "finance")).json()["status"] == "effective"
    # Who registers for the party names it, and no secretariat its own successor.
    name = {"action": "name_secretariat", "secretariat_id": organisation(105)}
    refused = await propose(world, name, "finance")
    assert (refused.status_code, refused.json()["permission"]) == (403, "name_secretariat")
    assert {one["action"] for one in (await charter(world, "finance"))["allowed_actions"]}.isdisjoint(
        {"name_secretariat"}
    )
    assert [one["action"] for one in (await charter(world))["allowed_actions"]] == ["name_secretariat"]
    assert (await made(world, name))["status"] == "effective"
    await proven(world)


async def test_a_commission_is_dissolved_by_all_and_sits_again(world: World) -> None:
    found = await agreed(world, DISSOLVE | {"effective_on": "2025-12"})
    assert (found["state"], found["effective_on"], found["successor"]) == ("dissolved", "2025-12", None)
    assert [one["action"] for one in found["allowed_actions"]] == [
        "appoint_auditor", "name_secretariat", "dismiss_auditor", "set_step_template", "correct", "reinstate",
    ]  # fmt: skip
    assert (await propose(world, AMEND)).status_code == 409
    back = {"action": "reinstate", "undoes": await leaf_of(world), "reason": "It sits again (sample)."}
    assert (await agreed(world, back))["state"] == "in_force"
    await proven(world)


async def test_what_was_open_at_a_dissolution_says_so_and_closes_by_side_exits(world: World) -> None:
    await confirmed(world, item(9), {"action": "withdraw", "reason": "R (sample)."})
    url = (
        "/v1/commitments?commission_id=PK-AZ&state=proposed&state=agreed&state=mou_drafted&state=signed&state=suspended"
    )

    async def still_open() -> set[str]:
        listed = {one["id"] for one in (await world.as_("PK").get(url)).json()["items"]}
        read = [(await world.as_("AZ").get(f"/v1/commitments/{item(number)}")).json() for number in range(1, 15)]
        assert {one["kept_by"] for one in read} == {None}
        told = {one["id"] for one in read if one["open_at_dissolution"]}
        assert told in (set(), listed)
        return told

    assert await still_open() == set()
    await agreed(world, DISSOLVE)
    assert await still_open() == {item(number) for number in range(1, 15)} - {item(9)}
    await confirmed(world, item(8), {"action": "lapse", "reason": "Nobody follows it up any more (sample)."})
    assert await still_open() == {item(number) for number in range(1, 15)} - {item(8), item(9)}


async def test_what_the_founding_said_wrongly_is_corrected(world: World) -> None:
    wrong = {"action": "correct", "corrects": await leaf_of(world, 0), "reason": "R"}
    found = await agreed(world, wrong | {"fact": "founded_on", "value": "1995-10"})
    assert (found["founded_on"], list(found["corrected"])) == ("1995-10", ["founded_on"])
    ahead = await propose(world, wrong | {"fact": "founded_on", "value": "2999"})
    assert ahead.status_code == 422
    parties = await propose(world, wrong | {"fact": "parties", "value": ["PK"]})
    assert [one["pointer"] for one in parties.json()["errors"]] == ["/fact"]
    await proven(world)


async def test_one_party_keeps_a_commission_alone_and_the_others_take_no_part(world: World) -> None:
    commission = await commission_of_three(world, "PK")
    found = await charter(world, commission=commission)
    assert (found["state"], found["rule"], found["kept_by"], found["outside"]) == (
        "kept", "unilateral", "PK", ["AZ", "TR"],
    )  # fmt: skip
    assert [one["secretariat_id"] is None for one in found["parties"]] == [False, True, True]
    assert (await record_in(world, commission, 1))["kept_by"] == "PK"
    assert (await propose(world, AMEND, "AZ", commission)).status_code == 403
    assert (await made(world, AMEND, commission=commission))["status"] == "effective"
    await proven(world, commission)


async def test_whatever_is_in_a_commission_that_one_party_keeps_alone_says_so_also_in_lists(world: World) -> None:
    commission = await commission_of_three(world, "PK")
    await record_in(world, commission, 1)
    here = {"commission_id": commission, "titles": {"en": "Sample"}}
    group = {"sector": "trade", "founding_act": "A decision", "co_lead_organisation_id": organisation(101)}
    bodies = {
        "working-groups": here | group,
        "instruments": here
        | {
            "kind": "agreement",
            "contracting_parties": ["PK", "AZ", "TR"],
            "authentic_languages": ["en"],
            "entering": {"drafting_party": "PK", "effective_on": "2025-01-24"},
        },
        f"commissions/{commission}/sessions": {"action": "plan"},
    }
    for what, body in bodies.items():
        recorded = await world.as_("PK").post(f"/v1/{what}", json=body)
        assert (recorded.status_code, recorded.json().get("kept_by")) == (201, "PK"), recorded.text
    for listed in ("commitments", *bodies):
        rows = (await world.as_("PK").get(f"/v1/{listed}?limit=200")).json()["items"]
        told = {(row["commission_id"] == commission, row["kept_by"]) for row in rows}
        assert (True, "PK") in told, listed
        assert told <= {(True, "PK"), (False, None)}, listed


async def test_who_takes_no_part_yet_proposes_nobodys_joining_but_its_own(world: World) -> None:
    commission = await commission_of_three(world, "PK")
    join = {"action": "join", "party": "TR", "effective_on": "2026-01-01"}
    for body in (join, join | {"secretariat_id": organisation(201)}):
        refused = await propose(world, body, "AZ", commission)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/party"), refused.text
        assert "AZ, which does not take part here" in refused.json()["errors"][0]["detail"]
    assert (await charter(world, commission=commission))["open_transition"] is None
    own = join | {"party": "AZ", "secretariat_id": organisation(201)}
    move = await made(world, own, "AZ", commission)
    back = f"/v1/transitions/{move['id']}/withdrawal"
    assert (await world.as_("PK").post(back, json={})).status_code == 403
    assert (await world.as_("AZ").post(back, json={})).json()["status"] == "withdrawn"
    move = await made(world, own, "AZ", commission)
    assert (await answered(world, move["id"], "PK")).is_success
    # Now it takes part, and proposes whom it likes.
    assert (await made(world, {"action": "accede", "party": "TR", "effective_on": "2026-01-02"}, "AZ", commission))[
        "status"
    ] == "open"


@pytest.mark.parametrize(
    ("wrong", "pointers"),
    [
        ({"kept_by": "TR"}, ["/kept_by"]),
        ({"rule": "unilateral"}, ["/kept_by"]),
        ({"kept_by": "PK", "rule": "mutual"}, ["/rule"]),
        ({"secretariats": {"PK": organisation(101)}}, ["/secretariats"]),
    ],
)
async def test_who_keeps_it_alone_is_one_of_its_parties_and_who_founds_names_no_secretariat(
    still: World, wrong: dict[str, object], pointers: list[str]
) -> None:
    body = {"titles": {"en": "T"}, "parties": PILOT["commission"]["parties"], "languages": ["en"], "suffix": "X"}
    answer = await still.as_("administrator").post("/v1/commissions", json=body | wrong)
    assert answer.status_code == 422, answer.text
    assert sorted(one["pointer"] for one in answer.json()["errors"]) == sorted(pointers)


async def test_the_successor_of_a_commission_is_another_one_that_its_proposer_sees(world: World) -> None:
    commission = await commission_of_three(world)
    closed = (await founded(world, ["TR", "AZ"]))["code"]
    for wrong in ("PK-AZ.NEW", "PK-AZ", closed):
        refused = await propose(world, DISSOLVE | {"successor": wrong})
        assert [one["pointer"] for one in refused.json()["errors"]] == ["/successor"], refused.text
    code = (await charter(world, commission=commission))["code"]
    assert (await agreed(world, DISSOLVE | {"successor": commission}))["successor"] == code
    wrong = {"action": "correct", "corrects": await leaf_of(world), "fact": "successor", "reason": "R"}
    refused = await propose(world, wrong | {"value": "PK-AZ.NEW"})
    assert [one["pointer"] for one in refused.json()["errors"]] == ["/value"]
    assert (await agreed(world, wrong | {"value": code}))["successor"] == code
    await proven(world)


async def test_a_successor_that_another_party_does_not_see_is_refused_where_it_is_proposed(world: World) -> None:
    commission = await commission_of_three(world)
    seats = {"PK": organisation(101), "AZ": organisation(201)}
    closed, open_one = [await in_force(world, seats, suffix=one, confidentiality=how)
                        for one, how in (("DEF", "parties"), ("ALL", "public"))]  # fmt: skip
    for said in (closed["code"], closed["id"]):
        refused = await propose(world, DISSOLVE | {"successor": said}, commission=commission)
        (wrong,) = refused.json()["errors"]
        assert (refused.status_code, wrong["pointer"]) == (422, "/successor")
        assert wrong["detail"].startswith("names what TR, which is to confirm, does not see")
    # Both see it; and what everybody sees is named anywhere.
    assert (await propose(world, DISSOLVE | {"successor": closed["code"]})).status_code == 201
    body = DISSOLVE | {"successor": open_one["code"]}
    found = await agreed(world, body, "PK", "AZ", "tr-secretariat", commission=commission)
    assert (found["state"], found["successor"]) == ("dissolved", open_one["code"])
    wrong = {"action": "correct", "corrects": await leaf_of(world, commission=commission), "fact": "successor"}
    refused = await propose(world, wrong | {"value": closed["code"], "reason": "R"}, commission=commission)
    assert [one["pointer"] for one in refused.json()["errors"]] == ["/value"], refused.text


async def test_who_kept_a_commission_alone_is_told_after_its_end_too(world: World) -> None:
    commission = await commission_of_three(world, "PK")
    await made(world, DISSOLVE, commission=commission)
    found = await charter(world, commission=commission)
    assert (found["state"], found["rule"], found["kept_by"]) == ("dissolved", "unilateral", "PK")
