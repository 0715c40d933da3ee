"""The place at which a text has the words asked for: escaped first, then marked. Pure."""

import re
from collections.abc import Collection, Iterator, Mapping
from html import escape
from typing import Final

BEFORE: Final = 80
"""So many characters are shown before the first word that was found."""
LONGEST: Final = 240
_WRITTEN: Final = re.compile(r"""[^\s/|\\,;:()<>\[\]{}="\u201c\u201d\u00ab\u00bb\u060c\u061b\u06d4]+""")
_EDGES: Final = re.compile(r"^\W+|\W+$")


def words_of(texts: Mapping[str, str]) -> Iterator[str]:
    """Yield the words of texts as they are written, without what stands around them."""
    for text in texts.values():
        for written in _WRITTEN.findall(text):
            if bare := _EDGES.sub("", written):
                yield bare


def snippet(texts: Mapping[str, str], found: Collection[str]) -> tuple[str, str] | None:
    """Return the language of the first text with one of the words `found`, and the place in it as HTML; None if there is none."""
    for language, text in texts.items():
        for written in _WRITTEN.finditer(text):
            if _EDGES.sub("", written[0]) in found:
                return language, _marked(text, written.start(), found)
    return None


def beginning(text: str) -> str:
    """Return the beginning of a text as HTML."""
    return _marked(text, 0, ())


def _marked(text: str, at: int, found: Collection[str]) -> str:
    first = 0 if at <= BEFORE else text.rfind(" ", 0, at - BEFORE // 2) + 1
    last = (
        len(text) if len(text) - first <= LONGEST else max(text.rfind(" ", first, first + LONGEST), at + LONGEST // 2)
    )
    piece, ended, shown = text[first:last], 0, ""
    for written in _WRITTEN.finditer(piece):
        shown += escape(piece[ended : written.start()]) + _word(written[0], found)
        ended = written.end()
    shown += escape(piece[ended:])
    return f"{'… ' if first else ''}{shown}{' …' if last < len(text) else ''}"


def _word(written: str, found: Collection[str]) -> str:
    bare = _EDGES.sub("", written)
    if not bare or bare not in found:
        return escape(written)
    before, _, after = written.partition(bare)
    return f"{escape(before)}<mark>{escape(bare)}</mark>{escape(after)}"
