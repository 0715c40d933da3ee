"""An entry has one spelling: what the verifier reads is what RFC 8785 writes, and nothing else is read."""

import json
from typing import Any

import orjson
import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from service.trail.entry import NotCanonical
from service.verify.canonical import read
from tests.verify.journal import Journal, seal

STORED = seal(Journal().entries)
ENTRY: dict[str, Any] = json.loads(STORED[0])
MOMENT = "2025-02-28T10:20:30.123456Z"
_keys = st.text(st.characters(codec="ascii"), max_size=8)
_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(codec="utf-8"), max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_keys, inner, max_size=4),
    max_leaves=12,
)


def refused(stored: bytes) -> bool:
    try:
        read(stored)
    except NotCanonical:
        return True
    return False


@given(data=st.dictionaries(_keys, _values, max_size=5))
def test_whatever_rfc_8785_writes_of_our_profile_is_read(data: dict[str, Any]) -> None:
    entry = ENTRY | {"data": data}
    assert read(rfc8785.dumps(entry))._asdict() == entry


_any = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(data=st.dictionaries(st.text(max_size=8), _any, max_size=5), indent=st.booleans(), escaped=st.booleans())
def test_whatever_is_read_is_just_what_rfc_8785_writes(data: dict[str, Any], indent: bool, escaped: bool) -> None:
    try:
        stored = json.dumps(ENTRY | {"data": data}, sort_keys=True, ensure_ascii=escaped, indent=2 if indent else None,
                            separators=(",", ":")).encode()  # fmt: skip
    except UnicodeEncodeError:
        return
    if not refused(stored):
        assert rfc8785.dumps(json.loads(stored)) == stored


def spelled(**members: Any) -> bytes:
    return rfc8785.dumps(ENTRY | members)


@settings(max_examples=500)
@given(st.data())
def test_no_changed_byte_is_read_that_rfc_8785_would_not_write(drawn: st.DataObject) -> None:
    stored = bytearray(drawn.draw(st.sampled_from(STORED)))
    place = drawn.draw(st.integers(0, len(stored) - 1))
    stored[place : place + drawn.draw(st.integers(0, 2))] = drawn.draw(
        st.binary(max_size=2) | st.sampled_from([b'"', b"0", b"}", b",", b"\\", b"e5", b".5", b" "])
    )
    if not refused(bytes(stored)):
        assert rfc8785.dumps(json.loads(stored)) == stored


@pytest.mark.parametrize("first", [0, 0x80, 0x400, 0x2000, 0xD700, 0xE000, 0xFF00, 0x1F600, 0x10FC00])
def test_every_letter_is_spelled_as_rfc_8785_does(first: int) -> None:
    letters = "".join(map(chr, range(first, 0x80 if first == 0 else first + 0x100)))
    assert read(spelled(data={"a": letters, "b": {"c": [letters]}})).data["a"] == letters


@pytest.mark.parametrize("depth", [1, 2, 9, 90])
def test_a_float_or_a_key_beyond_ascii_is_found_at_whatever_depth(depth: int) -> None:
    for wrong in (1.5, 1e22, -0.5e-9, {"ä": 1}, {"a": 0, "öa": "ß"}):
        data: Any = {"a": wrong, "b": "ä"}
        for _ in range(depth):
            data = {"a": [1, data, "ä"]}
        assert refused(orjson.dumps(ENTRY | {"data": data}, option=orjson.OPT_SORT_KEYS))


@pytest.mark.parametrize(
    "stored",
    [
        b"",
        b"{",
        b"[]",
        b'"text"',
        b"null",
        b"\xff",
        spelled() + b" ",
        spelled().replace(b'"v":1', b'"v":1,"w":1'),
        spelled().replace(b'"v":1', b'"v":8'),
        spelled().replace(b'"v":1', b'"v":true'),
        spelled().replace(b'"seq":0', b'"seq":0,"seq":0'),
        spelled().replace(b'"seq":0', b'"seq":0.0'),
        spelled().replace(b'"seq":0', b'"seq":-0'),
        spelled().replace(b'"seq":0', b'"seq":false'),
        spelled().replace(b'"seq":0', b'"seq":"0"'),
        spelled(data={"a": 1.5}),
        spelled(data={"a": [[1e22]]}),
        spelled(data={"ä": 1}),
        spelled(data={"a": [{"ä": None}]}),
        spelled(data={"a": 0}).replace(b'"a":0', b'"a":9007199254740992'),
        spelled(data={"a": 0}).replace(b'"a":0', b'"a":1,"a":1'),
        spelled(data={"a": "b"}).replace(b'"b"', b'"\\u0062"'),
        spelled(data={"a": "b"}).replace(b'"b"', b'"\\ud800"'),
        spelled(data={"a": "b"}).replace(b'"b"', b"[" * 2000 + b"]" * 2000),
        spelled(data={"a": "b"}).replace(b'"b"', b"[" * 900 + b"]" * 900),
        spelled(data=[]),
        spelled(data=None),
        spelled(kind=None),
        spelled(subject=["a"]),
        spelled(actor="nobody"),
        spelled(actor=["a"]),
        spelled(party=["PK"]),
        spelled(party={}),
        spelled(recorded_at="2025-02-30T10:00:00.000000Z"),
        spelled(recorded_at="2025-02-28T24:00:00.000000Z"),
        spelled(recorded_at="2025-02-28T10:00:00Z"),
        spelled(recorded_at="2025-02-28T10:00:00.000000+00:00"),
        spelled(recorded_at="2025-02-28t10:00:00.000000Z"),
        spelled(recorded_at="٢٠٢٥-02-28T10:00:00.000000Z"),
        spelled(recorded_at=20250228),
        *(spelled(recorded_at=f"{MOMENT[:at]}Z\0{MOMENT[at + 2 :]}") for at in (13, 16, 19, 22, 24)),
        spelled(data={"a": "x" * 66_000}),
    ],
)
def test_what_has_another_spelling_or_another_shape_is_no_entry(stored: bytes) -> None:
    with pytest.raises(NotCanonical):
        read(stored)


@pytest.mark.parametrize("member", sorted(ENTRY))
def test_each_of_the_ten_members_must_be_there(member: str) -> None:
    with pytest.raises(NotCanonical):
        read(rfc8785.dumps({name: value for name, value in ENTRY.items() if name != member}))
