"""The witness's directory: one process at a time, files replaced whole, its private key.

    witness.key       the private key, mode 0600
    lock              held while the witness runs
    logs/<hash>.note  for each log the last note that was cosigned; <hash> is the SHA-256 of its origin, in hex

Nothing is ever taken back: a copy of this directory from yesterday must not be put in its place.
"""

import fcntl
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from service import durable
from service.errors.operator import OperatorMistake
from service.tlog.cosignature import Cosigner
from service.tlog.encoding import NoteMalformed
from service.tlog.keys import KEY_SIZE, Signer


class WitnessCannotStart(OperatorMistake):
    """Something that the operator must mend; the message is a sentence for them."""


def prepare(directory: Path) -> None:
    """Make the directory, readable by its owner alone, unless it is there."""
    for place in (directory, directory / "logs"):
        durable.make_directory(place, 0o700)


@contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Keep other processes out until the block or this process ends, however it ends."""
    handle = os.open(directory / "lock", os.O_RDWR | os.O_CREAT, durable.PRIVATE)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as wrong:
            raise WitnessCannotStart(
                f"a witness runs on {directory} already; two would not know what the other cosigned."
            ) from wrong
        durable.clear(directory)
        yield
    finally:
        os.close(handle)


def note_file(directory: Path, origin: str) -> Path:
    """Return the file with the last cosigned note of a log."""
    return directory / "logs" / f"{sha256(origin.encode()).hexdigest()}.note"


def cosigner(directory: Path, name: str | None) -> Cosigner:
    """Return the witness's key, made on the first call under `name`, which that one demands.

    The directory is locked by the caller. Raises `WitnessCannotStart` for a key that others can read, a name that is
    not the key's, and a key that is missing where something was cosigned already.
    """
    file = directory / "witness.key"
    if not file.exists():
        _make_key(file, name)
    mode = stat.S_IMODE(file.stat().st_mode)
    if mode & 0o077:
        raise WitnessCannotStart(
            f"{file} can be read by others (mode {mode:04o}). Make it yours alone: chmod 600 {file}"
        )
    try:
        key = Signer.parse(file.read_text(encoding="utf-8").removesuffix("\n"))
    except (NoteMalformed, UnicodeDecodeError) as wrong:
        raise WitnessCannotStart(
            f"{file} is damaged: it holds no private key of a witness. Put back a copy of it; without one, begin in a new "
            "directory, as another witness."
        ) from wrong
    if name not in {None, key.name}:
        raise WitnessCannotStart(f"{file} is the key of {key.name}, not of {name}. A witness keeps its name.")
    return Cosigner(key.name, key.seed)


def _make_key(file: Path, name: str | None) -> None:
    if any((file.parent / "logs").glob("*.note")):
        raise WitnessCannotStart(
            f"{file} is gone, though checkpoints were cosigned with it. Restore it, or begin in a new directory."
        )
    if name is None:
        raise WitnessCannotStart("a new witness needs a name, such as --name witness.example.gov/pacta.")
    durable.create(file, f"{Signer(name, secrets.token_bytes(KEY_SIZE)).skey}\n".encode())
