"""Checkpoints: a log's size and root, signed (C2SP tlog-checkpoint v1, c2sp.org/tlog-checkpoint)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.tlog.encoding import (
    CONTROL,
    MAX_INTEGER,
    NoteInvalid,
    NoteMalformed,
    decode_base64,
    encode_base64,
    parse_decimal,
)
from service.tlog.merkle import HASH_SIZE
from service.tlog.note import NoteUnverified, open_note, sign_note

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.tlog.note import Note, NoteSigner, NoteVerifier, Signature


class OriginMismatch(NoteInvalid):
    """A checkpoint of another log than the one asked for."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log says of itself: `origin` names it, `root` (32 bytes) is over its first `size` entries."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what could not be written and read again; raises `NoteMalformed`."""
        lines = (self.origin, *self.extensions)
        if any(not line or "\n" in line or CONTROL.search(line) for line in lines):
            raise NoteMalformed("origin and extensions of a checkpoint are non-empty lines without control characters")
        if len(self.root) != HASH_SIZE:
            raise NoteMalformed(f"the root of a checkpoint is {HASH_SIZE} bytes")
        if not 0 <= self.size <= MAX_INTEGER:
            raise NoteMalformed("the size of a checkpoint is a number from 0 to 2**63 - 1")

    @property
    def text(self) -> str:
        """The note text, which is what gets signed."""
        lines = (self.origin, str(self.size), encode_base64(self.root), *self.extensions)
        return "".join(line + "\n" for line in lines)


@dataclass(frozen=True, slots=True)
class OpenedCheckpoint:
    """A checkpoint that its log has signed, the note it came in, and every signature in it that was verified."""

    checkpoint: Checkpoint
    note: Note
    verified: tuple[Signature, ...]

    def signed_by(self, key: NoteVerifier) -> bool:
        """Tell whether this known key's signature was verified."""
        return any((found.name, found.key_id) == (key.name, key.key_id) for found in self.verified)


def parse_checkpoint(text: str) -> Checkpoint:
    """Read a note's text as a checkpoint, strictly; raises `NoteMalformed`. Verifies nothing."""
    *lines, rest = text.split("\n")
    if rest or len(lines) < 3:
        raise NoteMalformed("a checkpoint is at least three lines, each with its newline")
    origin, size, root, *extensions = lines
    return Checkpoint(origin, parse_decimal(size), decode_base64(root), tuple(extensions))


def sign_checkpoint(checkpoint: Checkpoint, *signers: NoteSigner) -> bytes:
    """Sign a checkpoint and return the note.

    Whether it may be signed (that it continues every tree signed before) is for the caller to have proved.
    """
    return sign_note(checkpoint.text, *signers)


def open_checkpoint(
    raw: bytes,
    logs: Sequence[NoteVerifier],
    witnesses: Sequence[NoteVerifier] = (),
    *,
    origin: str | None = None,
) -> OpenedCheckpoint:
    """Verify a checkpoint and return it.

    At least one of `logs` must have signed it; witnesses' cosignatures are verified where they stand, and required
    by nobody here (`policy.py` does). Without `origin` the signing log key's name must be the checkpoint's origin;
    with it, that is the origin demanded and the key may be named otherwise. Raises `NoteInvalid`.
    """
    note, verified = open_note(raw, [*logs, *witnesses])
    opened = OpenedCheckpoint(parse_checkpoint(note.text), note, verified)
    signed_by = [key for key in logs if opened.signed_by(key)]
    if not signed_by:
        raise NoteUnverified("no log that we know has signed this checkpoint")
    wanted = {key.name for key in signed_by} if origin is None else {origin}
    if opened.checkpoint.origin not in wanted:
        raise OriginMismatch(f"a checkpoint of {opened.checkpoint.origin!r}, not of {' or '.join(sorted(wanted))!r}")
    return opened
