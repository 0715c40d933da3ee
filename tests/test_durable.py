"""A file is there whole or not at all, and what is said to be there stays when the power fails."""

import os
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from service import durable

OLD, NEW = b"old", b"new, and much longer"
WAYS = {"replace": durable.replace, "create": durable.create}
STEPS = [(os, "open"), (os, "fsync"), (os, "link"), (Path, "replace")]


class PowerCut(BaseException):
    """Nothing that follows is done."""


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("done", [False, True])
@pytest.mark.parametrize(("owner", "name"), STEPS)
def test_whatever_is_interrupted_nobody_reads_a_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str, owner: Any, name: str, done: bool
) -> None:
    file = tmp_path / "file"
    if way == "replace":
        durable.replace(file, OLD)
    step: Callable[..., Any] = getattr(owner, name)

    def cut(*given: Any, **named: Any) -> None:
        if done:
            step(*given, **named)
        raise PowerCut

    with monkeypatch.context() as cutting:
        cutting.setattr(owner, name, cut)
        try:
            WAYS[way](file, NEW)
        except PowerCut:
            present = file.read_bytes() if file.exists() else None
            before = OLD if way == "replace" else None
            assert present == (NEW if done and name in {"link", "replace"} else before)
        else:
            assert name == ("link" if way == "replace" else "replace")
    durable.replace(file, NEW)
    assert file.read_bytes() == NEW


@pytest.mark.parametrize("way", WAYS)
def test_the_content_is_on_the_disk_before_the_name_and_the_name_before_it_returns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    done: list[str] = []

    def watch(owner: Any, name: str, told: Callable[..., str]) -> None:
        step = getattr(owner, name)

        def watched(*given: Any) -> Any:
            done.append(told(*given))
            return step(*given)

        monkeypatch.setattr(owner, name, watched)

    watch(os, "fsync", lambda handle: Path(f"/proc/self/fd/{handle}").readlink().suffix or "directory")
    watch(os, "link", lambda *_: "named")
    watch(Path, "replace", lambda *_: "named")
    WAYS[way](tmp_path / "file", NEW)
    assert done == [".draft", "named", "directory"]


def test_of_many_who_make_a_file_one_wins_and_all_find_what_it_wrote(tmp_path: Path) -> None:
    file = tmp_path / "file"

    def make(number: int) -> tuple[bool, bytes]:
        return durable.create(file, f"{number}".encode()), file.read_bytes()

    with ThreadPoolExecutor(16) as starting:
        told = list(starting.map(make, range(64)))
    assert [made for made, _ in told].count(True) == 1
    assert {found for _, found in told} == {f"{[made for made, _ in told].index(True)}".encode()}
    assert [one.name for one in tmp_path.iterdir()] == ["file"]


def test_many_who_replace_a_file_leave_what_one_of_them_wrote(tmp_path: Path) -> None:
    contents = [f"{number}".encode() * 10_000 for number in range(16)]
    with ThreadPoolExecutor(16) as writing:
        list(writing.map(lambda content: durable.replace(tmp_path / "file", content), contents))
    assert (tmp_path / "file").read_bytes() in contents
    assert [one.name for one in tmp_path.iterdir()] == ["file"]


def test_a_file_is_its_owners_alone_unless_it_is_made_for_others(tmp_path: Path) -> None:
    durable.create(tmp_path / "key", NEW)
    durable.replace(tmp_path / "note", NEW)
    kept = os.umask(0o022)
    durable.replace(tmp_path / "tile", NEW, durable.SHARED)
    os.umask(kept)
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    assert modes == {"key": 0o600, "note": 0o600, "tile": 0o644}


@pytest.mark.parametrize("way", WAYS)
def test_a_disk_that_is_full_leaves_what_was_there_and_no_rubbish(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    durable.create(tmp_path / "file", OLD)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        WAYS[way](tmp_path / "file", NEW)
    assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == {"file": OLD}


def test_each_new_directory_is_on_the_disk_in_its_parent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[Path] = []
    sync = durable.sync

    def watched(directory: Path) -> None:
        synced.append(directory)
        sync(directory)

    monkeypatch.setattr(durable, "sync", watched)
    for _ in range(2):
        durable.make_directory(tmp_path / "a" / "b" / "c", 0o700)
    assert synced == [tmp_path, tmp_path / "a", tmp_path / "a" / "b"]
    assert stat.S_IMODE((tmp_path / "a" / "b" / "c").stat().st_mode) == 0o700


def test_what_killed_writers_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    durable.make_directory(tmp_path / "logs")
    for name in ("key", "logs/note", "logs/a.draft", ".hidden"):
        durable.create(tmp_path / name, NEW)
    (tmp_path / "logs" / ".note.0123456789abcdef.draft").write_bytes(b"a p")
    durable.clear(tmp_path)
    left = {file.relative_to(tmp_path).as_posix() for file in tmp_path.rglob("*") if file.is_file()}
    assert left == {"key", "logs/note", "logs/a.draft", ".hidden"}
