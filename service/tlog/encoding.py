"""What the text formats of C2SP share: their errors, canonical base64 and decimals, key names.

Each value has exactly one accepted spelling, so that what is read can be written back byte for byte.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from typing import Final

CONTROL: Final = re.compile("[\x00-\x09\x0b-\x1f]")
"""ASCII control characters other than newline, which no note may hold."""

MAX_INTEGER: Final = 2**63 - 1
"""The largest tree size, index or timestamp; other implementations hold them in signed 64 bits."""

_MARKS: Final = {BOM_UTF8: "utf-8-sig", BOM_UTF16_LE: "utf-16", BOM_UTF16_BE: "utf-16"}
_DECIMAL: Final = re.compile("0|[1-9][0-9]{0,18}")


class NoteInvalid(ValueError):
    """A note, a key or a signature that must not be believed; the base of the errors below."""


class NoteMalformed(NoteInvalid):
    """Not written as the specification demands."""


def as_written(saved: bytes) -> bytes:
    """Return a text file as it was before a shell or an editor saved it: UTF-8 without a mark, lines that end in newline.

    `>` of some shells writes UTF-16 and CRLF, `$(...)` takes the last newline off, editors add empty lines. Nothing is believed by it: whatever comes out is read and verified as always.
    """
    encoding = next((name for mark, name in _MARKS.items() if saved.startswith(mark)), "utf-8")
    try:
        text = saved.decode(encoding).replace("\r\n", "\n")
    except UnicodeError:
        return saved
    kept = text.rstrip("\n\t ")
    return f"{kept}\n".encode() if kept else b""


def require_name(name: str) -> None:
    """Refuse a key name that is empty or holds spaces, plus signs, control or unpaired surrogate characters."""
    encodable = not any("\ud800" <= character <= "\udfff" for character in name)
    if not name or "+" in name or not encodable or CONTROL.search(name) or any(map(str.isspace, name)):
        raise NoteMalformed(f"{name!r} is no key name")


def encode_base64(data: bytes) -> str:
    """Encode as RFC 4648, section 4."""
    return b64encode(data).decode()


def decode_base64(text: str) -> bytes:
    """Decode RFC 4648, section 4, in its one canonical form only; raises `NoteMalformed`."""
    try:
        data = b64decode(text, validate=True)
    except ValueError:
        data = b""
    if not text or encode_base64(data) != text:
        raise NoteMalformed(f"{text[:100]!r} is not base64")
    return data


def parse_decimal(text: str) -> int:
    """Read an ASCII decimal without leading zeros, up to 2**63 - 1; raises `NoteMalformed`."""
    if not _DECIMAL.fullmatch(text) or (number := int(text)) > MAX_INTEGER:
        raise NoteMalformed(f"{text[:100]!r} is no number")
    return number
