"""The pages speak five languages: every sentence has its translation, and each is written in its own direction."""

import re
from datetime import UTC, datetime

import pytest

from service.board import dates
from service.board.words import FOLDER, LANGUAGES
from service.http.languages import TRANSLATED, catalogue
from tests.board import messages
from tests.board.test_pages import PAGES, opened
from tests.conftest import World, item

PLACES = re.compile(r"\{\w+\}")


@pytest.mark.parametrize("language", TRANSLATED)
def test_all_that_the_pages_say_is_translated_and_nothing_else(language: str) -> None:
    known = {str(one.id): str(one.string) for one in catalogue(language, FOLDER) if one.id}
    assert set(known) == messages.said()
    for said, translation in known.items():
        assert translation
        assert sorted(PLACES.findall(said)) == sorted(PLACES.findall(translation)), said


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_page_is_marked_with_its_language_and_leads_on_in_it(still: World, language: str) -> None:
    for path in PAGES[:-1]:
        page = await opened(still, f"{path}?lang={language}")
        direction = "rtl" if language == "ur" else "ltr"
        assert f'<html lang="{language}" dir="{direction}">' in page.text
        assert page.headers["content-language"] == language
        inner = re.findall(
            r'href="(/read/(?:commissions|sessions|commitments)[^"]*)"', page.text.partition("<footer>")[0]
        )
        assert all(f"lang={language}" in one for one in inner), inner
        assert '<bdi dir="ltr" class="ref">PK-AZ' in page.text
    titles = "Preferential Trade Agreement"
    whole = f'<bdi lang="en" dir="ltr">{titles}</bdi>' if language != "en" else f"<bdi>{titles}</bdi>"
    assert whole in page.text


async def test_the_browser_s_language_is_taken_where_the_address_says_none(still: World) -> None:
    page = await opened(still, "/read/", **{"Accept-Language": "ur-PK, en;q=0.5"})
    assert '<html lang="ur" dir="rtl">' in page.text
    assert "/read/commissions/PK-AZ?lang" not in page.text
    assert "Accept-Language" in page.headers["vary"]
    dated = await opened(still, "/read/commitments/PK-AZ/08/014?lang=az")
    assert "24 yanvar 2025" in dated.text


MONTHS = {
    "en": "January 2025",
    "ur": "جنوری 2025",
    "az": "yanvar 2025",
    "ru": "январь 2025\u202fг.",
    "fr": "janvier 2025",
}


def test_a_month_is_called_in_the_reader_s_language_whoever_read_before() -> None:
    # French borrows the names of months that stand alone, and borrowed them of whichever language was read before it.
    for language in (*MONTHS, *reversed(MONTHS)):
        assert dates.date("2025-01", language) == MONTHS[language]
        assert dates.date("2025", language) == "2025"


def test_a_moment_has_the_comma_of_its_language() -> None:
    at = datetime(2026, 11, 30, 13, 7, tzinfo=UTC)
    assert dates.moment(at, "en") == "30 November 2026, 13:07 UTC"
    assert dates.moment(at, "ur") == "30 نومبر 2026، 13:07 UTC"


async def test_codes_in_latin_letters_do_not_turn_an_urdu_line_around(world: World) -> None:
    """Two codes with nothing but signs between them would be drawn from left to right, with all that stands between them."""
    proposed = {"action": "suspend", "reason": "Elections.", "review_on": "2027-01-01"}
    made = await world.as_("PK").post(f"/v1/commitments/{item(7)}/transitions", json=proposed)
    assert made.status_code == 201, made.text
    page = (await opened(world, "/read/commissions/PK-AZ?lang=ur")).text
    assert "<li><bdi>AZ</bdi>: <bdi><a href=" in page
    assert "\u2068PK\u2069" in page
    board = (await opened(world, "/read/sessions/PK-AZ/08?lang=ur")).text
    assert "\u2068<bdi>AZ</bdi>\u2069" in board
