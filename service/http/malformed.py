"""What a client is told whose request never became one: no route was found yet, and nothing of ours may have been asked."""

import json
from collections.abc import Iterable
from http import HTTPStatus

from starlette.types import Send


async def answer(send: Send, status: int, detail: str) -> None:
    """Say no by way of the server, which closes the connection then."""
    headers = [*_headers(body := _problem(status, detail)), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def refusal(status: int, detail: str) -> bytes:
    """Return a whole answer that says no, for a client whose request never became one."""
    body = _problem(status, detail)
    lines = [b"HTTP/1.1 %d %s" % (status, HTTPStatus(status).phrase.encode())]
    lines += [b"%s: %s" % pair for pair in (*_headers(body), (b"connection", b"close"))]
    return b"\r\n".join([*lines, b"", body])


def _headers(body: bytes) -> Iterable[tuple[bytes, bytes]]:
    yield b"content-type", b"application/problem+json"
    yield b"content-length", str(len(body)).encode()


def _problem(status: int, detail: str) -> bytes:
    title = HTTPStatus(status).phrase
    return json.dumps({"type": "about:blank", "title": title, "status": status, "detail": detail}).encode()
