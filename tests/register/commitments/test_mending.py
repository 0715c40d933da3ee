"""What both sides confirmed by mistake is put right by both sides: nothing is edited, and nothing is beyond mending."""

import json
from typing import Any

import pytest

from service.register.commitments.rules.lifecycle import State
from service.verify.judgement import verify
from tests.conftest import COMMISSION, SESSION_9, World, item
from tests.register.commitments.test_journey import DRAFT, SIGN, read
from tests.register.commitments.test_journey import confirmed as both
from tests.verify.journal import POLICY, in_memory
from tests.verify.test_register import exported

REASON = "It had been written down wrongly"
NUMBER = 4
"""The pilot's item with a draft."""


async def confirmed(world: World, commitment_id: str, body: dict[str, Any]) -> dict[str, Any]:
    """Propose as one party, confirm as the other, and return the commitment."""
    await both(world, commitment_id, body)
    found: dict[str, Any] = await read(world, commitment_id)
    return found


async def trail(world: World, number: int = NUMBER) -> list[dict[str, Any]]:
    found = (await world.as_("PK").get(f"/v1/commitments/{item(number)}/audit-trail?limit=200")).json()["items"]
    return [{**json.loads(one["canonical"]), "leaf_hash": one["leaf_hash"]} for one in found]


async def leaf_of(world: World, action: str, number: int = NUMBER) -> str:
    """Return the leaf hash of the entry by which the last move with this action took effect; `record`: of the first entry."""
    entries = await trail(world, number)
    if action == "record":
        return str(entries[0]["leaf_hash"])
    moves = {
        one["data"]["proposal"]["transition"]: one["data"]["proposal"]["action"]
        for one in entries
        if "proposal" in one["data"]
    }
    done = [
        one
        for one in entries
        if "effective" in one["data"]
        and moves[one["data"].get("transition") or one["data"]["proposal"]["transition"]] == action
    ]
    return str(done[-1]["leaf_hash"])


async def correct(world: World, action: str, fact: str, value: Any, number: int = NUMBER) -> dict[str, Any]:
    """Correct by both sides what the last move with this action brought, and return the commitment."""
    leaf = await leaf_of(world, action, number)
    return await confirmed(
        world, item(number), {"action": "correct", "corrects": leaf, "fact": fact, "value": value, "reason": REASON}
    )


async def propose(world: World, body: dict[str, Any], number: int = NUMBER, who: str = "PK") -> Any:
    return await world.as_(who).post(f"/v1/commitments/{item(number)}/transitions", json=body)


async def proven(world: World) -> None:
    """Hold the whole register to the verifier's replay."""
    assert verify(in_memory(await exported(world, COMMISSION)), POLICY).findings.listed == []


async def test_a_wrong_signing_date_that_both_confirmed_is_corrected_and_both_values_stay_in_the_trail(
    world: World,
) -> None:
    await confirmed(world, item(NUMBER), SIGN)
    found = await correct(world, "sign", "effective_on", "2025-11-19")
    assert found["effective_on"] == found["instrument"]["signed_on"] == "2025-11-19"
    last = (await trail(world))[-1]
    assert found["corrected"] == {"effective_on": last["seq"], "instrument.signed_on": last["seq"]}
    effective = last["data"]["effective"]
    assert (effective["before"]["effective_on"], effective["after"]["effective_on"]) == ("2025-11-20", "2025-11-19")
    await proven(world)


@pytest.mark.parametrize(
    ("action", "fact", "value", "told"),
    [
        ("sign", "effective_on", 5, {"/value": 'must be a text like "2024-07-09" (ISO 8601 date'}),
        ("sign", "effective_on", "yesterday", {"/value": "must be a date as YYYY-MM-DD, YYYY-MM or YYYY, such as 2024-07-09"}),
        ("sign", "place", {"city": "Baku"}, {"/value": "must be a text of 1 to 300 characters, not an object"}),
        ("sign", "signatories", "me", {"/value": 'must be a list of at most 50 items, not "me"'}),
        ("sign", "signatories", [{"party": "pk", "name": 5, "title": "T", "organisation": "O", "age": 1}], {
            "/value/0/party": 'must be a text like "PK"', "/value/0/name": "must be a text", "/value/0/age": "is not known here",
        }),
        ("record", "titles", {"en": ""}, {"/value/en": "is empty"}),
        ("record", "instrument_required", "no", {"/value": 'must be true or false, not "no"'}),
    ],
)  # fmt: skip
async def test_a_value_that_is_none_of_the_fact_is_told_all_at_once_and_in_words_for_clerks(
    world: World, action: str, fact: str, value: Any, told: dict[str, str]
) -> None:
    await confirmed(world, item(NUMBER), SIGN)
    leaf = await leaf_of(world, action)
    refused = await propose(
        world, {"action": "correct", "corrects": leaf, "fact": fact, "value": value, "reason": REASON}
    )
    assert refused.status_code == 422, refused.text
    found = {one["pointer"]: one["detail"] for one in refused.json()["errors"]}
    assert found.keys() == told.keys(), found
    for pointer, said in told.items():
        assert found[pointer].startswith(said), found
    assert "Input should" not in refused.text


async def test_a_correction_of_an_earlier_move_leaves_what_a_later_one_wrote(world: World) -> None:
    await confirmed(world, item(NUMBER), SIGN)
    drafted = await leaf_of(world, "agree")
    found = await confirmed(
        world,
        item(NUMBER),
        {"action": "correct", "corrects": drafted, "fact": "effective_on", "value": "2024-06", "reason": REASON},
    )
    assert found["effective_on"] == SIGN["effective_on"]
    assert found["instrument"]["drafted_on"] == "2024-06"
    assert list(found["corrected"]) == ["instrument.drafted_on"]
    await proven(world)


async def test_what_a_move_wrote_anew_is_no_longer_told_as_corrected(world: World) -> None:
    await confirmed(world, item(NUMBER), SIGN)
    await correct(world, "sign", "place", "Ganja")
    found = await correct(world, "record", "sector", "trade")
    assert found["corrected"].keys() == {"instrument.place", "sector"}
    found = await confirmed(world, item(NUMBER), {"action": "amend", "reason": "R", "changes": {"sector": "customs"}})
    assert found["corrected"].keys() == {"instrument.place"}
    await proven(world)


@pytest.mark.parametrize(
    ("action", "end"),
    [("withdraw", "withdrawn"), ("lapse", "lapsed"), ("supersede", "superseded"), ("merge", "merged")],
)
async def test_a_closed_one_is_corrected_and_reinstated_as_it_was(world: World, action: str, end: str) -> None:
    named = {"supersede": "successor", "merge": "target"}.get(action)
    body = {"action": action, "reason": "R"} | ({named: "PK-AZ/08/003"} if named else {})
    before = await confirmed(world, item(NUMBER), {"action": "suspend", "reason": "R", "review_on": "2027"})
    assert (await confirmed(world, item(NUMBER), body))["state"] == end
    if named:
        found = await correct(world, action, named, "PK-AZ/08/007")
        assert (found["successor"], list(found["corrected"])) == ("PK-AZ/08/007", ["successors"])
    found = await correct(world, action, "reason", "Another reason")
    assert f"{action}.reason" in found["corrected"]
    leaf = await leaf_of(world, action)
    found = await confirmed(world, item(NUMBER), {"action": "reinstate", "undoes": leaf, "reason": "A mistake"})
    same = ("state", "suspended_from", "review_on", "instrument", "titles")
    assert {name: found[name] for name in same} == {name: before[name] for name in same}
    await proven(world)


async def test_a_move_that_was_a_mistake_is_undone_whatever_it_was(world: World) -> None:
    before = (await world.as_("PK").get(f"/v1/commitments/{item(NUMBER)}")).json()
    await confirmed(world, item(NUMBER), SIGN)
    leaf = await leaf_of(world, "sign")
    found = await confirmed(world, item(NUMBER), {"action": "reinstate", "undoes": leaf, "reason": "Not signed"})
    assert (found["state"], found["instrument"]) == ("mou_drafted", before["instrument"])
    again = await propose(world, {"action": "reinstate", "undoes": leaf, "reason": "Once more"})
    assert again.status_code == 422
    assert "is not the move that led to the present state" in again.text
    assert (await confirmed(world, item(NUMBER), {**SIGN, "place": "Ganja"}))["instrument"]["place"] == "Ganja"
    await proven(world)


async def test_a_correction_is_corrected_by_naming_the_entry_that_made_it(world: World) -> None:
    await confirmed(world, item(NUMBER), SIGN)
    first = await leaf_of(world, "sign")
    await correct(world, "sign", "place", "Ganja")
    body = {"action": "correct", "corrects": first, "fact": "place", "value": "Quba", "reason": REASON}
    refused = await propose(world, body)
    made = await leaf_of(world, "correct")
    assert refused.status_code == 422
    assert made in refused.json()["errors"][0]["detail"]
    assert (await correct(world, "correct", "place", "Quba"))["instrument"]["place"] == "Quba"
    await proven(world)


async def test_what_was_not_known_is_supplied_later_and_what_was_never_so_is_taken_out(world: World) -> None:
    await confirmed(world, item(NUMBER), SIGN)
    found = await correct(world, "sign", "expires_on", "2030")
    assert found["instrument"]["expires_on"] == "2030"
    found = await correct(world, "correct", "expires_on", None)
    assert found["instrument"]["expires_on"] is None
    await proven(world)


@pytest.mark.parametrize(
    ("change", "pointer", "said"),
    [
        ({"corrects": "0" * 64}, "/corrects", "no entry with this leaf hash"),
        ({"fact": "colour"}, "/fact", "none of what this entry brought"),
        ({"fact": "state"}, "/fact", "none of what this entry brought"),
        ({"value": "2025-02-30"}, "/value", "no day of the calendar"),
        ({"value": "2099"}, "/value", "future"),
        ({"value": "2025-11-20"}, "/value", "nothing would change"),
        ({"fact": "place", "value": " Baku"}, "/value", "to be written as"),
        ({"fact": "signatories", "value": []}, "/value", "a signatory for PK is needed"),
    ],
)
async def test_a_correction_that_cannot_be_is_refused_and_says_where(
    world: World, change: dict[str, Any], pointer: str, said: str
) -> None:
    await confirmed(world, item(NUMBER), SIGN)
    leaf = await leaf_of(world, "sign")
    body = {"action": "correct", "corrects": leaf, "fact": "effective_on", "value": "2025-11-19", "reason": REASON}
    refused = await propose(world, body | change)
    assert refused.status_code == 422, refused.text
    assert {one["pointer"] for one in refused.json()["errors"]} == {pointer}
    assert said in refused.json()["errors"][0]["detail"]


async def test_an_entry_that_brought_nothing_and_one_of_another_commitment_cannot_be_corrected(world: World) -> None:
    await propose(world, SIGN)
    proposing = (await trail(world))[-1]["leaf_hash"]
    transition = (await trail(world))[-1]["data"]["proposal"]["transition"]
    await world.as_("AZ").post(f"/v1/transitions/{transition}/confirmations", json={"decision": "confirm"})
    body = {"action": "correct", "fact": "place", "value": "Ganja", "reason": REASON}
    assert "this entry brought no fact" in (await propose(world, {**body, "corrects": proposing})).text
    theirs = await leaf_of(world, "record", 5)
    assert "no entry with this leaf hash" in (await propose(world, {**body, "corrects": theirs})).text


RECORDED: dict[str, Any] = {
    "titles": {"en": "Another title"},
    "texts": {"en": "Another text"},
    "sector": "trade",
    "target_date": "2031",
    "confidentiality": "parties",
    "instrument_required": False,
    "no_instrument_reason": "None is needed",
    "item_number": 99,
    "session_id": SESSION_9,
    "working_group_id": None,
}


async def test_each_fact_of_the_record_can_be_corrected_and_the_reference_stays(world: World) -> None:
    for fact, value in RECORDED.items():
        found = await correct(world, "record", fact, value)
        assert found[fact] == value
        assert found["reference"] == "PK-AZ/08/004"
    assert found["corrected"].keys() == RECORDED.keys()
    await proven(world)


CORRECTIONS: dict[str, Any] = {
    "effective_on": "2025-10", "place": "Ganja", "expires_on": "2031", "enters_into_force_on": "2026", "ceremony_on": "2025-12",
    "signatories": [{"party": party, "name": "N. N.", "title": "Deputy", "organisation": "Ministry"} for party in ("PK", "AZ")],
    "authentic_texts": [{"language": "en", "reference": "Another registry"}], "remark": "A remark",
}  # fmt: skip


async def test_each_fact_of_a_signature_can_be_corrected(world: World) -> None:
    await confirmed(world, item(NUMBER), SIGN)
    leaf = await leaf_of(world, "sign")
    for fact, value in CORRECTIONS.items():
        body = {"action": "correct", "corrects": leaf, "fact": fact, "value": value, "reason": REASON}
        await confirmed(world, item(NUMBER), body)
    found = (await world.as_("PK").get(f"/v1/commitments/{item(NUMBER)}")).json()
    assert found["instrument"]["place"] == "Ganja"
    assert {"instrument.signatories", "instrument.authentic_texts", "sign.remark", "instrument.place"} <= found[
        "corrected"
    ].keys()
    await proven(world)


async def test_what_was_recorded_and_found_late_is_undone_to_the_proposal(world: World) -> None:
    leaf = await leaf_of(world, "agree")
    found = await confirmed(world, item(NUMBER), {"action": "reinstate", "undoes": leaf, "reason": "Only agreed"})
    assert (found["state"], found["effective_on"], found["instrument"]) == (State.PROPOSED, None, None)
    found = await confirmed(world, item(NUMBER), {"action": "agree", "agreed_on": "2025-01-24"})
    assert found["state"] == State.AGREED
    assert (await confirmed(world, item(NUMBER), DRAFT))["state"] == State.MOU_DRAFTED
    await proven(world)
