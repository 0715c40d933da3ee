"""The `add-checkpoint` request: a log asks a witness to cosign (C2SP tlog-witness v1, c2sp.org/tlog-witness).

How a request is written and read, and when a witness may grant it. Pure: whoever keeps what the witness remembers
must hold it locked from before `admit` until what was granted is stored, or two requests at once take the log back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from service.tlog.checkpoint import Checkpoint, OpenedCheckpoint, open_checkpoint, parse_checkpoint
from service.tlog.encoding import NoteInvalid, NoteMalformed, decode_base64, encode_base64, parse_decimal
from service.tlog.merkle import EMPTY_ROOT, HASH_SIZE, ProofInvalid, verify_consistency
from service.tlog.note import Note, parse_note

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.tlog.keys import Verifier

PATH: Final = "add-checkpoint"
"""Below the witness's submission prefix; the method is POST."""

MAX_HASHES: Final = 63
MAX_REQUEST_BYTES: Final = 65_536
"""Room for 63 hashes and 16 cosignatures of ML-DSA-44, the longest there are; the specification sets no bound."""

SIZE_TYPE: Final = "text/x.tlog.size"
TEXT_TYPE: Final = "text/plain; charset=utf-8"


class Refused(Exception):
    """A witness does not cosign; the message is the sentence that it answers.

    Refused
    ├── RequestMalformed  400  not written as the specification demands, or an old size beyond the checkpoint's
    ├── LogUnsigned       403  no key that we trust for this origin signed it
    ├── LogUnknown        404  we witness no log of this origin
    ├── OldSizeStale      409  another size was cosigned last; the body tells it
    ├── RootDiffers       409  another root was cosigned for this very size: the log has forked
    └── GrowthUnproved    422  the proof does not lead from what was cosigned last to this checkpoint
    """

    status: ClassVar[int]
    media_type: ClassVar[str] = TEXT_TYPE

    @property
    def body(self) -> str:
        """What is answered."""
        return f"{self}\n"


class RequestMalformed(Refused):
    """Not written as the specification demands, or an old size beyond the checkpoint's."""

    status = 400


class LogUnsigned(Refused):
    """No key that we trust for this origin signed it."""

    status = 403


class LogUnknown(Refused):
    """We witness no log of this origin."""

    status = 404

    def __init__(self, origin: str) -> None:
        super().__init__(f"{origin!r} is no log that is witnessed here")


class OldSizeStale(Refused):
    """Another size was cosigned last; the body is that size and a newline, in a media type of its own."""

    status = 409
    media_type = SIZE_TYPE

    def __init__(self, size: int) -> None:
        super().__init__(str(size))


class RootDiffers(Refused):
    """Another root was cosigned for this very size: the log has forked, and both notes together prove it."""

    status = 409


class GrowthUnproved(Refused):
    """The proof does not lead from what was cosigned last to this checkpoint."""

    status = 422


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """One request: `note` is the log's checkpoint, `proof` (32 bytes each) shows that it continues `old_size` leaves.

    The proof is that of RFC 6962, 2.1.2; from 0 leaves, as between equal sizes, it is empty.
    """

    old_size: int
    proof: tuple[bytes, ...]
    note: Note

    def __post_init__(self) -> None:
        """Refuse what could not be written and read again; raises `NoteMalformed`."""
        if len(self.proof) > MAX_HASHES or set(map(len, self.proof)) - {HASH_SIZE}:
            raise NoteMalformed(f"a proof is at most {MAX_HASHES} hashes of {HASH_SIZE} bytes")
        parse_decimal(str(self.old_size))
        _ = self.checkpoint

    @property
    def checkpoint(self) -> Checkpoint:
        """What the note says; nothing about it is verified."""
        return parse_checkpoint(self.note.text)

    def __bytes__(self) -> bytes:
        """Write the request's body."""
        lines = [f"old {self.old_size}", *map(encode_base64, self.proof), "", ""]
        return "\n".join(lines).encode() + bytes(self.note)


def parse_request(raw: bytes) -> AddCheckpoint:
    """Read a request's body, strictly; raises `RequestMalformed`. Verifies nothing."""
    head, blank, note = raw.partition(b"\n\n")
    if not blank or not head.isascii() or len(raw) > MAX_REQUEST_BYTES:
        raise RequestMalformed(
            f"a request is an old size, a proof, an empty line and a checkpoint, in {MAX_REQUEST_BYTES} bytes"
        )
    old, *proof = head.decode("ascii").split("\n")
    if not old.startswith("old "):
        raise RequestMalformed(f"{old[:100]!r} is no line with the old size")
    try:
        return AddCheckpoint(parse_decimal(old[4:]), tuple(map(decode_base64, proof)), parse_note(note))
    except NoteMalformed as error:
        raise RequestMalformed(str(error)) from error


def admit(request: AddCheckpoint, logs: Sequence[Verifier], known: Checkpoint | None) -> OpenedCheckpoint:
    """Return the checkpoint that a witness may cosign, or raise `Refused`; in the order of the specification.

    `logs` are the keys of all logs that it witnesses, each named as its log's origin. `known` is the last checkpoint
    of this origin that it cosigned, none if it never did.
    """
    checkpoint = request.checkpoint
    keys = [key for key in logs if key.name == checkpoint.origin]
    if not keys:
        raise LogUnknown(checkpoint.origin)
    try:
        opened = open_checkpoint(bytes(request.note), keys)
    except NoteInvalid as error:
        raise LogUnsigned(str(error)) from error
    if request.old_size > checkpoint.size:
        raise RequestMalformed(f"the old size {request.old_size} is beyond the checkpoint's {checkpoint.size}")
    known = known or Checkpoint(checkpoint.origin, 0, EMPTY_ROOT)
    if request.old_size != known.size:
        raise OldSizeStale(known.size)
    _require_growth(known, checkpoint, request.proof)
    return opened


def size_told(media_type: str, body: bytes) -> int | None:
    """Return the size that a 409 tells, in leaves; none where it is one of another meaning, or badly written.

    Parameters of the media type say nothing of it: a framework adds `charset` by itself (RFC 9110, 8.3.1).
    """
    text = body.decode("ascii", "replace")
    if media_type.partition(";")[0].strip().lower() != SIZE_TYPE or not text.endswith("\n"):
        return None
    try:
        return parse_decimal(text[:-1])
    except NoteMalformed:
        return None


def _require_growth(known: Checkpoint, checkpoint: Checkpoint, proof: Sequence[bytes]) -> None:
    if not known.size:
        # Nothing can be proved from no leaves, so the first tree is believed as it is.
        if proof or (not checkpoint.size and checkpoint.root != EMPTY_ROOT):
            raise GrowthUnproved("from 0 leaves the proof is empty, and 0 leaves have the root of the empty tree")
        return
    if known.size == checkpoint.size and known.root != checkpoint.root:
        raise RootDiffers(f"another root was cosigned for {known.size} leaves of {known.origin!r}")
    try:
        verify_consistency(known.size, known.root, checkpoint.size, checkpoint.root, proof)
    except ProofInvalid as error:
        raise GrowthUnproved(str(error)) from error
