"""The private PostgreSQL: how it becomes somebody else, and what it says when it cannot start."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from service.demo.postgres import EmbeddedError, StartFailed, start
from service.demo.postgres.cluster import LAUNCH, NOBODY, Cluster, environment, program

ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="only root has somebody to become")


@ROOT_ONLY
@pytest.mark.long
def test_programs_in_a_place_that_is_closed_to_others_run_unprivileged(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    installed = program("initdb").parents[2]
    for part in (installed, installed.with_name(f"{installed.name}.libs")):
        shutil.copytree(part, closed / part.name, symlinks=True)
    initdb = closed / installed.name / "pginstall/bin/initdb"
    data = closed / "data"
    data.mkdir(mode=0o700)
    os.chown(data, NOBODY, NOBODY)
    command = [sys.executable, "-I", str(LAUNCH), str(os.getpid()), str(NOBODY), str(initdb)]
    done = subprocess.run(
        [*command, "-D", str(data), "--no-sync", "--auth=reject", "--locale=C"],
        capture_output=True,
        text=True,
        check=False,
        cwd=data,
        env=environment(),
    )
    assert done.returncode == 0, done.stderr
    assert {one.stat().st_uid for one in data.iterdir()} == {NOBODY}
    assert closed.stat().st_mode & 0o777 == 0o700


@ROOT_ONLY
def test_what_runs_unprivileged_keeps_one_right_and_no_other(tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-I", str(LAUNCH), str(os.getpid()), str(NOBODY), "/bin/cat", "/proc/self/status"],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    ).stdout
    found = {
        line.split(":")[0]: line.split()[1] for line in told.splitlines() if line.startswith(("Cap", "Uid", "Gid"))
    }
    assert (found["Uid"], found["Gid"]) == (str(NOBODY), str(NOBODY))
    for kind in ("CapEff", "CapPrm", "CapInh", "CapAmb"):
        assert int(found[kind], 16) in {1 << 1, 1 << 2}, kind


def test_a_child_whose_parent_is_gone_already_does_not_start() -> None:
    done = subprocess.run([sys.executable, "-I", str(LAUNCH), "1", "0", "/bin/true"], check=False)
    assert done.returncode == 1


def test_data_that_postgresql_cannot_read_is_said_with_its_last_words(tmp_path: Path) -> None:
    server = start(tmp_path / "data", durable=False)
    server.stop()
    (tmp_path / "data" / "postgres" / "PG_VERSION").write_text("11\n")
    with pytest.raises(StartFailed, match=r"incompatible|initialized by PostgreSQL version"):
        start(tmp_path / "data", durable=False)


def test_a_half_made_cluster_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "data" / "postgres.draft" / "base").mkdir(parents=True)
    server = start(tmp_path / "data", durable=False)
    server.stop()
    assert not (tmp_path / "data" / "postgres.draft").exists()


def test_every_failure_is_one_that_the_command_line_tells_in_a_sentence() -> None:
    assert issubclass(EmbeddedError, ValueError)


def test_a_cluster_of_before_there_was_a_worker_gets_a_password_for_it_and_keeps_the_others(tmp_path: Path) -> None:
    known = {"postgres": "a", "pacta_owner": "b", "pacta_app": "c", "pacta_sequencer": "d"}
    (tmp_path / "roles.json").write_text(json.dumps(known))
    found = Cluster(tmp_path).passwords
    assert len(found.pop("pacta_worker")) > 30
    assert found == known
    assert Cluster(tmp_path).passwords == json.loads((tmp_path / "roles.json").read_text())


@pytest.mark.parametrize("content", ["", "{", "[]", "7", '{"postgres": "x"}', "\x00"])
def test_a_damaged_file_of_passwords_is_named_with_what_to_do_and_left_as_it_is(tmp_path: Path, content: str) -> None:
    file = tmp_path / "roles.json"
    file.write_text(content)
    with pytest.raises(StartFailed, match=f"{file} is damaged.*Put back a copy of it, or begin anew.*--fresh"):
        _ = Cluster(tmp_path).passwords
    assert file.read_text() == content
