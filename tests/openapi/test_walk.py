"""Whoever only reads walks everywhere that answers lead: from lists to what they list, and along the document's links.

Sequences that are made at random follow few links of those who make nothing; here every one is followed, for each of them.
What is answered is held to the document by `tests/contract.py`.
"""

import re
from typing import Any

import pytest

from service.main import create_app
from service.settings import Settings
from tests.conftest import World

PATHS: dict[str, Any] = create_app(Settings()).openapi()["paths"]
READ = {operation["get"]["operationId"]: path for path, operation in PATHS.items() if "get" in operation}
OF_ONE = re.compile(r"/v1/([a-z-]+)/\{\w+_id\}")
THINGS = {found[1]: name for name, path in READ.items() if (found := OF_ONE.fullmatch(path))}


def asks_nothing(name: str) -> bool:
    return not any(one.get("required") for one in PATHS[READ[name]]["get"].get("parameters", ()))


def onward(name: str, told: Any) -> set[tuple[str, str]]:
    """Return the operations, and with which ids, to which an answer leads."""
    listed = THINGS.get(READ[name].rpartition("/")[2])
    found = {(listed, one["id"]) for one in told.get("items", ())} if listed else set()
    links = PATHS[READ[name]]["get"]["responses"]["200"].get("links", {})
    return found | {(link["operationId"], told["id"]) for link in links.values()}


@pytest.mark.parametrize("who", ["observer", "auditor", "administrator"])
async def test_who_only_reads_is_led_to_answers_that_are_declared(worn: World, who: str) -> None:
    await worn.sequence()
    client, seen = worn.as_(who), set[tuple[str, str]]()
    ahead = {(name, "") for name in READ if asks_nothing(name)}
    while ahead:
        seen |= ahead
        found = set[tuple[str, str]]()
        for name, of in sorted(ahead):
            path = re.sub(r"\{\w+\}", of, READ[name])
            got = await client.get(path)
            assert got.status_code in {200, 403, 404}, f"{path} {got.text}"
            assert (await client.head(path)).status_code == got.status_code
            if (
                got.status_code == 200
                and got.headers["content-type"] == "application/json"
                and isinstance(got.json(), dict)
            ):
                found |= onward(name, got.json())
        ahead = found - seen
    reached = {name for name, _ in seen}
    assert {"read_commitment", "read_commitment_trail", "list_session_transitions", "read_log_export"} <= reached
    assert len(reached) >= 45
