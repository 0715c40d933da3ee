"""Cosignatures: a witness states when it saw a checkpoint, and that the log had only grown (C2SP tlog-cosignature v1).

This is the Ed25519 kind, `cosignature/v1`, signature type 0x04. It does not cover the witness's name, so one key must
never serve two witnesses.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from service.tlog.encoding import MAX_INTEGER, NoteMalformed
from service.tlog.keys import COSIGNATURE_V1, KEY_SIZE, VerifierKey, ed25519_verifies, public_key
from service.tlog.note import Signature

_LAYOUT: Final = struct.Struct(">Q64s")


class CosignatureVerifier(VerifierKey):
    """A witness's public key."""

    algorithm = COSIGNATURE_V1

    def verifies(self, text: str, signature: bytes) -> bool:
        """Tell whether this witness cosigned a checkpoint's text, at the time that the signature itself says."""
        try:
            timestamp, signed = _unpack(signature)
        except NoteMalformed:
            return False
        return ed25519_verifies(self.public_key, signed, _message(text, timestamp))


@dataclass(frozen=True)
class Cosigner:
    """A witness's private key; the seed of 32 bytes never shows in a `repr`."""

    name: str
    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse a seed of another length; the name is checked with the public half."""
        if len(self.seed) != KEY_SIZE:
            raise NoteMalformed(f"a seed is {KEY_SIZE} bytes")
        _ = self.verifier

    @cached_property
    def verifier(self) -> CosignatureVerifier:
        """The public half."""
        return CosignatureVerifier(self.name, public_key(self.seed))

    def cosign(self, text: str, timestamp: int) -> Signature:
        """Cosign a checkpoint's text as seen at `timestamp`, in seconds since 1970 UTC (0 to 2**63 - 1).

        The caller must have verified the log's signature and the consistency with what it cosigned before, and have
        stored that it did, since this is the statement it makes.
        """
        if not 0 <= timestamp <= MAX_INTEGER:
            raise NoteMalformed(f"{timestamp} is no time of a cosignature")
        signed = Ed25519PrivateKey.from_private_bytes(self.seed).sign(_message(text, timestamp))
        return Signature(self.name, self.verifier.key_id, _LAYOUT.pack(timestamp, signed))


def timestamp_of(signature: Signature) -> int:
    """Return when a cosignature says it was made, in seconds since 1970 UTC; believe it only once verified.

    Raises `NoteMalformed` for a signature of another type, so far as its length betrays that.
    """
    return _unpack(signature.signature)[0]


def _unpack(signature: bytes) -> tuple[int, bytes]:
    if len(signature) != _LAYOUT.size:
        raise NoteMalformed(f"a cosignature is {_LAYOUT.size} bytes")
    timestamp, signed = _LAYOUT.unpack(signature)
    if timestamp > MAX_INTEGER:
        raise NoteMalformed(f"{timestamp} is no time of a cosignature")
    return timestamp, signed


def _message(text: str, timestamp: int) -> bytes:
    return f"cosignature/v1\ntime {timestamp}\n{text}".encode()
