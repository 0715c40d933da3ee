"""Ed25519 keys of signed notes and their text forms (C2SP signed-note, "Verifier keys"; golang.org/x/mod/sumdb/note).

vkey: `name+hash+base64(algorithm || public key)`; skey: `PRIVATE+KEY+name+hash+base64(algorithm || seed)`. The hash is
the key id in hex: SHA-256(name || 0x0A || algorithm || public key)[:4].
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import ClassVar, Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from service.tlog.encoding import NoteMalformed, decode_base64, encode_base64, require_name
from service.tlog.note import KEY_ID_SIZE, Signature

ED25519: Final = 0x01
COSIGNATURE_V1: Final = 0x04
KEY_SIZE: Final = 32
_KEY: Final = re.compile(r"([^+]+)\+([0-9a-f]{8})\+(.+)", re.DOTALL)
_PRIVATE: Final = "PRIVATE+KEY+"


@dataclass(frozen=True)
class VerifierKey:
    """A public Ed25519 key under a name; each signature type is a subclass that knows what its signatures cover."""

    algorithm: ClassVar[int]

    name: str
    public_key: bytes

    def __post_init__(self) -> None:
        """Refuse a name that cannot stand in a note, and a key of another length."""
        require_name(self.name)
        if len(self.public_key) != KEY_SIZE:
            raise NoteMalformed(f"a public key is {KEY_SIZE} bytes")

    @cached_property
    def key_id(self) -> bytes:
        """The four bytes by which signature lines tell keys of the same name apart."""
        return key_id(self.name, self.algorithm, self.public_key)

    @property
    def vkey(self) -> str:
        """The key's text form, to be published."""
        return f"{self.name}+{self.key_id.hex()}+{encode_base64(bytes([self.algorithm]) + self.public_key)}"

    @classmethod
    def parse(cls, vkey: str) -> Self:
        """Read the text form; raises `NoteMalformed`, also for a key of another signature type."""
        name, hashed, algorithm, key = _parse(vkey)
        if algorithm != cls.algorithm:
            raise NoteMalformed(
                f"{name!r} is a key of signature type {algorithm:#04x} where {cls.algorithm:#04x} is needed"
            )
        _require_key_id(name, hashed, algorithm, key)
        return cls(name, key)


class Verifier(VerifierKey):
    """A key that signs a note's text as it is (signature type 0x01)."""

    algorithm = ED25519

    def verifies(self, text: str, signature: bytes) -> bool:
        """Tell whether this key made `signature` over a note's text."""
        return ed25519_verifies(self.public_key, signature, text.encode())


@dataclass(frozen=True)
class Signer:
    """A private Ed25519 key that signs notes as they are; its seed of 32 bytes never shows in a `repr`."""

    name: str
    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse a name that cannot stand in a note, and a seed of another length."""
        require_name(self.name)
        if len(self.seed) != KEY_SIZE:
            raise NoteMalformed(f"a seed is {KEY_SIZE} bytes")

    @cached_property
    def verifier(self) -> Verifier:
        """The public half."""
        return Verifier(self.name, public_key(self.seed))

    @property
    def skey(self) -> str:
        """The key's text form, to be kept secret."""
        return f"{_PRIVATE}{self.name}+{self.verifier.key_id.hex()}+{encode_base64(bytes([ED25519]) + self.seed)}"

    @classmethod
    def parse(cls, skey: str) -> Signer:
        """Read the text form; raises `NoteMalformed`, which never quotes the secret."""
        name, hashed, algorithm, seed = _parse(skey.removeprefix(_PRIVATE))
        if not skey.startswith(_PRIVATE) or algorithm != ED25519 or len(seed) != KEY_SIZE:
            raise NoteMalformed("no private Ed25519 key of a note")
        _require_key_id(name, hashed, ED25519, public_key(seed))
        return cls(name, seed)

    def sign(self, text: str) -> Signature:
        """Sign a note's text."""
        signature = Ed25519PrivateKey.from_private_bytes(self.seed).sign(text.encode())
        return Signature(self.name, self.verifier.key_id, signature)


def key_id(name: str, algorithm: int, key: bytes) -> bytes:
    """Return the four bytes by which signature lines tell keys of the same name apart."""
    return sha256(name.encode() + b"\n" + bytes([algorithm]) + key).digest()[:KEY_ID_SIZE]


def public_key(seed: bytes) -> bytes:
    """Return the public key of an Ed25519 seed (RFC 8032, 5.1.5)."""
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def ed25519_verifies(key: bytes, signature: bytes, message: bytes) -> bool:
    """Tell whether an Ed25519 signature holds (RFC 8032, 5.1.7); a signature of another length does not."""
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _parse(text: str) -> tuple[str, bytes, int, bytes]:
    found = _KEY.fullmatch(text)
    if not found:
        raise NoteMalformed("a key is written name+hash+base64")
    require_name(found[1])
    try:
        blob = decode_base64(found[3])
    except NoteMalformed:
        raise NoteMalformed(f"the key of {found[1]!r} is not base64") from None
    return found[1], bytes.fromhex(found[2]), blob[0], blob[1:]


def _require_key_id(name: str, hashed: bytes, algorithm: int, key: bytes) -> None:
    if key_id(name, algorithm, key) != hashed:
        raise NoteMalformed(f"the hash in the key of {name!r} is not the hash of the key")
