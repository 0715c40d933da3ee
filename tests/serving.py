"""The application behind a real socket, in the loop of the test."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.types import ASGIApp

from service.http.connections import CONNECTIONS
from service.http.serving import KEEP_ALIVE_SECONDS, configured, entrances


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
