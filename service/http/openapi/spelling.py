"""How the document spells what JSON Schema can say in several ways: so that generators of every language read it.

Each rule was tried on openapi-generator (Java, Go, PHP, C#), NSwag, openapi-python-client, hey-api, openapi-typescript and
orval; openapi/README.md says what each makes of it.
"""

from collections.abc import Iterator
from typing import Any, Final

Schema = dict[str, Any]
PREFIX: Final = "#/components/schemas/"
NULL: Final = {"type": "null"}


def spell(schema: Schema) -> None:
    """Spell `schema`, not what stands in it, as generators read it, in place.

    What may be null is a list of types, not a choice of schemas, of which some make a class; a map of texts says what its
    values are beside what its names are; an integer has 64 bits; null as a default says no more than that the member may be
    left out; a title that pydantic made of a name would become a type.
    """
    if isinstance(schema.get("title"), str):
        del schema["title"]
    if NULL in schema.get("anyOf", []):
        _nullable(schema, [kind for kind in schema.pop("anyOf") if kind != NULL])
    if "default" in schema and schema["default"] is None:
        del schema["default"]
    if schema.get("type") in ("integer", ["integer", "null"]):
        schema.setdefault("format", "int64")
    for pattern, values in schema.pop("patternProperties", {}).items():
        schema["additionalProperties"] = values
        schema.setdefault("propertyNames", {})["pattern"] = pattern


def _nullable(schema: Schema, kinds: list[Schema]) -> None:
    if len(kinds) == 1 and "type" in kinds[0]:
        schema.update({**kinds[0], **schema, "type": [kinds[0]["type"], "null"]})
        if "enum" in schema:
            schema["enum"] = [*schema["enum"], None]
    else:
        schema["oneOf"] = [NULL, *kinds]


def present(schema: Schema) -> Schema:
    """Return a parameter's schema without null: an absent parameter is absent."""
    kinds = [kind for kind in schema.pop("anyOf", []) if kind != NULL]
    return {**kinds[0], **schema} if kinds else schema


def open_answers(schemas: Schema, asked: set[str], answered: set[str]) -> None:
    """Open what answers hold to what comes within `/v1`: new members, new values. Requests stay closed.

    A generated client refuses to read a value that its enumeration does not have.
    """
    words = {PREFIX + name: schema["enum"] for name, schema in schemas.items() if "enum" in schema}
    for schema in each([schemas[name] for name in answered - asked]):
        _open_word(schema, words)
        if "default" in schema and "type" in schema:
            # A generated client would fill it in where the answer says nothing.
            del schema["default"]
        if schema.get("additionalProperties") is False:
            del schema["additionalProperties"]


def _open_word(schema: Schema, words: dict[str, list[str]]) -> None:
    nullable = schema["oneOf"][1] if NULL in schema.get("oneOf", []) else {}
    values = words.get(str(schema.get("$ref", nullable.get("$ref")))) or schema.get("enum")
    if values is None:
        return
    kind = schema.get("type", ["string", "null"] if nullable else "string")
    known = f"One of {', '.join(f'`{value}`' for value in values if value)}; more may be added."
    said = " ".join(filter(None, (schema.get("description"), known)))
    for member in ("$ref", "oneOf", "enum"):
        schema.pop(member, None)
    schema.update({"type": kind, "x-extensible-enum": values, "description": said})


def reached(value: Any, schemas: Schema) -> set[str]:  # noqa: ANN401 -- any JSON value
    """Return the names of the `schemas` to which `value` refers, by others too."""
    found: set[str] = set()
    waiting = [value]
    while waiting:
        named = {one["$ref"].removeprefix(PREFIX) for one in each(waiting.pop()) if isinstance(one.get("$ref"), str)}
        new = {name for name in named if name in schemas} - found
        found |= new
        waiting += [schemas[name] for name in new]
    return found


def each(value: Any) -> Iterator[Schema]:  # noqa: ANN401 -- any JSON value
    """Yield every object in `value`, itself first."""
    if isinstance(value, list):
        for inner in value:
            yield from each(inner)
    if isinstance(value, dict):
        yield value
        for inner in list(value.values()):
            yield from each(inner)
