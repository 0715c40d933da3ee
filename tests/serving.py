"""The application behind a real socket, in the loop of the test; a port for one in a process of its own."""

import asyncio
import random
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import uvicorn
from starlette.types import ASGIApp

from service.http.connections import CONNECTIONS
from service.http.serving import KEEP_ALIVE_SECONDS, configured, entrances

PORTS = range(10_000, 32_000)
"""None of these is lent to a connection that somebody opens: what is free now is so when a process that starts slowly takes it."""


def free_port() -> int:
    """Return a port that is free."""
    while True:
        with suppress(OSError), socket.create_server(("127.0.0.1", random.choice(PORTS))) as free:
            return int(free.getsockname()[1])


@asynccontextmanager
async def served_here(
    app: ASGIApp, *, keep_alive: int = KEEP_ALIVE_SECONDS, most: int = CONNECTIONS
) -> AsyncIterator[str]:
    """Serve `app` as the service is served, on a free port, until the block ends; give its origin."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = configured(app, keep_alive=keep_alive, most=most)
    config.lifespan = "off"
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    task = asyncio.create_task(server.serve(sockets=entrances(listener)))
    while not server.started:  # noqa: ASYNC110 -- uvicorn offers no event
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
