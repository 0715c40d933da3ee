"""In which language a caller is told something: what it asked for, and one catalogue of translations.

English is the language of the source, and governs. The catalogues beside this file are gettext's (`.po`) and are read as they
are, so a plain checkout needs no build. Whatever is translated has its English as its key.
"""

import re
from functools import cache
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

HERE: Final = Path(__file__).parent
ENGLISH: Final = "en"
TRANSLATED: Final = ("az", "fr", "ru", "ur")
KNOWN: Final = (ENGLISH, *TRANSLATED)
_RANGE: Final = re.compile(
    r"\s*(?P<tag>\*|[a-z]{1,8}(-[a-z0-9]{1,8})*)\s*(;\s*q=(?P<quality>0(\.\d{0,3})?|1(\.0{0,3})?)\s*)?", re.IGNORECASE
)


def chosen(accept_language: str) -> str:
    """Return the best of our languages for what `Accept-Language` says (RFC 9110, 12.5.4; lookup of RFC 4647, 3.4).

    A range that nobody can read is passed over; whoever wants nothing that we have gets English.
    """
    read = [found for part in accept_language.split(",") if (found := _RANGE.fullmatch(part))]
    ranges = [(one["tag"].lower(), float(one["quality"] or 1)) for one in read]
    unnamed = [one for one in KNOWN if one not in {tag for tag, _ in ranges}]
    # Of equal ones the first in the header: sorting keeps their order.
    for tag, quality in sorted(ranges, key=lambda one: -one[1]):
        meant = unnamed if tag == "*" else [one for one in KNOWN if f"{tag}-".startswith(f"{one}-")]
        if quality and meant:
            return meant[0]
    return ENGLISH


def spoken(language: str) -> dict[str, str]:
    """Return the headers of an answer with titles in `language`."""
    return {"Content-Language": language, "Vary": "Accept-Language"}


def translated(text: str, language: str, folder: Path = HERE) -> str:
    """Return `text` in `language`, by the catalogue in `folder`; as it is where we have no translation of it."""
    return text if language == ENGLISH else _messages(language, folder).gettext(text)


def catalogue(language: str, folder: Path = HERE) -> Catalog:
    """Return the catalogue of `language`, one of `TRANSLATED`, with the marks that its messages carry."""
    with (folder / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


@cache
def _messages(language: str, folder: Path) -> GNUTranslations:
    compiled = BytesIO()
    write_mo(compiled, catalogue(language, folder))
    compiled.seek(0)
    return GNUTranslations(compiled)
