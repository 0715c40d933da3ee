"""Running the application: one socket, one loop, an end in good order."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import gc
import json
import os
import signal
import socket
import traceback
from typing import TYPE_CHECKING, Any, NoReturn

import uvicorn

if TYPE_CHECKING:
    # A witness is served without FastAPI.
    from collections.abc import Coroutine

    from fastapi import FastAPI
    from starlette.types import ASGIApp

GRACE_SECONDS = 10
COLLECT = (50_000, 20, 50)
"""Allocations between collections; Python's own 700 cost a write some 8 %."""


PR_SET_PDEATHSIG = 1
ENDING = (signal.SIGINT, signal.SIGTERM)


class WorkerEnded(ValueError):
    """One of several workers has ended by itself."""


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
        raise PortTaken(
            f"cannot listen on {host}:{port} ({wrong.strerror}). Choose another --port or --host."
        ) from wrong
    return listener


def serve(app: ASGIApp, host: str, port: int, listener: socket.socket | None = None) -> None:
    """Serve `app` until SIGINT or SIGTERM, and let running requests end."""
    _run(_prepared(app), listener or listen(host, port))


def serve_by(workers: int, app: ASGIApp, host: str, port: int) -> None:
    """Serve `app` by so many processes until SIGINT or SIGTERM, each on a port of its own, from `port` on.

    They are forked when everything is imported and share that memory. Each has its port since one port for all would leave
    it to chance who serves whom; the proxy before them spreads requests. `WorkerEnded` if one ends by itself: then all do.
    """
    if workers == 1:
        serve(app, host, port)
        return
    listeners = [listen(host, port + number) for number in range(workers)]
    server = _prepared(app)
    # Until all are there, so that none is left out.
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    running = {_forked(server, listener, listeners) for listener in listeners}
    for listener in listeners:
        # Held by its worker alone: the port of one that has ended takes nobody in.
        listener.close()
    told = False

    def end(*_: object) -> None:
        nonlocal told
        told = True
        # Not SIGINT, which at a terminal they have had already: a second one would not let running requests end.
        for worker in running:
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker, signal.SIGTERM)

    for number in ENDING:
        signal.signal(number, end)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
    lost = None
    while running:
        worker, status = os.wait()
        running.discard(worker)
        if not told:
            lost = os.waitstatus_to_exitcode(status)
            end()
    if lost is not None:
        raise WorkerEnded(f"a worker ended by itself, with status {lost}, and the others with it. Start anew.")


def _forked(server: uvicorn.Server, listener: socket.socket, listeners: list[socket.socket]) -> int:
    parent = os.getpid()
    worker = os.fork()
    if not worker:
        for other in listeners:
            if other is not listener:
                other.close()
        _work_for(parent, server, listener)
    return worker


def _work_for(parent: int, server: uvicorn.Server, listener: socket.socket) -> NoReturn:
    """Serve in a forked process, as long as its parent lives."""
    status = 1
    try:
        for number in ENDING:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
        end_with_parent()
        if os.getppid() == parent:
            _run(server, listener)
            status = 0
    except Exception:  # noqa: BLE001 -- what the parent was about to do is not for its copy to go on with
        traceback.print_exc()
    finally:
        os._exit(status)


def _prepared(app: ASGIApp) -> uvicorn.Server:
    """Return the server with all that it imports."""
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        ws="none",
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    config.load()
    # What start-up made stays for good: it need not be looked through at every collection, nor these be so frequent. What is
    # not looked through is not written to either, and so stays shared between forked workers.
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT)
    return uvicorn.Server(config)


def _run(server: uvicorn.Server, listener: socket.socket) -> None:
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[listener])


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


def document(app: FastAPI) -> str:
    """Return the published document as text."""
    return json.dumps(app.openapi(), indent=2, ensure_ascii=False) + "\n"
