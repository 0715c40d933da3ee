"""What is wrong with the shape of a value, said from its JSON Schema: what must stand there, by an example instead of a pattern.

Pure. What pydantic found is taken as it lists it (`type`, `loc`, `input`, `ctx`). Its own phrases are not used: what it learns
to find tomorrow is told like the rest.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from difflib import get_close_matches
from itertools import islice
from typing import Any, Final, get_args

from pydantic_core.core_schema import ErrorType

from service.errors.base import Fault

Schema = Mapping[str, Any]
Finding = Mapping[str, Any]
Elsewhere = Callable[[str], str]
MOST: Final = 100
"""So many faults are told of at most: who sends thousands learns enough."""
NEEDED: Final = "is needed"
FEW: Final = 3
"""So many kinds of values are told where one of several may stand."""
_EXAMPLES: Final = {"uuid": "01940000-0000-7000-8000-000000000404", "date-time": "2026-12-31T23:59:59Z"}
_FORMATS: Final = {"uuid": "an id (UUID)", "date-time": "a moment with its offset", "date": "a date"}
_KINDS: Final = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}
_LIMITS: Final = (
    ("minimum", "maximum", ""),
    ("minLength", "maxLength", " characters"),
    ("minItems", "maxItems", " items"),
    ("minProperties", "maxProperties", " members"),
)
_TOO: Final = {"string_too_short", "string_too_long", "too_short", "too_long"}
_OWN: Final = {"value_error", "assertion_error"}
_PYDANTICS: Final = frozenset(get_args(ErrorType))
"""What our own types found is said in their own words, and never in pydantic's."""


def _nowhere(_: str) -> str:
    return ""


def faults(
    found: Iterable[Finding], schema: Schema, elsewhere: Elsewhere = _nowhere, root: Schema | None = None
) -> list[Fault]:
    """Return what pydantic `found`, each with its pointer (RFC 6901) and what `schema`, of the document `root`, wants there.

    `elsewhere` says of a member that is unknown here where it is known; "" for nowhere.
    """
    findings = list(islice(found, MOST))
    told = [tell(one, schema, root or schema, elsewhere) for one in findings]
    # Of what may be one of several, what is wrong within one of them says more than that it is none of the others.
    deeper = {tuple(parts[:depth]) for parts, _ in told for depth in range(len(parts))}
    kept = [
        (pointer(parts), said)
        for one, (parts, said) in zip(findings, told, strict=True)
        if not (tuple(parts) in deeper and _is_of_a_branch(one["loc"], parts))
    ]
    return [Fault(pointer=place, detail=said) for place, said in dict.fromkeys(kept)]


def _is_of_a_branch(place: Sequence[str | int], parts: Sequence[str | int]) -> bool:
    return bool(place) and "[key]" not in place and [*place[-1:]] != [*parts[-1:]]


def tell(found: Finding, schema: Schema, root: Schema, elsewhere: Elsewhere = _nowhere) -> tuple[list[str | int], str]:
    """Return where one finding is, in parts, and what is said of it; `root` is the document that `schema` refers to."""
    parts: list[str | int] = []
    above = here = _plain(schema, root)
    unknown = len(found["loc"]) - 1 if found["type"] == "extra_forbidden" else None
    for at, part in enumerate(found["loc"]):
        if part == "[key]":
            return parts, f"its name {_said(found, _key(above))}"
        inner = _within(here, part)
        if inner is None and at == unknown:
            return [*parts, part], _unknown(str(part), _members(here), elsewhere)
        # What is no member of the schema names a branch of it.
        if inner is not None:
            above, here = here, _plain(inner, root)
            parts.append(part)
    return parts, _said(found, here)


def sound(value: Mapping[str, Any], wrong: Iterable[tuple[str | int, ...]]) -> dict[str, Any]:
    """Return a copy of `value` without what stands at the places that are `wrong`, so that the rest can be judged.

    A wrong item of a list becomes an empty object, so that the others keep their places.
    """
    copy: dict[str, Any] = deepcopy(dict(value))
    for place in wrong:
        _remove(copy, place)
    return copy


def _remove(inner: Any, place: tuple[str | int, ...]) -> None:  # noqa: ANN401 -- any JSON value
    *way, last = [part for part in place if part != "[key]"]
    for part in way:
        known = (isinstance(inner, dict) and part in inner) or (isinstance(inner, list) and isinstance(part, int))
        inner = inner[part] if known else inner
    if isinstance(inner, list) and isinstance(last, int):
        inner[last] = {}
    elif isinstance(inner, dict):
        inner.pop(last, None)


def pointer(parts: Iterable[object]) -> str:
    """Return the JSON pointer (RFC 6901) of these parts."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def needed(schema: Schema) -> str:
    """Return what is said where a value of this schema is needed and absent."""
    return f"{NEEDED}: {_lowered(_meaning(schema)) or wanted(schema)}"


def explained(faults: Iterable[Fault], schema: Schema) -> list[Fault]:
    """Return the faults; where a member of `schema` is only said to be needed, with what must stand there."""
    members = {f"/{name}": one for name, one in schema.get("properties", {}).items()}
    return [
        Fault(one | {"detail": needed(_plain(members[one["pointer"]], schema))})
        if one["detail"] == NEEDED and one["pointer"] in members
        else one
        for one in faults
    ]


def wanted(schema: Schema) -> str:
    """Return what a value of this schema is: one of a few, or its kind with an example, or else with its limits."""
    if branches := _branches(schema):
        return " or ".join(dict.fromkeys(map(_one_of, branches[:FEW]))) if len(branches) <= FEW else "an object"
    values = schema.get("enum") or ([schema["const"]] if "const" in schema else [])
    if values:
        return " or ".join(filter(None, [", ".join(map(shown, values[:-1])), shown(values[-1])]))
    form = schema.get("format", "")
    kind = _FORMATS.get(form) or " or ".join(_KINDS[one] for one in _kinds(schema)) or "an object"
    example = next(iter(schema.get("examples", ())), _EXAMPLES.get(form))
    meant = f" ({said})" if "pattern" in schema and (said := _meaning(schema)) else ""
    if example is None:
        return f"{kind}{_limits(schema)}{meant}"
    # Of what has a pattern it is not the kind that was missed, mostly, but how it is written.
    if "pattern" in schema:
        return f"{kind} like {json.dumps(example, ensure_ascii=False)}{meant}"
    return f"{kind}, such as {shown(example)}"


def _one_of(schema: Schema) -> str:
    members = schema.get("required", ()) if _kinds(schema) == ["object"] else ()
    return f"an object with {' and '.join(members)}" if members else wanted(schema)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the one of `known` that `name` is most like, first of those that say its words and more; None if it is like none."""
    names, words = list(known), set(name.lower().split("_"))
    fuller = [one for one in names if words <= set(one.split("_"))]
    found = get_close_matches(name.lower(), fuller, n=1, cutoff=0) or get_close_matches(
        name.lower(), names, n=1, cutoff=0.6
    )
    return found[0] if found else None


def shown(value: object) -> str:
    """Return a value as JSON spells it, cut short."""
    spelled = json.dumps(value, ensure_ascii=False, default=str)
    return spelled if len(spelled) <= 60 else f"{spelled[:56]} ..."


def _said(found: Finding, here: Schema) -> str:
    kind, given = found["type"], found.get("input")
    if kind == "missing":
        return needed(here)
    if kind in _OWN or kind not in _PYDANTICS:
        return str(found["ctx"]["error"] if kind in _OWN else found["msg"])
    if kind in _TOO and not (given.strip() if isinstance(given, str) else given):
        return f"is empty; must be {wanted(here)}"
    if kind in _TOO:
        counted = {"string": "characters", "array": "items"}.get("".join(_kinds(here)), "members")
        return (
            f"has {_counted(len(given or ()), counted)}; must be {wanted({**here, 'examples': (), 'description': ''})}"
        )
    close = nearest(given, map(str, here.get("enum", ()))) if isinstance(given, str) else None
    if close:
        return f"must be {wanted(here)}; did you mean {shown(close)}?"
    return f"must be {wanted(here)}{_was(given, here)}"


def _was(given: object, here: Schema) -> str:
    """Return what was given instead: the value itself, or of a list or an object its kind, where that is what is wrong."""
    if isinstance(given, Mapping | list | tuple):
        kind = "object" if isinstance(given, Mapping) else "array"
        return "" if kind in (_kinds(here) or ["object"]) else f", not {_KINDS[kind]}"
    return f", not {shown(given)}" if given is None or isinstance(given, str | int | float) else ""


def _counted(number: int | str, things: str) -> str:
    return f"{number} {things.removesuffix('s') if str(number) == '1' else things}"


def _unknown(name: str, known: Mapping[str, Any], elsewhere: Elsewhere) -> str:
    if said := elsewhere(name):
        return f"is not known here; {said}"
    if close := nearest(name, known):
        return f"is not known here; did you mean {shown(close)}?"
    return f"is not known here; known here: {', '.join(known) or 'nothing'}"


def _inner(here: Schema, part: str | int) -> Schema | None:
    """Return the schema of a member or item; None if there is none."""
    if isinstance(part, int):
        return here.get("items")
    values = (here.get("additionalProperties"), *here.get("patternProperties", {}).values())
    return here.get("properties", {}).get(part) or next((one for one in values if isinstance(one, Mapping)), None)


def _within(here: Schema, part: str | int) -> Schema | None:
    """Return the schema of a member or item, or that of the first branch which has one; None if there is none."""
    found = (_inner(one, part) for one in (here, *_branches(here)))
    return next((one for one in found if one is not None), None)


def _members(here: Schema) -> dict[str, Any]:
    """Return the members that are known here, or in one of the branches."""
    return {name: inner for one in (here, *_branches(here)) for name, inner in one.get("properties", {}).items()}


def _branches(schema: Schema) -> list[Schema]:
    return [one for one in schema.get("anyOf", schema.get("oneOf", ())) if one.get("type") != "null"]


def _key(here: Schema) -> Schema:
    """Return the schema of a map's keys, with the first key of its example as theirs."""
    example = next((name for one in here.get("examples", ()) for name in one), None)
    return {"type": "string", "examples": [example] if example else [], **here.get("propertyNames", {})}


def _plain(schema: Schema, root: Schema) -> Schema:
    """Return the schema with references followed, and without the branch that allows null."""
    while True:
        branches = _branches(schema)
        if "$ref" in schema:
            inner = _referred(schema["$ref"], root)
        elif len(branches) == 1:
            inner = branches[0]
        else:
            return {**schema, "anyOf": [_plain(one, root) for one in branches]} if branches else schema
        outer = {key: value for key, value in schema.items() if key not in {"$ref", "anyOf", "oneOf"}}
        schema = {**inner, **outer}


def _referred(reference: str, root: Schema) -> Schema:
    found = root
    for name in reference.removeprefix("#/").split("/"):
        found = found[name]
    return found


def _limits(schema: Schema) -> str:
    for least, most, unit in _LIMITS:
        # FastAPI publishes limits of whole numbers as 1.0.
        low, high = (f"{schema[name]:.17g}" if name in schema else None for name in (least, most))
        if low is not None and high is not None:
            return f" of {low} to {high}{unit}" if unit else f" from {low} to {high}"
        if (bound := low or high) is not None:
            return f" of at {'most' if low is None else 'least'} {_counted(bound, unit.strip()) if unit else bound}"
    return ""


def _kinds(schema: Schema) -> list[str]:
    kind = schema.get("type", [])
    return [kind] if isinstance(kind, str) else [one for one in kind if one != "null"]


def _meaning(schema: Schema) -> str:
    return re.split(r"\.\s", str(schema.get("description", "")), maxsplit=1)[0].rstrip(".")


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:] if text[1:2].islower() else text
