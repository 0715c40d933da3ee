"""Text enters the record composed and visible, or not at all."""

import re
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from service.values import AS_RECORDED, LongText, Name, Reason, Texts, Titles

LINE: TypeAdapter[str] = TypeAdapter(Name)
LINES: TypeAdapter[str] = TypeAdapter(LongText)
KINDS: list[TypeAdapter[Any]] = [LINE, LINES, TypeAdapter(Reason)]
MAPS: list[TypeAdapter[Any]] = [TypeAdapter(Titles), TypeAdapter(Texts)]
OVERRIDES = "\u202a\u202b\u202c\u202d\u202e"
KEPT = "\u2066\u2067\u2068\u2069\u200e\u200f\u061c\u200c\u200d\ufe0f"
UNSEEN = [
    "\u200b",
    " ",
    "\u00a0\u3000",
    "\u200e\u200f",
    "\u2066\u2069",
    "\u3164",
    "\u2800",
    "\u0301",
    "\ufe0f",
    "\u00ad",
]


def refused(kind: TypeAdapter[Any], value: object) -> str:
    """Return what is said of a value that is refused."""
    with pytest.raises(ValidationError) as wrong:
        kind.validate_python(value)
    (found,) = wrong.value.errors()
    return str(found["msg"])


def refused_everywhere(text: str) -> set[str]:
    """Return what is said of a text that is refused wherever text is taken."""
    return {refused(kind, text) for kind in KINDS} | {refused(kind, {"en": text}) for kind in MAPS}


@pytest.mark.parametrize("text", UNSEEN)
def test_a_text_in_which_nothing_can_be_seen_is_refused(text: str) -> None:
    assert refused_everywhere(text)


@pytest.mark.parametrize("char", [*OVERRIDES, "\x00", "\x07", "\x1b", "\x7f", "\x85", "\x9b"])
def test_overrides_embeddings_and_controls_are_refused_and_named(char: str) -> None:
    (said,) = refused_everywhere(f"Trade {char}agreement")
    assert f"U+{ord(char):04X}" in said


@pytest.mark.parametrize(
    "char", ["\ufeff", "\ufff9", "\u206e", "\U000e0041", "\ue000", "\ufdd0", "\U0010ffff", "\u0378"]
)
def test_characters_without_a_shared_meaning_are_refused(char: str) -> None:
    (said,) = refused_everywhere(f"Trade {char}agreement")
    assert f"U+{ord(char):04X}" in said


@pytest.mark.parametrize("char", [*KEPT, "\u0655", "\u06dd", "\U0001f1e6\U0001f1ff", "\u200b", "\u00ad"])
def test_what_writing_needs_is_kept(char: str) -> None:
    text = f"Trade{char}agreement"
    for kind in (LINE, LINES):
        assert kind.validate_python(text) == text


@pytest.mark.parametrize(
    "text", ["می\u200cخواهم", "\u2067پاکستان\u2069 (PK)", "Azərbaycan İqtisadiyyat Nazirliyi", "क्\u200dष"]
)
def test_real_writing_passes_unchanged(text: str) -> None:
    assert LINE.validate_python(text) == text


@pytest.mark.parametrize("breaks", ["\n", "\r\n", "\t", "\n\n\t"])
def test_long_texts_have_lines_and_names_have_one(breaks: str) -> None:
    text = f"First{breaks}second"
    assert LINES.validate_python(text) == text
    assert "of one line" in refused(LINE, text)


def test_a_carriage_return_alone_would_write_over_its_line() -> None:
    assert refused(LINES, "First\rsecond")


def test_two_spellings_of_one_name_are_one_name() -> None:
    for kind in (LINE, LINES):
        assert kind.validate_python("Ministe\u0301rio") == kind.validate_python("Ministério") == "Ministério"
    assert LINE.validate_python("\u212b" * 300) == "Å" * 300


def test_a_name_is_measured_as_it_is_stored() -> None:
    assert LINE.validate_python("e\u0301" * 300) == "é" * 300
    assert "300" in refused(LINE, "\ufb2c" * 150)


@given(st.text(max_size=30))
def test_what_was_taken_once_is_taken_again_as_it_is(text: str) -> None:
    for kind in (LINE, LINES):
        try:
            taken = kind.validate_python(text)
        except ValidationError:
            continue
        assert kind.validate_python(taken) == taken == unicodedata.normalize("NFC", taken)
        assert not re.search(r"[\x00-\x08\u202a-\u202e]", taken)


@pytest.mark.parametrize("text", ["a\u202eb", "e\u0301", "\u200b", "\x07", "a\nb"])
def test_what_an_entry_holds_is_read_as_it_is(text: str) -> None:
    assert LINE.validate_python(text, context=AS_RECORDED) == text
    assert TypeAdapter(Titles).validate_python({"en": text}, context=AS_RECORDED) == {"en": text}


@pytest.mark.parametrize("keys", [("en-gb", "en-GB"), ("az-Latn", "az-latn")])
def test_one_language_is_named_once(keys: tuple[str, str]) -> None:
    with pytest.raises(ValidationError, match="names one language twice"):
        TypeAdapter(Titles).validate_python(dict.fromkeys(keys, "A"))


@pytest.mark.parametrize("key", ["é", "", "zz zz<script>", "EN", "en_GB", "en\n", "a", "e" * 40, "\u0435n"])
def test_the_keys_of_texts_are_languages(key: str) -> None:
    for kind in (Titles, Texts):
        with pytest.raises(ValidationError):
            TypeAdapter(kind).validate_python({key: "A"})
