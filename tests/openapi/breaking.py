"""What in a newer document would break a client of the older one: removed, narrowed, newly demanded."""

import copy
from collections.abc import Iterator
from typing import Any

from service.http.openapi.spelling import each, spell

Schema = dict[str, Any]
OPEN = "x-extensible-enum"


def breaking(old: Schema, new: Schema) -> list[str]:
    """Return a sentence for each breaking change from `old` to `new`, sorted. Spelled otherwise is not changed."""
    old = copy.deepcopy(old)
    for schema in each(old["components"]["schemas"]):
        spell(schema)
    return sorted(set(_paths(old, new)) | set(_schemas(old, new)))


def _paths(old: Schema, new: Schema) -> Iterator[str]:
    for path, item in old["paths"].items():
        for method, operation in item.items():
            found = new["paths"].get(path, {}).get(method)
            name = operation["operationId"]
            if found is None:
                yield f"{name} is removed"
                continue
            if found["operationId"] != name:
                yield f"{name} is renamed to {found['operationId']}"
            yield from _parameters(name, operation.get("parameters", []), found.get("parameters", []))
            for status in operation["responses"]:
                if status.startswith("2") and status not in found["responses"]:
                    yield f"{name} no longer answers {status}"
            if "requestBody" in found and "requestBody" not in operation:
                yield f"{name} now needs a body"


def _parameters(name: str, old: list[Schema], new: list[Schema]) -> Iterator[str]:
    known = {(one["in"], one["name"]): one for one in old}
    present = {(one["in"], one["name"]): one for one in new}
    for key, one in known.items():
        if key not in present:
            yield f"{name} lost the parameter {key[1]}"
        else:
            yield from _narrowed(f"{name} parameter {key[1]}", one["schema"], present[key]["schema"])
    for key, one in present.items():
        if one.get("required") and not known.get(key, {}).get("required"):
            yield f"{name} now needs the parameter {key[1]}"


def _schemas(old: Schema, new: Schema) -> Iterator[str]:
    before, after = old["components"]["schemas"], new["components"]["schemas"]
    for name, schema in before.items():
        found = after.get(name)
        if found is None:
            yield f"{name} is removed"
            continue
        yield from _narrowed(name, schema, found)
        asked = schema.get("additionalProperties") is False
        for member, one in schema.get("properties", {}).items():
            if member not in found.get("properties", {}):
                yield f"{name} lost {member}"
            else:
                newer = found["properties"][member]
                # A request may take null too.
                taken = {**newer, "type": one["type"]} if asked and _takes_null_too(one, newer) else newer
                narrowed = _narrowed(f"{name}.{member}", one, taken)
                # An answer may keep to limits that it did not tell of before.
                yield from (said for said in narrowed if asked or " is now " not in said)
        # An answer may promise more; a request may not demand more.
        if asked:
            for member in set(found.get("required", [])) - set(schema.get("required", [])):
                yield f"{name} now needs {member}"
        else:
            for member in set(schema.get("required", [])) - set(found.get("required", [])):
                yield f"{name} no longer always has {member}"


def _takes_null_too(old: Schema, new: Schema) -> bool:
    return isinstance(old.get("type"), str) and new.get("type") == [old["type"], "null"]


def _narrowed(where: str, old: Schema, new: Schema) -> Iterator[str]:
    if "$ref" in old and OPEN in new:
        yield f"{old['$ref'].rpartition('/')[2]} in answers is a text with known values, no enumeration"
        return
    for kind in ("type", "$ref", "format", "pattern"):
        if old.get(kind) != new.get(kind) and kind in old:
            yield f"{where}: {kind} was {old[kind]}, is {new.get(kind)}"
    for kind in ("enum", OPEN):
        for value in set(map(str, old.get(kind, []))) - set(map(str, new.get(kind, []))):
            yield f"{where} lost the value {value}"
    for limit, worse in (("maxLength", min), ("maximum", min), ("minLength", max), ("minimum", max)):
        if limit in new and (limit not in old or worse(old[limit], new[limit]) != old[limit]):
            yield f"{where}: {limit} is now {new[limit]}"
