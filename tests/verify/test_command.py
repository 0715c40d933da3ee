"""The status of `pacta verify` is a verdict, so that a script can tell one from a mistake in its own call."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from unittest.mock import Mock

import pytest
from typer.testing import CliRunner

from service.cli import verify as command
from service.cli.__main__ import app
from tests.verify.journal import POLICY_TEXT, Journal, files_of, newest_of, seal


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    journal = Journal()
    journal.record(1)
    directory = tmp_path / "export"
    for path, content in files_of(seal(journal.entries), newest_of(journal.entries)).items():
        (directory / path).parent.mkdir(parents=True, exist_ok=True)
        (directory / path).write_bytes(content)
    (tmp_path / "policy").write_text(POLICY_TEXT)
    (tmp_path / "empty").mkdir()
    return directory


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["export", "--policy", "policy"], 0, "PROVEN"),
        (["export", "--policy", "none"], 3, "none cannot be read"),
        (["export", "--policy", "empty"], 3, "empty cannot be read"),
        (["export", "--policy", "export/tile/entries/000.p/4"], 3, "MALFORMED: the policy"),
        (["export", "--policy", "policy", "--against", "none"], 3, "none cannot be read"),
        (["export", "--policy", "policy", "--against", "empty"], 3, "empty cannot be read"),
        (["none", "--policy", "policy"], 3, "none cannot be read"),
        (["policy", "--policy", "policy"], 3, "policy cannot be read"),
        (["empty", "--policy", "policy"], 2, "is missing"),
        (["export"], 2, "no policy was given"),
        ([], 64, "Missing argument"),
        (["export", "--bogus"], 64, "No such option"),
        (["export", "another"], 64, "unexpected extra argument"),
        (["--help"], 0, "64: called wrongly"),
    ],
)
def test_the_status_tells_a_verdict_from_a_wrong_call(
    exported: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], status: int, said: str
) -> None:
    monkeypatch.chdir(exported.parent)
    result = CliRunner().invoke(app, ["verify", *arguments])
    assert result.exit_code == status
    assert said in " ".join(result.output.split())
    assert "database" not in result.output


def test_what_ends_it_without_a_verdict_has_no_status_of_a_verdict(
    exported: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for error, status, said in (
        (MemoryError(), 70, "which says nothing of the export"),
        (RecursionError("too deep"), 70, "too deep"),
        (KeyboardInterrupt(), 130, ""),
    ):
        monkeypatch.setattr(command, "verify", Mock(side_effect=error))
        result = CliRunner().invoke(app, ["verify", str(exported)])
        assert result.exit_code == status
        assert said in result.output


def test_a_report_that_cannot_be_written_has_no_status_of_a_verdict(exported: Path) -> None:
    call = [sys.executable, "-m", "service.cli", "verify", str(exported)]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(call, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (74, "pacta: the report cannot be written: No space left on device\n")
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as closed:
        done = subprocess.run(call, stdout=closed, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (74, "pacta: the report cannot be written: Broken pipe\n")


SAVED: dict[str, Callable[[str], bytes]] = {
    "as it came": str.encode,
    "with a byte-order mark": lambda text: text.encode("utf-8-sig"),
    "with lines of Windows": lambda text: text.replace("\n", "\r\n").encode(),
    "with both": lambda text: text.replace("\n", "\r\n").encode("utf-8-sig"),
    "without its last newline, as $(...) keeps it": lambda text: text.removesuffix("\n").encode(),
    "with an empty line behind it": lambda text: f"{text}\n".encode(),
    "in UTF-16": lambda text: text.replace("\n", "\r\n").encode("utf-16"),
    "in UTF-16, the other way round": lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
}


@pytest.mark.parametrize("way", SAVED)
def test_a_kept_checkpoint_and_a_policy_are_what_they_were_before_a_shell_saved_them(exported: Path, way: str) -> None:
    place, save = exported.parent, SAVED[way]
    (place / "kept").write_bytes(save((exported / "checkpoint").read_text()))
    (place / "saved-policy").write_bytes(save(POLICY_TEXT))
    arguments = [str(exported), "--policy", str(place / "saved-policy"), "--against", str(place / "kept")]
    result = CliRunner().invoke(app, ["verify", *arguments])
    assert (result.exit_code, "compared with the checkpoint that you kept" in result.output) == (0, True), result.output
    changed = (exported / "checkpoint").read_text().replace("\n4\n", "\n3\n")
    assert changed != (exported / "checkpoint").read_text()
    (place / "kept").write_bytes(save(changed))
    assert CliRunner().invoke(app, ["verify", *arguments]).exit_code == 1


def test_the_checkpoint_of_an_export_is_taken_byte_by_byte(exported: Path) -> None:
    file = exported / "checkpoint"
    file.write_bytes(SAVED["with a byte-order mark"](file.read_text()))
    result = CliRunner().invoke(app, ["verify", str(exported), "--policy", str(exported.parent / "policy")])
    assert result.exit_code != 0
