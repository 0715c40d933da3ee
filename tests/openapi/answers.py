"""Write the examples of answers anew, from real answers: `uv run poe answers`."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

import httpx

from service.http.bodies import json_body

FILE = Path(__file__).parents[2] / "service" / "http" / "openapi" / "answers.json"
ADMINISTRATORS = ("/v1/principals", "/v1/registry")
UNREAD = {
    "create_entry_into_force_calculation",
    "create_periods_calculation",
    "create_progress_report",
    "create_proposals",
}
TEXTS = {"text/csv": 2, "text/plain": 100, "image/svg+xml": 2}
"""Of what is answered as text, so many lines are shown, by its media type."""
OF_THE_MOMENT = "read_metrics"
"""What is counted is another number each time."""
VOLATILE = (
    # A cursor may hold an id that each loading of the pilot makes anew.
    (r'"next_cursor": "[^"]+"', '"next_cursor": "CURSOR"'),
    (r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z", "TIME"),
    (r"\b(?!01940000)[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\b", "ID"),
    (r"\b[0-9a-f]{64}\b", "HASH"),
    # Root hashes and signatures in notes and proofs.
    (r"[A-Za-z0-9+/]{40,}={0,2}", "BYTES"),
    (r"\+[0-9a-f]{8}\b", "KEY"),
    (r'"as_of": "[^"]+"', "DAY"),
    # What says no day takes effect on that of the loading; the pilot itself tells of none after 2025.
    (r'"effective_on": "(?!20[01]|202[0-5])\d{4}-\d\d-\d\d"', "DAY"),
    (r'"(x|kid|verifier_key|checkpoint)": "[^"]+"', "KEY"),
)
"""What differs from run to run, and the name that stands for it when two answers are compared."""


def filled(path: str, operation: dict[str, Any], latest: Mapping[str, str] = MappingProxyType({})) -> str:
    """Return the path with what it needs as Swagger UI prefills it, or as what was made just now."""
    query = {}
    for parameter in operation.get("parameters", []):
        name = parameter["name"]
        if not parameter.get("required") or parameter["in"] == "header":
            continue
        value = latest.get(name) or parameter["examples"]["of_the_pilot"]["value"]
        if parameter["in"] == "path":
            path = path.replace(f"{{{name}}}", str(value))
        else:
            query[name] = value
    return f"{path}?{urlencode(query)}" if query else path


def readings(document: dict[str, Any]) -> list[tuple[str, str]]:
    """Return (operation, path) of each reading, its path parameters filled as they are in the document.

    What is answered as text stands for itself: its name ends with a blank and the media type.
    """
    found = []
    for path, item in document["paths"].items():
        operation = item.get("get")
        if operation is None or operation["operationId"] == OF_THE_MOMENT:
            continue
        content = operation["responses"]["200"]["content"]
        path = filled(path, operation)  # noqa: PLW2901
        found += [(f"{operation['operationId']} {kind}", path) for kind in content if kind in TEXTS]
        if "application/json" not in content:
            continue
        pages = any(parameter["name"] == "limit" for parameter in operation.get("parameters", []))
        found.append((operation["operationId"], f"{path}{'&' if '?' in path else '?'}limit=1" if pages else path))
    return found


def writings(document: dict[str, Any]) -> list[tuple[str, tuple[str, Any]]]:
    """Return (operation, (path, body)) of what is answered as no reading is: by the first example of its body."""
    found = []
    for path, item in document["paths"].items():
        operation = item.get("post", {})
        if operation.get("operationId") in UNREAD:
            _, body = json_body(operation) or ("", {})
            (first, *_) = body["examples"].values()
            found.append((operation["operationId"], (filled(path, operation), first["value"])))
    return found


async def made(pk: httpx.AsyncClient, path: str, body: Any) -> Any:
    """Return the real answer to a request that makes something, or calculates it."""
    given = await pk.post(path, json=body)
    assert given.is_success, given.text
    return given.json()


async def answer(pk: httpx.AsyncClient, administrator: httpx.AsyncClient, name: str, path: str) -> Any:
    """Return the real answer to a reading; of a text its beginning."""
    client = administrator if path.startswith(ADMINISTRATORS) else pk
    _, _, kind = name.partition(" ")
    given = await client.get(path, headers={"Accept": kind or "application/json"})
    assert given.status_code == 200, given.text
    if kind:
        assert given.headers["content-type"].startswith(kind)
        return "".join(given.content.decode().splitlines(keepends=True)[: TEXTS[kind]])
    content = given.json()
    if "evidence" in content and "picture" in content:
        # One schema shows what they are; all of them would be half of the document, and refer to places of their own.
        schema = {name: one for name, one in content["evidence"]["redraft"].items() if name != "$defs"}
        members = {name: one for name, one in schema["properties"].items() if "$ref" not in json.dumps(one)}
        content["evidence"] = {"redraft": {**schema, "properties": members}}
    return content


def alike(value: Any) -> str:
    """Return the answer as text, with what differs from run to run named."""
    text = json.dumps(value, sort_keys=True)
    for pattern, name in VOLATILE:
        text = re.sub(pattern, name, text)
    return text
