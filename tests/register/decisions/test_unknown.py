"""A fact that both confirmed may turn out to be known by nobody: a correction says so, no false date is left, and it is listed."""

from typing import Any, Final

import pytest

from service.register.commissions.rules.charter.requirements import unknown as unknown_of_charter
from service.register.groups.rules.requirements import unknown as unknown_of_group
from tests.conftest import COMMISSION, World, item
from tests.register.commissions import meeting
from tests.register.commissions.chartering import agreed as both_agreed
from tests.register.commissions.chartering import charter
from tests.register.commissions.chartering import leaf_of as leaf_of_charter
from tests.register.commissions.meeting import proven
from tests.register.commitments.test_journey import IMPLEMENT, SIGN
from tests.register.commitments.test_mending import NUMBER, confirmed, correct, leaf_of, propose
from tests.register.groups import grouping
from tests.register.instruments import recording

REASON: Final = "Nobody knows"
UNTITLED: Final = "instrument_title"
"""What the pilot's communiqué does not say of its drafts."""
AGREED: Final = 2
"""The number of a pilot's item that is agreed, and no more."""
OF_SIGN: Final = {
    "effective_on": "signed_on",
    "place": "place",
    "signatories": "signatories",
    "authentic_texts": "authentic_texts",
}
"""What a signature has to bring, and under which name it is listed once nobody knows it."""


def unknown(leaf: str, fact: str) -> dict[str, Any]:
    return {"action": "correct", "corrects": leaf, "fact": fact, "value": None, "reason": REASON}


async def test_each_fact_that_a_signature_needs_may_turn_out_not_to_be_known_and_is_supplied_later(
    world: World,
) -> None:
    await confirmed(world, item(NUMBER), SIGN)
    signed = await leaf_of(world, "sign")
    leaves = {}
    for fact in OF_SIGN:
        found = await confirmed(world, item(NUMBER), unknown(signed, fact))
        leaves[fact] = (await world.as_("PK").get(f"/v1/commitments/{item(NUMBER)}/audit-trail?limit=200")).json()[
            "items"
        ][-1]["leaf_hash"]
    assert (found["state"], found["effective_on"], found["unknown"]) == (
        "signed",
        None,
        sorted([*OF_SIGN.values(), UNTITLED]),
    )
    assert not any(found["instrument"][name] for name in ("signed_on", "place", "signatories", "authentic_texts"))
    assert found["corrected"].keys() == {"effective_on", *(f"instrument.{one}" for one in OF_SIGN.values())}
    listed = (await world.as_("PK").get("/v1/commitments?unknown_fact=signed_on")).json()["items"]
    assert [one["id"] for one in listed] == [item(NUMBER)]
    asked = await propose(world, IMPLEMENT)
    assert (asked.status_code, {one["pointer"] for one in asked.json()["errors"]}) == (422, {"/unknown"})
    for fact, leaf in leaves.items():
        body = unknown(leaf, fact) | {"value": SIGN[fact]}
        found = await confirmed(world, item(NUMBER), body)
    assert (found["effective_on"], found["unknown"]) == (SIGN["effective_on"], [UNTITLED])
    assert found["instrument"]["place"] == SIGN["place"]
    await proven(world)


async def test_of_a_signature_a_part_may_turn_out_not_to_be_known(world: World) -> None:
    await confirmed(world, item(NUMBER), SIGN)
    found = await correct(world, "sign", "signatories", SIGN["signatories"][:1])
    assert ([one["party"] for one in found["instrument"]["signatories"]], found["unknown"]) == (
        ["PK"], [UNTITLED, "signatories"],
    )  # fmt: skip
    await proven(world)


async def test_what_is_not_known_of_a_signature_is_said_by_both_when_it_is_implemented(world: World) -> None:
    await confirmed(world, item(NUMBER), SIGN)
    await correct(world, "sign", "effective_on", None)
    found = await confirmed(world, item(NUMBER), IMPLEMENT | {"unknown": ["signed_on", UNTITLED]})
    assert (found["state"], found["unknown"], found["effective_on"]) == (
        "implemented", [UNTITLED, "signed_on"], IMPLEMENT["effective_on"],
    )  # fmt: skip
    for fact in ("effective_on", "report"):
        found = await correct(world, "implement", fact, None)
    assert (found["unknown"], found["effective_on"]) == (["effective_on", UNTITLED, "report", "signed_on"], None)
    await proven(world)


@pytest.mark.parametrize(
    ("action", "given"), [("withdraw", {}), ("lapse", {}), ("suspend", {"review_on": "2027"})]
)  # fmt: skip
async def test_the_day_of_a_side_exit_may_turn_out_not_to_be_known_and_today_does_not_stand_in_for_it(
    world: World, action: str, given: dict[str, Any]
) -> None:
    body = {"action": action, "reason": "R", "effective_on": "2025-06-01", **given}
    await confirmed(world, item(AGREED), body)
    for fact in ("effective_on", *given):
        found = await correct(world, action, fact, None, AGREED)
    assert (found["effective_on"], found["review_on"], found["unknown"]) == (None, None, ["effective_on", *given])
    await proven(world)


async def test_a_day_that_a_move_sends_as_null_is_the_day_on_which_it_takes_effect(world: World) -> None:
    found = await confirmed(world, item(AGREED), {"action": "withdraw", "reason": "R", "effective_on": None})
    assert (found["effective_on"] is not None, found["unknown"]) == (True, [])
    found = await correct(world, "withdraw", "effective_on", None, AGREED)
    assert (found["effective_on"], found["unknown"]) == (None, ["effective_on"])
    await proven(world)


async def test_a_reason_is_known_to_whoever_gave_it(world: World) -> None:
    await confirmed(world, item(NUMBER), {"action": "withdraw", "reason": "R"})
    refused = await propose(world, unknown(await leaf_of(world, "withdraw"), "reason"))
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/value")


async def test_the_days_the_place_and_the_minutes_of_a_session_may_turn_out_not_to_be_known(world: World) -> None:
    one = (await meeting.begin(world, ordinal=10, venue="Lahore"))["id"]
    await meeting.agreed(world, one, meeting.HOLD)
    held = await meeting.leaf_of(world, one)
    await meeting.agreed(world, one, meeting.ADOPT)
    adopted = await meeting.leaf_of(world, one)
    for leaf, fact in ((held, "starts_on"), (held, "ends_on"), (held, "venue"), (adopted, "minutes")):
        found = await meeting.agreed(world, one, unknown(leaf, fact))
    assert found["unknown"] == ["starts_on", "ends_on", "venue", "minutes"]
    assert (found["state"], found["starts_on"], found["ends_on"], found["minutes"]) == ("adopted", None, None, None)
    assert (await world.as_("PK").get(f"/v1/commissions/{COMMISSION}/sessions")).status_code == 200
    await proven(world)


async def test_the_day_on_which_a_session_was_held_is_not_the_day_on_which_both_said_so(world: World) -> None:
    one = (await meeting.begin(world, ordinal=10))["id"]
    await meeting.agreed(world, one, meeting.HOLD | {"starts_on": None})
    found = await meeting.agreed(world, one, unknown(await meeting.leaf_of(world, one), "ends_on"))
    assert (found["effective_on"], found["unknown"]) == (None, ["starts_on", "ends_on"])
    await proven(world)


async def test_the_acts_of_a_signature_may_turn_out_not_to_be_known_and_what_it_carries_follows(world: World) -> None:
    one = (await recording.entered(world, commitment_ids=[item(NUMBER)], confidentiality="public"))["id"]
    await recording.agreed(world, one, recording.SIGN)
    signed = await recording.leaf_of(world, one)
    for fact in ("acts", "manner"):
        found = await recording.agreed(world, one, unknown(signed, fact))
    assert (found["state"], found["signed_on"], found["effective_on"]) == ("signed", None, None)
    assert {"acts", "manner"} <= {*found["unknown"]}
    carried = (await world.as_("PK").get(f"/v1/commitments/{item(NUMBER)}")).json()
    assert (carried["state"], carried["effective_on"], carried["instrument"]["signed_on"]) == ("signed", None, None)
    assert {"signed_on", "place", "signatories"} <= {*carried["unknown"]}
    act = {"parties": ["PK", "AZ"]}
    found = await recording.correct(world, one, await recording.leaf_of(world, one, -3), "acts", [act])
    assert (found["acts"][0]["parties"], found["signed_on"]) == (["PK", "AZ"], None)
    await proven(world)


async def test_a_commitment_lists_what_its_instrument_knows_no_more_and_nothing_once_that_is_supplied(
    world: World,
) -> None:
    one = (await recording.entered(world, commitment_ids=[item(AGREED)], confidentiality="public"))["id"]
    await recording.agreed(world, one, recording.SIGN)
    assert (await world.as_("PK").get(f"/v1/commitments/{item(AGREED)}")).json()["unknown"] == []
    signed, act = await recording.leaf_of(world, one), recording.ACT
    for acts, lacks in (
        ([{**act, "signatories": act["signatories"][:1]}], ["signatories"]),
        ([{"parties": act["parties"]}], ["place", "signatories", "signed_on"]),
        ([act], []),
    ):
        await recording.correct(world, one, signed, "acts", acts)
        signed = await recording.leaf_of(world, one)
        found = (await world.as_("PK").get(f"/v1/commitments/{item(AGREED)}")).json()
        assert (found["unknown"], found["state"]) == (lacks, "signed")
        listed = (await world.as_("PK").get("/v1/commitments?unknown_fact=signatories")).json()["items"]
        assert (item(AGREED) in {it["id"] for it in listed}) is bool(lacks)
    await proven(world)


async def test_signed_by_an_instrument_of_which_nobody_knows_the_day_a_commitment_is_so_since_nobody_knows_when(
    world: World,
) -> None:
    one = (await recording.entered(world, commitment_ids=[item(AGREED)]))["id"]
    suspend = {"action": "suspend", "reason": "R", "review_on": "2027", "effective_on": "2025-01-01"}
    await confirmed(world, item(AGREED), suspend)
    await recording.agreed(world, one, recording.SIGN)
    signed = await recording.leaf_of(world, one)
    await recording.agreed(world, one, unknown(signed, "acts"))
    await confirmed(world, item(AGREED), {"action": "resume", "reason": "R"})
    found = await confirmed(world, item(AGREED), {"action": "sign"})
    assert (found["state"], found["effective_on"], found["unknown"]) == ("signed", None, ["signed_on"])
    await recording.correct(world, one, await recording.leaf_of(world, one), "acts", [recording.ACT])
    found = (await world.as_("PK").get(f"/v1/commitments/{item(AGREED)}")).json()
    assert (found["effective_on"], found["unknown"]) == (recording.ACT["on"], [])
    await proven(world)


async def test_an_instrument_that_ended_nobody_knows_when_is_not_in_force(world: World) -> None:
    one = (await recording.entered(world, in_force_on="2025-03-01"))["id"]
    await recording.agreed(world, one, recording.SIGN)
    end = {"action": "terminate", "ground": "agreement", "effective_on": "2026-01-01"}
    await recording.agreed(world, one, end)
    ended = await recording.leaf_of(world, one)
    for fact in ("effective_on", "ground"):
        found = await recording.agreed(world, one, unknown(ended, fact))
    assert (found["state"], found["ended_on"], found["ground"], found["effective_on"]) == (
        "terminated", None, None, None,
    )  # fmt: skip
    assert (found["in_force"], found["force"]) == (False, "ended")
    assert {"ended_on", "ground"} <= {*found["unknown"]}
    listed = await world.as_("PK").get("/v1/instruments?in_force=true")
    assert one not in {each["id"] for each in listed.json()["items"]}
    await proven(world)


async def test_since_when_a_text_was_agreed_or_initialled_may_turn_out_not_to_be_known(world: World) -> None:
    one = (await recording.entered(world))["id"]
    for action in ("agree_text", "initial"):
        body = {"action": action, "effective_on": "2025-02-10", "place": "Baku", "texts": recording.TEXTS}
        await recording.agreed(world, one, body)
        leaf = await recording.leaf_of(world, one)
        for fact in ("effective_on", "place"):
            found = await recording.agreed(world, one, unknown(leaf, fact))
        assert (found["effective_on"], len(found["unknown"])) == (None, 2)
    await proven(world)


async def test_since_when_a_group_is_called_or_a_commission_is_dissolved_may_turn_out_not_to_be_known(
    world: World,
) -> None:
    await both_agreed(world, {"action": "dissolve", "reason": "R", "effective_on": "2026-01-01"})
    found = await both_agreed(world, unknown(await leaf_of_charter(world), "effective_on"))
    assert (found["state"], found["effective_on"]) == ("dissolved", None)
    assert "effective_on" in found["unknown"]
    assert (await charter(world))["corrected"].keys() == {"effective_on"}
    await proven(world)


async def test_of_a_charter_it_is_listed_what_nobody_knows_of_its_founding_and_supplied_by_an_amendment(
    world: World,
) -> None:
    told = await charter(world)
    assert told["unknown"] == [name for name in ("founded_on", "founding_act") if told[name] is None]
    changes = {"founded_on": "2013", "founding_act": "Agreement (sample)"}
    found = await both_agreed(world, {"action": "amend", "reason": "R", "changes": changes})
    assert found["unknown"] == []
    gone = await both_agreed(world, {"action": "amend", "reason": "R", "changes": {"founded_on": None}})
    assert gone["unknown"] == ["founded_on"]


async def test_since_when_a_group_is_what_it_is_is_listed_where_nobody_knows(world: World) -> None:
    one = (await grouping.founded(world, founding={"effective_on": "2024-05"}))["id"]
    assert (await grouping.read(world, one))["unknown"] == []
    leaf = (await grouping.trail(world, f"/working-groups/{one}"))[-1]["leaf_hash"]
    found = await grouping.agreed(world, one, unknown(leaf, "effective_on"))
    assert (found["effective_on"], found["unknown"]) == (None, ["effective_on"])
    listed = (await world.as_("PK").get(f"/v1/working-groups?commission_id={COMMISSION}&limit=200")).json()["items"]
    assert next(it["unknown"] for it in listed if it["id"] == one) == ["effective_on"]
    await proven(world)


def test_of_a_group_that_nothing_is_said_to_have_founded_that_is_listed() -> None:
    known = {"state": "active", "effective_on": "2020", "founded_at_session_id": None, "founding_act": None}
    assert unknown_of_group(known) == ["founding_act"]
    assert unknown_of_group({**known, "state": "proposed"}) == []


def test_of_a_charter_days_that_nobody_knows_are_listed_by_where_they_stand() -> None:
    known: dict[str, Any] = {
        "state": "in_force",
        "founded_on": "1",
        "founding_act": "A",
        "effective_on": None,
        "entered": {},
        "departed": {},
    }
    assert unknown_of_charter(known) == []
    left = {"TR": {"on": "2025", "notified_on": None}}
    assert unknown_of_charter({**known, "entered": {"IR": {"on": None}}, "departed": left}) == ["entered", "departed"]
