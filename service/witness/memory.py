"""What a witness remembers of each log, and the one place where it cosigns."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from typing_extensions import override

from service import durable
from service.tlog.add_checkpoint import AddCheckpoint, LogUnknown, Refused, RootDiffers, admit
from service.tlog.checkpoint import Checkpoint, OriginMismatch, parse_checkpoint
from service.tlog.cosignature import Cosigner
from service.tlog.encoding import NoteInvalid
from service.tlog.keys import Verifier
from service.tlog.note import Note, Signature, open_note
from service.witness import directory

log = structlog.get_logger("pacta.witness")


class MemoryLost(Refused):
    """What was cosigned last for this log cannot be known, so nothing is cosigned until the operator has looked."""

    status = 503


@dataclass(slots=True)
class Witnessed:
    """One log: the keys that may sign for it, the last note that was cosigned, or why that is not known."""

    origin: str
    keys: tuple[Verifier, ...]
    file: Path
    last: Note | None = None
    lost: str | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def checkpoint(self) -> Checkpoint | None:
        """The last checkpoint that was cosigned."""
        return parse_checkpoint(self.last.text) if self.last else None

    @override
    def __str__(self) -> str:
        """Say where this log stands, in one line."""
        if self.lost:
            return f"{self.origin}: refused, since {self.lost}"
        known = self.checkpoint
        return f"{self.origin}: {known.size} entries cosigned" if known else f"{self.origin}: nothing cosigned yet"


@dataclass(frozen=True, slots=True)
class Memory:
    """Every log that this witness serves, by origin."""

    cosigner: Cosigner
    logs: dict[str, Witnessed]

    @override
    def __str__(self) -> str:
        """Say who this witness is (its vkey), then where each log stands, a line each."""
        return "".join(f"{line}\n" for line in (self.cosigner.verifier.vkey, *self.logs.values()))

    def cosign(self, request: AddCheckpoint, now: int) -> Signature:
        """Judge a request, store what it grants and return the cosignature, made at `now` (seconds since 1970 UTC).

        Raises `Refused`. It waits for the disk and for others who ask for the same log: call it in a thread. The
        lock is a thread's, not a task's, so that a client who hangs up cannot open it halfway.
        """
        origin = request.checkpoint.origin
        found = self.logs.get(origin)
        if found is None:
            raise LogUnknown(origin)
        with found.lock:
            if found.lost:
                raise MemoryLost(f"this witness cannot serve {origin!r}, since {found.lost}")
            return self._cosign(found, request, now)

    def _cosign(self, found: Witnessed, request: AddCheckpoint, now: int) -> Signature:
        try:
            granted = admit(request, found.keys, found.checkpoint)
        except RootDiffers:
            # The evidence of a fork: two notes, both signed by the log.
            cosigned = bytes(found.last or b"").decode()
            log.critical("log_forked", cosigned=cosigned, refused=bytes(request.note).decode())
            raise
        cosignature = self.cosigner.cosign(granted.note.text, now)
        note = Note(granted.note.text, (*granted.verified, cosignature))
        try:
            durable.replace(found.file, bytes(note))
        except OSError as wrong:
            # Whether the disk holds the old note or the new one is unknown until it is read again.
            found.lost = f"its memory could not be written ({wrong.strerror}); mend that and start it again"
            log.exception("memory_lost", origin=found.origin)
            raise MemoryLost(found.lost) from wrong
        found.last = note
        return cosignature


def recall(place: Path, cosigner: Cosigner, keys: Sequence[Verifier]) -> Memory:
    """Read what was cosigned for each log of these keys; the directory is locked by the caller.

    A note that is not whole, of another log, or not cosigned by this witness never counts as nothing: its log is
    refused until the operator has restored the newest note.
    """
    logs: dict[str, Witnessed] = {}
    for origin in dict.fromkeys(key.name for key in keys):
        own = tuple(key for key in keys if key.name == origin)
        logs[origin] = Witnessed(origin, own, directory.note_file(place, origin))
        _recall(logs[origin], cosigner)
    return Memory(cosigner, logs)


def _recall(found: Witnessed, cosigner: Cosigner) -> None:
    try:
        found.last = _read(found, cosigner)
    except FileNotFoundError:
        return
    except (NoteInvalid, OSError) as wrong:
        found.lost = f"its memory {found.file.name} is damaged ({wrong})"
        log.critical("memory_lost", origin=found.origin, file=str(found.file), error=str(wrong))


def _read(found: Witnessed, cosigner: Cosigner) -> Note:
    note, _ = open_note(found.file.read_bytes(), [cosigner.verifier])
    origin = parse_checkpoint(note.text).origin
    if origin != found.origin:
        raise OriginMismatch(f"a checkpoint of {origin!r}")
    return note
