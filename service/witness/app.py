"""The witness over HTTP: `POST /add-checkpoint`, a page that says who it is, and its health. Plain text throughout."""

import asyncio
import time
from typing import Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from service.tlog.add_checkpoint import MAX_REQUEST_BYTES, PATH, TEXT_TYPE, Refused, RequestMalformed, parse_request
from service.witness.memory import Memory

BODY_SECONDS: Final = 10


class RequestTooLarge(Refused):
    """More bytes than any request that could be granted."""

    status = 413


class RequestTooSlow(Refused):
    """The body did not arrive in time."""

    status = 408


def create_app(memory: Memory) -> Starlette:
    """Return the application; it serves what `memory` remembers and reads no settings."""

    async def add_checkpoint(request: Request) -> Response:
        asked = parse_request(await _body(request))
        cosignature = await run_in_threadpool(memory.cosign, asked, int(time.time()))
        return _text(cosignature.line)

    async def describe(_: Request) -> Response:
        return _text(str(memory))

    async def check_life(_: Request) -> Response:
        return _text("alive\n")

    routes = [
        Route(f"/{PATH}", add_checkpoint, methods=["POST"]),
        Route("/", describe, methods=["GET"]),
        Route("/livez", check_life, methods=["GET"]),
    ]
    app = Starlette(routes=routes, exception_handlers={Refused: _refuse, HTTPException: _refuse_http})
    app.router.redirect_slashes = False
    return app


async def _body(request: Request) -> bytes:
    """Read a body of bounded size in bounded time."""
    body = b""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > MAX_REQUEST_BYTES:
                    raise RequestTooLarge(f"a request has at most {MAX_REQUEST_BYTES} bytes")
    except TimeoutError as error:
        raise RequestTooSlow(f"the body did not arrive within {BODY_SECONDS} seconds") from error
    except ClientDisconnect as error:
        raise RequestMalformed("the client hung up") from error
    return body


async def _refuse(_: Request, refused: Exception) -> Response:
    assert isinstance(refused, Refused)
    return _text(refused.body, refused.status, refused.media_type)


async def _refuse_http(_: Request, refused: Exception) -> Response:
    assert isinstance(refused, HTTPException)
    response = _text(f"{refused.detail}\n", refused.status_code)
    response.headers.update(refused.headers or {})
    return response


def _text(body: str, status: int = 200, media_type: str = TEXT_TYPE) -> Response:
    # As a header, since Starlette would add a charset to the media type, which for a size must stand as it is.
    return Response(body, status, {"content-type": media_type, "cache-control": "no-store"})
