"""The proof kept beside a document: a signed checkpoint and the path to one entry (C2SP tlog-proof v1).

Stored as `*.tlog-proof`. Whoever has the entry's bytes, this file and an own policy needs nothing else: no network,
no service, no trust in who handed the file over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from service.tlog.encoding import MAX_INTEGER, NoteMalformed, decode_base64, encode_base64, parse_decimal
from service.tlog.merkle import HASH_SIZE, ProofInvalid, verify_inclusion
from service.tlog.note import MAX_NOTE_BYTES

if TYPE_CHECKING:
    from service.tlog.checkpoint import OpenedCheckpoint
    from service.tlog.policy import Policy

HEADER: Final = "c2sp.org/tlog-proof@v1"
MAX_HASHES: Final = 63
"""The longest path in a tree of at most 2**63 - 1 leaves."""


@dataclass(frozen=True, slots=True)
class Proof:
    """The leaf's `index`, its audit path (32 bytes each, the sibling first) and the signed checkpoint, verbatim.

    `extra` is for the application and, unlike all the rest, **not authenticated**: never trust it.
    """

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None

    def __post_init__(self) -> None:
        """Refuse what could not be written and read again; raises `ProofInvalid`."""
        well_formed = all(len(step) == HASH_SIZE for step in self.hashes) and len(self.hashes) <= MAX_HASHES
        if not (well_formed and 0 <= self.index <= MAX_INTEGER and self.checkpoint and self.extra != b""):
            raise ProofInvalid(
                f"a proof is an index, at most {MAX_HASHES} hashes, a checkpoint, and extra data or none"
            )

    def __bytes__(self) -> bytes:
        """Write the file."""
        extra = [] if self.extra is None else [f"extra {encode_base64(self.extra)}"]
        lines = [HEADER, *extra, f"index {self.index}", *map(encode_base64, self.hashes), "", ""]
        return "\n".join(lines).encode() + self.checkpoint

    def verify(self, leaf_hash: bytes, policy: Policy) -> OpenedCheckpoint:
        """Prove that the entry hashed to `leaf_hash` is in a log that the policy believes, and return the checkpoint.

        Raises `NoteInvalid` (`QuorumMissing` among it) where the checkpoint is not to be believed, and `ProofInvalid`
        where it is, but the path does not lead to its root; all are ValueErrors.
        """
        opened = policy.open_checkpoint(self.checkpoint)
        checkpoint = opened.checkpoint
        verify_inclusion(leaf_hash, self.index, checkpoint.size, self.hashes, checkpoint.root)
        return opened


def parse_proof(raw: bytes) -> Proof:
    """Read a proof file, strictly; raises `ProofInvalid`. Verifies nothing; the checkpoint is not even read."""
    head, blank, checkpoint = raw.partition(b"\n\n")
    if not blank or len(raw) > 2 * MAX_NOTE_BYTES or not head.isascii():
        raise ProofInvalid("no empty line parts the path from the checkpoint")
    header, *lines = head.decode("ascii").split("\n")
    if header != HEADER:
        raise ProofInvalid(f"a proof starts with {HEADER}")
    try:
        extra = decode_base64(_value("extra", lines.pop(0))) if lines and lines[0].startswith("extra ") else None
        index = parse_decimal(_value("index", lines.pop(0) if lines else ""))
        return Proof(index, tuple(map(decode_base64, lines)), checkpoint, extra)
    except NoteMalformed as error:
        raise ProofInvalid(f"not written as a proof: {error}") from error


def _value(word: str, line: str) -> str:
    """Return what follows the word and one space."""
    if not line.startswith(f"{word} "):
        raise ProofInvalid(f"{line[:100]!r} is no {word} line")
    return line[len(word) + 1 :]
