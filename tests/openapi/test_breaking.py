"""Within /v1 things are only added; what is not is announced in the CHANGELOG, word for word."""

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from service.http.answers import answer
from service.http.refusals import deprecated
from service.http.routing import Router
from tests.openapi.breaking import breaking
from tests.openapi.test_document import DOCUMENT

ROOT = Path(__file__).parents[2]
BASELINE: dict[str, Any] = json.loads((ROOT / "openapi" / "baseline.json").read_text())


def test_nothing_of_the_last_release_is_removed_or_narrowed_unannounced() -> None:
    announced = (ROOT / "CHANGELOG.md").read_text()
    assert [change for change in breaking(BASELINE, DOCUMENT) if f"Breaking: {change}" not in announced] == []


def _remove_operation(document: Any) -> None:
    del document["paths"]["/v1/me"]


def _remove_member(document: Any) -> None:
    del document["components"]["schemas"]["CommitmentRead"]["properties"]["overdue"]


def _demand_member(document: Any) -> None:
    document["components"]["schemas"]["CommitmentCreate"]["required"].append("target_date")


def _drop_value(document: Any) -> None:
    document["components"]["schemas"]["State"]["enum"].remove("merged")


def _drop_known_value(document: Any) -> None:
    document["components"]["schemas"]["CommitmentDetail"]["properties"]["state"]["x-extensible-enum"].remove("merged")


def _drop_parameter(document: Any) -> None:
    document["paths"]["/v1/commitments"]["get"]["parameters"].pop(0)


def _shorten(document: Any) -> None:
    document["components"]["schemas"]["PrincipalCreate"]["properties"]["name"]["maxLength"] = 10


def _promise_less(document: Any) -> None:
    document["components"]["schemas"]["EntryRead"]["required"].remove("canonical")


def _answer_null(document: Any) -> None:
    document["components"]["schemas"]["EntryRead"]["properties"]["canonical"]["type"] = ["string", "null"]


@pytest.mark.parametrize(
    "change",
    [
        _answer_null,
        _remove_operation,
        _remove_member,
        _demand_member,
        _drop_value,
        _drop_known_value,
        _drop_parameter,
        _shorten,
        _promise_less,
    ],
)
def test_each_kind_of_breaking_change_is_seen(change: Callable[[Any], None]) -> None:
    newer = copy.deepcopy(DOCUMENT)
    change(newer)
    assert len(breaking(DOCUMENT, newer)) == 1


def test_what_is_added_breaks_nothing() -> None:
    newer = copy.deepcopy(DOCUMENT)
    newer["paths"]["/v1/new"] = newer["paths"]["/v1/me"]
    newer["components"]["schemas"]["CommitmentRead"]["properties"]["new"] = {"type": "string"}
    newer["components"]["schemas"]["CommitmentRead"]["required"].append("new")
    newer["components"]["schemas"]["State"]["enum"].append("new")
    newer["components"]["schemas"]["PrincipalCreate"]["properties"]["name"]["type"] = ["string", "null"]
    assert breaking(DOCUMENT, newer) == []


@pytest.mark.parametrize("content", ["still here", answer("still here")])
async def test_a_deprecated_operation_says_since_when_and_until_when_it_works(content: Any) -> None:
    router = Router(tags=["old"])
    since, until = datetime(2027, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)

    @router.get("/old", **deprecated(since, until, successor="/v1/new"))
    async def read_old() -> Any:
        return content

    app = FastAPI()
    app.include_router(router)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://t") as client:
        answer = await client.get("/old")
    assert answer.headers["deprecation"] == "@1798761600"
    assert answer.headers["sunset"] == "Sat, 01 Jan 2028 00:00:00 GMT"
    assert answer.headers["link"] == '</v1/new>; rel="successor-version"'
    assert app.openapi()["paths"]["/old"]["get"]["deprecated"] is True
