"""What the sequencer keeps outside the database: the log key, and the last note that it signed for each log.

The notes are what a restored backup is noticed by, so they must not be restored with the database. The directory holds
`key` (one line, the private key of a signed note, mode 0600) and `<log id>.note`. Of a log that was reopened it holds
`<log id>.number`, which says how often, plus one, and the note of each log that followed, `<log id>.<number>.note`.
"""

import fcntl
import re
import secrets
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from service import durable
from service.errors.operator import OperatorMistake
from service.tlog.keys import KEY_SIZE, Signer

FORBIDDEN = stat.S_IRWXG | stat.S_IRWXO
LOG_ID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class LogKeyUnsafe(OperatorMistake):
    """The log key is not there as it must be; the message says what to do."""


class NoteOvertaken(OSError):
    """Another sequencer kept a note while this one was on its way: nothing was written, the log is looked at again."""


@dataclass(frozen=True)
class LogDirectory:
    """The sequencer's own directory; two on one machine may share it, since one works at a time."""

    path: Path

    @classmethod
    def open(cls, path: Path, host: str) -> "LogDirectory":
        """Return the directory, made with a new key if there is none; `LogKeyUnsafe` if the key cannot be used.

        `host` becomes part of the name of a new key, and so of every origin under it, for good: an origin never changes,
        whatever becomes of the service's address.
        """
        directory = cls(path)
        try:
            durable.make_directory(path, 0o700)
            if not directory.key.exists():
                if directory.logs():
                    raise LogKeyUnsafe(
                        f"the log key {directory.key} is gone, though logs were signed with it. Put it back."
                    )
                durable.create(directory.key, f"{Signer(host, secrets.token_bytes(KEY_SIZE)).skey}\n".encode())
            directory.require_usable_key()
        except OSError as wrong:
            raise LogKeyUnsafe(
                f"the log directory {path} cannot be used: {wrong.strerror}. It must be the sequencer's own."
            ) from wrong
        return directory

    @classmethod
    def existing(cls, path: Path | None) -> "LogDirectory":
        """Return the directory of a sequencer that has started before; `LogKeyUnsafe` if there is none."""
        if path is None or not (path / "key").exists():
            raise LogKeyUnsafe(
                "Set PACTA_LOG_DIR to the sequencer's directory; its key is made when the sequencer first starts."
            )
        return cls(path)

    def require_usable_key(self) -> None:
        """Raise `LogKeyUnsafe` where others can read the key, or the file holds none."""
        if stat.S_IMODE(self.key.stat().st_mode) & FORBIDDEN:
            raise LogKeyUnsafe(f"others can read the log key {self.key}. Make it the sequencer's alone: chmod 600.")
        _ = self.master

    @property
    def key(self) -> Path:
        """The file of the log key."""
        return self.path / "key"

    @cached_property
    def master(self) -> Signer:
        """The key in the file; no note is signed with it. `LogKeyUnsafe` if the file holds none."""
        try:
            return Signer.parse(self.key.read_text(encoding="utf-8").removesuffix("\n"))
        except ValueError as wrong:
            raise LogKeyUnsafe(
                f"{self.key} holds no log key ({wrong}). Put it back from its backup: a new key would be a new log."
            ) from wrong

    def number(self, log_id: UUID) -> int:
        """Return which log of its commission is signed: 1, or more where it was reopened."""
        try:
            return int((self.path / f"{log_id}.number").read_text(encoding="ascii"))
        except FileNotFoundError:
            return 1

    def origin(self, log_id: UUID, number: int) -> str:
        """Return the name of a commission's log, under which its checkpoints are signed."""
        return f"{self.master.name}/v1/commissions/{log_id}/log" + (f"/{number}" if number > 1 else "")

    def begin_anew(self, log_id: UUID) -> int:
        """Never sign this log again, and return the number of the one that follows it; on the disk when this returns."""
        with self.key.open("rb") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            number = self.number(log_id) + 1
            durable.replace(self.path / f"{log_id}.number", f"{number}\n".encode())
        return number

    def signer(self, log_id: UUID, number: int | None = None) -> Signer:
        """Return the key of one log: its name is the log's origin, its seed is derived from the key file's (RFC 5869).

        Each log has a key of its own, so that a policy can tell them apart and none signs for another. Without a `number` it is
        the key of the log that is signed.
        """
        origin = self.origin(log_id, number or self.number(log_id))
        derived = HKDF(SHA256(), KEY_SIZE, salt=None, info=origin.encode())
        return Signer(origin, derived.derive(self.master.seed))

    def last_note(self, log_id: UUID, number: int | None = None) -> bytes | None:
        """Return the last note that was signed for this log, None if none was here; without a `number`, for the one that is signed."""
        try:
            return self._note(log_id, number).read_bytes()
        except FileNotFoundError:
            return None

    def keep_note(self, log_id: UUID, note: bytes, after: bytes | None) -> None:
        """Keep the note that is about to be published; it is on the disk when this returns.

        `after` is the last note that the signer knows: `NoteOvertaken` if it is no longer the last. So one that was
        slow, while another took its work over, cannot put an older note in the place of a newer one.
        """
        with self.key.open("rb") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            if self.last_note(log_id) != after:
                raise NoteOvertaken(f"another sequencer signed log {log_id} meanwhile")
            durable.replace(self._note(log_id), note)

    def logs(self) -> list[UUID]:
        """Return the logs of which a note is kept."""
        names = {file.name.partition(".")[0] for kind in ("*.note", "*.number") for file in self.path.glob(kind)}
        return sorted(UUID(name) for name in names if LOG_ID.fullmatch(name))

    def policy(self, log_ids: Iterable[UUID]) -> str:
        """Return the lines that name these logs in a party's policy file (C2SP tlog-policy), those before a reopening too."""
        numbered = ((log_id, number) for log_id in log_ids for number in range(1, self.number(log_id) + 1))
        return "".join(f"log {self.signer(*one).verifier.vkey}\n" for one in numbered) + "quorum none\n"

    def _note(self, log_id: UUID, number: int | None = None) -> Path:
        number = number or self.number(log_id)
        return self.path / (f"{log_id}.{number}.note" if number > 1 else f"{log_id}.note")
