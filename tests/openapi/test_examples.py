"""Every example of the document, sent in its order to a fresh register, is answered as its name says."""

import re
from typing import Any

import pytest

from tests.conftest import COMMISSION, World
from tests.openapi.answers import filled
from tests.openapi.test_document import DOCUMENT
from tests.three_parties import record_in

PRINCIPALS = {"registry": "administrator", "commissions": "administrator", "tokens": ""}


def examples() -> list[tuple[str, str, dict[str, Any], str, dict[str, Any]]]:
    """Return (method, path, operation, media type, example) in document order."""
    return [
        (method, path, operation, media, example)
        for path, item in DOCUMENT["paths"].items()
        for method, operation in item.items()
        for media, content in operation.get("requestBody", {}).get("content", {}).items()
        for example in content["examples"].values()
    ]


def told(example: dict[str, Any], default: str) -> tuple[int, str]:
    """Return the status that the example's summary names, and who is to send it."""
    found = re.search(r"\((\d{3})(?: as (\w+))?[^)]*\)", example["summary"])
    assert found, example["summary"]
    return int(found[1]), found[2] or default


async def test_every_example_is_answered_as_its_name_says(world: World) -> None:
    seen = 0
    for method, path, operation, media, example in examples():
        status, who = told(example, PRINCIPALS.get(operation["tags"][0], "PK"))
        latest = await world_for(world, operation["operationId"], example)
        sent = as_sent(media, example["value"])
        if operation["operationId"] == "create_import":
            sent = {"content": example["value"]}
        url, headers = filled(path, operation, latest), {"If-Match": "*"}
        answer = await world.as_(who).request(method.upper(), url, headers=headers, **sent)
        assert answer.status_code == status, (operation["operationId"], example["summary"], answer.text)
        if operation["operationId"].endswith("_transition") and answer.is_success:
            await world.as_("PK").post(f"/v1/transitions/{answer.json()['id']}/withdrawal", json={})
        if operation["operationId"] == "create_proposals":
            assert [one["problem"] for one in answer.json()["results"]] == [None] * len(example["value"]["matters"])
        seen += 1
    assert seen > 20


def as_sent(media: str, value: Any) -> dict[str, Any]:
    """Return what a client is told to send a body of this media type."""
    match media:
        case "multipart/form-data":
            return {"files": {name: ("sample.pdf", text.encode()) for name, text in value.items()}}
        case "application/octet-stream":
            return {"content": value.encode()}
    return {"data": value} if media.endswith("urlencoded") else {"json": value}


async def world_for(world: World, name: str, example: dict[str, Any]) -> dict[str, str]:
    """Make what the example needs and the pilot does not hold: a commitment in the right state, an open proposal."""
    if name == "create_registrar":
        return {"party": "TR"}
    if name in {"create_confirmation", "create_withdrawal"}:
        url = "/v1/commitments/01940000-0000-7000-8000-000000000404/transitions"
        changes = {"texts": {"en": example["summary"]}}
        made = await world.as_("PK").post(url, json={"action": "amend", "reason": "An example", "changes": changes})
        return {"transition_id": made.json()["id"]}
    if name == "create_transition" and example["value"]["action"] == "draft_mou":
        return {"commitment_id": "01940000-0000-7000-8000-000000000402"}
    if name == "create_transition" and example["value"]["action"] == "implement":
        return {"commitment_id": "01940000-0000-7000-8000-000000000401"}
    if name == "create_transition" and example["value"]["action"] == "retract":
        made = await record_in(world, COMMISSION, 1)
        return {"commitment_id": made["id"]}
    return {}


@pytest.mark.parametrize(
    ("method", "path", "operation"),
    [
        (method, path, operation)
        for path, item in DOCUMENT["paths"].items()
        for method, operation in item.items()
        if method == "get"
    ],
)
async def test_every_reading_works_as_it_is_prefilled(
    still: World, method: str, path: str, operation: dict[str, Any]
) -> None:
    who = "administrator" if operation["tags"][0] == "registry" or "registry" in path else "PK"
    answer = await still.as_(who).request(method.upper(), filled(path, operation, {}))
    assert answer.status_code == 200, answer.text
