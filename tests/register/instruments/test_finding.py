"""What was found drafted, signed or implemented through an instrument opens that by the same confirmation; each journey is replayed."""

from typing import Any, Final

import pytest

from tests.conftest import World
from tests.register.commissions.meeting import proven
from tests.register.commitments.test_found_late import SIGNED, found, moved, supplied
from tests.register.commitments.test_journey import IMPLEMENT, RECORD, SIGN
from tests.register.decisions.test_many import CONFIRMATIONS
from tests.register.instruments.recording import agreed, leaf_of, propose, read
from tests.register.instruments.test_opening import ask_of, trail
from tests.three_parties import commission_of_three

REASON: Final = "It was so (sample)."
NAMED: Final = {"instrument_kind": "mou", "instrument_title": "MoU on lecturers"}
DRAFTED: Final[dict[str, Any]] = {"found_in": "mou_drafted", "agreed_on": "2024", **NAMED}


async def opened(world: World, agreement: dict[str, Any], **others: Any) -> tuple[Any, Any]:
    """Record what was found, confirm it, and return the commitment and its instrument."""
    one = await found(world, agreement, **others)
    return one, await read(world, one["instrument"]["id"])


async def test_what_was_found_signed_opens_an_instrument_with_just_what_is_known(world: World) -> None:
    one, its = await opened(world, SIGNED)
    assert (its["reference"], its["state"], its["kind"], its["titles"]) == (
        "PK-AZ/I/0002", "signed", "mou", {"en": "MoU on lecturers"})  # fmt: skip
    assert (its["contracting_parties"], its["authentic_languages"]) == (["PK", "AZ"], ["en"])
    assert (its["signed_on"], its["effective_on"], its["in_force_on"]) == ("2024-07", "2024-07", "2025")
    assert its["ceremony_on"] == "2024-07-11"
    assert (its["duration"]["kind"], its["duration"]["on"]) == ("until", "2029-12-31")
    (act,) = its["acts"]
    assert (act["on"], act["place"], act["parties"]) == ("2024-07", "Islamabad", ["PK", "AZ"])
    assert [who["name"] for who in act["signatories"]] == [who["name"] for who in SIGNED["signatories"]]
    assert (its["commitment_ids"], its["confidentiality"]) == ([one["id"]], one["confidentiality"])
    # Nothing is made up: how it was done, and what else a signed text has, nobody said.
    assert (its["manner"], its["notice"], its["drafting_party"]) == (None, None, None)
    assert {"notice", "legal_character"} <= {*its["unknown"]}
    assert (one["state"], one["effective_on"], one["unknown"]) == ("signed", "2024-07", [])
    mine, theirs = await trail(world, f"commitments/{one['id']}"), await trail(world, f"instruments/{its['id']}")
    assert [entry["kind"] for entry in theirs] == ["instrument.recorded"]
    assert theirs[0]["data"]["opened_by"] == {"kind": "commitment", "id": one["id"], "leaf": mine[-1]["leaf_hash"]}
    for query in (f"commitment_id={one['id']}", "expiring_within=2000"):
        listed = (await world.as_("PK").get(f"/v1/instruments?{query}")).json()["items"]
        assert its["id"] in {each["id"] for each in listed}, query
    await proven(world)


async def test_what_is_not_known_of_it_is_supplied_there_and_told_by_the_commitment(world: World) -> None:
    one, its = await opened(world, {"found_in": "signed", "agreed_on": "2024", **NAMED})
    assert (its["state"], its["signed_on"], its["acts"], its["texts"]) == ("signed", None, [], [])
    assert {"acts", "texts", "duration", "in_force_on"} <= {*its["unknown"]}
    assert one["unknown"] == ["authentic_texts", "place", "signatories", "signed_on"]
    leaf = (await trail(world, f"commitments/{one['id']}"))[-1]["leaf_hash"]
    here = {"action": "correct", "corrects": leaf, "fact": "place", "value": "Baku", "reason": REASON}
    refused = await ask_of(world, one["id"], here)
    assert (refused.status_code, f"/v1/instruments/{its['id']}" in refused.text) == (422, True)
    act = {"on": "2016-05-11", "place": "Baku", "parties": ["PK", "AZ"],
           "signatories": [{"party": code, "name": f"N. of {code}"} for code in ("PK", "AZ")]}  # fmt: skip
    right = {"action": "correct", "corrects": await leaf_of(world, its["id"]), "reason": REASON}
    await agreed(world, its["id"], {**right, "fact": "acts", "value": [act]})
    one = await read_one(world, one["id"])
    assert (one["instrument"]["place"], one["effective_on"]) == ("Baku", "2016-05-11")
    assert one["unknown"] == ["authentic_texts"]
    needed = await ask_of(world, one["id"], IMPLEMENT)
    assert "supply it by 'correct' of its instrument" in needed.text
    done = await moved(world, one, {**IMPLEMENT, "unknown": ["authentic_texts"]})
    assert done["state"] == "implemented"
    await proven(world)


async def test_a_part_of_the_signatories_is_not_all_of_them_whatever_else_becomes_of_the_instrument(
    world: World,
) -> None:
    mine = [{"party": "PK", "name": "N. of PK", "title": "Minister", "organisation": "Ministry (sample)"}]
    one, its = await opened(world, {**SIGNED, "signatories": mine})
    assert one["unknown"] == ["signatories"]
    for changes, lacks in (
        ({"duration": {"kind": "indefinite"}}, ["signatories"]),
        ({"depositary": "A government (sample)", "in_force_on": None}, ["signatories"]),
    ):
        await agreed(world, its["id"], {"action": "amend", "reason": REASON, "changes": changes})
        assert (await read_one(world, one["id"]))["unknown"] == lacks
    acts = [{**its["acts"][0], "signatories": [*mine, {"party": "AZ", "name": "N. of AZ"}]}]
    right = {"action": "correct", "corrects": await leaf_of(world, its["id"], 0), "reason": REASON}
    await agreed(world, its["id"], {**right, "fact": "acts", "value": acts})
    assert (await read_one(world, one["id"]))["unknown"] == []
    await proven(world)


async def read_one(world: World, key: str) -> dict[str, Any]:
    """Return a commitment."""
    told: dict[str, Any] = (await world.as_("PK").get(f"/v1/commitments/{key}")).json()
    return told


async def test_what_was_found_drafted_is_signed_by_a_proposal_of_its_instrument(world: World) -> None:
    one, its = await opened(world, {**DRAFTED, "effective_on": "2024-11", "text_reference": "Note 1"})
    assert (its["state"], its["drafted_on"], its["text_reference"], its["drafting_party"]) == (
        "drafted", "2024-11", "Note 1", None)  # fmt: skip
    assert one["unknown"] == ["drafting_party"]
    made = await ask_of(world, one["id"], SIGN)
    assert made.json()["matter"]["kind"] == "instrument"
    assert (await world.as_("AZ").post(f"/v1/transitions/{made.json()['id']}/confirmations",
                                       json={"decision": "confirm"})).status_code == 201  # fmt: skip
    one = await read_one(world, one["id"])
    assert (one["state"], one["instrument"]["signed_on"], one["unknown"]) == ("signed", SIGN["effective_on"], [])
    await proven(world)


async def test_of_a_draft_of_which_nothing_is_known_each_fact_is_supplied_of_the_instrument(world: World) -> None:
    one, its = await opened(world, DRAFTED)
    assert one["unknown"] == ["drafted_on", "drafting_party", "text_reference"]
    right = {"action": "correct", "corrects": await leaf_of(world, its["id"]), "reason": REASON}
    for fact, value in {"effective_on": "2024-10", "drafting_party": "AZ", "text_reference": "Note 2"}.items():
        await agreed(world, its["id"], {**right, "fact": fact, "value": value})
    one = await read_one(world, one["id"])
    assert (one["unknown"], one["effective_on"], one["instrument"]["drafting_party"]) == ([], "2024-10", "AZ")
    await proven(world)


@pytest.mark.parametrize(
    ("agreement", "required", "state"),
    [
        ({"report": "Done", "signed_on": "2016"}, True, "signed"),
        ({"report": "Done"}, True, "signed"),
        ({"report": "Done", "place": "Baku"}, False, "signed"),
        ({"report": "Done"}, False, None),
    ],
)
async def test_what_was_found_implemented_through_an_instrument_opens_it_as_signed(
    world: World, agreement: dict[str, Any], required: bool, state: str | None
) -> None:
    said = {"found_in": "implemented", "agreed_on": "2015", "effective_on": "2020", **NAMED, **agreement}
    one = await found(world, said, instrument_required=required)
    assert (one["state"], one["effective_on"], one["instrument"]["state"]) == ("implemented", "2020", state)
    if state:
        its = await read(world, one["instrument"]["id"])
        assert (its["state"], its["signed_on"]) == ("signed", agreement.get("signed_on"))
        back = await moved(world, one, {"action": "reopen", "reason": REASON})
        assert back["state"] == "signed"
    await proven(world)


@pytest.mark.parametrize(
    "agreement",
    [
        {"found_in": "signed"},
        {"found_in": "signed", "instrument_title": "MoU on lecturers", "place": "Baku"},
        {"found_in": "mou_drafted", "instrument_kind": "mou"},
        {"found_in": "agreed", **NAMED},
    ],
)
async def test_no_instrument_is_made_up_where_its_kind_or_title_is_not_known(
    world: World, agreement: dict[str, Any]
) -> None:
    one = await found(world, {"agreed_on": "2024", **agreement})
    assert not (one["instrument"] or {}).get("id")
    await proven(world)


async def test_the_correction_that_supplies_kind_and_title_opens_it(world: World) -> None:
    one = await found(world, {"found_in": "signed", "agreed_on": "2024", "place": "Baku"})
    one = await supplied(world, one, "instrument_kind", "agreement")
    assert one["instrument"]["id"] is None
    one = await supplied(world, one, "instrument_title", "Agreement on lecturers")
    its = await read(world, one["instrument"]["id"])
    assert (its["state"], its["kind"], its["titles"]["en"]) == ("signed", "agreement", "Agreement on lecturers")
    assert (its["acts"][0]["place"], one["instrument"]["place"]) == ("Baku", "Baku")
    assert one["unknown"] == ["authentic_texts", "signatories", "signed_on"]
    await proven(world)


async def test_one_text_found_for_several_is_opened_once_and_carries_the_others(world: World) -> None:
    first, its = await opened(world, SIGNED)
    others = [await found(world, {"found_in": "signed", "agreed_on": "2024"}, number) for number in (16, 17)]
    listed = [first["id"], *(one["id"] for one in others)]
    await agreed(world, its["id"], {"action": "amend", "reason": REASON, "changes": {"commitment_ids": listed}})
    for one in others:
        now = await read_one(world, one["id"])
        assert (now["state"], now["instrument"]["id"], now["instrument"]["place"]) == ("signed", its["id"], "Islamabad")
    await proven(world)


async def test_a_finding_that_opened_an_instrument_is_undone_once_it_is_taken_off_it(world: World) -> None:
    one, its = await opened(world, SIGNED)
    leaf = (await trail(world, f"commitments/{one['id']}"))[-1]["leaf_hash"]
    undo = {"action": "reinstate", "undoes": leaf, "reason": REASON}
    refused = await ask_of(world, one["id"], undo)
    assert (refused.status_code, f"/v1/instruments/{its['id']}/transitions" in refused.text) == (422, True)
    await agreed(world, its["id"], {"action": "amend", "reason": REASON, "changes": {"commitment_ids": []}})
    one = await moved(world, one, undo)
    assert (one["state"], one["instrument"]) == ("proposed", None)
    await proven(world)


async def test_findings_of_many_are_confirmed_at_once_and_each_opens_its_own(world: World) -> None:
    asked = []
    for number in (15, 16, 17):
        body = RECORD | {"item_number": number, "agreement": {**SIGNED, "instrument_title": f"MoU {number}"}}
        asked.append((await world.as_("PK").post("/v1/commitments", json=body)).json())
    moves = [one["open_transition"]["id"] for one in asked]
    done = await world.as_("AZ").post(CONFIRMATIONS, json={"transitions": moves, "decision": "confirm"})
    assert [one["transition"]["status"] for one in done.json()["results"]] == ["effective"] * 3
    its = [(await read_one(world, one["id"]))["instrument"] for one in asked]
    assert [one["title"] for one in its] == ["MoU 15", "MoU 16", "MoU 17"]
    assert len({one["id"] for one in its}) == 3
    await proven(world)


async def test_where_one_party_keeps_the_register_recording_opens_it_at_once(world: World) -> None:
    alone = await commission_of_three(world, kept_by="PK")
    body = RECORD | {"commission_id": alone, "session_id": None, "item_number": None, "working_group_id": None}
    made = await world.as_("PK").post("/v1/commitments", json={**body, "agreement": {**SIGNED, "signatories": None}})
    assert made.status_code == 201, made.text
    its = await read(world, made.json()["instrument"]["id"])
    assert (its["state"], its["commitment_ids"]) == ("signed", [made.json()["id"]])
    await proven(world, alone)


async def test_what_a_restricted_item_was_found_with_is_as_closed_as_it(world: World) -> None:
    one, its = await opened(world, SIGNED, confidentiality="restricted")
    assert its["confidentiality"] == "restricted"
    assert (await world.as_("observer").get(f"/v1/instruments/{its['id']}")).status_code == 404
    named = await propose(
        world, its["id"], {"action": "amend", "changes": {"confidentiality": "public"}, "reason": REASON}
    )
    assert (named.status_code, "kept closer" in named.text) == (422, True)
    assert one["state"] == "signed"
