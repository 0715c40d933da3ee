"""What can happen to a machine happens under load, in two minutes; `poe reliability` does it at length."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.reliability import machines
from tests.reliability.harness import TRIALS, command
from tests.reliability.required import skip


def done(file: Path, *words: str) -> dict[str, Any]:
    """Return the report of one round."""
    if said := machines.hindrance():
        skip(said)
    ended = subprocess.run(command(file, 1, *words), capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr[-6000:]
    found: dict[str, Any] = json.loads(file.read_text())
    return found


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What was found in one round of everything."""
    return done(tmp_path_factory.mktemp("reliability") / "report.json")


@pytest.mark.reliability
@pytest.mark.parametrize("trial", TRIALS)
def test_after_each_of_them_writes_go_on(report: dict[str, Any], trial: str) -> None:
    (row,) = [one for one in report["table"] if one["trial"] == trial]
    if "skipped" in row:
        skip(row["skipped"])
    assert row["acknowledged"] > 0


@pytest.mark.reliability
def test_nothing_acknowledged_is_lost_or_doubled_and_nothing_shown_is_taken_back(report: dict[str, Any]) -> None:
    assert report["anomalies"] == []
    assert report["readings"] > 20
    assert set(report["answers"]) <= {"200", "201", "409", "503"}


@pytest.mark.reliability
def test_signing_goes_on_and_the_log_is_proven(report: dict[str, Any]) -> None:
    assert not report["signing_refused"]
    assert report["verdict"].startswith("0 ")
    assert "PROVEN" in report["verdict"]


@pytest.mark.long
def test_a_database_that_answers_before_it_has_written_is_found_out(tmp_path: Path) -> None:
    report = done(tmp_path / "report.json", "careless", "postmaster")
    assert any(one.startswith("lost: ") for one in report["anomalies"]), report["table"]
