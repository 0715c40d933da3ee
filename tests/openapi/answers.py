"""Write the examples of answers anew, from real answers: `uv run poe answers`."""

import json
import re
from pathlib import Path
from typing import Any

import httpx

FILE = Path(__file__).parents[2] / "service" / "openapi" / "answers.json"
ADMINISTRATORS = ("/v1/principals", "/v1/registry")
TEXTUAL = {"read_metrics"}
VOLATILE = (
    (r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z", "TIME"),
    (r"\b(?!01940000)[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\b", "ID"),
    (r"\b[0-9a-f]{64}\b", "HASH"),
    (r'"(x|kid)": "[^"]+"', "KEY"),
)
"""What differs from run to run, and the name that stands for it when two answers are compared."""


def readings(document: dict[str, Any]) -> list[tuple[str, str]]:
    """Return (operation, path) of each reading, its path parameters filled as they are in the document."""
    found = []
    for path, item in document["paths"].items():
        operation = item.get("get")
        if operation is None or operation["operationId"] in TEXTUAL:
            continue
        for parameter in operation.get("parameters", []):
            if parameter["in"] == "path":
                value = parameter["examples"]["of_the_pilot"]["value"]
                path = path.replace(f"{{{parameter['name']}}}", value)  # noqa: PLW2901
        pages = any(parameter["name"] == "limit" for parameter in operation.get("parameters", []))
        found.append((operation["operationId"], f"{path}?limit=1" if pages else path))
    return found


async def answer(pk: httpx.AsyncClient, administrator: httpx.AsyncClient, path: str) -> Any:
    """Return the real answer to a reading."""
    client = administrator if path.startswith(ADMINISTRATORS) else pk
    given = await client.get(path)
    assert given.status_code == 200, given.text
    content = given.json()
    if "evidence" in content and "picture" in content:
        # One schema shows what they are; all of them would be half of the document, and refer to places of their own.
        content["evidence"] = {"redraft": content["evidence"]["redraft"]}
    return content


def alike(value: Any) -> str:
    """Return the answer as text, with what differs from run to run named."""
    text = json.dumps(value, sort_keys=True)
    for pattern, name in VOLATILE:
        text = re.sub(pattern, name, text)
    return text
