"""The outermost layer: every request gets an id, a line in the log, a place in the figures; rubbish stops here."""

import asyncio
import os
import re
import time
from collections.abc import Callable
from functools import cache
from typing import Any
from urllib.parse import unquote_to_bytes

import structlog
from fastapi import Request, Response
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.errors import ServiceError, Unreadable
from service.http.addresses import Addresses
from service.http.bodies import STREAMED
from service.http.problems import respond
from service.telemetry import left_out

REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
BODY_SECONDS, BODY_BYTES_A_SECOND = 20, 32_768
"""A body has so long to arrive, and a second more for each so many bytes."""
LONGEST = "x-max-body-bytes"
"""With this member in its `openapi_extra`, which publishes it, a route takes longer bodies than others."""
ROOM_BYTES = 16_384
"""For what stands around a file in a form."""
ONCE = {b"authorization": "Authorization", b"content-type": "Content-Type", b"idempotency-key": "Idempotency-Key"}
"""Headers that say one thing (RFC 9110, 5.3): of two, a proxy might believe the one and we the other."""
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Edge:
    """An ASGI application around another. The log names paths, never bodies, tokens or secrets."""

    def __init__(
        self,
        app: ASGIApp,
        addresses: Addresses,
        registry: CollectorRegistry,
        max_body_bytes: int,
        max_file_bytes: int = 0,
        notice: Callable[[Any], str | None] = lambda _: None,
        refused: Callable[[Request, ServiceError], Response] = respond,
    ) -> None:
        self.app = app
        self.notice = notice
        self.refused = refused
        self.addresses = addresses
        self.max_body_bytes = max_body_bytes
        self.max_file_bytes = max_file_bytes
        self.seconds = Histogram(
            "pacta_request_seconds", "Time to answer", ["method", "route"], buckets=BUCKETS, registry=registry
        )
        self.requests = Counter("pacta_requests", "Requests answered", ["method", "route", "status"], registry=registry)
        Gauge("pacta_log_lines_left_out", "Lines that found no room in the log", registry=registry).set_function(
            left_out
        )
        # Bound and found once: at each request that would cost more than the line and the figures themselves.
        self.log = structlog.get_logger("pacta.access").bind()
        self.figures = cache(self._figures)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        # uvicorn goes on reading its own scope, which must say HEAD though GET is answered.
        scope = {**scope, "request_id": _request_id(scope), "state": {**scope.get("state", {})}}
        scope["query_string"] = _without_empty(scope["query_string"])
        self.addresses.place(scope)
        method, started, status = scope["method"], time.perf_counter(), 500
        receiving = Body(receive, scope, self.max_body_bytes, self.max_file_bytes).receive

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", scope["request_id"].encode())]
                # Whoever is not known is not told which commissions there are.
                if (caller := scope["state"].get("caller")) and (said := self.notice(caller)):
                    message["headers"].append((b"pacta-notice", said.encode()))
                self.addresses.complete(message)
            await send(message)

        try:
            if refusal := _ambiguous(scope):
                await self.refused(Request(scope), refusal)(scope, receive, sending)
            else:
                await self.app(scope, receiving, sending)
        finally:
            self._note(scope, method, status, time.perf_counter() - started)

    def _note(self, scope: Scope, method: str, status: int, seconds: float) -> None:
        route = str(getattr(scope.get("route"), "path", "unknown"))
        method = method if method.isalpha() and len(method) < 10 else "other"
        took, answered = self.figures(method, route, status)
        took.observe(seconds)
        answered.inc()
        self.log.info(
            "request",
            request_id=scope["request_id"],
            method=method,
            path=scope["path"],
            status=status,
            milliseconds=round(seconds * 1000, 1),
        )

    def _figures(self, method: str, route: str, status: int) -> tuple[Histogram, Counter]:
        return self.seconds.labels(method, route), self.requests.labels(method, route, str(status))


class Body:
    """The body of a request as it comes: no longer than its route takes, no slower than a bad line."""

    def __init__(self, receive: Receive, scope: Scope, most: int, most_of_a_file: int = 0) -> None:
        self._receive, self._scope, self._most, self._most_of_a_file = receive, scope, most, most_of_a_file
        self._length = 0
        self._begun: float | None = None
        self._whole = False

    async def receive(self) -> Message:
        """Return the next piece.

        413 and 408 are raised as Starlette's own error, which passes through whatever reads the body.
        """
        if self._whole:
            # Who listens on is told when the client hangs up: that may take as long as the answer.
            return await self._receive()
        if self._begun is None:
            self._begun = time.monotonic()
            # Who says before how much will come is told before that it is too much.
            declared = dict(self._scope["headers"]).get(b"content-length", b"")
            self._require_room(int(declared) if declared.isdigit() else 0)
        allowed = BODY_SECONDS + self._length / BODY_BYTES_A_SECOND
        try:
            async with asyncio.timeout(self._begun + allowed - time.monotonic()):
                message = await self._receive()
        except TimeoutError:
            raise HTTPException(408) from None
        self._whole = not message.get("more_body", False)
        self._length += len(message.get("body", b""))
        self._require_room(self._length)
        return message

    def _require_room(self, length: int) -> None:
        declared = getattr(self._scope.get("route"), "openapi_extra", None) or {}
        most = self._most_of_a_file + ROOM_BYTES if STREAMED in declared else int(declared.get(LONGEST, self._most))
        if length > most:
            raise HTTPException(413)


def _ambiguous(scope: Scope) -> Unreadable | None:
    """Return the refusal of what two readers would understand in two ways."""
    if _holds_nul(scope):
        return Unreadable("The address holds a NUL or is not UTF-8.")
    names = [name for name, _ in scope["headers"] if name in ONCE]
    if len(names) == len(set(names)):
        return None
    twice = next(said for name, said in ONCE.items() if names.count(name) > 1)
    wrong = f"{twice} is given more than once; give it once."
    return Unreadable(wrong, errors=[{"parameter": twice, "detail": wrong}])


def _request_id(scope: Scope) -> str:
    given: list[Any] = [value for name, value in scope["headers"] if name == b"x-request-id"]
    return given[0].decode() if given and REQUEST_ID.fullmatch(given[0]) else os.urandom(16).hex()


def _without_empty(query: bytes) -> bytes:
    """Drop parameters with an empty value: Swagger UI sends them for fields that were left blank."""
    return b"&".join(pair for pair in query.split(b"&") if pair.partition(b"=")[2])


def _holds_nul(scope: Scope) -> bool:
    try:
        address = unquote_to_bytes(scope["raw_path"] or b"") + unquote_to_bytes(scope["query_string"])
        return "\x00" in address.replace(b"+", b" ").decode()
    except UnicodeDecodeError:
        return True
