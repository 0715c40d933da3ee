"""What a report calls its tables and columns, in five languages: English governs, and an unreviewed translation says so. Pure."""

from pathlib import Path
from typing import Final

from service.http.languages import ENGLISH, KNOWN, catalogue, translated

FOLDER: Final = Path(__file__).with_name("languages")
LANGUAGES: Final = KNOWN
RIGHT_TO_LEFT: Final = frozenset({"ur"})
UNREVIEWED: Final = "This translation has not been reviewed; the English text governs."


def said(english: str, language: str) -> str:
    """Return a word of reports in `language`; as it is where there is no translation of it."""
    return translated(english, language, FOLDER)


def is_reviewed(language: str) -> bool:
    """Return whether a native speaker has read every word of this language."""
    return language == ENGLISH or not any("unreviewed" in one.user_comments for one in catalogue(language, FOLDER))
