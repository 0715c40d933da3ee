"""In which language the clauses of instruments are explained: sentences of the rules, by the catalogues beside this file."""

from functools import cache
from pathlib import Path
from typing import Final

from service.http.languages import ENGLISH, translated
from service.register.instruments.schemas import Saying
from service.values.sentences import Sentence

FOLDER: Final = Path(__file__).parent / "languages"


@cache
def saying(language: str) -> Saying:
    """Return how a sentence is said in one of our languages; one that is no sentence of ours stays as it is."""
    if language == ENGLISH:
        return str

    def translate(text: str) -> str:
        return translated(text, language, FOLDER)

    def say(text: str) -> str:
        return text.said(translate) if isinstance(text, Sentence) else text

    return say
