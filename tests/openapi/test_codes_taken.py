"""Wherever a request takes the id of what people know by a code, it takes the code: in path, query and body, and the document says so."""

import json
from collections.abc import Iterator
from typing import Any, Final

from tests.openapi.test_document import DOCUMENT
from tests.openapi.test_names_beside import SCHEMAS, referred

UNCODED: Final = {
    # A person's or system's name at its provider is its own; what a list of principals tells is its id.
    "principal_id",
    # A file has a digest, a move and an announcement their place in a list: nobody gives them codes.
    "document_id", "transition_id", "restoration_id", "import_id",
    "ConfirmationsCreate.transitions", "ReviewedTransition.id",
}  # fmt: skip
"""What has no code."""


def taken() -> Iterator[tuple[str, Any]]:
    """Yield each parameter and each member of a body that a request takes, with its schema."""
    bodies: set[str] = set()
    for item in DOCUMENT["paths"].values():
        for operation in item.values():
            yield from ((one["name"], one["schema"]) for one in operation.get("parameters", []) if "name" in one)
            bodies |= {*referred(operation.get("requestBody", {}))}
    waiting, seen = [*bodies], set[str]()
    while waiting:
        if (name := waiting.pop()) not in seen:
            seen.add(name)
            waiting += referred(SCHEMAS[name])
            yield from ((f"{name}.{member}", one) for member, one in SCHEMAS[name].get("properties", {}).items())


def test_a_request_takes_a_code_wherever_it_takes_the_id_of_what_has_one() -> None:
    found = {name for name, schema in taken() if '"uuid"' in json.dumps(schema)}
    assert {one for one in found if not {one, one.rpartition(".")[2]} & UNCODED} == set()
