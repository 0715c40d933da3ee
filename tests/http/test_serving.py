"""`pacta serve` as processes: several share a signing key and a database, and each ends in good order."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conftest import World
from tests.identity.test_identity import GRANT
from tests.serving import free_port

pytestmark = pytest.mark.long

PROCESSES = 2
SECONDS = 240
Running = list[tuple["subprocess.Popen[str]", str]]


def started(process: "subprocess.Popen[Any]", origin: str) -> None:
    """Wait until a process answers; fail if it ends before."""
    end = time.monotonic() + SECONDS
    while True:
        try:
            if httpx.get(f"{origin}/livez", timeout=60).status_code == 200:
                return
        except httpx.TransportError:
            assert process.poll() is None, process.stderr and process.stderr.read()
            assert time.monotonic() < end
            time.sleep(0.05)


@pytest.fixture
def several(world: World, tmp_path: Path) -> Iterator[Running]:
    """Processes, and where they answer."""
    settings = {
        "PACTA_DATABASE_URL": world.server.url("pacta_app", world.database),
        "PACTA_SIGNING_KEY_FILE": str(tmp_path / "key.pem"),
        "PACTA_LOG_LEVEL": "ERROR",
    }
    running: Running = []
    with ExitStack() as stack:
        for _ in range(PROCESSES):
            port = free_port()
            command = [sys.executable, "-m", "service.cli", "serve", "--port", str(port)]
            process = stack.enter_context(
                subprocess.Popen(command, env=os.environ | settings, stderr=subprocess.PIPE, text=True)
            )
            stack.callback(process.kill)
            running.append((process, f"http://127.0.0.1:{port}"))
        for process, origin in running:
            started(process, origin)
        yield running


def test_a_token_of_one_process_is_good_at_each_and_each_ends_when_it_is_told_and_says_nothing(
    world: World, several: Running
) -> None:
    one = httpx.post(f"{several[0][1]}/oauth/token", data=GRANT | world.credentials["PK"], timeout=60).json()
    headers = {"Authorization": f"Bearer {one['access_token']}"}
    for _, origin in several:
        assert httpx.get(f"{origin}/v1/me", headers=headers, timeout=60).json()["party"] == "PK"
    for (process, _), told in zip(several, (signal.SIGTERM, signal.SIGINT), strict=True):
        process.send_signal(told)
        assert process.wait(SECONDS) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_a_signal_to_end_is_heeded_where_python_ignores_exceptions(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        """
import signal, weakref
from service.http import serving

class One: ...

def settle():
    one = One()
    watched = weakref.ref(one, lambda _: signal.raise_signal(signal.SIGTERM))
    del one

async def app(scope, receive, send):
    while scope["type"] == "lifespan":
        told = (await receive())["type"]
        await send({"type": f"{told}.complete"})
        if told == "lifespan.shutdown":
            return

serving.settle = settle
serving.serve(app, "127.0.0.1", 0)
"""
    )
    assert subprocess.run([sys.executable, str(program)], timeout=60, check=False).returncode == 0
