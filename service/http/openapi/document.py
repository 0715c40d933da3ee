"""Making the document: FastAPI's own, then what it cannot know, then what generators stumble over taken out."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.encoders import jsonable_encoder
from fastapi.openapi.utils import get_openapi

from service.http.headers import HEADERS, references
from service.http.openapi.additions import PILOT, Schema
from service.http.openapi.words import INTRODUCTION, TAGS
from service.http.problems import MEDIA_TYPE, Problem
from service.identity.caller import CLIENT_CREDENTIALS

GENERIC = re.compile(r"Page_(\w+?)Read_\b")
"""What pydantic calls a page of something; we call it by the thing: `PartyPage`."""
ANSWERS: Schema = json.loads(Path(__file__).with_name("answers.json").read_text(encoding="utf-8"))
"""Real answers, by operation."""
PROBLEM: Schema = {"content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}


def document(app: FastAPI, picture: str) -> Schema:
    """Return the document of `app`."""
    made: Schema = get_openapi(
        title=app.title,
        version=app.version,
        openapi_version="3.1.0",
        summary="The record of what governments agreed, and what became of it",
        description=INTRODUCTION.format(picture=picture),
        routes=app.routes,
        tags=[{"name": name, "description": said} for name, said in TAGS.items()],
        servers=[{"url": "/", "description": "The service that serves this document"}],
        contact={"name": "The operator of this installation"},
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    made = json.loads(GENERIC.sub(r"\1Page", json.dumps(made)))
    components = made["components"]
    # How a token is got; what a request shows is a bearer token in any case, which is all that a route depends on.
    components["securitySchemes"]["ClientCredentials"] = jsonable_encoder(
        CLIENT_CREDENTIALS.model, by_alias=True, exclude_none=True
    )
    components["headers"] = {name: dict(header) for name, header in HEADERS.items()}
    _add_problem(components["schemas"])
    for name, schema in components["schemas"].items():
        if name.endswith("Page"):
            schema["description"] = "One page of a list, and the cursor of the next page (null on the last)."
    for schema in _each(components):
        _untitle(schema)
    for method, operation in _operations(made):
        _complete(method, operation)
    return made


def publish(app: FastAPI, logins: Schema, picture: str) -> Callable[[], Schema]:
    """Return the function that gives `app` its document, made once, with the OpenID providers that are configured."""
    made: Schema = {}

    def openapi() -> Schema:
        if not made:
            made.update(document(app, picture))
            made["components"]["securitySchemes"] |= logins
            for _, operation in _operations(made):
                if operation["security"]:
                    operation["security"] += [{name: ["openid"]} for name in logins]
        return made

    return openapi


def _operations(made: Schema) -> Iterator[tuple[str, Schema]]:
    for path in made["paths"].values():
        yield from path.items()


def _add_problem(schemas: Schema) -> None:
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= problem.pop("$defs")
    schemas["Problem"] = problem
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)


def _complete(method: str, operation: Schema) -> None:
    name, answers = operation["operationId"], operation["responses"]
    answers.setdefault("400", {"description": "The request cannot be read", **PROBLEM})
    if "security" in operation:
        scope = "read" if method == "get" else "write"
        operation["security"] = [{"ClientCredentials": [scope]}, {"BearerToken": []}]
    else:
        operation["security"] = []
    if "application/json" in answers.get("422", {}).get("content", {}):
        answers["422"] = {"description": "The content is not valid", **PROBLEM}
    parameters = operation.get("parameters", [])
    for parameter in parameters:
        parameter["schema"] = _present(parameter["schema"])
        if parameter["in"] == "path":
            value = PILOT[parameter["name"]]
            parameter["examples"] = {"of_the_pilot": {"summary": "One of the pilot", "value": value}}
    for answer in answers.values():
        spoken = references("Content-Language") if MEDIA_TYPE in answer.get("content", {}) else {}
        answer["headers"] = references("X-Request-ID") | spoken | answer.get("headers", {})
    if name in ANSWERS:
        content = answers["200"]["content"]["application/json"]
        content["examples"] = {"of_the_pilot": {"summary": "From the pilot's register", "value": ANSWERS[name]}}


def _each(value: Any) -> Iterator[Schema]:  # noqa: ANN401 -- any JSON value
    if isinstance(value, list):
        for inner in value:
            yield from _each(inner)
    if isinstance(value, dict):
        yield value
        for inner in list(value.values()):
            yield from _each(inner)


def _untitle(schema: Schema) -> None:
    """Drop the titles that pydantic makes of names; generators make types of them. A property may be called `title`."""
    if isinstance(schema.get("title"), str):
        del schema["title"]


def _present(schema: Schema) -> Schema:
    """Return a parameter's schema without null: an absent parameter is absent."""
    _untitle(schema)
    kinds = [kind for kind in schema.pop("anyOf", []) if kind.get("type") != "null"]
    return {**kinds[0], **schema} if kinds else schema
