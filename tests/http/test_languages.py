"""The title of a refusal is told in the caller's language; its type, its members and their values are not touched."""

import pytest

from service import errors
from service.http.languages import TRANSLATED, catalogue, chosen, translated
from tests.conftest import World

TITLES = sorted({kind.title for name in errors.__all__ if hasattr(kind := getattr(errors, name), "title")})


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_title_has_a_translation(language: str) -> None:
    known = catalogue(language)
    assert [title for title in TITLES if not (title in known and known[title].string)] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_catalogue_translates_nothing_that_is_not_said_any_more(language: str) -> None:
    assert sorted(str(message.id) for message in catalogue(language) if message.id) == TITLES


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_is_used_whether_or_not_it_has_been_reviewed_and_says_so_in_the_catalogue(language: str) -> None:
    for message in catalogue(language):
        if message.id:
            assert translated(str(message.id), language) == message.string
            assert message.user_comments in ([], ["unreviewed"])


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("az", "az"),
        ("AZ-Latn-az", "az"),
        ("ur-PK,ur;q=0.9,en;q=0.8", "ur"),
        ("de, ru;q=0.3", "ru"),
        ("en;q=0.4, fr;q=0.5", "fr"),
        ("fr;q=0.5, az;q=0.5", "fr"),
        ("az;q=0.001, ru;q=0", "az"),
        ("ru;q=0, *;q=0.1", "en"),
        ("en;q=0, ru;q=0, *", "az"),
        ("ru;q=0", "en"),
        ("*", "en"),
        ("de", "en"),
        ("rus", "en"),
        ("ru;q=2, az;q=0.1", "az"),
        ("ru; q=0.5 ,az ; Q=0.7", "az"),
        ("???, ;;, fr", "fr"),
        ("az_AZ, ur", "ur"),
    ],
)
def test_the_language_is_the_one_that_the_caller_wants_most_of_those_that_we_have(header: str, language: str) -> None:
    assert chosen(header) == language


async def test_only_the_title_is_translated(still: World) -> None:
    asked, told = still.as_("PK"), {}
    for language in ("en", *TRANSLATED):
        answer = await asked.get("/v1/parties/XX", headers={"Accept-Language": f"{language}, en;q=0.1"})
        assert answer.headers["content-language"] == language
        assert "accept-language" in answer.headers["vary"].lower()
        told[language] = answer.json()
        del told[language]["request_id"]
    titles = {language: one.pop("title") for language, one in told.items()}
    assert titles["ru"] == "Не найдено"
    assert len(set(titles.values())) == 5
    assert all(one == told["en"] for one in told.values())


async def test_several_headers_are_one_list(still: World) -> None:
    headers = [("Accept-Language", "de"), ("Accept-Language", "fr")]
    assert (await still.as_("PK").get("/v1/parties/XX", headers=headers)).headers["content-language"] == "fr"
