"""What clauses lead to is explained in five languages: every sentence of the rules has its translation, with the same facts in it."""

import ast
import re
from copy import deepcopy
from pathlib import Path

import pytest

from service.http.languages import TRANSLATED, catalogue
from service.register.decisions.rules import steps
from service.register.instruments.rules import periods
from service.register.instruments.words import FOLDER, saying
from service.values.sentences import Sentence, joined
from tests.conftest import World

RULES = (Path(periods.__file__).parent, Path(steps.__file__).parent)
PLACES = re.compile(r"\{(\w+)\}")
DAYS = re.compile(r"\d{4}-\d{2}-\d{2}")
CLAUSE = {
    "rule": {"anchor": "last_notification", "steps": [{"days": 30}, {"first_of_month": 2}]},
    "parties": ["PK", "AZ"],
    "facts": [{"kind": "notification", "party": "PK", "on": "2025-01-31"}],
}
DURATION = {
    "duration": {"kind": "period", "years": 5, "then": "tacit", "next_years": 5},
    "notice": {"kind": "before_period_end", "months": 6},
    "in_force_on": "2024-02-29",
    "as_of": "2026-11-01",
}


def written() -> set[str]:
    """Return every sentence that the rules make."""
    calls = [
        node
        for folder in RULES
        for file in folder.glob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Sentence"
    ]
    said = {one.args[0].value for one in calls if isinstance(one.args[0], ast.Constant)}
    return {str(one) for one in said}


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_sentence_of_the_rules_is_translated_with_the_same_facts_and_nothing_else_is(language: str) -> None:
    known = {str(one.id): str(one.string) for one in catalogue(language, FOLDER) if one.id}
    assert set(known) == written()
    for english, said in known.items():
        facts = set(PLACES.findall(english)) - {"ordinal"}
        assert set(PLACES.findall(said)) - {"number"} == facts, said
        assert "unreviewed" in " ".join(catalogue(language, FOLDER)[english].user_comments)


def test_a_sentence_is_its_english_and_is_said_again_with_the_sentences_in_it() -> None:
    inner = Sentence("notification")
    whole = joined([Sentence("The {kind} of {party} is missing.", kind=inner, party="PK"), "As it is."])
    assert whole == "The notification of PK is missing. As it is."
    french = saying("fr")(deepcopy(whole))
    assert french == "Il manque : notification (PK). As it is."
    assert saying("en")(whole) == whole
    assert saying("fr")("Nothing of ours") == "Nothing of ours"


@pytest.mark.parametrize(
    ("language", "said"),
    [("fr", "Entrée en vigueur"), ("ru", "Вступление в силу"), ("az", "Qüvvəyə minmə"), ("ur", "نفاذ")],
)
async def test_a_clause_is_explained_in_the_caller_s_language_with_the_same_days(
    still: World, language: str, said: str
) -> None:
    by = still.as_("PK")
    for path, body in (("entry-into-force", CLAUSE), ("periods", DURATION)):
        english = await by.post(f"/v1/calculations/{path}", json=body)
        other = await by.post(f"/v1/calculations/{path}", json=body, headers={"Accept-Language": language})
        assert (english.headers["content-language"], other.headers["content-language"]) == ("en", language)
        assert "accept-language" in other.headers["vary"].lower()
        plain, told = english.json(), other.json()
        assert sorted(DAYS.findall(told["explanation"])) == sorted(DAYS.findall(plain["explanation"]))
        assert told["explanation"] != plain["explanation"]
        assert {**told, "explanation": "", "needs": [], "warnings": []} == {
            **plain,
            "explanation": "",
            "needs": [],
            "warnings": [],
        }
    first = (
        await by.post("/v1/calculations/entry-into-force", json=CLAUSE, headers={"Accept-Language": language})
    ).json()
    assert said in first["explanation"]
    assert "AZ" in first["needs"][0]["detail"]
    assert "missing" not in first["needs"][0]["detail"]


async def test_an_instrument_is_explained_in_the_caller_s_language_by_the_api_and_on_its_page(still: World) -> None:
    read = await still.as_("PK").get("/v1/instruments/PK-AZ/I/0001", headers={"Accept-Language": "fr"})
    assert read.headers["content-language"] == "fr"
    assert any("Connu par le mois ou l’année seulement" in one for one in read.json()["warnings"])
    page = await still.as_("").get("/read/instruments/PK-AZ/I/0001?lang=ur", headers={"Accept": "text/html"})
    assert "صرف مہینہ یا سال معلوم ہے" in page.text
    assert "Known by month" not in page.text
