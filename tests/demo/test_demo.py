"""`pacta demo` as a user meets it: one command, nothing left behind, nothing lost."""

import hashlib
import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pypdfium2
import pytest

from service.demo.sample import SAYS
from service.http.openapi.pilot import PILOT

pytestmark = pytest.mark.long

PACTA = [sys.executable, "-m", "service.cli"]
ROOT = Path(__file__).parents[2]
Demo = Callable[..., "Running"]


class Running:
    """A `pacta demo` that has said where it listens."""

    def __init__(self, directory: Path, *options: str, within: tuple[str, ...] = ()) -> None:
        self.directory = directory
        self.process = subprocess.Popen(
            [*within, *PACTA, "demo", "--port", "0", "--data-dir", str(directory), *options],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        said = ""
        while "Ctrl-C" not in said:
            line = self.process.stdout.readline()
            assert line, f"it ended: {said}"
            said += line
        found = re.search(r"API\s+(\S+)/v1", said)
        assert found is not None
        self.url = found[1]

    def postgres(self) -> int:
        """Return the pid of its PostgreSQL."""
        return int((self.directory / "postgres" / "postmaster.pid").read_text().splitlines()[0])

    def call(self, path: str, token: str | None = None, form: dict[str, str] | None = None, body: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        data = urlencode(form).encode() if form else None
        if body is not None:
            data, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
        with urllib.request.urlopen(urllib.request.Request(self.url + path, data, headers)) as answer:
            return json.load(answer)

    def token(self, who: str) -> str:
        secrets = json.loads((self.directory / "credentials.json").read_text())[who]
        return str(self.call("/oauth/token", form={"grant_type": "client_credentials", **secrets})["access_token"])

    def end(self, number: int) -> None:
        self.process.send_signal(number)
        self.process.wait(60)
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    yield from demos(tmp_path)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One demo for the tests that do not end it."""
    for start in demos(tmp_path_factory.mktemp("shared")):
        yield start()


def demos(place: Path) -> Iterator[Demo]:
    """Start demos in a directory whose parent is closed to others, and end them."""
    started: list[Running] = []

    def start(*options: str, directory: Path = place / "closed" / ".pacta", within: tuple[str, ...] = ()) -> Running:
        directory.parent.mkdir(mode=0o700, exist_ok=True)
        started.append(Running(directory, *options, within=within))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.end(signal.SIGKILL)


def soon(met: Callable[[], bool]) -> bool:
    """Wait until it is so, at most a minute."""
    for _ in range(1200):
        if met():
            return True
        time.sleep(0.05)
    return False


def gone(pid: int) -> bool:
    """Wait for a process to end."""

    def ended() -> bool:
        try:
            return Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0] == "Z"
        except OSError:
            return True

    return soon(ended)


def test_however_it_ends_its_postgresql_is_gone_and_the_data_is_there_at_the_next_start(demo: Demo) -> None:
    item = "/v1/commitments/01940000-0000-7000-8000-000000000407"
    running = demo()
    for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT):
        body = {"focal_point": f"Desk {number}"}
        request = urllib.request.Request(running.url + item, json.dumps(body).encode(), method="PATCH")
        request.add_header("Authorization", f"Bearer {running.token('PK')}")
        for name, value in {"Content-Type": "application/json", "If-Match": "*"}.items():
            request.add_header(name, value)
        with urllib.request.urlopen(request) as answer:
            assert answer.status == 200
        postgres = running.postgres()
        running.end(number)
        assert gone(postgres), number
        # What is there at this start is changed before the next end.
        running = demo()
        assert running.call(item, running.token("AZ"))["party_facts"] == {"PK": body | _absent()}, number


def _absent() -> dict[str, object]:
    return {"further_lead_organisation_ids": [], "lead_organisation_id": None}


def test_the_document_at_which_readings_are_shown_is_there_and_says_that_it_is_a_sample(shared: Running) -> None:
    shown, az = f"/v1/documents/{PILOT['document_id']}", shared.token("AZ")
    told = shared.call(shown, az)
    assert (told["matter"]["reference"], told["media_type"], told["party"]) == ("PK-AZ/08/007", "application/pdf", "PK")
    request = urllib.request.Request(f"{shared.url}{shown}/content", headers={"Authorization": f"Bearer {az}"})
    with urllib.request.urlopen(request) as answer:
        file = answer.read()
    assert hashlib.sha256(file).hexdigest() == told["sha256"]
    with pypdfium2.PdfDocument(file) as document:
        (page,) = document
        assert page.get_textpage().get_text_bounded() == SAYS


def test_a_fresh_demo_holds_the_pilot_and_begins_anew_when_told(demo: Demo) -> None:
    first = demo()
    file = first.directory / "credentials.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    secrets = json.loads(file.read_text())
    assert set(secrets) == {"administrator", "PK", "AZ", "auditor", "observer"}
    assert all(set(one) == {"client_id", "client_secret"} for one in secrets.values())
    items = first.call("/v1/commitments", first.token("PK"))["items"]
    states = [one["state"] for one in items]
    assert (len(items), states.count("signed"), states.count("mou_drafted"), states.count("agreed")) == (14, 1, 2, 11)
    assert [one["reference"] for one in items] == [f"PK-AZ/08/{number:03d}" for number in range(1, 15)]
    trail, auditor = f"/v1/commitments/{items[0]['id']}/audit-trail", first.token("auditor")
    assert soon(lambda: all(entry["index"] is not None for entry in first.call(trail, auditor)["items"]))
    groups = first.call("/v1/working-groups", first.token("AZ"))["items"]
    assert len(groups) >= 4
    first.end(signal.SIGTERM)
    anew = demo("--fresh")
    assert json.loads(file.read_text()) != secrets
    assert len(anew.call("/v1/commitments", anew.token("PK"))["items"]) == 14


def test_it_changes_no_mode_or_owner_outside_its_directory(demo: Demo, tmp_path: Path) -> None:
    def modes() -> dict[str, tuple[int, int]]:
        return {str(one): (one.stat().st_mode, one.stat().st_uid) for one in (tmp_path / "closed", tmp_path, ROOT)}

    (tmp_path / "closed").mkdir(mode=0o700)
    before = modes()
    demo().end(signal.SIGTERM)
    assert modes() == before
    assert stat.S_IMODE((tmp_path / "closed").stat().st_mode) == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has somebody to become")
def test_as_root_its_postgresql_is_somebody_else(shared: Running) -> None:
    pid = shared.postgres()
    uids = re.search(r"Uid:\s+(\d+)\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    assert uids is not None
    assert "0" not in uids.groups()


def test_a_second_demo_on_the_same_data_is_told_so_in_a_sentence(shared: Running) -> None:
    second = subprocess.run(
        [*PACTA, "demo", "--port", "0", "--data-dir", str(shared.directory)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert second.returncode == os.EX_CONFIG
    assert "Another Pacta runs" in second.stderr
    assert "Traceback" not in second.stderr


def test_a_port_that_is_taken_is_said_to_be_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = pacta("demo", "--port", str(taken.getsockname()[1]), "--data-dir", str(tmp_path / "d"))
    assert (done.returncode, "--port" in done.stderr, "Traceback" in done.stderr) == (os.EX_CONFIG, True, False)
    assert not (tmp_path / "d").exists()


def pacta(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*PACTA, *arguments], cwd=ROOT, capture_output=True, text=True, check=False, env={**os.environ, **environment}
    )


def test_the_lifecycle_is_printed_as_a_picture() -> None:
    assert pacta("lifecycle").stdout.startswith("stateDiagram-v2\n")


def test_the_first_administrator_is_made_rotated_and_ended_on_the_command_line(shared: Running) -> None:
    running = shared
    roles = json.loads((running.directory / "roles.json").read_text())
    port = (running.directory / "postgres" / "postmaster.pid").read_text().splitlines()[3]
    url = f"postgresql+asyncpg://pacta_app:{roles['pacta_app']}@127.0.0.1:{port}/pacta"

    def login(said: str) -> str:
        secret = re.search(r"client_secret: (\S+)", said)
        assert secret is not None
        form = {"grant_type": "client_credentials", "client_id": "root-2", "client_secret": secret[1]}
        return str(running.call("/oauth/token", form=form)["access_token"])

    made = pacta("principal", "create", "root-2", PACTA_DATABASE_URL=url)
    token = login(made.stdout)
    assert running.call("/v1/me", token)["kind"] == "administrator"
    assert login(pacta("principal", "rotate", "root-2", PACTA_DATABASE_URL=url).stdout)
    assert pacta("principal", "deactivate", "root-2", PACTA_DATABASE_URL=url).returncode == 0

    def refused() -> bool:
        try:
            return running.call("/v1/me", token) is None
        except urllib.error.HTTPError as answer:
            return answer.code == 401

    assert soon(refused)
    twice = pacta("principal", "create", "root-2", PACTA_DATABASE_URL=url)
    assert twice.returncode == 1
    assert "Traceback" not in twice.stderr


NO_SHARED_MEMORY = ("unshare", "--mount", "sh", "-c", 'mount -t tmpfs -o ro none /dev/shm && exec "$@"', "sh")
"""Runs a command where nothing can be put into /dev/shm, as in a container without it."""


def test_it_starts_where_there_is_no_shared_memory(demo: Demo) -> None:
    if subprocess.run([*NO_SHARED_MEMORY, "true"], check=False, capture_output=True).returncode != 0:
        pytest.skip("only root may take /dev/shm away")
    # Other temporary files of tests lie there.
    with tempfile.TemporaryDirectory(dir="/var/tmp") as place:
        running = demo(directory=Path(place) / "closed" / ".pacta", within=NO_SHARED_MEMORY)
        found = running.call("/v1/commitments?limit=1", running.token("PK"))
        assert found["items"][0]["reference"] == "PK-AZ/08/001"
        running.end(signal.SIGTERM)
