"""The published document: OpenAPI 3.1, made from the routes, with what FastAPI cannot know."""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from service.commitments.lifecycle import picture
from service.problems import Problem

INTRODUCTION = """One shared record of what governments agreed in their joint commissions, and what became of it.

A **commitment** moves along a lifecycle. A move is **proposed by one party and takes effect when every other party has
confirmed it**. Every step leaves an entry in an append-only **audit trail**.

To begin: get a token (`Authorize`, client credentials), read `/v1/me`, list the commitments, propose a move.
Every refusal is a problem document (RFC 9457) that says what to mend. Send an `Idempotency-Key` with each POST, and it
may be sent again safely. New members and new values of enumerations may be added within `/v1`; nothing is removed.

<details><summary>The lifecycle as a picture (Mermaid)</summary>

```mermaid
{picture}```

</details>
"""
TAGS = {
    "tokens": "Get an access token with a client id and secret; read the keys that verify it.",
    "me": "Who the caller is, for which party, with which roles.",
    "registry": "Parties, organisations and principals. The administrator registers them, and acts for no party.",
    "commissions": "The standing bodies and their sessions.",
    "working groups": "Joint working groups, which own commitments between sessions.",
    "lifecycle": "The state machine itself, as data.",
    "commitments": "What was agreed.",
    "transitions": "Moves of the state machine: proposed by one party, effective when every other has confirmed.",
    "audit trail": "Everything that ever happened, as the exact bytes that were hashed.",
    "operations": "For those who run the service.",
}


def document(app: FastAPI) -> dict[str, Any]:
    """Return the document of `app`."""
    made: dict[str, Any] = get_openapi(
        title=app.title,
        version=app.version,
        openapi_version="3.1.0",
        summary="The record of what governments agreed, and what became of it",
        description=INTRODUCTION.format(picture=picture()),
        routes=app.routes,
        tags=[{"name": name, "description": said} for name, said in TAGS.items()],
        servers=[{"url": "/", "description": "The service that serves this document"}],
        contact={"name": "The operator of this installation"},
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        separate_input_output_schemas=False,
    )
    schemas = made["components"]["schemas"]
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= problem.pop("$defs")
    schemas["Problem"] = problem
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    for schema in _each(made["components"]):
        _plain(schema)
    for operation in _operations(made):
        _form_errors(operation)
        for parameter in operation.get("parameters", []):
            parameter["schema"] = _present(parameter["schema"])
    return made


def publish(app: FastAPI) -> Callable[[], dict[str, Any]]:
    """Return the function that gives `app` its document, made once."""
    made: dict[str, Any] = {}

    def openapi() -> dict[str, Any]:
        if not made:
            made.update(document(app))
        return made

    return openapi


def _operations(made: dict[str, Any]) -> list[dict[str, Any]]:
    return [operation for path in made["paths"].values() for operation in path.values() if isinstance(operation, dict)]


def _form_errors(operation: dict[str, Any]) -> None:
    """The token endpoint refuses as RFC 6749 says; its 422 is FastAPI's guess."""
    refused = operation["responses"].get("422", {}).get("content", {})
    if "application/json" in refused:
        refused["application/problem+json"] = {"schema": {"$ref": "#/components/schemas/Problem"}}
        del refused["application/json"]


def _each(value: Any) -> list[dict[str, Any]]:  # noqa: ANN401 -- any JSON value
    if isinstance(value, list):
        return [found for inner in value for found in _each(inner)]
    if not isinstance(value, dict):
        return []
    return [value, *(found for inner in value.values() for found in _each(inner))]


def _plain(schema: dict[str, Any]) -> None:
    """Drop the titles that pydantic makes of names; generators make types of them. A property may be called `title`."""
    if isinstance(schema.get("title"), str):
        del schema["title"]


def _present(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a parameter's schema without null: an absent parameter is absent."""
    _plain(schema)
    kinds = [kind for kind in schema.pop("anyOf", []) if kind.get("type") != "null"]
    return {**kinds[0], **schema} if kinds else schema
