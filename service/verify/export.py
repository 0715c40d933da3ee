"""An exported log as named contents: the verifier's only input and output is `open_directory`; all else is pure."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

CHECKPOINT: Final = "checkpoint"
PROOFS: Final = "proofs/"
TILES: Final = "tile/"
DOCUMENTS: Final = "documents/"
"""Each under its SHA-256 (hex)."""
PROOF_SUFFIX: Final = ".tlog-proof"
PIECE: Final = 1_048_576
MOST_BYTES: Final = 17_000_000
"""More than any file of an export can have that is no document: the largest is a bundle of 256 entries of 65,535 bytes."""


@dataclass(frozen=True, slots=True)
class Exported:
    """The paths in an export, relative and with slashes, and how to read one whole: None where there is no such file."""

    paths: frozenset[str]
    read: Callable[[str], bytes | None]
    pieces: Callable[[str], Iterator[bytes]]
    """Of a file of whatever length, which is there."""
    part: Callable[[str, int, int], bytes]
    """Of a file that was there, so many bytes from such a place on; fewer, or none, where it has become another."""


def open_directory(directory: Path) -> Exported:
    """List an exported directory; raises `OSError` if it cannot be read."""
    place = os.fspath(directory)
    paths = frozenset(_files(place, ""))

    def read(path: str) -> bytes | None:
        if path not in paths:
            return None
        with open(f"{place}/{path}", "rb", buffering=0) as file:  # noqa: PTH123 -- a `Path` for each of so many takes long
            # Asked for what it has: room for the most would be taken and given back, file by file. What is read whole needs
            # no buffer beside it.
            return file.readall() if os.fstat(file.fileno()).st_size <= MOST_BYTES else file.read(MOST_BYTES + 1)

    def pieces(path: str) -> Iterator[bytes]:
        with (directory / path).open("rb") as file:
            while piece := file.read(PIECE):
                yield piece

    def part(path: str, start: int, size: int) -> bytes:
        try:
            with open(f"{place}/{path}", "rb", buffering=0) as file:  # noqa: PTH123 -- as above
                return os.pread(file.fileno(), size, start)
        except FileNotFoundError:
            return b""

    return Exported(paths, read, pieces, part)


def _files(directory: str, prefix: str) -> Iterator[str]:
    waiting = [(directory, prefix)]
    while waiting:
        here, above = waiting.pop()
        with os.scandir(here) as found:
            for one in found:
                if one.is_dir(follow_symlinks=False):
                    waiting.append((one.path, f"{above}{one.name}/"))
                elif one.is_file():
                    yield above + one.name
                else:
                    # A pipe would be waited for, a device read for ever.
                    raise OSError(f"{above}{one.name} is no file")
