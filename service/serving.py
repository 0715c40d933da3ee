"""Running the application: one socket, one loop, an end in good order."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import signal
import socket
from typing import TYPE_CHECKING, Any

import uvicorn

if TYPE_CHECKING:
    # A witness is served without FastAPI.
    from collections.abc import Coroutine

    from fastapi import FastAPI
    from starlette.types import ASGIApp

GRACE_SECONDS = 10
COLLECT = (50_000, 20, 50)
"""Allocations between collections; Python's own 700 cost a write some 8 %."""


class PortTaken(ValueError):
    """Somebody else listens there."""


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens on `host` and `port`; `PortTaken` if that cannot be."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(2048)
    except OSError as wrong:
        message = f"cannot listen on {host}:{port} ({wrong.strerror}). Choose another --port or --host."
        raise PortTaken(message) from wrong
    return listener


def serve(app: ASGIApp, host: str, port: int, listener: socket.socket | None = None) -> None:
    """Serve `app` until SIGINT or SIGTERM, and let running requests end."""
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, server_header=False, timeout_graceful_shutdown=GRACE_SECONDS
    )
    # What start-up made stays for good: it need not be looked through at every collection, nor these be so frequent.
    gc.freeze()
    gc.set_threshold(*COLLECT)
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listener or listen(host, port)])


def run_until_told(work: Coroutine[Any, Any, None]) -> None:
    """Run `work` until SIGINT or SIGTERM."""

    async def run() -> None:
        task = asyncio.create_task(work)
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
        with contextlib.suppress(asyncio.CancelledError):
            await task

    asyncio.run(run())


def document(app: FastAPI) -> str:
    """Return the published document as text."""
    return json.dumps(app.openapi(), indent=2, ensure_ascii=False) + "\n"
