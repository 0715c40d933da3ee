"""Making the document: FastAPI's own, then what it cannot know, then what generators stumble over taken out."""

import asyncio
import copy
import json
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from threading import Lock

from fastapi import FastAPI
from fastapi.encoders import jsonable_encoder
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter
from pydantic.warnings import UnsupportedFieldAttributeWarning

from service.errors import Stale
from service.http import catalogue
from service.http.headers import HEADERS, read_again, references
from service.http.openapi import examples, links, spelling
from service.http.openapi.pilot import IRREVERSIBLE, NOBODYS, PILOT
from service.http.openapi.spelling import Schema
from service.http.openapi.unions import MARK, Union
from service.http.openapi.words import INTRODUCTION, TAGS
from service.http.problems import MEDIA_TYPE, Problem
from service.http.refusals import refusals
from service.identity.caller import CLIENT_CREDENTIALS

GENERIC = re.compile(r"Page_(\w+?)Read_\b")
"""What pydantic calls a page of something; we call it by the thing: `PartyPage`."""
PROBLEM: Schema = {"content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
FIRST_SECONDS = 1.0
TOKEN_PATH = "/oauth/token"  # noqa: S105 -- an address


def document(app: FastAPI, unions: Sequence[Union] = ()) -> Schema:
    """Return the document of `app` as it is the same everywhere: its addresses are relative.

    `unions` are what members of answers hold that name them.
    """
    made: Schema = get_openapi(
        title=app.title,
        version=app.version,
        openapi_version="3.1.0",
        summary="The record of what governments agreed, and what became of it",
        description=INTRODUCTION,
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
    components["headers"] = copy.deepcopy(HEADERS)
    _add_problem(components["schemas"])
    _add_unions(components["schemas"], unions)
    _spell(made)
    made["security"] = _secured("read", "write")
    for method, operation in _operations(made):
        _complete(method, operation)
    links.add(made["paths"])
    examples.add([operation for _, operation in _operations(made)], components)
    return made


def published(app: FastAPI, unions: Sequence[Union], public_url: str, logins: Schema) -> Callable[[], Schema]:
    """Return the function that gives `app` the document that it serves, made once, to be imported as it is.

    It has the address of this installation, an absolute URL without a slash at its end, and its OpenID providers.
    """
    making = Lock()

    @cache
    def make() -> Schema:
        made = document(app, unions)
        made["servers"][0]["url"] = public_url
        schemes = made["components"]["securitySchemes"]
        schemes["ClientCredentials"]["flows"]["clientCredentials"]["tokenUrl"] = public_url + TOKEN_PATH
        schemes |= logins
        for secured in (made, *(operation for _, operation in _operations(made))):
            if secured.get("security"):
                secured["security"] += [{name: ["openid"]} for name in logins]
        return made

    def openapi() -> Schema:
        # It may be asked for while it is being made, in another thread.
        with making:
            return make()

    return openapi


async def make_beside(app: FastAPI) -> None:
    """Make the document of `app`, which takes a second, beside the requests; who is held to it before it is made waits for it."""
    # Those are answered first who ask whether the service is there.
    await asyncio.sleep(FIRST_SECONDS)
    # FastAPI keeps this of pydantic's to itself where it makes a field; beside another thread that does the same, it cannot.
    warnings.filterwarnings("ignore", ".", UnsupportedFieldAttributeWarning)
    await asyncio.to_thread(app.openapi)


def _operations(made: Schema) -> Iterator[tuple[str, Schema]]:
    for path in made["paths"].values():
        yield from path.items()


def _add_problem(schemas: Schema) -> None:
    problem = TypeAdapter(Problem).json_schema(ref_template="#/components/schemas/{model}")
    schemas |= problem.pop("$defs")
    schemas["Problem"] = catalogue.described(problem)
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)


def _add_unions(schemas: Schema, unions: Sequence[Union]) -> None:
    for union in unions:
        schemas |= union.schemas()
    for schema in spelling.each(schemas):
        if name := schema.pop(MARK, None):
            said = schema["description"]
            schema.clear()
            schema.update({"$ref": spelling.PREFIX + name, "description": said})


def _spell(made: Schema) -> None:
    components = made["components"]
    schemas = components["schemas"]
    operations = [operation for _, operation in _operations(made)]
    for parameter in (one for operation in operations for one in operation.get("parameters", [])):
        parameter["schema"] = spelling.present(parameter["schema"])
    for name, schema in schemas.items():
        if name.endswith("Page"):
            schema["description"] = "One page of a list, and the cursor of the next page (null on the last)."
    elsewhere = [one["schema"] for one in spelling.each([made["paths"], components["headers"]]) if "schema" in one]
    for schema in spelling.each([schemas, elsewhere]):
        spelling.spell(schema)
    asked = [[operation.get("parameters"), operation.get("requestBody")] for operation in operations]
    answered = spelling.reached([operation["responses"] for operation in operations], schemas)
    spelling.open_answers(schemas, spelling.reached(asked, schemas), answered)
    for name in set(schemas) - spelling.reached(made["paths"], schemas):
        del schemas[name]


def _complete(method: str, operation: Schema) -> None:
    name, answers = operation["operationId"], operation["responses"]
    answers.setdefault("400", {"description": "The request cannot be read", **PROBLEM})
    operation["security"] = _secured("read" if method == "get" else "write") if "security" in operation else []
    if "application/json" in answers.get("422", {}).get("content", {}):
        answers["422"] = {"description": "The content is not valid", **PROBLEM}
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "path":
            of_what = parameter["name"].removesuffix("_id").replace("_", " ")
            parameter.setdefault("description", parameter["schema"].get("description", f"Id (UUID) of the {of_what}."))
            value = NOBODYS if name in IRREVERSIBLE else PILOT[parameter["name"]]
            summary = "Nobody's: put in whom you mean" if name in IRREVERSIBLE else "One of the pilot"
            parameter["examples"] = {"of_the_pilot": {"summary": summary, "value": value}}
        if parameter["name"] == "if-match" and "428" in answers:
            parameter["required"] = True
    if method == "get":
        read_again(answers, refusals(Stale)[412])
    for status, answer in answers.items():
        spoken = references("Content-Language") if MEDIA_TYPE in answer.get("content", {}) else {}
        rate = references("RateLimit-Policy", "RateLimit") if "429" in answers and status < "400" else {}
        answer["headers"] = references("X-Request-ID", "Pacta-Notice") | rate | spoken | answer.get("headers", {})
    for kind, content in answers["200"].get("content", {}).items() if method == "get" else ():
        shown = examples.ANSWERS.get(name if kind == "application/json" else f"{name} {kind}")
        if shown is not None:
            content["examples"] = {"of_the_pilot": {"summary": "From the pilot's register", "value": shown}}


def _secured(*scopes: str) -> list[Schema]:
    return [{"ClientCredentials": list(scopes)}, {"BearerToken": []}]
