"""The directory outside the database: its key, its notes, and what it says when they are not as they must be."""

import os
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from service.sequencer.directory import LogDirectory, LogKeyUnsafe, NoteOvertaken
from service.tlog.keys import Signer

LOG, OTHER = UUID(int=1), UUID(int=2)


@pytest.fixture
def directory(tmp_path: Path) -> LogDirectory:
    """A directory with a new key."""
    return LogDirectory.open(tmp_path / "log", "pacta.example")


def test_only_its_owner_can_read_it(directory: LogDirectory) -> None:
    directory.keep_note(LOG, b"a note", None)
    assert stat.S_IMODE(directory.path.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in directory.path.iterdir()} == {0o600}


def test_an_origin_stays_when_the_address_changes(directory: LogDirectory) -> None:
    moved = LogDirectory.open(directory.path, "elsewhere.example")
    assert moved.signer(LOG) == directory.signer(LOG)
    assert moved.signer(LOG).name == f"pacta.example/v1/commissions/{LOG}/log"


def test_each_log_has_a_key_of_its_own(directory: LogDirectory) -> None:
    seeds = {directory.signer(LOG).seed, directory.signer(OTHER).seed, directory.master.seed}
    assert len(seeds) == 3


def test_two_that_start_at_once_use_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as starting:
        opened = list(starting.map(lambda host: LogDirectory.open(tmp_path / "log", f"{host}.example"), range(8)))
    assert len({one.signer(LOG) for one in opened}) == 1
    assert [file.name for file in (tmp_path / "log").iterdir()] == ["key"]


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620])
def test_a_key_that_others_can_read_or_write_is_refused(directory: LogDirectory, mode: int) -> None:
    directory.key.chmod(mode)
    with pytest.raises(LogKeyUnsafe, match="chmod 600"):
        LogDirectory.open(directory.path, "pacta.example")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"PRIVATE+KEY+x",
        b"PRIVATE+KEY+pacta.example+00000000+" + b"A" * 44,
        Signer("pacta.example", bytes(32)).verifier.vkey.encode(),
    ],
)
def test_a_key_file_that_holds_none_is_refused_and_not_replaced(directory: LogDirectory, content: bytes) -> None:
    directory.key.write_bytes(content)
    with pytest.raises(LogKeyUnsafe, match="Put it back from its backup"):
        LogDirectory.open(directory.path, "pacta.example")
    assert directory.key.read_bytes() == content


def test_a_directory_that_cannot_be_used_is_said_to_be_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LogKeyUnsafe, match="cannot be used: Not a directory"):
        LogDirectory.open(tmp_path / "file" / "log", "pacta.example")


def test_a_refused_key_never_shows_in_the_sentence(directory: LogDirectory) -> None:
    secret = directory.key.read_text().strip()
    directory.key.write_text(secret[:-4] + "AAA=")
    with pytest.raises(LogKeyUnsafe) as refused:
        LogDirectory.open(directory.path, "pacta.example")
    told = secret.split("+", 4)[4]
    assert all(told[at : at + 8] not in str(refused.value) for at in range(len(told) - 8))


def test_the_logs_are_those_of_the_notes_and_nothing_else(directory: LogDirectory) -> None:
    for log_id in (LOG, OTHER):
        directory.keep_note(log_id, b"a note", None)
    for name in ("copy of a.note", f"{LOG}.note.old", f".{LOG}.note.0123"):
        (directory.path / name).touch()
    assert directory.logs() == [LOG, OTHER]


def test_an_older_note_does_not_take_the_place_of_a_newer_one(directory: LogDirectory) -> None:
    directory.keep_note(LOG, b"first", None)
    directory.keep_note(LOG, b"second", b"first")
    for after in (None, b"first"):
        with pytest.raises(NoteOvertaken):
            directory.keep_note(LOG, b"late", after)
    assert directory.last_note(LOG) == b"second"


class PowerCut(BaseException):
    """Nothing that follows is done."""


@pytest.mark.parametrize(("owner", "name"), [(os, "open"), (os, "fsync"), (Path, "replace")])
def test_a_note_is_replaced_whole_or_not_at_all(
    directory: LogDirectory, monkeypatch: pytest.MonkeyPatch, owner: Any, name: str
) -> None:
    directory.keep_note(LOG, b"old", None)
    done: Callable[..., Any] = getattr(owner, name)

    def cut(*_: Any, **__: Any) -> None:
        raise PowerCut

    def cut_after(*given: Any, **named: Any) -> None:
        done(*given, **named)
        raise PowerCut

    for cutting in (cut, cut_after):
        monkeypatch.setattr(owner, name, cutting)
        with pytest.raises(PowerCut):
            directory.keep_note(LOG, b"a much longer new note", b"old")
        monkeypatch.undo()
        left = directory.last_note(LOG)
        assert left in {b"old", b"a much longer new note"}
        if cutting is cut or name != "replace":
            assert left == b"old"


def test_a_disk_that_is_full_leaves_the_last_note_and_no_rubbish(
    directory: LogDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory.keep_note(LOG, b"old", None)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        directory.keep_note(LOG, b"new", b"old")
    assert directory.last_note(LOG) == b"old"
    assert {file.name for file in directory.path.iterdir()} == {"key", f"{LOG}.note"}


def test_a_key_that_is_gone_is_not_made_anew_where_logs_were_signed(tmp_path: Path) -> None:
    directory = LogDirectory.open(tmp_path, "pacta.test")
    (tmp_path / f"{UUID(int=1)}.note").write_bytes(b"signed")
    directory.key.unlink()
    with pytest.raises(LogKeyUnsafe, match="Put it back"):
        LogDirectory.open(tmp_path, "pacta.test")
