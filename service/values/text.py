"""Text as it may enter the record: composed, visible, and read by everybody in the order in which it was written. Pure.

Two parties read the same letters, and two spellings of one name are one name: so every text is normalised to NFC before it is
compared or hashed. Refused are characters that nobody sees or that make others look different from what they are: controls,
the overrides and embeddings of bidirectional text, tags, what has no meaning that both sides share (private use) and what has
none yet (unassigned, for which NFC may still change). Kept is what Arabic, Urdu and Persian are written with: marks, isolates,
joiners and non-joiners; and variation selectors.

What an entry holds already is never refused by rules that came after it: whoever reads entries passes the context
`AS_RECORDED`, and text then stays as it is.
"""

import unicodedata
from functools import lru_cache
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, StringConstraints, ValidationInfo
from pydantic_core import PydanticCustomError

AS_RECORDED: Final = {"read": "as recorded"}
"""The validation context of what an entry holds."""
BREAKS: Final = frozenset("\t\n\r\u2028\u2029")
"""Line breaks and tabs, which long texts may hold."""
DEPRECATED: Final = frozenset(map(chr, (*range(0x206A, 0x2070), 0xFEFF, *range(0xFFF9, 0xFFFC))))
"""Format characters that nobody should write any more, a byte-order mark, and annotations that hide a text under another."""
TURNING: Final = frozenset(map(chr, range(0x202A, 0x202F)))
"""Embeddings and overrides (LRE, RLE, PDF, LRO, RLO); isolates do the honest part of their work."""
BLANK: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0\U0001d159")
"""Letters and symbols by category that are drawn as nothing."""


def storable(text: object) -> str:
    """Return `text`; `ValueError` if it is none, or one that PostgreSQL or UTF-8 cannot hold."""
    if not isinstance(text, str) or "\x00" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise ValueError("must be a text without NUL and without half of a surrogate pair")
    return text


def plain(text: str, *, breaks: bool = False) -> str:
    """Return `text` composed (NFC); `ValueError` if it may not enter the record. `breaks`: in more than one line."""
    if text.isascii() and text.isprintable() and not text.isspace():
        return text
    composed = unicodedata.normalize("NFC", text)
    for char in composed.replace("\r\n", "\n"):
        why = None if breaks and char in BREAKS and char != "\r" else _wrong(char)
        if why:
            raise PydanticCustomError(
                "text_with_refused_character",
                "holds {character}, {why}; take it out",
                {"character": _called(char), "why": why},
            )
    if text and not any(map(_is_seen, composed)):
        raise PydanticCustomError("text_unseen", "holds nothing that can be seen")
    return composed


def visible(text: str) -> str:
    """Return `text` composed (NFC), in one line, without the characters that may not enter the record."""
    return "".join(char for char in unicodedata.normalize("NFC", text) if not _wrong(char))


@lru_cache(maxsize=4096)
def _wrong(char: str) -> str | None:
    """Return why a character is refused, None if it is not."""
    kind = unicodedata.category(char)
    if char in TURNING:
        return "which makes text look different from what it is (an isolate, U+2066 to U+2069, does not)"
    if char in BREAKS:
        return "and this is a text of one line"
    if kind == "Cc" or char in DEPRECATED or 0xE0000 <= ord(char) < 0xE0080:
        return "which nobody can see"
    if kind == "Co":
        return "which means something else in each computer (private use)"
    return "which is not assigned to any writing" if kind in {"Cn", "Cs"} else None


@lru_cache(maxsize=4096)
def _is_seen(char: str) -> bool:
    return unicodedata.category(char)[0] in "LNPS" and char not in BLANK


def _called(char: str) -> str:
    known = {"\t": "a tab", "\n": "a line break", "\r": "a line break"}
    name = unicodedata.name(char, "")
    return known.get(char) or f"U+{ord(char):04X}" + (f" ({name})" if name else "")


def _line(text: object, info: ValidationInfo) -> object:
    return plain(text) if isinstance(text, str) and info.context is not AS_RECORDED else text


def _lines(text: object, info: ValidationInfo) -> object:
    return plain(text, breaks=True) if isinstance(text, str) and info.context is not AS_RECORDED else text


def limited(most: int, *, breaks: bool = False) -> Any:  # noqa: ANN401 -- an annotation
    """Return the annotation of a trimmed text of 1 to `most` characters; `breaks`: of more than one line."""
    shape = StringConstraints(strip_whitespace=True, min_length=1, max_length=most)
    # Runs before the shape is looked at: composing changes the length.
    return Annotated[str, shape, BeforeValidator(_lines if breaks else _line)]


Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300), BeforeValidator(_line)]
Reason = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000), BeforeValidator(_lines)
]
LongText = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000), BeforeValidator(_lines)
]
