"""The README's text about containers, done: an administrator, a call end to end, stop, start, the data is there.

The base images are stand-ins made from this machine's files, and the entrypoint of `postgres:18` is an imitation (see
`stand_ins.py`): what is shown is that our image is built and runs, and that the parts find each other, not what the makers of
those images did. Nor is it shown that a part waits for another's health: podman-compose, which stands in for compose here, is told to
start all at once (`up --no-deps`), as programs do that ignore `service_healthy`. Each part waits by itself for what it needs (`--wait`), and that is tried.
"""

import json
import re
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import pytest

from tests.containers import stand_ins
from tests.containers.engine import Engine, EngineError
from tests.serving import free_port

pytestmark = pytest.mark.containers

ROOT: Final = Path(__file__).parents[2]
NEEDED: Final = (
    "Dockerfile",
    "docker-compose.yml",
    ".dockerignore",
    ".env.example",
    "requirements.lock",
    "alembic",
    "service",
)
PARTS: Final = ("database", "api", "sequencer", "worker")
START_SECONDS: Final = 180
WRITING: Final = "touch /app/x /usr/x 2>/dev/null && echo written || echo refused"


def steps() -> str:
    """Return what the README says to do, in order."""
    return "\n".join(re.findall(r"<!-- containers -->\n```bash\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL))


class Deployment:
    """What the README's text has started, and where it listens."""

    def __init__(self, engine: Engine, place: Path) -> None:
        self.engine, self.place = engine, place
        self.port = free_port()
        for name in NEEDED:
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, place / name)

    def do(self, script: str) -> str:
        return self.engine.run("bash", "-euo", "pipefail", "-c", script, within=self.place)

    def podman(self, *arguments: str, good: bool = True) -> str:
        return self.engine.run("podman", *arguments, good=good)

    def container(self, part: str) -> str:
        return f"{self.place.name}_{part}_1"

    def call(self, path: str, token: str | None = None, form: dict[str, str] | None = None, body: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        data = urlencode(form).encode() if form else None
        if body is not None:
            data, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data, headers)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def await_ready(self) -> None:
        end = time.monotonic() + START_SECONDS
        while True:
            try:
                self.call("/readyz")
            except OSError as wrong:
                if time.monotonic() > end:
                    pytest.fail(f"{wrong}: {self.logs()}")
                time.sleep(0.5)
            else:
                return

    def logs(self) -> str:
        return "\n".join(self.podman("logs", self.container(part), good=False)[-1500:] for part in (*PARTS, "migrate"))


def brought(engine: Engine, place: Path) -> str | None:
    """Make the stand-ins, and have a container ask pip's registry; return what hinders it, if it is this machine."""
    try:
        for name, make in (("python:3.11-slim", stand_ins.python_image), ("postgres:18", stand_ins.postgres_image)):
            root = place / name.partition(":")[0]
            engine.bring(root, make(root), name)
            shutil.rmtree(root)
        engine.run("podman", "run", "--rm", "--network=podman", "python:3.11-slim", "python", "-V")
        asking = ["pip", "download", "--quiet", "--no-deps", "--dest=/tmp", "typing-extensions"]
        engine.run("podman", "run", "--rm", "--network=host", "python:3.11-slim", *asking)
    except (EngineError, subprocess.CalledProcessError) as wrong:
        return str(wrong).strip()
    return None


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    place = tmp_path_factory.mktemp("containers")
    engine = Engine(place)
    if hindrance := engine.hindrance():
        pytest.skip(hindrance)
    try:
        hindrance = brought(engine, place)
        if hindrance:
            pytest.skip(f"no container can be made and run here: {hindrance[-300:]}")
        project = place / "pacta"
        project.mkdir()
        made = Deployment(engine, project)
        yield made
        made.do("docker compose down --volumes")
    finally:
        engine.end()


def test_the_readmes_text_leads_to_a_service_that_keeps_its_data(deployment: Deployment) -> None:
    script = steps().replace("https://pacta.example", "https://pacta.example.gov")
    before, administrator = script.split("docker compose up --detach\n")
    deployment.do(before)
    settings = deployment.place / ".env"
    settings.write_text(settings.read_text().replace("127.0.0.1:8000", f"127.0.0.1:{deployment.port}"))
    deployment.do("docker compose up --detach")
    deployment.await_ready()
    said = deployment.do(administrator)
    secret = dict(re.findall(r"(client_id|client_secret)\W+([\w-]+)", said))

    def token() -> str:
        answer = deployment.call("/oauth/token", form={"grant_type": "client_credentials", **secret})
        return str(answer["access_token"])

    deployment.call("/v1/parties", token(), body={"code": "AZ", "names": {"en": "Azerbaijan"}})
    deployment.do("docker compose stop")
    assert not any(
        deployment.podman("inspect", deployment.container(part), "--format={{.State.Running}}").strip() == "true"
        for part in PARTS
    )
    deployment.do("docker compose start")
    deployment.await_ready()
    assert [one["code"] for one in deployment.call("/v1/parties", token())["items"]] == ["AZ"]
    items = deployment.call("/v1/registry/audit-trail", token())["items"]
    assert [one["index"] for one in items] == list(range(len(items))), "the sequencer runs"
    deployment.podman("exec", deployment.container("api"), "touch", "/documents/seen-by-the-worker-too")
    assert "seen-by-the-worker-too" in deployment.podman("exec", deployment.container("worker"), "ls", "/documents")
    holds_what_the_file_says(deployment)


def holds_what_the_file_says(deployment: Deployment) -> None:
    """Look at the containers themselves: who runs, with what rights, on which roots, and who has which secret."""
    for part in PARTS:
        told = json.loads(deployment.podman("inspect", deployment.container(part)))[0]
        status = deployment.podman("exec", deployment.container(part), "cat", "/proc/1/status")
        assert re.search(r"^CapEff:\s*0+$", status, re.MULTILINE), part
        assert re.search(r"^NoNewPrivs:\s*1$", status, re.MULTILINE), part
        uids = re.search(r"^Uid:\s*(\d+)", status, re.MULTILINE)
        assert uids is not None
        assert uids[1] == ("999" if part == "database" else "10001")
        assert told["HostConfig"]["ReadonlyRootfs"], part
        assert deployment.podman("exec", deployment.container(part), "sh", "-c", WRITING).strip() == "refused", part
        assert told["HostConfig"]["RestartPolicy"] == {"Name": "on-failure", "MaximumRetryCount": 5}, part
        own = "pacta_owner" if part == "database" else "pacta_app" if part == "api" else f"pacta_{part}"
        assert deployment.podman("exec", deployment.container(part), "ls", "/run/secrets").split() == [own]
        assert not re.search(r"[0-9a-f]{64}", "".join(told["Config"]["Env"])), "no secret stands in the environment"
