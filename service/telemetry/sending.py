"""How spans leave: gathered, without what clients have sent, to the address that OpenTelemetry's own variables name."""

import os
from typing import Final

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Span, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from typing_extensions import override

NAMES: Final = {"OTEL_SERVICE_NAME", "OTEL_RESOURCE_ATTRIBUTES"}
SENT: Final = "url.query"
"""The attribute of FastAPI's spans with what a client wrote; the path stands in the log, too."""


class Discretion(SpanProcessor):
    """Takes away, from a span that begins, what a client has sent."""

    @override
    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        if SENT in (span.attributes or {}):
            span.set_attribute(SENT, "REDACTED")


def provider() -> TracerProvider:
    """Return what makes spans and sends them, under the name `pacta` unless the environment has another."""
    made = TracerProvider(resource=Resource.create({} if os.environ.keys() & NAMES else {"service.name": "pacta"}))
    made.add_span_processor(Discretion())
    made.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return made
