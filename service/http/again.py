"""Trying again what the database ended because two waited for each other: once more, as a whole, and unseen by who asked.

Commands lock in one order (DESIGN.md, "Lock order"); where the order cannot be known before the first lock, two may meet all the same.
PostgreSQL ends one of them, and nothing of it was done: its transaction is rolled back, and no answer has left. So the same request
begins anew, a few times at most, and finds what the other one made.
"""

from typing import Final

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.database.pool import TRIES
from service.http.bodies import is_json

DEADLOCKED: Final = "deadlocked"
"""Under this name the state of a request says that it met another one (`service.http.problems`)."""
log = structlog.get_logger("pacta.again")


class Again:
    """An ASGI application around another: of what changes something by JSON, it runs the whole request again."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["method"] in {"GET", "HEAD"} or not _may_be_kept(scope):
            await self.app(scope, receive, send)
            return
        body, known = Kept(receive), dict(scope.setdefault("state", {}))
        first = dict(scope)
        for _ in range(TRIES - 1):
            answer = Answer(scope, send)
            await self.app(scope, body.receive, answer.send)
            if not answer.withheld:
                return
            log.info("tried_again", request_id=scope.get("request_id"), path=scope["path"])
            # As it came: whoever stands around this looks at the same scope.
            state = scope["state"]
            state.clear()
            state.update(known)
            scope.clear()
            scope.update(first)
            body.rewind()
        await self.app(scope, body.receive, send)


def _may_be_kept(scope: Scope) -> bool:
    """Return whether the body is JSON, which is short, or there is none: a file is received before anything is locked, and not twice."""
    content_type = dict(scope["headers"]).get(b"content-type", b"").decode("latin-1")
    return not content_type or is_json(content_type)


class Kept:
    """The body as it came, so that it can be read again."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._came: list[Message] = []
        self._read = 0

    async def receive(self) -> Message:
        """Return the next piece."""
        if self._read == len(self._came):
            self._came.append(await self._receive())
        self._read += 1
        return self._came[self._read - 1]

    def rewind(self) -> None:
        """Begin anew."""
        self._read = 0


class Answer:
    """The answer on its way out: it is withheld if the request met another one."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope, self._send = scope, send
        self.withheld = False

    async def send(self, message: Message) -> None:
        """Send it on, or do not."""
        if message["type"] == "http.response.start":
            self.withheld = bool(self._scope["state"].get(DEADLOCKED))
        if not self.withheld:
            await self._send(message)
