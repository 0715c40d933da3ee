"""What is judged at once is judged as strictly as one by one: nothing passes that the strict reading would refuse."""

import json
from typing import Any

import orjson
import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from service.audit.entry import NotCanonical
from service.verify.canonical import read
from service.verify.spelling import SUBJECT, UNREAD, foretold, take_apart
from tests.verify.journal import COMMISSION, Journal, seal

STORED = seal(Journal().entries)
ENTRY: dict[str, Any] = json.loads(STORED[0])
_any = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8) | st.sampled_from([",1.5,", '","kind":"x', '"seq":0', "},{", "\\", "ö", 1e22, 1e-7, 5e-324, -0.0]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4) | st.just("kind"), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


def at_once(stored: bytes, before: int = -1, leaf: bytes = bytes(32)) -> dict[str, Any] | None:
    """Return what the quick reading knows of an entry among others that are sound, None if it wants it read strictly."""
    data, tail = take_apart([*STORED, stored], COMMISSION)[-1]
    known = foretold(tail, before + 1, leaf, tail[SUBJECT])
    return known and {
        "data": data, "kind": known[0], "party": known[1], "recorded_at": known[2], "subject": tail[SUBJECT],
        "seq": before + 1, "prev": leaf.hex(), "commission": COMMISSION,
    }  # fmt: skip


def strictly(stored: bytes) -> dict[str, Any] | None:
    try:
        entry = read(stored)
    except NotCanonical:
        return None
    return {name: value for name, value in entry.items() if name not in {"v", "actor"}}


@settings(max_examples=300)
@given(data=st.dictionaries(st.text(max_size=4), _any, max_size=4), escaped=st.booleans(), spaced=st.booleans())
def test_data_that_passes_at_once_passes_strictly_and_says_the_same(
    data: dict[str, Any], escaped: bool, spaced: bool
) -> None:
    written = json.dumps(ENTRY | {"data": data}, sort_keys=True, ensure_ascii=escaped,
                         separators=(", " if spaced else ",", ":"))  # fmt: skip
    try:
        stored = written.encode()
    except UnicodeEncodeError:
        return
    quick = at_once(stored)
    assert quick is None or quick == strictly(stored)


@given(
    data=st.dictionaries(
        st.text(st.characters(codec="ascii"), max_size=4), st.text(st.characters(codec="utf-8")) | st.integers(0, 99)
    )
)
def test_a_sound_entry_passes_at_once(data: dict[str, Any]) -> None:
    stored = rfc8785.dumps(ENTRY | {"data": data})
    assert at_once(stored) == strictly(stored) != None  # noqa: E711 -- both are there


@settings(max_examples=500)
@given(st.data())
def test_no_changed_byte_passes_at_once_that_does_not_pass_strictly(drawn: st.DataObject) -> None:
    stored = bytearray(drawn.draw(st.sampled_from(STORED)))
    place = drawn.draw(st.integers(0, len(stored) - 1))
    stored[place : place + drawn.draw(st.integers(0, 2))] = drawn.draw(
        st.binary(max_size=2) | st.sampled_from([b'"', b"0", b"}", b",", b"\\", b"e5", b".5", b" "])
    )
    quick = at_once(bytes(stored))
    assert quick is None or quick == strictly(bytes(stored))


@pytest.mark.parametrize("value", [1.5, 1e22, 1e-7, 5e-324, 100000.0, -1.5e-9, [1e22], {"a": [0, 1.25]}, {"ä": 1}])
def test_a_float_or_a_key_beyond_ascii_is_never_passed_at_once(value: object) -> None:
    stored = orjson.dumps(ENTRY | {"data": {"a": value, "b": "ä"}}, option=orjson.OPT_SORT_KEYS)
    assert at_once(stored) is None
    assert json.loads(stored)["data"] == {"a": value, "b": "ä"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("T10:00:01.000000Z", "T24:00:01.000000Z"),
        ("2025-01-24", "2025-02-30"),
        ('"seq":0', '"seq":1'),
        ('"prev":"00', '"prev":"01'),
        ('"v":1', '"v":2'),
        ('"party":null', '"party":NULL'),
        ('"kind":"commission.founded"', '"kind":"\\u0063ommission.founded"'),
        ('{"actor":"01940000', '{"actor":"X1940000'),
        ('"commission":"01940000', '"commission":"01940001'),
    ],
)
def test_a_head_or_tail_that_is_not_foretold_is_not_passed_at_once(old: str, new: str) -> None:
    text = STORED[0].decode()
    assert old in text
    assert at_once(text.replace(old, new).encode()) is None
    assert at_once(STORED[0]) is not None


@pytest.mark.parametrize(
    "subject", ["ö" * 18, '0194"000-0000-7000-8000-000100000001', "0194000X-0000-7000-8000-000100000001"]
)
def test_a_subject_that_is_no_uuid_is_not_passed_at_once(subject: str) -> None:
    stored = STORED[0].replace(f'"subject":"{ENTRY["subject"]}"'.encode(), f'"subject":"{subject}"'.encode())
    assert len(stored) == len(STORED[0])
    assert at_once(stored) is None


def test_where_one_entry_must_be_looked_at_closely_all_with_it_are() -> None:
    assert take_apart([STORED[0], b"{}", b"", STORED[1]], COMMISSION) == [UNREAD] * 4
