"""Requests made from the document, right and wrong: no fault of ours, nothing that the document does not declare."""

import asyncio
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.generation import GenerationMode

from service.main import create_app
from service.settings import Settings
from tests.conftest import World

SCHEMA = schemathesis.openapi.from_dict(create_app(Settings()).openapi())
NAMES = [operation["operationId"] for path in SCHEMA.raw_schema["paths"].values() for operation in path.values()]
ADMINISTRATOR = {"create_party", "create_principal", "create_commission", "list_principals"}
EXAMPLES = {GenerationMode.POSITIVE: 12, GenerationMode.NEGATIVE: 12}
KNOWN = {"method", "url", "params", "json", "data", "content"}


def made(name: str, mode: GenerationMode) -> list[Any]:
    """Return requests for the operation, of this mode, the same in every run."""
    cases: list[Any] = []

    @settings(
        max_examples=EXAMPLES[mode],
        phases=[Phase.generate],
        database=None,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=SCHEMA.find_operation_by_id(name).as_strategy(generation_mode=mode))
    def collect(case: Any) -> None:
        cases.append(case)

    collect()
    return cases


@pytest.mark.document
@pytest.mark.parametrize("name", NAMES)
async def test_no_request_made_from_the_document_gets_an_undeclared_answer(worn: World, name: str) -> None:
    client = worn.as_("administrator" if name in ADMINISTRATOR else "PK")
    cases = await asyncio.to_thread(made, name, GenerationMode.POSITIVE)
    try:
        cases += await asyncio.to_thread(made, name, GenerationMode.NEGATIVE)
    except schemathesis.errors.SchemathesisError:
        # An operation without parameters cannot be called wrongly.
        assert not SCHEMA.find_operation_by_id(name).definition.raw.get("requestBody")
    except Exception as impossible:  # noqa: BLE001 -- hypothesis tells an empty strategy so
        assert "Unsatisfiable" in type(impossible).__name__  # noqa: PT017
    statuses = [answer.status_code for case in cases if (answer := await send(client, case)) is not None]
    assert statuses
    assert max(statuses) < 500 or name == "read_readiness"


async def send(client: httpx.AsyncClient, case: Any) -> httpx.Response | None:
    """Send a made-up request with a good token; None if it cannot be put on a wire at all."""
    sent = case.as_transport_kwargs(base_url="http://pacta.test")
    ours = {"authorization", "user-agent", "connection", "accept-encoding"}
    if isinstance(sent.get("data"), bytes | str):
        sent["content"] = sent.pop("data")
    headers = {name: value for name, value in sent["headers"].items() if name.lower() not in ours}
    try:
        request = client.build_request(
            **{name: value for name, value in sent.items() if name in KNOWN}, headers=headers
        )
    except (ValueError, TypeError, httpx.InvalidURL):
        return None
    return await client.send(request)
