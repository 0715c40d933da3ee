"""What every GET has beside its answer: HEAD, preconditions, an answer that need not be sent twice, and one that is made small.

Starlette's own compression is used; only whom it is for is said here. An answer that is read may be compressed, one that hands
out secrets never: its length would tell of them (the attack BREACH), and all secrets are answers to POST.
"""

import re
from functools import lru_cache
from hashlib import sha256
from typing import Final

from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.errors import Stale, Unreadable
from service.http.preconditions import require_read
from service.http.problems import respond

LEAST_BYTES: Final = 1024
LEVEL: Final = 5
PACKED: Final = (
    *DEFAULT_EXCLUDED_CONTENT_TYPES, "application/pdf", "image/jpeg", "image/png", "image/tiff", "application/vnd.etsi.asic-e+zip",
    "application/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.spreadsheet",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)  # fmt: skip
"""Files whose bytes, and the parts that are asked for of them, must be those of their digest; most are packed already."""
_OF_THE_BODY: Final = ("content-length", "content-type")


class Reading:
    """An ASGI application around another."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.compressed = GZipMiddleware(
            self._conditional, minimum_size=LEAST_BYTES, compresslevel=LEVEL, exclude_content_types=PACKED
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; HEAD as GET would be, without the body (RFC 9110, 9.3.2)."""
        if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
            await self.app(scope, receive, send)
            return
        answering = (
            self.compressed if takes_gzip(Headers(scope=scope).get("accept-encoding", "")) else self._conditional
        )
        if scope["method"] == "GET":
            await answering(scope, receive, send)
        else:
            # Parts are handed out to GET alone (RFC 9110, 14.2).
            scope["method"], scope["headers"] = "GET", [one for one in scope["headers"] if one[0] != b"range"]
            await answering(scope, receive, _without_body(send))

    async def _conditional(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, _Conditional(scope, receive, send).send)


class _Conditional:
    """An answer on its way out: tagged by its bytes, left out where the client has it or asks for another (RFC 9110, 13.1).

    The tag is weak: the bytes may be compressed on the way. An answer that has an ETag of its own keeps it, and is never left out
    for If-None-Match: that one is for If-Match, and what is told beside it varies by caller and day. What comes in pieces has none.
    """

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self._asked = Headers(scope=scope)
        self._begun: Message | None = None
        self._refused = False

    async def send(self, message: Message) -> None:
        """Send it on; the head of what has no tag waits for its body."""
        if self._refused:
            return
        if message["type"] == "http.response.start":
            tag = Headers(raw=message["headers"]).get("etag")
            if message["status"] == 200 and tag is None:
                self._begun = message
            elif message["status"] != 200 or not await self._refuse(tag or ""):
                await self._send(message)
            return
        if self._begun is not None:
            start, self._begun = self._begun, None
            if not message.get("more_body", False):
                tag = f'W/"{sha256(message.get("body", b"")).hexdigest()[:32]}"'
                if await self._refuse(tag):
                    return
                message = _tagged(start, message, tag, self._asked.get("if-none-match", ""))
            await self._send(start)
        await self._send(message)

    async def _refuse(self, tag: str) -> bool:
        """Send a refusal to who asks, by If-Match, for another answer than that of `tag`, and tell whether."""
        if "if-match" in self._asked:
            request = Request(self._scope)
            try:
                require_read(request, tag)
            except (Stale, Unreadable) as refusal:
                self._refused = True
                await respond(request, refusal)(self._scope, self._receive, self._send)
        return self._refused


def _tagged(start: Message, message: Message, tag: str, known: str) -> Message:
    """Put the tag into the head of an answer; return its body, which is empty where the client knows it."""
    headers = MutableHeaders(raw=start["headers"])
    headers["ETag"] = tag
    start["headers"] = headers.raw
    if known.strip() != "*" and tag.removeprefix("W/") not in {
        one.strip().removeprefix("W/") for one in known.split(",")
    }:
        return message
    for name in _OF_THE_BODY:
        del headers[name]
    start["status"] = 304
    return {**message, "body": b""}


@lru_cache(maxsize=200)
def takes_gzip(accepted: str) -> bool:
    """Tell whether a client that sends this Accept-Encoding takes gzip (RFC 9110, 12.5.3)."""
    for one in accepted.lower().split(","):
        coding, _, quality = one.replace(" ", "").partition(";q=")
        if coding in {"gzip", "x-gzip"}:
            return not re.fullmatch(r"0(?:\.0*)?", quality)
    return False


def _without_body(send: Send) -> Send:
    ended = False

    async def sending(message: Message) -> None:
        nonlocal ended
        if message["type"] == "http.response.start":
            await send(message)
        elif not ended:
            ended = True
            await send({"type": "http.response.body"})

    return sending
