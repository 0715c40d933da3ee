"""Running the application: one socket, one loop, an end in good order."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import gc
import signal
import socket
import sys
from typing import TYPE_CHECKING, Any, Final

import uvicorn

from service.errors.operator import OperatorMistake
from service.http.connections import CONNECTIONS, UNREAD_BYTES, Connection, Door

if TYPE_CHECKING:
    # A witness is served without FastAPI.
    from collections.abc import Coroutine

    from starlette.types import ASGIApp

GRACE_SECONDS: Final = 10
TURN_SECONDS: Final = 0.0005
"""So long a thread that makes a report or a file goes on while a request waits, which takes many turns: Python's own five milliseconds each
are seen by whoever asks meanwhile."""
KEEP_ALIVE_SECONDS: Final = 75
"""Longer than the 60 s for which proxies commonly keep theirs: they close first, and never send into a closing one."""
QUEUE: Final = 4096
"""So many connections may wait to be accepted, as many as Linux allows if nothing else is said. What comes when they do, the kernel
drops without a word: its client tries again after 1, 3, 7 seconds and so on, and may wait for two minutes at a service that is idle."""
AT_ONCE: Final = 16
"""So many are accepted in one turn of the loop. libuv accepts one of each listener, and then does all other work of the turn: behind a
crowd the queue would fill faster than it empties."""
PR_SET_PDEATHSIG: Final = 1


class PortTaken(OperatorMistake):
    """Somebody else listens there."""


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens on `host` and `port`; `PortTaken` if that cannot be."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(QUEUE)
    except OSError as wrong:
        listener.close()
        raise PortTaken(
            f"cannot listen on {host}:{port} ({wrong.strerror}). Choose another --port or --host."
        ) from wrong
    return listener


def serve(
    app: ASGIApp,
    host: str,
    port: int,
    listener: socket.socket | None = None,
    *,
    keep_alive: int = KEEP_ALIVE_SECONDS,
) -> None:
    """Serve `app` until SIGINT or SIGTERM, and let running requests end; `keep_alive`: seconds for an idle connection."""
    server = uvicorn.Server(configured(app, keep_alive=keep_alive))
    # From here on, and not only while it serves: what a handler raises is lost where Python ignores exceptions, as in the callbacks
    # of weak references. Once it has ended in good order, uvicorn raises the signal once more.
    signal.signal(signal.SIGTERM, server.handle_exit)
    server.config.load()
    settle()
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=entrances(listener or listen(host, port)))


def settle() -> None:
    """Make of this process, once it has begun, one that serves."""
    # What start-up made stays for good: it need not be looked through at every collection.
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(TURN_SECONDS)


def entrances(listener: socket.socket) -> list[socket.socket]:
    """Return `listener` as so many listeners of one queue as it is to be accepted from in one turn of the loop."""
    return [listener, *(listener.dup() for _ in range(AT_ONCE - 1))]


def configured(app: ASGIApp, *, keep_alive: int = KEEP_ALIVE_SECONDS, most: int = CONNECTIONS) -> uvicorn.Config:
    """Return which server serves, and how, at `most` so many connections at once: the one place that knows.

    uvicorn reads HTTP by h11, and not by its faster httptools, which drops the body of a request that asks for an upgrade
    and runs it as the next request (RFC 9110, 7.8: a server may ignore Upgrade, and must read the message).
    """
    return uvicorn.Config(
        Door(app, most),
        http=Connection,
        h11_max_incomplete_event_size=UNREAD_BYTES,
        # As an error, or each request of Java's own client would leave two warnings that its upgrade is not supported.
        log_level="error",
        # Its loggers hand on to ours, which leave out of tracebacks what was sent.
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
        backlog=QUEUE,
        timeout_keep_alive=keep_alive,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


def end_with_parent() -> None:
    """Ask the kernel for SIGTERM when our parent ends, however it ends (prctl(2), PR_SET_PDEATHSIG)."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)


def run_until_told(work: Coroutine[Any, Any, None]) -> None:
    """Run `work` until SIGINT or SIGTERM."""

    async def run() -> None:
        task = asyncio.create_task(work)
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
        with contextlib.suppress(asyncio.CancelledError):
            await task

    asyncio.run(run())
