"""Before the server's own protocol: heads are bounded in size and time, connections in number, bodies are read to their end.

uvicorn reads HTTP by h11 and bounds neither. `Connection` is the protocol that it makes for each client and holds uvicorn's own, to
which all bytes go as they came; `_Reading` is that one, with a say in when a head is read, and in what is answered to one that cannot be;
`Door` is the application that it calls and holds ours. The two meet in the state that uvicorn hands on with each request.
"""

import asyncio
import contextlib
import socket
from typing import Any, Final, cast

import h11
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from typing_extensions import override
from uvicorn import Config
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle
from uvicorn.server import ServerState

from service.http import heads, malformed

HEAD_BYTES: Final = 32_768
UNREAD_BYTES: Final = 2 * HEAD_BYTES
"""So much h11 keeps of what it cannot read yet: more than a head that is refused here."""
HEAD_SECONDS: Final = 20
CONNECTIONS: Final = 800
"""Of one process; systems commonly give it 1,024 files, and the database needs some of them."""
LINGER_SECONDS, LINGER_BYTES = 5, 2**26
"""Who is still sending gets so long to read an answer that came early: a socket closed on unread bytes loses the answer too."""
EMPTY_LINE: Final = b"\r\n"
STATE: Final = "pacta.connection"
UNREAD: Final = (
    "This is no request of HTTP/1.1 (RFC 9112). It begins with a line such as GET /v1/commitments HTTP/1.1, in which a space is "
    "written %20 and a letter that is not ASCII as its UTF-8 bytes, %C3%A9 say; then come Host: once, and headers of the form "
    "Name: value; the length of a body is told by one Content-Length, or its chunks tell their own."
)


class _Reading(H11Protocol):
    """uvicorn's protocol; it lets its connection judge what is a head, and tell what cannot be read."""

    def __init__(self, connection: "Connection", config: Config, server_state: ServerState) -> None:
        super().__init__(config, server_state, connection.state, connection.loop)
        self.connection = connection

    @override
    def handle_events(self) -> None:
        """Read on; a head only after it was judged, be it one that came early, behind a request that was under way."""
        if self.conn.their_state is h11.IDLE and not self._may_read(self.conn.trailing_data[0]):
            return
        super().handle_events()

    def _may_read(self, head: bytes) -> bool:
        if head and not self.connection.after_empty_line and EMPTY_LINE.startswith(head[:2]):
            self.connection.head_has_begun()
            if head != EMPTY_LINE[:1]:
                self._pass_over_empty_line(head[2:])
            return False
        return self.connection.may_read(head)

    def _pass_over_empty_line(self, rest: bytes) -> None:
        """Hand to h11, which refuses such a line, what came behind it (RFC 9112, 2.2: one at least is passed over)."""
        self.connection.after_empty_line = True
        self.conn = h11.Connection(h11.SERVER, UNREAD_BYTES)
        if rest:
            self.data_received(rest)

    @override
    def send_400_response(self, msg: str) -> None:
        """Refuse what came, unless an answer to it has begun, which cannot become another one."""
        cycle: RequestResponseCycle | None = self.cycle
        begun = cycle is not None and cycle.response_started and not cycle.response_complete
        self.connection_lost(ConnectionAbortedError(msg))
        if begun:
            self.transport.close()
        else:
            self.connection.refuse(400, UNREAD)


class Connection(asyncio.Protocol):
    """A client's connection. It waits for a head, or a request is under way; only who waits can be too slow or too many."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        assert isinstance(config.app, Door)
        self.door = config.app
        self.state = {**app_state, STATE: self}
        self.loop = _loop or asyncio.get_running_loop()
        self.server = _Reading(self, config, server_state)
        self.transport: asyncio.Transport
        self.waiting = True
        self.running = self.size = 0
        self.after_empty_line = self.refused = False
        self.timer: asyncio.TimerHandle | None = None

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        # Head and body of an answer are written apart: the second would wait until the peer has acknowledged the first, which
        # it delays by 40 ms. asyncio sees to it only where the listener was made with a protocol number.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.server.connection_made(self.transport)
        self.door.admit(self)
        self._within(HEAD_SECONDS)

    @override
    def data_received(self, data: bytes) -> None:
        if self.refused:
            self.size += len(data)
            if self.size > LINGER_BYTES:
                self.transport.abort()
        else:
            self.server.data_received(data)

    @override
    def eof_received(self) -> None:
        self.server.eof_received()

    @override
    def pause_writing(self) -> None:
        self.server.pause_writing()

    @override
    def resume_writing(self) -> None:
        self.server.resume_writing()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._within(None)
        self.door.dismiss(self)
        self.server.connection_lost(exc)
        # It names this connection, which holds it: that would stay in memory until the next collection.
        self.state.clear()

    def started(self) -> None:
        """Note that a request is under way, and that what comes is its body, or a head that came early."""
        self.running += 1
        self._head_is_whole()

    def answered(self) -> None:
        """Note that a request has been answered. Another one, which came early, may be under way already."""
        self.running -= 1
        if not (self.running or self.refused or self.transport.is_closing()):
            self.waiting = True
            self.door.waits(self)

    def close(self) -> None:
        """Close the connection when all that was answered has been sent."""
        self.transport.close()

    def refuse(self, status: int, detail: str) -> None:
        """Say no to what came, and leave a while to read it."""
        self.refused = True
        self.door.busy(self)
        self.transport.write(malformed.refusal(status, detail))
        self.transport.write_eof()
        self._within(LINGER_SECONDS)

    def may_read(self, head: bytes) -> bool:
        """Judge what has come of a head, beyond what was judged before, and return whether h11 may read it."""
        judged, end = self.size, head.find(b"\r\n\r\n", max(self.size - 3, 0))
        self.size = end + 4 if end >= 0 else len(head)
        if self.size > HEAD_BYTES:
            self.refuse(431, f"Request line and headers have at most {HEAD_BYTES} bytes together.")
        elif heads.BARE.search(head, max(judged - 1, 0), self.size):  # what was judged may have ended with a line
            self.refuse(400, "Lines end with CR LF, and none is folded into the next (RFC 9112).")
        elif end >= 0:
            self._head_is_whole()
        elif head:
            self.head_has_begun()
        return not self.refused

    def head_has_begun(self) -> None:
        """Give the rest of a head its time."""
        if self.timer is None:
            self._within(HEAD_SECONDS)

    def _head_is_whole(self) -> None:
        self.size, self.after_empty_line = 0, False
        self._within(None)
        if self.waiting:
            self.waiting = False
            self.door.busy(self)

    def _within(self, seconds: float | None) -> None:
        if self.timer is not None:
            self.timer.cancel()
        self.timer = None if seconds is None else self.loop.call_later(seconds, self._late)

    def _late(self) -> None:
        if self.refused:
            self.transport.abort()
        elif self.size:
            self.refuse(408, f"The head of a request has {HEAD_SECONDS} seconds to arrive.")
        else:
            self.transport.close()


class Door:
    """An ASGI application around another: it tells each connection what is under way, and bounds how many there are."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self.app = app
        self.most = most
        self.open: set[Connection] = set()
        self.idle: dict[Connection, None] = {}

    def admit(self, connection: Connection) -> None:
        """Let a connection in. Where there are too many, the one that has waited longest is closed, or else the new one."""
        self.open.add(connection)
        self.waits(connection)
        if len(self.open) > self.most:
            oldest = next(iter(self.idle))
            self.dismiss(oldest)
            oldest.transport.abort()

    def waits(self, connection: Connection) -> None:
        """Note that a connection waits for its client."""
        self.idle[connection] = None

    def busy(self, connection: Connection) -> None:
        """Note that a connection does not wait."""
        self.idle.pop(connection, None)

    def dismiss(self, connection: Connection) -> None:
        """Forget a connection."""
        self.open.discard(connection)
        self.busy(connection)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, so that the next one on its connection begins where this one ends."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        connection: Connection = scope["state"].pop(STATE)
        connection.started()
        try:
            if fault := heads.fault(scope):
                await malformed.answer(send, *fault)
                return
            heads.take_path(scope)
            if heads.announces_body(scope):
                await _Body(scope, connection, receive, send).pass_through(self.app)
            else:
                await self.app(scope, receive, send)
        finally:
            connection.answered()


class _Body:
    """The body of a request: where an application answers without having read it, the rest is read and thrown away."""

    def __init__(self, scope: Scope, connection: Connection, receive: Receive, send: Send) -> None:
        self.scope, self.connection, self.receive, self.send = scope, connection, receive, send
        self.whole = False
        self.size = 0

    async def pass_through(self, app: ASGIApp) -> None:
        await app(self.scope, self._receiving, self._sending)

    async def _receiving(self) -> Message:
        message = await self.receive()
        self.size += len(message.get("body", b""))
        self.whole = not message.get("more_body", False)
        return message

    async def _sending(self, message: Message) -> None:
        if self.whole:
            await self.send(message)
        elif message["type"] == "http.response.start":
            closing = [] if self._comes_anyway() else [(b"connection", b"close")]
            await self.send({**message, "headers": [*message.get("headers", ()), *closing]})
        elif message.get("more_body", False):
            await self.send(message)
        else:
            await self.send({**message, "more_body": True})
            await self._read_on()
            await self.send({"type": "http.response.body"})
            if not self.whole:
                self.connection.close()

    def _comes_anyway(self) -> bool:
        """Return whether the client sends the rest whatever the answer is, and little of it."""
        headers = dict(self.scope["headers"])
        return b"expect" not in headers and int(headers.get(b"content-length", LINGER_BYTES)) < LINGER_BYTES

    async def _read_on(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LINGER_SECONDS):
                while not self.whole and self.size < LINGER_BYTES:
                    await self._receiving()
