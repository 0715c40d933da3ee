"""Files that are there whole or not at all, and stay: keys, signed notes, credentials, exports.

    replace(file, content)    the new content takes the place of the old
    replacing(file)           the same for what is written piece by piece
    create(file, content)     the first to make the file wins; whoever comes later uses it
    make_directory(path)      a directory that is still there after the power failed

When one of these returns, the content is on the disk and so is its name in the directory. Whatever happens before (the
power fails, the process is killed, the disk is full), readers find the old content or the new, never a part of it. All
raise OSError; then either of the two may be there. A process that is killed may leave a draft behind, which `clear` removes.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

PRIVATE: Final = 0o600
"""The mode of what belongs to its owner alone."""
SHARED: Final = 0o666
"""The mode of what is there to be read by others, as far as the umask allows."""


def replace(file: Path, content: bytes, mode: int = PRIVATE) -> None:
    """Put `content` in the place of `file`, which need not exist."""
    with _draft(file, content, mode) as draft:
        draft.replace(file)
    sync(file.parent)


@contextmanager
def replacing(file: Path, mode: int = PRIVATE) -> Iterator[BinaryIO]:
    """Give a file to write to, which takes the place of `file` at the end; where that raises, nothing does."""
    draft = _beside(file)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(handle, "wb") as written:
            yield written
            written.flush()
            os.fsync(handle)
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
    sync(file.parent)


def create(file: Path, content: bytes, mode: int = PRIVATE) -> bool:
    """Make `file` with `content` unless there is one; return whether it was made.

    Of several that do so at once exactly one is told True, and each finds that one's content, whole.
    """
    with _draft(file, content, mode) as draft:
        try:
            os.link(draft, file)
        except FileExistsError:
            made = False
        else:
            made = True
    # Also where another made it: its maker may not have come so far yet, and what follows rests on the file.
    sync(file.parent)
    return made


def make_directory(path: Path, mode: int = 0o777) -> None:
    """Make a directory unless it is there, and its parents (with the mode that the umask leaves)."""
    if path.exists():
        return
    if not path.parent.exists():
        make_directory(path.parent)
    path.mkdir(mode, exist_ok=True)
    sync(path.parent)


def clear(directory: Path) -> None:
    """Remove what processes that were killed while they wrote have left in a directory and below; nobody else may write there."""
    for left in directory.rglob(".*.draft"):
        left.unlink()


def sync(directory: Path) -> None:
    """Wait until the names in a directory are on the disk."""
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _draft(file: Path, content: bytes, mode: int) -> Iterator[Path]:
    """Give a file beside `file` with this content, on the disk; it is gone at the end unless it was renamed.

    Each has a name of its own, so that two who write at once do not write into one.
    """
    draft = _beside(file)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(handle, "wb") as written:
            written.write(content)
            written.flush()
            os.fsync(handle)
        yield draft
    finally:
        draft.unlink(missing_ok=True)


def _beside(file: Path) -> Path:
    return file.with_name(f".{file.name}.{secrets.token_hex(8)}.draft")
