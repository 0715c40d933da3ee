"""The fonts of the PDF, which come with the service: those of the system are never used, so that the same report looks the same."""

from functools import cache
from typing import Final

import fontpkg_noto_sans
import fontpkg_noto_sans_arabic

FOLDERS: Final = tuple(one.ROOT / "files" for one in (fontpkg_noto_sans, fontpkg_noto_sans_arabic))
REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"


@cache
def characters() -> frozenset[int]:
    """Return all characters that some font has a glyph of."""
    from fontTools.ttLib import TTFont  # noqa: PLC0415 -- slow to import, and needed for a PDF alone

    found: set[int] = set()
    for file in (file for folder in FOLDERS for file in folder.glob("*.ttf")):
        with TTFont(file, lazy=True) as font:
            found |= font.getBestCmap().keys()
    return frozenset(found)


def with_glyphs(text: str) -> str:
    """Return the text with a replacement for each character that no font has: PDF/A refuses a missing glyph."""
    known = characters()
    return "".join(one if ord(one) in known or one == "\n" else REPLACEMENT for one in text)
