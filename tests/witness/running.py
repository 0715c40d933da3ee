"""`pacta witness` as its operator runs it, and a log that calls it over HTTP."""

import http.client
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from service.tlog.cosignature import CosignatureVerifier, timestamp_of
from service.tlog.note import parse_signatures
from tests.witness.growing import Log

ROOT = Path(__file__).parent.parent.parent
NAME = "witness.example.gov/pacta"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: str


def call(port: int, method: str, path: str, body: bytes | None = None) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(method, path, body)
        response = connection.getresponse()
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, headers, response.read().decode())
    finally:
        connection.close()


class Running:
    """A witness in a process of its own, once it has said where it listens."""

    def __init__(self, directory: Path, *options: str, module: tuple[str, ...] = ("service.cli",)) -> None:
        policy = directory.with_suffix(".policy")
        if not policy.exists():
            policy.write_bytes(Log().policy)
        command = [sys.executable, "-m", *module, "witness", str(directory), "--logs", str(policy), "--port", "0"]
        # Without the settings of a service: a witness needs none.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PACTA_")}
        self.process = subprocess.Popen(
            [*command, *(options or ("--name", NAME))],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.said: list[str] = []
        while "Ctrl-C" not in "".join(self.said):
            line = self.process.stdout.readline()
            if not line:
                self.errors = self.end()
                raise AssertionError(self.errors)
            self.said.append(line)
        self.port = int(self.said[-1].partition("127.0.0.1:")[2].partition(".")[0])
        self.key = CosignatureVerifier.parse(self.said[0].strip())
        self.url = f"http://127.0.0.1:{self.port}"

    def ask(self, body: bytes) -> Answer:
        return call(self.port, "POST", "/add-checkpoint", body)

    def grant(self, log: Log, old_size: int, size: int) -> int:
        """Have a checkpoint cosigned, verify that it was, and return the time that the witness states."""
        answer = self.ask(log.request(old_size, size))
        assert answer.status == 200, answer
        (cosignature,) = parse_signatures(answer.body)
        assert (cosignature.name, cosignature.key_id) == (self.key.name, self.key.key_id)
        assert self.key.verifies(log.checkpoint(size).text, cosignature.signature)
        return timestamp_of(cosignature)

    def end(self, number: int = signal.SIGTERM) -> str:
        """End it and return what it wrote to standard error."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        _, errors = self.process.communicate(timeout=60)
        return errors

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.end()
