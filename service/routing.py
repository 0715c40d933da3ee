"""Routes that FastAPI declares and publishes, answered by a plan that is made once.

FastAPI walks the tree of a route's dependencies anew for each request, and asks each what it is and whether it is known; that
costs more than all of them do. The plan is the same tree laid flat: each dependency once, in FastAPI's order, then the endpoint.
"""

import inspect
import json
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import request_body_to_args, request_params_to_args
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute, serialize_response
from pydantic_core import PydanticUndefined
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send
from typing_extensions import override

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
STACK: Final = "fastapi_function_astack"
FAILED: Final = object()


@dataclass(frozen=True, slots=True)
class Step:
    """A dependency, or the endpoint: what is called, and where its arguments come from."""

    call: Callable[..., Any]
    opens: bool
    """Whether it is a block, which ends before the answer leaves."""
    given: tuple[tuple[str, int], ...]
    """Results of earlier steps, by the argument that takes them."""
    path: list[Any]
    """Parameters of the address: each is there, once, or the route would not have matched."""
    fields: tuple[tuple[list[Any], str], ...]
    """Other parameters, and the attribute of the request in which they are found."""
    body: list[Any]
    request: str | None
    response: str | None

    async def arguments(
        self, request: Request, response: Response, body: object, done: list[Any]
    ) -> tuple[dict[str, Any], list[Any]]:
        """Return what the step is called with, and what is wrong with it."""
        found, faults = {name: done[place] for name, place in self.given}, []
        for field in self.path:
            found[field.name], wrong = field.validate(request.path_params[field.alias], {}, loc=("path", field.alias))
            faults += wrong
        for fields, source in self.fields:
            read, wrong = request_params_to_args(fields, getattr(request, source))
            found |= read
            faults += wrong
        if self.body:
            read, wrong = await request_body_to_args(self.body, body, embed_body_fields=False)
            found |= read
            faults += wrong
        if self.request:
            found[self.request] = request
        if self.response:
            found[self.response] = response
        return found, faults


class Route(APIRoute):
    """A route whose dependencies and endpoint are coroutines or asynchronous blocks; its body, if any, is one JSON value."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **declared: Any) -> None:  # noqa: ANN401 -- as FastAPI's
        super().__init__(path, endpoint, **declared)
        assert not self._embed_body_fields, endpoint
        handle = self.get_route_handler()

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            request = Request(scope, receive, send)
            async with AsyncExitStack() as scope[STACK]:
                response = await handle(request)
            # All that the dependencies began has ended: the answer leaves after the commit.
            await response(scope, receive, send)

        self.app = app

    @override
    def get_route_handler(self) -> Handler:
        """Return what follows the plan and makes the endpoint's result the answer."""
        steps: list[Step] = []
        lay_flat(self.dependant, steps, {})

        async def handle(request: Request) -> Response:
            body = await read_body(request) if self.body_field else None
            response = Response()
            del response.headers["content-length"]
            result = await follow(steps, request, response, body)
            return result if isinstance(result, Response) else await self._answer(result, response)

        return handle

    async def _answer(self, result: object, response: Response) -> Response:
        assert self.response_field or result is None, self.endpoint
        content = await serialize_response(field=self.response_field, response_content=result, dump_json=True)
        made = Response(content, self.status_code or 200, media_type="application/json")
        made.headers.raw.extend(response.headers.raw)
        return made


class Router(APIRouter):
    """Our routes; the operation that each publishes has the name of its function."""

    def __init__(self, prefix: str = "", *, tags: list[str], route_class: type[APIRoute] = Route) -> None:
        super().__init__(
            prefix=prefix,
            tags=list(tags),
            route_class=route_class,
            generate_unique_id_function=lambda route: route.name,
        )


def lay_flat(dependant: Dependant, steps: list[Step], known: dict[object, int]) -> int:
    """Add the steps of `dependant` that are not known yet, dependencies first; return the place of its own."""
    call = dependant.call
    assert call is not None
    if call not in known:
        given = [(inner.name, lay_flat(inner, steps, known)) for inner in dependant.dependencies]
        opens = inspect.isasyncgenfunction(call)
        assert opens or inspect.iscoroutinefunction(call) or inspect.iscoroutinefunction(type(call).__call__), call
        assert not dependant.background_tasks_param_name, call
        assert not dependant.security_scopes_param_name, call
        sources = {
            "query_params": dependant.query_params,
            "headers": dependant.header_params,
            "cookies": dependant.cookie_params,
        }
        known[call] = len(steps)
        steps.append(
            Step(
                call=asynccontextmanager(call) if opens else call,
                opens=opens,
                given=tuple((name, place) for name, place in given if name),
                path=dependant.path_params,
                fields=tuple((fields, source) for source, fields in sources.items() if fields),
                body=dependant.body_params,
                request=dependant.request_param_name or dependant.http_connection_param_name,
                response=dependant.response_param_name,
            )
        )
    return known[call]


async def follow(steps: list[Step], request: Request, response: Response, body: object) -> Any:  # noqa: ANN401
    """Take the steps and return the endpoint's result; `RequestValidationError` with all that is wrong in what was asked.

    A step whose arguments are wrong is not taken, nor one that needs it; the others are, since they may refuse first.
    """
    done: list[Any] = []
    faults: list[Any] = []
    for step in steps:
        found, wrong = await step.arguments(request, response, body, done)
        faults += wrong
        if faults and (wrong or step is steps[-1] or any(value is FAILED for value in found.values())):
            done.append(FAILED)
        elif step.opens:
            done.append(await request.scope[STACK].enter_async_context(step.call(**found)))
        else:
            done.append(await step.call(**found))
    if faults:
        raise RequestValidationError(faults, body=body)
    return done[-1]


async def read_body(request: Request) -> Any:  # noqa: ANN401 -- any JSON value
    """Return the body: as JSON if it says to be, else as it is; not defined if there is none."""
    try:
        raw = await request.body()
        if not raw:
            return PydanticUndefined
        return json.loads(raw) if is_json(request.headers.get("content-type", "")) else raw
    except json.JSONDecodeError as wrong:
        fault = {"type": "json_invalid", "loc": ("body", wrong.pos), "msg": "JSON decode error", "input": {}}
        raise RequestValidationError([fault | {"ctx": {"error": wrong.msg}}]) from wrong
    except (ValueError, RecursionError, ClientDisconnect) as wrong:
        raise HTTPException(400, "There was an error parsing the body") from wrong


def is_json(content_type: str) -> bool:
    """Return whether this media type is JSON, or made of it."""
    kind = content_type.split(";", maxsplit=1)[0].strip().lower()
    return kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))
