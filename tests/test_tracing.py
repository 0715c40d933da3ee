"""Traces reach a collector that the environment names, hold nothing that was sent, and cost nothing while there is none."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from typing_extensions import override

from service.database.connection import Address, connect
from service.errors.operator import OperatorMistake
from service.telemetry import tracing
from tests.conftest import World, item
from tests.database.test_connection import LIMITS
from tests.database.test_upgrade import environment
from tests.http.test_serving import started
from tests.serving import free_port


class Collector:
    """An OTLP receiver on loopback."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.services: set[str] = set()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                sent = ExportTraceServiceRequest()
                sent.ParseFromString(self.rfile.read(int(self.headers["Content-Length"])))
                for group in sent.resource_spans:
                    outer.services |= {
                        one.value.string_value for one in group.resource.attributes if one.key == "service.name"
                    }
                    outer.spans += [span for scope in group.scope_spans for span in scope.spans]
                self.send_response(200)
                self.end_headers()

            @override
            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"

    def traced(self, name: str) -> Iterator[list[Span]]:
        """Give all spans of each trace that has one of this name."""
        for found in [span for span in self.spans if span.name == name]:
            yield [span for span in self.spans if span.trace_id == found.trace_id]


@pytest.fixture
def collector() -> Iterator[Collector]:
    made = Collector()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.mark.long
def test_one_request_is_one_trace_with_its_statements_and_its_log_line(
    world: World, collector: Collector, tmp_path: Path
) -> None:
    origin = f"http://127.0.0.1:{(port := free_port())}"
    given = environment(world, tmp_path) | {
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.address,
        "OTEL_BSP_SCHEDULE_DELAY": "100",
        "PACTA_LOG_LEVEL": "INFO",
    }
    command = [sys.executable, "-m", "service.cli", "serve", "--port", str(port)]
    with (tmp_path / "log").open("wb") as log, subprocess.Popen(command, env=given, stderr=log) as process:
        try:
            started(process, origin)
            secret = world.credentials["PK"]["client_secret"]
            with httpx.Client(base_url=origin, timeout=60) as client:
                form = {"grant_type": "client_credentials", **world.credentials["PK"]}
                token = client.post("/oauth/token", data=form).json()["access_token"]
                client.headers["Authorization"] = f"Bearer {token}"
                assert client.get("/v1/commitments?limit=3&reference=PK-AZ%2F08%2F004").status_code == 200
                body = {"focal_point": "A desk that nobody else hears of"}
                changed = client.patch(f"/v1/commitments/{item(4)}", json=body, headers={"If-Match": "*"})
                assert changed.status_code == 200, changed.text
            process.terminate()
            assert process.wait(60) == 0
        finally:
            process.kill()
    (listed,) = collector.traced("GET /v1/commitments")
    (patched,) = collector.traced("PATCH /v1/commitments/{commitment_id}")
    assert {"SELECT"} <= {span.name for span in listed}
    assert {"BEGIN", "WITH", "COMMIT"} <= {span.name for span in patched}
    everything = b"".join(span.SerializeToString() for span in collector.spans)
    for sent in (
        secret,
        token,
        "PK-AZ/08/004",
        "PK-AZ%2F08%2F004",
        body["focal_point"],
        world.server.cluster.passwords["pacta_app"],
    ):
        assert sent.encode() not in everything, sent
    assert b"REDACTED" in everything
    assert collector.services == {"pacta"}
    lines = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines() if line.startswith("{")]
    ids = {line["trace_id"] for line in lines if line["event"] == "request" and line.get("method") == "PATCH"}
    assert ids == {patched[0].trace_id.hex()}


async def test_without_a_collector_nothing_is_told_of_statements(world: World) -> None:
    made = await connect(Address.parse(world.server.url("pacta_app", world.database)), LIMITS)
    assert tracing.tracer() is None
    assert not made._query_loggers
    assert tracing.add_ids(None, "", {"event": "x"}) == {"event": "x"}
    await made.close()


@pytest.mark.parametrize("off", [{}, {"OTEL_SDK_DISABLED": "true"}, {"OTEL_TRACES_EXPORTER": "none"}])
def test_it_is_off_unless_the_environment_names_a_collector(
    monkeypatch: pytest.MonkeyPatch, off: dict[str, str]
) -> None:
    if off:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    for name, value in off.items():
        monkeypatch.setenv(name, value)
    tracing.begin()
    assert tracing.tracer() is None


def test_what_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    monkeypatch.setitem(sys.modules, "service.telemetry.sending", None)
    monkeypatch.delattr("service.telemetry.sending", raising=False)
    with pytest.raises(OperatorMistake, match=r"pacta\[tracing\]"):
        tracing.begin()
