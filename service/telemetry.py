"""Structured logs on standard error: one line of JSON per event, without bodies, tokens or secrets."""

import logging
import sys
from collections.abc import Callable
from typing import Any

import orjson
import structlog


def configure(level: str) -> None:
    """Log events of at least `level`: as text to a terminal, else as JSON."""
    known = logging.getLevelNamesMapping()
    # Plain tracebacks: the rich ones show local variables, and these may be secrets.
    console = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    renderer = console if sys.stderr.isatty() else structlog.processors.JSONRenderer(_json)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(known.get(level.upper(), logging.INFO)),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
    )


def _json(event: object, default: Callable[[Any], Any]) -> str:
    return orjson.dumps(event, default=default).decode()
