"""Our routes answer as FastAPI's own would, from the same declarations; what they cannot answer they refuse at the start."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, Body, Cookie, Depends, FastAPI, Header, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel

from service.http.routing import Route


class Wanted(BaseModel):
    colour: list[str] = []
    size: int | None = None


class New(BaseModel):
    name: str
    number: int


async def block(request: Request) -> AsyncIterator[str]:
    log = request.app.state.log
    log.append("begun")
    try:
        yield request.method
    except BaseException:
        log.append("rolled back")
        raise
    log.append("committed")


Block = Annotated[str, Depends(block, scope="function")]


async def caller(request: Request, method: Block, who: Annotated[str | None, Header()] = None) -> str:
    request.app.state.log.append("asked who")
    if who is None:
        raise LookupError
    return f"{who} {method}"


async def paging(request: Request, response: Response, limit: Annotated[int, Query(ge=1)] = 5) -> int:
    request.app.state.log.append("paged")
    response.headers["Link"] = f"{limit}"
    return limit


Who = Annotated[str, Depends(caller, scope="function")]
Paging = Annotated[int, Depends(paging)]


async def read(
    page: Paging,
    method: Block,
    who: Who,
    number: int,
    wanted: Annotated[Wanted, Query()],
    taste: Annotated[str | None, Cookie()] = None,
) -> dict[str, Any]:
    return {"answer": [page, method, who, number, wanted.model_dump(), taste]}


async def create(who: Who, new: Annotated[New, Body()], response: Response) -> New:
    response.headers["ETag"] = who
    if new.number < 0:
        raise LookupError
    return new


async def echo(new: Annotated[dict[str, Any], Body()]) -> Response:
    return Response(str(new), 202)


async def refuse(request: Request, wrong: Exception) -> Response:
    request.app.state.log.append("refused")
    return Response(repr(wrong.errors() if isinstance(wrong, RequestValidationError) else wrong), 422, {"X": "y"})


def declare(kind: type[APIRoute]) -> FastAPI:
    """Declare the same application with routes of `kind`; its log hears what is done, and in what order."""
    router = APIRouter(route_class=kind)
    router.get("/things/{number}")(read)
    router.post("/things", status_code=201, dependencies=[Depends(paging)])(create)
    router.post("/any")(echo)
    app = FastAPI()
    app.state.log = []
    app.router.routes += router.routes
    app.add_exception_handler(LookupError, refuse)
    app.add_exception_handler(RequestValidationError, refuse)
    return app


JSON = {"content-type": "application/json", "who": "me"}


@pytest.mark.parametrize(
    ("method", "path", "headers", "content"),
    [
        ("GET", "/things/7?limit=2&colour=red&colour=blue&size=3&more=1", {"who": "me", "cookie": "taste=salt"}, b""),
        ("GET", "/things/7", {"who": "me"}, b""),
        ("GET", "/things/seven?limit=0&size=wide", {"who": "me"}, b""),
        ("GET", "/things/seven?limit=0", {}, b""),
        ("GET", "/things/7?limit=0", {"who": "me"}, b""),
        ("GET", "/nothing", {}, b""),
        ("PUT", "/things/7", {}, b""),
        ("POST", "/things", JSON, b'{"name": "x", "number": 1}'),
        ("POST", "/things", JSON, b'{"name": "x", "number": -1}'),
        ("POST", "/things?limit=no", JSON, b'{"name": 1}'),
        ("POST", "/things", {**JSON, "content-type": "application/merge-patch+json; charset=utf-8"}, b'{"name": "x"}'),
        ("POST", "/things", {"content-type": "application/json"}, b'{"name": "x"}'),
        ("POST", "/things", {"content-type": "application/json"}, b'{"name": '),
        ("POST", "/things", JSON, b"\xff"),
        ("POST", "/things", JSON, b"[" * 100_000),
        ("POST", "/things", JSON, b"null"),
        ("POST", "/things", JSON, b""),
        ("POST", "/things", {"who": "me"}, b'{"name": "x", "number": 1}'),
        ("POST", "/things", {**JSON, "content-type": "text/plain"}, b'{"name": "x", "number": 1}'),
        ("POST", "/any", JSON, b'{"a": [1]}'),
        ("POST", "/any", JSON, b"[1]"),
    ],
)
async def test_the_answer_and_the_order_of_what_is_done_are_fastapis_own(
    method: str, path: str, headers: dict[str, str], content: bytes
) -> None:
    found = []
    for kind in (APIRoute, Route):
        app = declare(kind)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://t") as client:
            answer = await client.request(method, path, headers=headers, content=content)
        found.append((answer.status_code, answer.content, sorted(answer.headers.raw), app.state.log))
    assert found[0] == found[1]


async def test_a_block_ends_before_the_answer_leaves() -> None:
    app = declare(Route)
    log = app.state.log

    async def listening(scope: Any, receive: Any, send: Any) -> None:
        async def sending(message: Any) -> None:
            log.append(message["type"])
            await send(message)

        await app(scope, receive, sending)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(listening), base_url="http://t") as client:
        await client.get("/things/7", headers={"who": "me"})
    assert log == ["paged", "begun", "asked who", "committed", "http.response.start", "http.response.body"]


def test_a_dependency_that_would_need_a_thread_is_refused_at_the_start() -> None:
    def slow() -> int:
        return 1

    async def wait(_: Annotated[int, Depends(slow)]) -> None: ...

    with pytest.raises(AssertionError, match="slow"):
        Route("/", wait)
