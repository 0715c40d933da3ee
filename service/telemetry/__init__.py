"""Structured logs on standard error: one line of JSON per event, without bodies, tokens, secrets or a statement's values.

What libraries log, such as the server's own tracebacks, takes the same way. Nothing waits for a line, and none fails a request:
a thread writes them; who reads too slowly, or not at all, misses lines, which are counted (`pacta_log_lines_left_out`), and told
in the log when it goes on.
"""

import atexit
import json
import logging
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable
from types import TracebackType
from typing import Any, Final, TextIO

import orjson
import structlog

from service.telemetry import tracing

CARRIERS: Final = ("asyncpg", "fastapi", "pydantic_core", "sqlalchemy")
"""Packages whose errors carry what was sent in their text: the values of a statement, the members of a body."""
FACTS: Final = ("sqlstate", "constraint_name", "table_name", "column_name")
MOST_BYTES: Final = 4 * 2**20
"""So much may wait to be written."""
GATHER_SECONDS: Final = 0.02
LAST_SECONDS: Final = 1.0


def configure(level: str) -> None:
    """Log events of at least `level`: as text to a terminal, else as JSON."""
    file = _file()
    known = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    # Tracebacks come rendered: the console's own would show local variables, and these may be secrets.
    terminal = sys.stderr is not None and sys.stderr.isatty()
    renderer = structlog.dev.ConsoleRenderer() if terminal else structlog.processors.JSONRenderer(_json)
    shared: list[structlog.types.Processor] = [
        structlog.stdlib.add_log_level,
        tracing.add_ids,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(_rendered),
    ]
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(known),
        # A file in all that a logger needs of one: it writes and flushes.
        logger_factory=structlog.WriteLoggerFactory(file),  # type: ignore[arg-type]
    )
    strangers = logging.StreamHandler(file)
    only = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    strangers.setFormatter(structlog.stdlib.ProcessorFormatter(processors=[only, renderer], foreign_pre_chain=shared))
    # What cannot be written as a line is left out, as its author's mistake; it is not told on a standard error that may be full.
    logging.raiseExceptions = False
    logging.basicConfig(handlers=[strangers], level=max(known, logging.WARNING), force=True)


def said(error: BaseException, *, carried: bool = False) -> str:
    """Return what may be logged of an error: its name, and its text unless that carries what somebody has sent.

    `carried` is an error that led to such a one: the driver quotes a value in both.
    """
    name = type(error).__qualname__
    if not (carried or _carries(error)):
        return f"{name}: {error}"
    facts = [f"{fact}={value}" for fact in FACTS if (value := getattr(error, fact, None))]
    return f"{name} ({', '.join(facts)})" if facts else name


def _carries(error: BaseException) -> bool:
    return type(error).__module__.partition(".")[0] in CARRIERS


def _rendered(exc_info: tuple[type[BaseException], BaseException, TracebackType | None]) -> str:
    return "\n".join(_lines(exc_info[1]))


def _lines(error: BaseException, *, carried: bool = False) -> list[str]:
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    lines = [*_lines(before, carried=carried or _carries(error)), "", "which led to", ""] if before else []
    lines += [line.rstrip() for line in traceback.format_tb(error.__traceback__)]
    lines.append(said(error, carried=carried))
    for one in error.exceptions if isinstance(error, BaseExceptionGroup) else ():
        lines += ["", "of which", "", *_lines(one, carried=carried)]
    return lines


def _json(event: dict[str, Any], default: Callable[[Any], Any]) -> str:
    try:
        return orjson.dumps(event, default=default).decode()
    except (TypeError, ValueError):
        # Half of a surrogate pair, an integer beyond 64 bits: whatever a client sent.
        return json.dumps(event, default=repr)


class Lines:
    """A file to write lines to, by its number: they are written soon, or left out."""

    def __init__(self, number: int | None) -> None:
        self.number = number
        self.left_out = self.told = self.size = 0
        self.waiting: list[bytes] = []
        self.lock = threading.Lock()
        self.some = threading.Event()
        self.thread: threading.Thread | None = None

    def write(self, text: str) -> None:
        """Have `text` written, which ends with a line feed; it raises nothing and waits for nobody."""
        line = text.encode(errors="backslashreplace")
        with self.lock:
            if self.number is None or self.size + len(line) > MOST_BYTES:
                self.left_out += 1
                return
            self.size += len(line)
            self.waiting.append(line)
            if self.thread is None:
                self.thread = threading.Thread(target=self._run, name="log", daemon=True)
                self.thread.start()
        if not self.some.is_set():
            self.some.set()

    def flush(self) -> None:
        """Do nothing: it is written soon."""

    def end(self) -> None:
        """Wait a moment until all is written."""
        until = time.monotonic() + LAST_SECONDS
        while self.size and time.monotonic() < until:
            time.sleep(GATHER_SECONDS / 4)

    def _run(self) -> None:
        while True:
            self.some.wait()
            self.some.clear()
            with self.lock:
                lines, self.waiting = self.waiting, []
            self._write(lines)
            with self.lock:
                self.size -= sum(map(len, lines))
            # A thread that woke for each line would cost the requests more than the lines do.
            time.sleep(GATHER_SECONDS)

    def _write(self, lines: list[bytes]) -> None:
        assert self.number is not None
        content = memoryview(b"".join(lines) + self._gap())
        try:
            while content:
                content = content[os.write(self.number, content) :]
        except OSError:
            with self.lock:
                self.left_out += len(lines)

    def _gap(self) -> bytes:
        if self.left_out == self.told:
            return b""
        missing, self.told = self.left_out - self.told, self.left_out
        return b'{"count":%d,"event":"log_lines_left_out","level":"warning"}\n' % missing


_log = Lines(None)


def _file() -> "Lines | TextIO":
    """Return what stands for standard error, under a number of its own, which nobody else closes."""
    global _log  # noqa: PLW0603 -- a process has one standard error
    if sys.stderr is None or sys.stderr.closed:
        _log = Lines(None)
        return _log
    try:
        _log = Lines(os.dup(sys.stderr.fileno()))
    except (OSError, ValueError):
        # Something else has been put in its place.
        return sys.stderr
    atexit.register(_log.end)
    return _log


def left_out() -> int:
    """Return how many lines of this process were left out."""
    return _log.left_out
