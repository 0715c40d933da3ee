"""Every answer that any test receives is one that the published document declares."""

import copy
import json
import re
from functools import cache
from typing import Any
from urllib.parse import quote

import httpx
import jsonschema_rs
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import TypeAdapter

from service.http.catalogue import kinds
from service.main import create_app
from service.settings import Settings

WATCHED = (
    "etag",
    "location",
    "link",
    "retry-after",
    "ratelimit",
    "ratelimit-policy",
    "www-authenticate",
    "idempotent-replayed",
    "x-request-id",
    "cache-control",
    "content-disposition",
    "content-language",
)
USUAL = {"type", "title", "status", "detail", "instance", "request_id", "errors"}
PATHS = {"place"}
"""Path parameters that hold slashes."""
DOCUMENT = "urn:pacta:document"
UNDECLARED = {405, 500}
"""Refused before an operation is known, or a fault of ours."""


@cache
def served() -> FastAPI:
    """Return an application as each is: what it declares does not depend on its settings, and takes a second to make."""
    return create_app(Settings())


@cache
def operations() -> list[tuple[re.Pattern[str], dict[str, Any]]]:
    """Return each path of the document as a pattern, with its operations."""
    paths = served().openapi()["paths"]
    return [(re.compile(re.sub(r"\\{([^}]+)\\}", _any, re.escape(path))), found) for path, found in paths.items()]


def _any(parameter: re.Match[str]) -> str:
    return ".+" if parameter[1] in PATHS else "[^/]+"


def declared(response: httpx.Response) -> None:
    """Assert that status and headers of `response` stand in the document."""
    path = response.request.url.path
    found = next((one for pattern, one in operations() if pattern.fullmatch(path)), {})
    operation = found.get(response.request.method.lower())
    # Where a browser asks for a page, that is no part of the document.
    is_page = "text/html" in response.request.headers.get("accept", "")
    if operation is None or response.status_code in UNDECLARED or is_page:
        return
    name = operation["operationId"]
    answer = operation["responses"].get(str(response.status_code))
    assert answer is not None, f"{name} answered {response.status_code}, which its document does not declare"
    known = {header.lower() for header in answer["headers"]}
    carried = {header for header in WATCHED if header in response.headers}
    assert carried <= known, f"{name} {response.status_code} carried {carried - known}"
    kind = response.headers.get("content-type", "")
    if kind.endswith("json") and kind in answer.get("content", {}):
        known_shapes(name, response.status_code).validate(response.json())
        assert response.is_success or told(response.json()), f"members of which nobody tells: {response.json()}"
    model = models().get(name)
    if model is not None and response.is_success and response.headers["content-type"] == "application/json":
        # Some answers are written without their model, for speed: all are held to it here, member by member.
        held = model.dump_json(model.validate_json(response.content), exclude_unset=True)
        assert json.loads(held) == response.json(), name


def told(problem: dict[str, Any]) -> bool:
    """Tell whether the problem's members are the usual ones and those of its kind."""
    beside = {kind.type(): kind.told for kind in kinds()}
    return "error" in problem or problem.keys() - USUAL <= beside[problem["type"]].keys()


@cache
def known_shapes(name: str, status: int) -> jsonschema_rs.Draft202012Validator:
    """Return what the document says of an answer's body."""
    paths = today()["paths"]
    path, method = next((path, way) for path in paths for way, one in paths[path].items() if one["operationId"] == name)
    content = paths[path][method]["responses"][str(status)]["content"]
    place = (
        "paths",
        path,
        method,
        "responses",
        str(status),
        "content",
        next(one for one in content if one.endswith("json")),
    )
    pointer = "/".join(quote(part.replace("~", "~0").replace("/", "~1")) for part in place)
    return jsonschema_rs.Draft202012Validator({"$ref": f"{DOCUMENT}#/{pointer}/schema"}, registry=registered())


@cache
def registered() -> jsonschema_rs.Registry:
    """Return the document for schemas that refer to it: a copy in each of seven hundred of them takes three gigabytes."""
    return jsonschema_rs.Registry([(DOCUMENT, {"$schema": "https://json-schema.org/draft/2020-12/schema", **today()})])


@cache
def today() -> dict[str, Any]:
    """Return the document without what it leaves to later versions, which is none of today's answers."""
    document: dict[str, Any] = copy.deepcopy(served().openapi())
    for schema in document["components"]["schemas"].values():
        if "anyOf" in schema:
            schema["anyOf"] = [one for one in schema["anyOf"] if "/Other" not in one["$ref"]]
    return document


@cache
def models() -> dict[str, TypeAdapter[Any]]:
    """Return the model of each operation's answer."""
    found = (context.original_route for context in iter_route_contexts(served().routes))
    return {
        route.operation_id or route.name: TypeAdapter(route.response_model)
        for route in found
        if isinstance(route, APIRoute) and route.response_model is not None
    }
