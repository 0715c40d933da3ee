"""Refusals as a tired clerk reads them: what is wrong, where, and what is possible instead, everything in one answer."""

from copy import deepcopy
from typing import Any

import httpx

from tests.conftest import World, item
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
    assert said["/place"] == "is not known here; it belongs to the action sign"
    assert said["/reson"] == 'is not known here; did you mean "reason"?'


async def test_a_body_is_told_of_by_what_the_document_wants(still: World) -> None:
    body = {**RECORD, "sector": "Trade!", "titel": {}, "item_number": "fifteen"}
    found = refused(await still.as_("PK").post("/v1/commitments", json=body), 422)
    said = {one["pointer"]: one["detail"] for one in found["errors"]}
    assert said["/sector"] == 'must be a text, such as "trade" (Area of cooperation, in lower case), not "Trade!"'
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
    assert "must be an id (UUID), such as" in found["detail"]
