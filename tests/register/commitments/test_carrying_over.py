"""Carried over, split, modified, closed: moves after which everything that was before is still told."""

from typing import Any, Final

import pytest

from tests.conftest import COMMISSION, SESSION_8, SESSION_9, World, item
from tests.register.commissions.meeting import begin
from tests.register.commitments.test_found_late import found
from tests.register.commitments.test_journey import IMPLEMENT, RECORD, SIGN, read
from tests.register.commitments.test_lists import references
from tests.register.commitments.test_mending import NUMBER, confirmed, correct, leaf_of, propose, proven

CARRY: Final = {"action": "carry_over", "session_id": SESSION_9}


async def session(world: World, ordinal: int) -> str:
    """Plan another session of the pilot's commission, and return its id."""
    return str((await begin(world, ordinal=ordinal, host_party="PK"))["id"])


async def test_what_is_carried_over_twice_tells_both_sessions_with_the_count_and_its_state_stays(world: World) -> None:
    tenth = await session(world, 10)
    before = await confirmed(world, item(NUMBER), CARRY | {"effective_on": "2025-10"})
    one = await confirmed(world, item(NUMBER), {**CARRY, "session_id": tenth, "reason": "Once more"})
    assert [(carried["session_id"], carried["on"]) for carried in one["carried_over"]][:1] == [(SESSION_9, "2025-10")]
    assert [carried["session_id"] for carried in one["carried_over"]] == [SESSION_9, tenth]
    assert (one["carried_over_count"], one["carried_to_session_id"], one["session_id"]) == (2, tenth, SESSION_8)
    assert (one["state"], one["effective_on"]) == (before["state"], before["effective_on"])
    for where in (SESSION_8, SESSION_9, tenth):
        assert f"{NUMBER:02}" in await references(world, f"session_id={where}")
    await proven(world)


@pytest.mark.parametrize(
    ("named", "said"),
    [
        (SESSION_8, "the session that agreed it"),
        (SESSION_9, "already"),
        (COMMISSION, "none with this id"),
        (None, "is needed"),
    ],
)
async def test_it_is_carried_to_another_session_of_the_commission_and_once_to_each(
    world: World, named: str | None, said: str
) -> None:
    await confirmed(world, item(NUMBER), CARRY)
    refused = await propose(world, CARRY | {"session_id": named})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/session_id")
    assert said in refused.json()["errors"][0]["detail"]


@pytest.mark.parametrize("to", ["another", None])
async def test_a_wrong_session_is_corrected_to_another_or_to_none(world: World, to: str | None) -> None:
    tenth = await session(world, 10)
    await confirmed(world, item(NUMBER), CARRY)
    one = await correct(world, "carry_over", "session_id", tenth if to else None)
    assert [carried["session_id"] for carried in one["carried_over"]] == ([tenth] if to else [])
    assert one["carried_to_session_id"] == (tenth if to else None)
    assert f"{NUMBER:02}" not in await references(world, f"session_id={SESSION_9}")
    await proven(world)


async def test_the_session_is_no_longer_a_thing_to_amend(world: World) -> None:
    refused = await propose(world, {"action": "amend", "reason": "R", "changes": {"carried_to_session_id": SESSION_9}})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/changes/carried_to_session_id")


SPLIT: Final = {"action": "supersede", "successors": ["PK-AZ/08/003", "PK-AZ/08/007"]}


async def test_a_commitment_that_is_split_tells_all_its_successors_and_they_are_corrected_together(
    world: World,
) -> None:
    one = await confirmed(world, item(NUMBER), SPLIT)
    assert (one["state"], one["successors"], one["successor"]) == ("superseded", SPLIT["successors"], "PK-AZ/08/003")
    one = await correct(world, "supersede", "successors", ["PK-AZ/08/003", "PK-AZ/08/009"])
    assert (one["successors"], list(one["corrected"])) == (["PK-AZ/08/003", "PK-AZ/08/009"], ["successors"])
    body = {"action": "reinstate", "undoes": await leaf_of(world, "supersede"), "reason": "R"}
    refused = await propose(world, body)
    assert refused.status_code == 201, refused.text
    await proven(world)


@pytest.mark.parametrize(
    ("named", "pointer"),
    [
        ({"successors": ["PK-AZ/08/003", "PK-AZ/08/999"]}, "/successors/1"),
        ({"successors": ["PK-AZ/08/003", "PK-AZ/08/004"]}, "/successors/1"),
        ({"successors": ["PK-AZ/08/003", "PK-AZ/08/003"]}, "/successors"),
        ({"successors": ["PK-AZ/08/003"], "successor": "PK-AZ/08/007"}, "/successors"),
        ({"successors": []}, "/successor"),
        ({}, "/successor"),
    ],
)
async def test_successors_that_cannot_be_are_refused(world: World, named: dict[str, Any], pointer: str) -> None:
    refused = await propose(world, {"action": "supersede", **named})
    assert refused.status_code == 422
    assert pointer in {one["pointer"] for one in refused.json()["errors"]}


async def test_a_successor_may_be_implemented_already_and_may_not_be_closed_otherwise(world: World) -> None:
    await confirmed(world, item(8), {**IMPLEMENT, "no_instrument_reason": "None was needed"})
    await confirmed(world, item(9), {"action": "withdraw", "reason": "R"})
    refused = await propose(world, {"action": "supersede", "successor": "PK-AZ/08/009"})
    assert "is closed" in refused.json()["errors"][0]["detail"]
    one = await confirmed(world, item(NUMBER), {"action": "supersede", "successor": "PK-AZ/08/008"})
    assert one["successors"] == ["PK-AZ/08/008"]
    # What was replaced is closed: nothing leads back to it.
    back = await propose(world, {"action": "merge", "target": f"PK-AZ/08/{NUMBER:03}"}, 7)
    assert "is closed" in back.json()["errors"][0]["detail"]
    await proven(world)


async def test_what_was_implemented_otherwise_says_so_and_reopening_forgets_it(world: World) -> None:
    await confirmed(world, item(NUMBER), SIGN)
    done = IMPLEMENT | {"unknown": ["instrument_title"]}
    silent = await propose(world, done | {"outcome": "modified"})
    assert [one["pointer"] for one in silent.json()["errors"]] == ["/modification"]
    needless = await propose(world, done | {"modification": "Ten, not twelve"})
    assert [one["pointer"] for one in needless.json()["errors"]] == ["/modification"]
    one = await confirmed(world, item(NUMBER), done | {"outcome": "modified", "modification": "Ten, not twelve"})
    assert (one["outcome"], one["modification"]) == ("modified", "Ten, not twelve")
    one = await confirmed(world, item(NUMBER), {"action": "reopen", "reason": "R"})
    assert (one["state"], one["outcome"], one["modification"]) == ("signed", None, None)
    one = await confirmed(world, item(NUMBER), done)
    assert (one["outcome"], one["modification"]) == ("as_agreed", None)
    one = await correct(world, "implement", "modification", "Ten, not twelve")
    one = await correct(world, "implement", "outcome", "modified")
    assert (one["outcome"], one["modification"]) == ("modified", "Ten, not twelve")
    await proven(world)


async def test_reopening_leads_to_signed_only_where_something_was_signed(world: World) -> None:
    done = {"found_in": "implemented", "agreed_on": "2024", "effective_on": "2025", "report": "Done"}
    one = await found(world, done)
    assert (await confirmed(world, one["id"], {"action": "reopen", "reason": "R"}))["state"] == "agreed"
    one = await found(world, done | {"signed_on": "2024-07"}, 16)
    assert (await confirmed(world, one["id"], {"action": "reopen", "reason": "R"}))["state"] == "signed"
    one = await found(world, {"found_in": "signed"}, 17)
    await confirmed(world, one["id"], IMPLEMENT | {"unknown": one["unknown"]})
    assert (await confirmed(world, one["id"], {"action": "reopen", "reason": "R"}))["state"] == "signed"
    await proven(world)


async def test_of_a_closed_one_who_reads_it_and_who_owns_it_is_amended_and_nothing_else(world: World) -> None:
    await confirmed(world, item(NUMBER), {"action": "withdraw", "reason": "R"})
    changes = {"confidentiality": "restricted", "working_group_id": None}
    one = await confirmed(world, item(NUMBER), {"action": "amend", "reason": "R", "changes": changes})
    assert (one["state"], one["confidentiality"], one["working_group_id"]) == ("withdrawn", "restricted", None)
    refused = await propose(world, {"action": "amend", "reason": "R", "changes": {"sector": "trade"}})
    assert [one["pointer"] for one in refused.json()["errors"]] == ["/changes/sector"]
    await proven(world)


async def test_an_amendment_no_longer_names_the_number_of_an_entry(world: World) -> None:
    refused = await propose(world, {"action": "amend", "reason": "R", "changes": {"sector": "trade"}, "corrects": 1})
    assert [one["pointer"] for one in refused.json()["errors"]] == ["/corrects"]


async def test_a_record_cites_its_paragraph_as_the_minutes_print_it_and_its_strength(world: World) -> None:
    cited = {"paragraph": "12(b)", "annex": "B", "verb": "requested"}
    made = await world.as_("PK").post("/v1/commitments", json=RECORD | cited)
    assert {name: made.json()[name] for name in cited} == cited
    unnumbered = {**RECORD, "item_number": None, "paragraph": "12(c)"}
    made = await world.as_("PK").post("/v1/commitments", json=unnumbered)
    done = await world.as_("AZ").post(
        f"/v1/transitions/{made.json()['open_transition']['id']}/confirmations", json={"decision": "confirm"}
    )
    assert done.json()["status"] == "effective", done.text
    one = await read(world, made.json()["id"])
    assert (one["item_number"], one["reference"]) == (None, "PK-AZ/08/015")
    plain = await read(world, item(NUMBER))
    assert (plain["paragraph"], plain["annex"], plain["verb"]) == (None, None, "agreed")
    changes = {"paragraph": "III.4", "verb": "noted"}
    one = await confirmed(world, item(NUMBER), {"action": "amend", "reason": "R", "changes": changes})
    assert (one["paragraph"], one["verb"]) == ("III.4", "noted")
    assert (await correct(world, "record", "annex", "A"))["annex"] == "A"
    await proven(world)


@pytest.mark.parametrize("wrong", [{"annex": "b"}, {"paragraph": "x" * 41}, {"verb": "wished"}])
async def test_a_citation_that_cannot_be_is_refused(world: World, wrong: dict[str, str]) -> None:
    refused = await world.as_("PK").post("/v1/commitments", json=RECORD | wrong)
    assert [one["pointer"] for one in refused.json()["errors"]] == [f"/{name}" for name in wrong]


async def test_whose_approval_at_home_is_awaited_is_told_and_is_a_party_here(world: World) -> None:
    one = await found(world, {"agreed_on": "2024", "subject_to": ["AZ", "PK"]})
    assert one["subject_to"] == ["AZ", "PK"]
    refused = await world.as_("PK").post(
        "/v1/commitments", json=RECORD | {"item_number": 16, "agreement": {"agreed_on": "2024", "subject_to": ["TR"]}}
    )
    assert [gap["pointer"] for gap in refused.json()["errors"]] == ["/agreement/subject_to/0"]
    await proven(world)


async def test_what_is_too_long_for_an_entry_is_refused_and_is_no_fault_of_ours(world: World) -> None:
    long = {"name": "N" * 300, "title": "T" * 300, "organisation": "O" * 300}
    signatories = [{**long, "party": party} for party in ("PK", "AZ") * 10]
    one = await confirmed(
        world, item(NUMBER), SIGN | {"signatories": signatories, "place": "P" * 300, "remark": "R" * 100}
    )
    assert len(one["instrument"]["signatories"]) == 20
    corrected = {"action": "correct", "corrects": await leaf_of(world, "sign"), "fact": "signatories", "reason": "R"}
    refused = await propose(world, corrected | {"value": [{**one, "title": "M" * 300} for one in signatories]})
    assert refused.status_code == 422
    assert "fit the audit trail" in refused.json()["errors"][0]["detail"]
    fitting = await propose(world, corrected | {"value": [{**one, "title": "M"} for one in signatories]})
    assert fitting.status_code == 201
