"""Signed notes: text under one or more signatures (C2SP signed-note v1, c2sp.org/signed-note).

A note's text must not be believed before `open_note` has verified it. Reading is strict: what this module reads, it
writes back byte for byte, so no bit of a note can change unnoticed. Keys and their text forms are in `keys.py`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from service.tlog.encoding import CONTROL, NoteInvalid, NoteMalformed, decode_base64, encode_base64, require_name

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_NOTE_BYTES: Final = 1_000_000
MAX_SIGNATURES: Final = 100
"""The bounds of golang.org/x/mod/sumdb/note; the specification asks for at least 16 signatures."""

KEY_ID_SIZE: Final = 4
_SIGNATURE_LINE: Final = re.compile("— ([^ \n]+) ([A-Za-z0-9+/=]+)")


class SignatureInvalid(NoteInvalid):
    """A key that we know is named, but it did not sign this text."""


class NoteUnverified(NoteInvalid):
    """No key that we know has signed."""


class NoteVerifier(Protocol):
    """A known key: recognised by name and key id together, it can tell its own signatures."""

    @property
    def name(self) -> str:
        """The key's name."""

    @property
    def key_id(self) -> bytes:
        """The first four bytes of the key's hash."""

    def verifies(self, text: str, signature: bytes) -> bool:
        """Tell whether this key made `signature` (without the key id) over a note's text."""


class NoteSigner(Protocol):
    """A private key that signs notes."""

    def sign(self, text: str) -> Signature:
        """Sign a note's text."""


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: which key, and its signature without the key id."""

    name: str
    key_id: bytes
    signature: bytes

    def __post_init__(self) -> None:
        """Refuse what could not be written as a line."""
        require_name(self.name)
        if len(self.key_id) != KEY_ID_SIZE or not self.signature:
            raise NoteMalformed("a signature is a key id of 4 bytes and at least one byte more")

    @property
    def line(self) -> str:
        """Write the line, its newline included."""
        return f"— {self.name} {encode_base64(self.key_id + self.signature)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A note taken apart; nothing about it is verified."""

    text: str
    signatures: tuple[Signature, ...]

    def __bytes__(self) -> bytes:
        """Write the note."""
        return f"{self.text}\n{''.join(signature.line for signature in self.signatures)}".encode()

    def signed(self, *signatures: Signature) -> Note:
        """Return the note with these signatures, each in the place of an older one by the same key."""
        keys = {(new.name, new.key_id) for new in signatures}
        kept = [old for old in self.signatures if (old.name, old.key_id) not in keys]
        return Note(self.text, (*kept, *signatures))


def sign_note(text: str, *signers: NoteSigner) -> bytes:
    """Sign a text, which must end in a newline, and return the note; `NoteMalformed` where it cannot be one."""
    raw = bytes(Note(text, tuple(signer.sign(text) for signer in signers)))
    if parse_note(raw).text != text:
        raise NoteMalformed("a text with an empty line at its end cannot be told from its signatures")
    return raw


def parse_note(raw: bytes) -> Note:
    """Take a note apart without verifying anything; raises `NoteMalformed`."""
    text, blank, lines = _decode(raw).rpartition("\n\n")
    if not blank:
        raise NoteMalformed("no empty line parts the text from the signatures")
    return Note(text + "\n", parse_signatures(lines))


def parse_signatures(lines: str) -> tuple[Signature, ...]:
    """Read one or more signature lines (those of a note, or a witness's answer); raises `NoteMalformed`."""
    *wanted, rest = lines.split("\n")
    if rest or not 1 <= len(wanted) <= MAX_SIGNATURES:
        raise NoteMalformed(f"a note ends in 1 to {MAX_SIGNATURES} signature lines, each with its newline")
    return tuple(map(_parse_signature, wanted))


def open_note(raw: bytes, verifiers: Iterable[NoteVerifier]) -> tuple[Note, tuple[Signature, ...]]:
    """Verify a note and return it with the verified signatures, each once, in their order.

    Signatures of unknown keys are ignored, even where they share a name or an id with a known one. A known key
    whose signature does not verify refuses the whole note (`SignatureInvalid`), whatever other lines say. No known
    signature at all is `NoteUnverified`. Repeated lines count once. Two verifiers that answer to the same name and
    id are `NoteInvalid` if the note needs them.
    """
    note = parse_note(raw)
    known = list(dict.fromkeys(verifiers))
    verified = {found: None for found in note.signatures if _is_verified(note.text, found, known)}
    if not verified:
        raise NoteUnverified("no key that we know has signed this note")
    return note, tuple(verified)


def _decode(raw: bytes) -> str:
    if len(raw) > MAX_NOTE_BYTES:
        raise NoteMalformed(f"a note has at most {MAX_NOTE_BYTES} bytes")
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise NoteMalformed("a note is UTF-8") from error
    if CONTROL.search(text):
        raise NoteMalformed("a note holds no control characters")
    return text


def _parse_signature(line: str) -> Signature:
    found = _SIGNATURE_LINE.fullmatch(line)
    if not found:
        raise NoteMalformed(f"{line[:100]!r} is no signature line")
    blob = decode_base64(found[2])
    return Signature(found[1], blob[:KEY_ID_SIZE], blob[KEY_ID_SIZE:])


def _is_verified(text: str, signature: Signature, known: list[NoteVerifier]) -> bool:
    named = f"{signature.name}+{signature.key_id.hex()}"
    keys = [key for key in known if (key.name, key.key_id) == (signature.name, signature.key_id)]
    if len(keys) > 1:
        raise NoteInvalid(f"two known keys answer to {named}")
    if keys and not keys[0].verifies(text, signature.signature):
        raise SignatureInvalid(f"{named} did not sign this text")
    return bool(keys)
