"""Refusals as a tired clerk reads them: what is wrong, where, and what is possible instead, everything in one answer."""

from copy import deepcopy
from typing import Any

import httpx
import pytest

from tests.conftest import COMMISSION, Maker, World, item
from tests.register.commitments.test_journey import RECORD, SIGN


def refused(answer: httpx.Response, status: int) -> Any:
    """Assert that the detail announces as many faults as are listed, and return the problem."""
    assert answer.status_code == status, answer.text
    found = answer.json()
    if found["errors"]:
        counted = "1 thing is wrong" if len(found["errors"]) == 1 else f"{len(found['errors'])} things are wrong"
        assert found["detail"].startswith(f"{counted}: ")
    return found


def pointers(problem: Any) -> set[str]:
    """Return the places that a problem names."""
    return {one.get("pointer", one.get("parameter")) for one in problem["errors"]}


async def test_what_is_missing_misshapen_and_impossible_comes_in_one_answer(still: World) -> None:
    body: dict[str, Any] = deepcopy(SIGN) | {
        "effective_on": "2199-01-01",
        "place": 5,
        "plaec": "Baku",
        "expires_at": "2020-01-01T00:00:00Z",
        "authentic_texts": [{"language": "en", "reference": "1"}, {"language": "en", "reference": "2"}],
    }
    body["signatories"][1] = {"party": "TR", "name": " ", "title": "Minister", "organisation": "Ministry"}
    found = refused(await still.as_("PK").post(f"/v1/commitments/{item(4)}/transitions", json=body), 422)
    assert found["type"].endswith("evidence-missing")
    assert pointers(found) == {
        "/effective_on",
        "/place",
        "/plaec",
        "/expires_at",
        "/authentic_texts",
        "/signatories",
        "/signatories/1/party",
        "/signatories/1/name",
    }


async def test_a_member_that_belongs_to_another_action_is_told_to(still: World) -> None:
    body = {"action": "suspend", "reason": "x", "review_on": "2027", "place": "Baku", "reson": "y"}
    found = refused(await still.as_("PK").post(f"/v1/commitments/{item(4)}/transitions", json=body), 422)
    said = {one["pointer"]: one["detail"] for one in found["errors"]}
    assert said["/place"] == "is not known here; it belongs to the action agree or sign"
    assert said["/reson"] == 'is not known here; did you mean "reason"?'


async def test_a_body_is_told_of_by_what_the_document_wants(still: World) -> None:
    body = {**RECORD, "sector": "Trade!", "titel": {}, "item_number": "fifteen"}
    found = refused(await still.as_("PK").post("/v1/commitments", json=body), 422)
    said = {one["pointer"]: one["detail"] for one in found["errors"]}
    assert said["/sector"] == 'must be a text like "trade" (Area of cooperation, in lower case), not "Trade!"'
    assert said["/titel"] == 'is not known here; did you mean "titles"?'
    assert said["/item_number"] == 'must be a whole number from 1 to 99999, not "fifteen"'


async def test_a_parameter_is_told_of_by_what_the_document_wants(still: World) -> None:
    asked = still.as_("PK")
    found = refused(await asked.get("/v1/commitments?limit=many&state=implementd"), 422)
    said = {one["parameter"]: one["detail"] for one in found["errors"]}
    assert said["limit"] == 'must be a whole number from 1 to 200, not "many"'
    assert said["state"].endswith('did you mean "implemented"?')
    found = refused(await asked.get("/v1/commitments/4"), 422)
    assert found["errors"][0]["parameter"] == "commitment_id"
    assert 'must be a text like "PK-AZ/08/014" (Id (UUID) or code of the commitment)' in found["detail"]


@pytest.mark.parametrize(
    ("mistyped", "meant"),
    [
        ("/v1/commitment", "/v1/commitments"),
        ("/v1/commitments/", "/v1/commitments"),
        ("/commitments", "/v1/commitments"),
        ("/v2/commitments", "/v1/commitments"),
        (f"/v1/comitments/{item(4)}", f"/v1/commitments/{item(4)}"),
        (f"/v1/commitments/{item(4)}/transition", f"/v1/commitments/{item(4)}/transitions"),
        (f"/v1/working_groups/{item(1)}/members/{item(2)}", f"/v1/working-groups/{item(1)}/members/{item(2)}"),
        ("/v1/party/PK", "/v1/parties/{party}"),
        ("/v1/commitments/pk-az/08/4", "/v1/commitments/by-reference/pk-az/08/4"),
        ("/v1/commitments/PK-AZ/8/004", "/v1/commitments/by-reference/PK-AZ/8/004"),
        ("/v1/commitments/pk-az/08/4/transitions", "/v1/commitments/by-reference/pk-az/08/4"),
        ("/v1/sessions/pk-az/8/report", "/v1/sessions/{session_id}/report"),
        ("/v1/instruments/PK-AZ/I/1/transitions", "/v1/instruments/{instrument_id}/transitions"),
        ("/v1/sessions/pk-az/8", "/v1/sessions/{session_id}"),
        ("/v1/instruments/pk-az/0001", "/v1/instruments/{instrument_id}"),
        ("/v1/working-groups/PK-AZ/Customs", "/v1/working-groups/{working_group_id}"),
    ],
)
async def test_a_mistyped_address_is_told_the_one_that_was_meant(still: World, mistyped: str, meant: str) -> None:
    for who in ("PK", ""):
        found = refused(await still.as_(who).get(mistyped), 404)
        assert found["nearest_address"] == meant
        assert f"Did you mean {meant}?" in found["detail"]
        assert found["document"] == "/openapi.json"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("/v1/instruments/pk-az/0001", "PK-AZ/I/0001"),
        ("/v1/sessions/pk-az/8", "PK-AZ/08"),
        ("/v1/working-groups/pk-az/customs", "PK-AZ/JWG/customs"),
    ],
)
async def test_a_code_that_is_not_written_as_in_the_minutes_is_told_how_it_is(
    still: World, typed: str, code: str
) -> None:
    assert f"such as {code}." in refused(await still.as_("PK").get(typed), 404)["detail"]


async def test_the_address_of_a_typed_reference_reads_what_was_meant(still: World) -> None:
    pk = still.as_("PK")
    near = refused(await pk.get("/v1/commitments/pk-az/08/4"), 404)["nearest_address"]
    assert (await pk.get(near)).json()["reference"] == "PK-AZ/08/004"


async def test_an_address_that_is_like_none_is_told_where_all_are(still: World) -> None:
    for path in ("/robots.txt", "/v1/" + "x" * 20_000, "/v1/foo/bar"):
        found = refused(await still.as_("").get(path), 404)
        assert "nearest_address" not in found
        assert "/openapi.json" in found["detail"]
        assert "/docs" in found["detail"]


async def test_addresses_in_a_refusal_begin_where_the_client_sees_them_begin(make_world: Maker) -> None:
    world = await make_world(public_url="https://gov.example/pacta")
    found = refused(await world.as_("").get("/commitments"), 404)
    assert (found["nearest_address"], found["document"]) == ("/pacta/v1/commitments", "/pacta/openapi.json")
    assert "Did you mean /pacta/v1/commitments?" in found["detail"]


async def test_a_method_that_is_not_possible_is_told_those_that_are(still: World) -> None:
    found = refused(await still.as_("PK").delete("/v1/commitments"), 405)
    assert "DELETE is not possible at /v1/commitments." in found["detail"]
    assert {"GET", "POST"} <= set(found["allowed_methods"])
    assert ", ".join(found["allowed_methods"]) in found["detail"]


async def test_the_entrance_says_where_everything_is(still: World) -> None:
    answer = await still.as_("").get("/")
    assert answer.status_code == 200
    for name in ("documentation", "document", "lifecycle"):
        assert (await still.as_("").get(answer.json()[name])).status_code == 200


@pytest.mark.parametrize(
    ("action", "meant"), [("sing", "sign"), ("Sign", "sign"), ("draft-mou", "draft_mou"), ("implemented", "implement")]
)
async def test_a_misspelt_action_is_told_the_nearest_and_is_no_conflict(still: World, action: str, meant: str) -> None:
    answer = await still.as_("PK").post(f"/v1/commitments/{item(4)}/transitions", json={"action": action})
    found = refused(answer, 422)
    assert found["type"].endswith("unknown-action")
    assert found["nearest"] == meant
    assert f'did you mean "{meant}"?' in found["detail"]
    assert "sign" in found["allowed_actions"]


@pytest.mark.parametrize("body", [{}, {"action": None}, {"action": ["sign"]}, {"action": {"a": 1}}, {"action": "fly"}])
async def test_what_is_no_action_at_all_is_told_those_that_are_possible(still: World, body: Any) -> None:
    found = refused(await still.as_("PK").post(f"/v1/commitments/{item(4)}/transitions", json=body), 422)
    assert "allowed now: redraft, sign, amend" in found["detail"]


async def test_an_open_proposal_is_told_with_what_can_be_done_about_it(world: World) -> None:
    where = f"/v1/commitments/{item(4)}/transitions"
    made = (await world.as_("PK").post(where, json=SIGN)).json()
    for who, cure in (("PK", "Take it back first"), ("AZ", "Confirm or refuse it first")):
        found = refused(await world.as_(who).post(where, json={"action": "redraft", "reason": "x"}), 409)
        assert found["open_transition_id"] == made["id"]
        assert found["open_transition"]["address"] == f"/v1/transitions/{made['id']}"
        assert found["open_transition"]["action"] == "sign"
        assert found["open_transition"]["awaiting"] == ["AZ"]
        assert found["open_transition"]["proposed_at"] == made["proposed_at"]
        assert found["detail"].startswith("PK proposed 'sign' today, and it awaits AZ.")
        assert cure in found["detail"]


async def test_what_is_wrong_with_a_new_commitment_comes_in_one_answer(still: World) -> None:
    body = {
        **RECORD,
        "session_id": item(1),
        "working_group_id": item(2),
        "lead_organisation_id": item(3),
        "item_number": 0,
        "sector": 5,
        "agreement": {"agreed_on": "2199", "found_in": "signed", "expires_at": "2020-01-01T00:00:00Z"},
    }
    found = refused(await still.as_("PK").post("/v1/commitments", json=body), 422)
    assert pointers(found) == {
        "/session_id",
        "/working_group_id",
        "/lead_organisation_id",
        "/item_number",
        "/sector",
        "/agreement/agreed_on",
        "/agreement/expires_at",
    }


async def test_what_is_wrong_with_anything_new_comes_in_one_answer(still: World) -> None:
    session = {"action": "plan", "ordinal": "ten", "starts_on": "2029-02", "ends_on": "2029-01", "venue": 5}
    where = f"/v1/commissions/{COMMISSION}/sessions"
    assert pointers(refused(await still.as_("PK").post(where, json=session), 422)) == {"/ordinal", "/venue", "/ends_on"}
    commission = {"titles": {}, "parties": ["PK", "PK"], "languages": ["en", "en"], "rule": "mutual"}
    found = refused(await still.as_("administrator").post("/v1/commissions", json=commission), 422)
    assert pointers(found) == {"/titles", "/parties", "/languages"}
    principal = {"client_id": "?", "kind": "auditor", "name": "x", "organisation_id": item(1), "issuer": "https://x"}
    found = refused(await still.as_("administrator").post("/v1/principals", json=principal), 422)
    assert {"/client_id", "/organisation_id", "/issuer"} <= pointers(found)
    group = {"commission_id": COMMISSION, "titles": 5, "sector": "x y", "co_lead_organisation_id": item(1)}
    found = refused(await still.as_("PK").post("/v1/working-groups", json=group), 422)
    assert pointers(found) == {"/titles", "/sector", "/founding_act", "/co_lead_organisation_id"}


async def test_a_refusal_of_a_proposal_without_a_reason_is_told_with_the_rest(world: World) -> None:
    made = await world.as_("PK").post(f"/v1/commitments/{item(4)}/transitions", json=SIGN)
    where = f"/v1/transitions/{made.json()['id']}/confirmations"
    found = refused(await world.as_("AZ").post(where, json={"decision": "refuse", "nonsense": 1}), 422)
    assert pointers(found) == {"/reason", "/nonsense"}


async def test_a_body_of_another_kind_is_told_what_is_wanted(still: World) -> None:
    asked = still.as_("administrator")
    form = {"content-type": "application/x-www-form-urlencoded"}
    refused(await asked.post("/v1/parties", content=b"code=TR", headers=form), 415)
    found = refused(await asked.post("/v1/parties", content=b"{}"), 422)
    assert "Content-Type: application/json" in found["detail"]
    found = refused(await asked.post("/v1/parties", json=[1]), 422)
    assert found["detail"] == "1 thing is wrong: the body must be an object, not a list."


async def test_a_member_that_changes_elsewhere_is_told_how(still: World) -> None:
    tag = {"If-Match": "*"}
    patched = await still.as_("PK").patch(f"/v1/commitments/{item(4)}", json={"target_date": "2027"}, headers=tag)
    assert "it is a fact of all parties, which changes by the action 'amend'" in refused(patched, 422)["detail"]
    answer = await still.as_("PK").post("/v1/commitments", json={**RECORD, "state": "signed"})
    assert "say in agreement, by found_in" in refused(answer, 422)["detail"]


async def test_what_may_be_an_id_or_an_object_is_told_once_by_what_is_wrong_with_it(still: World) -> None:
    asked = [{"id": str(item(4)), "reviewed": "no"}, "x", {"reviewed": None}]
    answered = await still.as_("AZ").post(
        "/v1/commissions/PK-AZ/confirmations", json={"transitions": asked, "decision": "confirm"}
    )
    found = {one["pointer"]: one["detail"] for one in refused(answered, 422)["errors"]}
    assert len(found) == len(answered.json()["errors"])
    assert found["/transitions/1"].startswith("must be an id (UUID), such as ")
    assert " or an object with id" in found["/transitions/1"]
    assert found.keys() == {"/transitions/0/reviewed", "/transitions/1", "/transitions/2/id"}


async def test_what_is_missing_is_told_by_what_it_is(still: World) -> None:
    moves = f"/v1/commitments/{item(4)}"
    found = refused(await still.as_("PK").post(f"{moves}/transitions", json={"action": "suspend"}), 422)
    told = {one["pointer"]: one["detail"] for one in found["errors"]}
    assert told["/reason"] == "is needed: a text of 1 to 4000 characters"
    assert told["/review_on"].startswith("is needed: ")
    allowed = (await still.as_("PK").get(moves)).json()["allowed_actions"]
    (suspend,) = [one for one in allowed if one["action"] == "suspend"]
    assert {one["pointer"]: one["detail"] for one in suspend["missing"]} == told


async def test_a_language_that_is_none_is_told_by_an_example(still: World) -> None:
    body = {**RECORD, "titles": {"english": "x"}, "texts": "x"}
    found = refused(await still.as_("PK").post("/v1/commitments", json=body), 422)
    said = {one["pointer"]: one["detail"] for one in found["errors"]}
    assert 'such as "en"' in said["/titles/english"]
    assert said["/texts"].startswith('must be an object, such as {"en": ')


async def test_who_may_not_is_told_as_what_it_is_and_never_as_an_observer_that_it_is_not(still: World) -> None:
    party = {"code": "TR", "names": {"en": "Türkiye"}}
    refusals = {who: await still.as_(who).post("/v1/parties", json=party) for who in ("PK", "auditor", "observer")}
    told = {who: refused(answer, 403)["your_roles"] for who, answer in refusals.items()}
    assert told == {"PK": [], "auditor": [], "observer": ["observer"]}


async def test_what_follows_from_moves_is_not_patched_and_is_told_to(still: World) -> None:
    patch = {"state": "signed", "effective_on": "2025-01-24"}
    answer = await still.as_("PK").patch(f"/v1/commitments/{item(4)}", json=patch, headers={"If-Match": "*"})
    said = {one["pointer"]: one["detail"] for one in refused(answer, 422)["errors"]}
    assert set(said) == {"/state", "/effective_on"}
    assert all(
        "it changes by a move (POST /v1/commitments/{commitment_id}/transitions)" in one for one in said.values()
    )


async def test_a_session_does_not_end_before_it_begins_when_it_is_planned_or_moved(world: World) -> None:
    where, wrong = f"/v1/commissions/{COMMISSION}/sessions", "lies before the first day, 2029-05"
    session = {"action": "plan", "ordinal": 11, "starts_on": "2029-05", "ends_on": "2029-04-30"}
    said = refused(await world.as_("PK").post(where, json=session), 422)["errors"]
    assert [(one["pointer"], one["detail"]) for one in said] == [("/ends_on", wrong)]
    made = await world.as_("PK").post(where, json=session | {"ends_on": "2029-05-01"})
    assert made.status_code == 201, made.text
    moves = f"{made.headers['location']}/transitions"
    for days in ({"starts_on": "2029-05", "ends_on": "2029-04"}, {"starts_on": "2029-06", "ends_on": "2029-05"}):
        said = refused(await world.as_("PK").post(moves, json={"action": "move", "reason": "R", **days}), 422)["errors"]
        assert [one["pointer"] for one in said] == ["/ends_on"]
    move = {"action": "move", "reason": "R", "starts_on": "2029", "ends_on": "2029-05"}
    assert (await world.as_("PK").post(moves, json=move)).status_code == 201
