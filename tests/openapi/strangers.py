"""Bodies made from the published document, and the same bodies with one member replaced by what nobody should send."""

import copy
import json
from collections.abc import Iterator
from typing import Any

from tests.conftest import COMMISSION, SESSION_8, organisation

DEEP = json.loads("[" * 20 + "]" * 20)
TYPES: list[Any] = [None, True, 2**64, "", [], {}, [["PK"]], [{"party": ["PK"]}, {"language": {}}, None], DEEP]
"""Every JSON type, flat and nested: what a member of another type is sent."""
OF_ITS_TYPE: dict[type, list[Any]] = {
    bool: ["no", 0],
    int: [0, -1, 1.0, "3", 2**31, 2**53, 10**400],
    str: ["A", "\x00", "\u202eA", "e\u0301", "\u200b", "a" * 21_000, 1.5, "0000", "9999-12-31"],
    list: [[None], ["PK"], [{}], ["A"] * 60],
    dict: [{"": 1}, {"é": "A"}, {"en": ["A"]}, {"en": None}, {"zz zz<script>": "A"}, {"a": {"b": [{}]}}],
}
"""What is of the right JSON type, and mostly wrong."""
EVERYTHING = [*TYPES, *(value for values in OF_ITS_TYPE.values() for value in values)]
KNOWN = {
    "matters": ["01940000-0000-7000-8000-000000000407"],
    "transitions": ["01940000-0000-7000-8000-000000000407"],
    "commission_id": COMMISSION,
    "session_id": None,
    "held": None,
    "item_number": None,
    "signatories": [{"party": one, "name": "N", "title": "T", "organisation": "O"} for one in ("PK", "AZ")],
    "parties": ["PK", "AZ"],
    "founded_at_session_id": SESSION_8,
    "working_group_id": None,
    "receiver_id": "01940000-0000-7000-8000-000000000302",
    "commitments": ["01940000-0000-7000-8000-000000000407"],
    "secretariat_id": organisation(101),
    "organisation_id": organisation(101),
    "co_lead_organisation_id": organisation(104),
    "lead_organisation_id": organisation(104),
    "issuer": None,
    "expires_at": None,
    "old_secrets_expire_at": None,
    "agreed_on": "2025-01-24",
    "effective_on": "2025-02-01",
    "found_in": "implemented",
    "sha256": None,
    "document_id": None,
    "documents": None,
    "unknown": ["authentic_texts", "place", "signatories"],
    "successor": "PK-AZ/08/003",
    "successors": None,
    "subject_to": ["AZ"],
    "modification": None,
    "outcome": None,
    "target": "PK-AZ/08/003",
    "corrects": None,
    # Who would leave could not do what comes next.
    "notified_on": "2999",
}
"""Members whose value must be one of the pilot's, or none, for the rest of the body to be judged."""
Place = tuple[str | int, ...]


def resolved(document: Any, schema: Any) -> Any:
    """Return the schema that a reference names."""
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def variants(document: Any, schema: Any) -> list[Any]:
    """Return the members of a union, or the schema itself."""
    schema = resolved(document, schema)
    return [resolved(document, one) for one in schema.get("oneOf", [schema])]


def sample(document: Any, schema: Any) -> Any:
    """Return a value that the schema allows, with every member that it knows."""
    schema = resolved(document, schema)
    chosen = next((one for one in schema.get("oneOf", schema.get("anyOf", ())) if one.get("type") != "null"), None)
    if chosen:
        return sample(document, chosen)
    said = [schema[name] for name in ("const", "default") if schema.get(name) is not None]
    if listed := said or schema.get("enum") or schema.get("examples"):
        return listed[0]
    if "properties" in schema:
        return {name: KNOWN.get(name, sample(document, one)) for name, one in schema["properties"].items()}
    kinds = schema.get("type", "object")
    match kind := kinds if isinstance(kinds, str) else kinds[0]:
        case "object":
            return {"en": sample(document, schema.get("additionalProperties") or {"type": "string"})}
        case "array":
            return [sample(document, schema["items"])]
    return {"integer": int(schema.get("minimum", 1)), "boolean": True}.get(kind, "A")


def places(value: Any, here: Place = ()) -> Iterator[Place]:
    """Return every place in a body, the whole of it first."""
    yield here
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield from places(one, (*here, key))


def at(body: Any, place: Place) -> Any:
    """Return what stands at a place."""
    for step in place:
        body = body[step]
    return body


def put(body: Any, place: Place, value: Any) -> Any:
    """Return a copy of `body` with `value` at a place."""
    if not place:
        return value
    made = copy.deepcopy(body)
    at(made, place[:-1])[place[-1]] = value
    return made


def renamed(body: Any, place: Place, key: str) -> Any:
    """Return a copy of `body` in which the last member of the place has another name."""
    made = copy.deepcopy(body)
    inside = at(made, place[:-1])
    inside[key] = inside.pop(place[-1])
    return made
