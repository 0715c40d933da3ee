"""Logging never fails a request, and none waits for it: standard error may be closed, full, or read by nobody."""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
import structlog

from service import telemetry
from service.telemetry import Lines
from tests.http.test_serving import SECONDS, started
from tests.serving import free_port

MANY = 500
"""Requests, whose lines are more than a pipe holds."""


@contextmanager
def serving(*, stderr: Any, closed: str = "") -> Iterator[tuple["subprocess.Popen[bytes]", str]]:
    """Run `pacta serve` without a database; give the process and its origin."""
    port = free_port()
    command = [sys.executable, "-m", "service.cli", "serve", "--port", str(port)]
    # The shell closes what Popen would only replace.
    shell = ["sh", "-c", f'exec "$@" {closed}', "sh", *command]
    with subprocess.Popen(shell, stderr=stderr, stdout=subprocess.DEVNULL) as process:
        try:
            started(process, origin := f"http://127.0.0.1:{port}")
            yield process, origin
            process.terminate()
            assert process.wait(SECONDS) == 0
        finally:
            process.kill()


@pytest.mark.long
def test_requests_are_answered_though_nobody_reads_the_log() -> None:
    reading, writing = os.pipe()
    with serving(stderr=writing) as (_, origin), httpx.Client(base_url=origin, timeout=60) as client:
        for _ in range(MANY):
            assert client.get("/livez").status_code == 200
        os.close(writing)
        # And what waited is there for whoever reads at last.
        assert json.loads(os.read(reading, 65_536).splitlines()[0])["event"]
    os.close(reading)


def test_lines_for_a_disk_that_is_full_or_a_reader_who_has_gone_are_left_out_and_counted() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    full = os.open("/dev/full", os.O_WRONLY)
    for number in (writing, full):
        lines = Lines(number)
        for _ in range(20):
            lines.write("a\n")
        lines.end()
        assert lines.left_out == 20
        os.close(number)


@pytest.mark.long
def test_requests_are_answered_though_the_reader_of_the_log_has_gone() -> None:
    reading, writing = os.pipe()
    with serving(stderr=writing) as (_, origin), httpx.Client(base_url=origin, timeout=60) as client:
        assert client.get("/livez").status_code == 200
        os.close(writing)
        os.close(reading)
        for _ in range(20):
            assert client.get("/livez").status_code == 200
        assert client.get("/v1/me", headers={"Authorization": "Bearer x"}).status_code == 401
        until_left_out(client)


@pytest.mark.long
def test_requests_are_answered_though_the_disk_of_the_log_is_full() -> None:
    with (
        open("/dev/full", "wb") as full,  # noqa: PTH123 -- a device
        serving(stderr=full) as (_, origin),
        httpx.Client(base_url=origin, timeout=60) as client,
    ):
        for _ in range(20):
            assert client.get("/livez").status_code == 200
        until_left_out(client)


@pytest.mark.long
@pytest.mark.parametrize("closed", ["2>&-", "0<&- 1>&- 2>&-"], ids=["standard error", "all three"])
def test_requests_are_answered_though_standard_error_was_closed_from_the_start(closed: str) -> None:
    with serving(stderr=None, closed=closed) as (_, origin), httpx.Client(base_url=origin, timeout=60) as client:
        for _ in range(20):
            assert client.get("/livez").status_code == 200
        # Nothing else has got the number of standard error, into which some library might write.
        until_left_out(client)


def until_left_out(client: httpx.Client) -> None:
    """Ask until the figures tell that lines were left out."""
    for _ in range(1000):
        figure = next(line for line in client.get("/metrics").text.splitlines() if line.startswith("pacta_log_lines"))
        if float(figure.split()[1]) > 10:
            return
    raise AssertionError(figure)


def numbers(found: bytes) -> list[int]:
    """Return the whole lines that are numbers."""
    return [int(line) for line in found[: found.rfind(b"\n") + 1].splitlines() if line.isdigit()]


def test_what_finds_no_room_is_left_out_counted_and_told_when_it_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telemetry, "MOST_BYTES", 2**17)
    reading, writing = os.pipe()
    lines = Lines(writing)
    for number in range(4000):
        lines.write(f"{number:099d}\n")
    missing = lines.left_out
    assert 0 < missing < 4000
    found = b""
    with os.fdopen(reading, "rb", buffering=0) as read:
        while len(numbers(found)) < 4000 - missing:
            found += read.read(65_536)
        lines.end()
        lines.write("at last\n")
        while b"at last\n" not in found:
            found += read.read(65_536)
    assert numbers(found) == list(range(4000 - missing))
    told = [json.loads(line) for line in found.splitlines() if line.startswith(b"{")]
    assert {one["event"] for one in told} == {"log_lines_left_out"}
    assert sum(one["count"] for one in told) == missing
    os.close(writing)


@pytest.mark.parametrize(
    "said", ["half \ud800 of a pair", "\x00\n\r", 2**70, float("nan"), {1: 2}, b"\xff", object()], ids=range(7)
)
def test_whatever_is_logged_makes_one_line_of_json(monkeypatch: pytest.MonkeyPatch, said: Any) -> None:
    written: list[str] = []
    monkeypatch.setattr(Lines, "write", lambda _, text: written.append(text))
    telemetry.configure("INFO")
    structlog.get_logger("x").info("said", what=said)
    # pytest keeps what is logged so, and cannot hand half a character from one process to another.
    logging.getLogger("a.library").error("It said %r", said)
    lines = "".join(written).splitlines()
    assert [json.loads(line)["event"][:7] for line in lines] == ["said", "It said"]
    assert [json.loads(line)["level"] for line in lines] == ["info", "error"]
