"""Traces for an operator's own collector (OpenTelemetry, OTLP over HTTP): off, unless its environment variables name one.

FastAPI makes the spans of requests, `database/traced.py` one for each statement of a request. None holds what somebody has
sent: no query of an address, no value of a statement, no text of an error.
"""

import os
from collections.abc import MutableMapping
from typing import Any, Final

from opentelemetry import trace

from service.errors.operator import OperatorMistake

ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_begun: list[trace.Tracer] = []


def begin() -> None:
    """Send spans from now on, if the environment says where to; `OperatorMistake` if that cannot be."""
    given = os.environ
    off = given.get("OTEL_SDK_DISABLED", "").lower() == "true" or given.get("OTEL_TRACES_EXPORTER", "otlp") == "none"
    named = next((name for name in ENDPOINTS if given.get(name)), None)
    if off or named is None or _begun:
        return
    try:
        from service.telemetry import sending  # noqa: PLC0415 -- what it needs is an extra, and slow to import
    except ImportError as wrong:
        raise OperatorMistake(
            f"{named} is set, but what sends traces is not installed: pip install 'pacta[tracing]'."
        ) from wrong
    trace.set_tracer_provider(sending.provider())
    _begun.append(trace.get_tracer("pacta"))


def tracer() -> trace.Tracer | None:
    """Return what makes our own spans; None while nothing is traced."""
    return _begun[0] if _begun else None


def add_ids(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Add the ids of the present trace and span to a log line, as W3C Trace Context writes them."""
    if _begun and (present := trace.get_current_span().get_span_context()).is_valid:
        event.update({"trace_id": f"{present.trace_id:032x}", "span_id": f"{present.span_id:016x}"})
    return event
