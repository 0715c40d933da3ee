"""Structured logs on standard error: one line of JSON per event, without bodies, tokens, secrets or a statement's values.

What libraries log, such as the server's own tracebacks, takes the same way.
"""

import logging
import sys
import traceback
from collections.abc import Callable
from types import TracebackType
from typing import Any, Final

import orjson
import structlog

CARRIERS: Final = ("asyncpg", "fastapi", "pydantic_core", "sqlalchemy")
"""Packages whose errors carry what was sent in their text: the values of a statement, the members of a body."""
FACTS: Final = ("sqlstate", "constraint_name", "table_name", "column_name")


def configure(level: str) -> None:
    """Log events of at least `level`: as text to a terminal, else as JSON."""
    known = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    # Tracebacks come rendered: the console's own would show local variables, and these may be secrets.
    renderer = structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else structlog.processors.JSONRenderer(_json)
    shared: list[structlog.types.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(_rendered),
    ]
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(known),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
    )
    strangers = logging.StreamHandler(sys.stderr)
    only = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    strangers.setFormatter(structlog.stdlib.ProcessorFormatter(processors=[only, renderer], foreign_pre_chain=shared))
    logging.basicConfig(handlers=[strangers], level=max(known, logging.WARNING), force=True)


def said(error: BaseException) -> str:
    """Return what may be logged of an error: its name, and its text unless that carries what somebody has sent."""
    name = type(error).__qualname__
    if type(error).__module__.partition(".")[0] not in CARRIERS:
        return f"{name}: {error}"
    facts = [f"{fact}={value}" for fact in FACTS if (value := getattr(error, fact, None))]
    return f"{name} ({', '.join(facts)})" if facts else name


def _rendered(exc_info: tuple[type[BaseException], BaseException, TracebackType | None]) -> str:
    return "\n".join(_lines(exc_info[1]))


def _lines(error: BaseException) -> list[str]:
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    lines = [*_lines(before), "", "which led to", ""] if before else []
    lines += [line.rstrip() for line in traceback.format_tb(error.__traceback__)]
    lines.append(said(error))
    for one in error.exceptions if isinstance(error, BaseExceptionGroup) else ():
        lines += ["", "of which", "", *_lines(one)]
    return lines


def _json(event: object, default: Callable[[Any], Any]) -> str:
    return orjson.dumps(event, default=default).decode()
