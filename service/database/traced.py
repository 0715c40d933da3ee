"""One span for each statement of a request, where traces are sent; without the values of the statement."""

import time

from asyncpg.connection import LoggedQuery
from opentelemetry import trace
from opentelemetry.trace import SpanKind, StatusCode

from service.telemetry import tracing


def told(run: LoggedQuery) -> None:
    """Make a span of a statement; what runs beside the requests, all the time, is no part of any, and has none.

    The driver tells it a moment later, when the span around it may have ended; it is its parent all the same.
    """
    tracer = tracing.tracer()
    if tracer is None or not trace.get_current_span().get_span_context().is_valid:
        return
    end, operation = time.time_ns(), run.query.split(None, 1)[0].upper().rstrip(";")
    said = {"db.system.name": "postgresql", "db.operation.name": operation, "db.query.text": run.query}
    began = end - int(run.elapsed * 1e9)
    span = tracer.start_span(operation, kind=SpanKind.CLIENT, start_time=began, attributes=said)
    if run.exception is not None:
        span.set_attribute("error.type", getattr(run.exception, "sqlstate", "") or type(run.exception).__qualname__)
        span.set_status(StatusCode.ERROR)
    span.end(end)
