"""Several workers: each on its own port, one key for all, and they end together."""

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.conftest import World
from tests.identity.test_identity import GRANT

WORKERS = 3
SECONDS = 60


def until(true: Callable[[], object]) -> None:
    """Wait until `true` is."""
    end = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def free() -> int:
    """Return a port that is free now, as are the next ones: below those that the kernel gives to whoever asks for any."""
    while True:
        port = random.randrange(20_000, 32_000)
        with contextlib.ExitStack() as held, contextlib.suppress(OSError):
            for number in range(WORKERS):
                held.enter_context(socket.create_server(("127.0.0.1", port + number)))
            return port


def answers(port: int) -> bool:
    """Tell whether somebody answers there."""
    try:
        return httpx.get(f"http://127.0.0.1:{port}/livez").status_code == 200
    except httpx.TransportError:
        return False


def children(pid: int) -> list[int]:
    """Return the processes that a process has forked."""
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.fixture
def several(world: World) -> Iterator[tuple["subprocess.Popen[str]", int]]:
    """`pacta serve` with workers, and their first port."""
    port = free()
    arguments = ("serve", "--port", str(port), "--workers", str(WORKERS))
    settings = {"PACTA_DATABASE_URL": world.server.url("pacta_app", world.database), "PACTA_LOG_LEVEL": "ERROR"}
    with subprocess.Popen(
        [sys.executable, "-m", "service.cli", *arguments], env=os.environ | settings, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            until(lambda: process.poll() is not None or all(answers(port + number) for number in range(WORKERS)))
            assert process.poll() is None, process.stderr and process.stderr.read()
            yield process, port
        finally:
            process.kill()


def test_a_token_of_one_worker_is_good_at_each(world: World, several: tuple["subprocess.Popen[str]", int]) -> None:
    _, port = several
    one = httpx.post(f"http://127.0.0.1:{port}/oauth/token", data=GRANT | world.credentials["PK"]).json()
    headers = {"Authorization": f"Bearer {one['access_token']}"}
    for number in range(WORKERS):
        assert httpx.get(f"http://127.0.0.1:{port + number}/v1/me", headers=headers).json()["party"] == "PK"


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_all_end_when_they_are_told(several: tuple["subprocess.Popen[str]", int], told: signal.Signals) -> None:
    process, port = several
    process.send_signal(told)
    assert process.wait(SECONDS) == 0
    assert process.stderr is not None
    assert process.stderr.read() == ""
    assert not any(answers(port + number) for number in range(WORKERS))


def test_all_end_when_one_ends_by_itself_and_it_is_said(several: tuple["subprocess.Popen[str]", int]) -> None:
    process, port = several
    os.kill(children(process.pid)[1], signal.SIGKILL)
    assert process.wait(SECONDS) == 1
    assert process.stderr is not None
    assert "a worker ended by itself, with status -9" in process.stderr.read()
    assert not any(answers(port + number) for number in range(WORKERS))


def test_no_worker_outlives_its_parent(several: tuple["subprocess.Popen[str]", int]) -> None:
    process, port = several
    process.kill()
    until(lambda: not any(answers(port + number) for number in range(WORKERS)))
