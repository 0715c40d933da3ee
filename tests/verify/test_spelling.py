"""What is judged at once is judged as strictly as one by one: nothing passes that the strict reading would refuse."""

import json
from typing import Any

import orjson
import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import to_builtins

from service.trail.entry import NotCanonical
from service.verify.canonical import read
from service.verify.replay.commitment_shapes import Commitment, Effective, Proposal
from service.verify.replay.shape import COMMITMENT_KINDS
from service.verify.spelling import DEPTH, HEAD, Placed, member, read_at_once
from tests.verify.journal import Journal, seal


def moves() -> list[bytes]:
    """Return a commitment's entries, of every kind that there is."""
    journal = Journal()
    one = journal.record(1, session=None)
    journal.confirm(one)
    journal.change(one, "PK", focal_point="Desk 1")
    for kind, party in (("refused", "AZ"), ("withdrawn", "PK")):
        journal.propose(one, "lapse", reason="Überholt.")
        journal.close(one, kind, party)
    return [stored for stored in seal(journal.entries) if json.loads(stored)["kind"] in COMMITMENT_KINDS]


STORED = seal(Journal().entries)
MOVES = moves()
ENTRY: dict[str, Any] = json.loads(STORED[0])
_any = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8) | st.sampled_from([",1.5,", '","kind":"x', '"seq":0', "},{", "\\", "ö", 1e22, 1e-7, 5e-324, -0.0]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4) | st.just("kind"), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


def at_once(stored: bytes, *, placed: bool = False) -> dict[str, Any] | None:
    """Return what the quick reading knows of an entry among others that are sound, None if it wants it read strictly."""
    entries = read_at_once([*(MOVES if placed else STORED), stored], placed=placed)
    return to_builtins(entries[-1]) if entries else None


def strictly(stored: bytes) -> dict[str, Any] | None:
    try:
        return read(stored)
    except NotCanonical:
        return None


def scratched(entries: list[bytes], drawn: st.DataObject) -> bytes:
    """Return one of the entries with some bytes written over, put in or taken out."""
    stored = bytearray(drawn.draw(st.sampled_from(entries)))
    place = drawn.draw(st.integers(0, len(stored) - 1))
    stored[place : place + drawn.draw(st.integers(0, 2))] = drawn.draw(
        st.binary(max_size=2) | st.sampled_from([b'"', b"0", b"}", b",", b"\\", b"e5", b".5", b" "])
    )
    return bytes(stored)


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
        st.text(st.characters(codec="ascii", min_codepoint=32, exclude_characters='"\\'), max_size=4),
        st.text(st.characters(codec="utf-8", min_codepoint=32, exclude_characters='"\\')) | st.integers(0, 99),
    )
)
def test_a_sound_entry_passes_at_once(data: dict[str, Any]) -> None:
    stored = rfc8785.dumps(ENTRY | {"data": data})
    assert at_once(stored) == strictly(stored) != None  # noqa: E711 -- both are there


@settings(max_examples=500)
@given(st.data())
def test_no_changed_byte_passes_at_once_that_does_not_pass_strictly(drawn: st.DataObject) -> None:
    stored = scratched(STORED, drawn)
    quick = at_once(stored)
    assert quick is None or quick == strictly(stored)


@pytest.mark.parametrize("value", [1.5, 1e22, 1e-7, 5e-324, 100000.0, -1.5e-9, [1e22], {"a": [0, 1.25]}, {"ä": 1}])
def test_a_float_or_a_key_beyond_ascii_is_never_passed_at_once(value: object) -> None:
    stored = orjson.dumps(ENTRY | {"data": {"a": value, "b": "ä"}}, option=orjson.OPT_SORT_KEYS)
    assert at_once(stored) is None
    assert json.loads(stored)["data"] == {"a": value, "b": "ä"}


@pytest.mark.parametrize("first", [0, 0x80, 0x400, 0x2000, 0xD700, 0xE000, 0xFF00, 0x1F600, 0x10FC00])
def test_every_letter_is_spelled_as_strictly(first: int) -> None:
    letters = "".join(map(chr, range(first, 0x80 if first == 0 else first + 0x100)))
    stored = rfc8785.dumps(ENTRY | {"data": {"a": letters}})
    assert at_once(stored) == strictly(stored) != None  # noqa: E711 -- both are there


@pytest.mark.parametrize("number", [2**53, -(2**53), 2**63, 2**64, 10**30])
def test_a_number_that_is_too_large_is_never_passed_at_once(number: int) -> None:
    for data in ({"a": number}, {"a": [{"b": [number]}]}):
        assert at_once(json.dumps(ENTRY | {"data": data}, sort_keys=True, separators=(",", ":")).encode()) is None


@pytest.mark.parametrize("key", ["ö", "aö", "öa", "ö:", 'ö"', "ö\\", ":ö:", '":ö', "ö" * 9])
@pytest.mark.parametrize("value", ["", "ä", "ä:", 'ä":', {"ä": "ö"}])
def test_a_key_beyond_ascii_is_never_passed_at_once(key: str, value: object) -> None:
    for data in ({key: value}, {"a": "ß", "b": {key: value}}, {"a": [{key: 1, "z": "ß"}]}):
        assert at_once(orjson.dumps(ENTRY | {"data": data}, option=orjson.OPT_SORT_KEYS)) is None


@pytest.mark.parametrize("text", ["ä", "ä:", ":ä", "ä: b", "a, ä: {b}", "ä" * 5000])
def test_letters_beyond_ascii_in_a_text_are_passed_at_once(text: str) -> None:
    stored = rfc8785.dumps(ENTRY | {"data": {"a": text, "b": {"c": [text]}}})
    assert at_once(stored) == strictly(stored) != None  # noqa: E711 -- both are there


def test_data_that_lies_deeper_than_any_of_ours_is_read_strictly() -> None:
    data: Any = {"a": 1}
    for _ in range(DEPTH - 1):
        data = {"a": data}
    assert at_once(rfc8785.dumps(ENTRY | {"data": data})) is not None
    deeper = rfc8785.dumps(ENTRY | {"data": {"a": data}})
    assert at_once(deeper) is None
    assert strictly(deeper) is not None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("T10:00:01.000000Z", "T24:00:01.000000Z"),
        ("T10:00:01.000000Z", "T10:60:01.000000Z"),
        ("T10:00:01.000000Z", "T10:00:01.000000+00:00"),
        ("T10:00:01.000000Z", "T10:00:01Z"),
        ("T10:00:01.000000Z", "T10:00:01.00000٠Z"),
        ("2025-01-24", "2025-02-30"),
        ('"v":1', '"v":2'),
        ('"party":null', '"party":NULL'),
        ('"seq":0', '"seq":0.0'),
        ('"seq":0', '"seq":-0'),
        ('"kind":"commission.founded"', '"kind":"\\u0063ommission.founded"'),
        ('{"actor":"01940000', '{"actor":"X1940000'),
    ],
)
def test_a_member_that_is_not_what_it_must_be_is_not_passed_at_once(old: str, new: str) -> None:
    text = STORED[0].decode()
    assert old in text
    assert at_once(text.replace(old, new).encode()) is None
    assert at_once(STORED[0]) is not None


def test_an_entry_that_is_too_long_for_a_bundle_is_not_passed_at_once() -> None:
    assert at_once(rfc8785.dumps(ENTRY | {"data": {"a": "x" * 65_000}})) is not None
    assert at_once(rfc8785.dumps(ENTRY | {"data": {"a": "x" * 65_536}})) is None


def test_where_one_entry_must_be_looked_at_closely_all_with_it_are() -> None:
    assert read_at_once([STORED[0], STORED[1]]) is not None
    assert read_at_once([STORED[0], b"{}", b"", STORED[1]]) is None


def test_entries_that_are_sound_only_together_are_not_passed() -> None:
    first, second = STORED[0], STORED[1]
    assert read_at_once([first[:-1], b"}" + second]) is None
    assert read_at_once([first + b"\n" + second]) is None


_whole = st.one_of(
    *(
        st.fixed_dictionaries(dict.fromkeys(sorted(shape.__annotations__), _any))
        for shape in (Commitment, Proposal, Effective)
    )
)
_members = st.fixed_dictionaries({}, optional={
    name: st.one_of(_any, _whole) for name in Placed.__struct_fields__
} | {"commitment": _whole, "proposal": _whole, "effective": _whole, "other": _any})  # fmt: skip


@settings(max_examples=300)
@given(data=_members, shuffled=st.randoms(), sort=st.booleans())
def test_members_in_their_places_say_what_they_say_strictly(data: dict[str, Any], shuffled: Any, sort: bool) -> None:
    order = list(data)
    shuffled.shuffle(order)
    entry = ENTRY | {"data": {name: data[name] for name in order}}
    try:
        stored = json.dumps(entry, sort_keys=sort, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        return
    quick = at_once(stored, placed=True)
    assert quick is None or quick == strictly(stored)


@settings(max_examples=500)
@given(st.data())
def test_no_changed_byte_of_a_move_passes_in_its_place_that_does_not_pass_strictly(drawn: st.DataObject) -> None:
    stored = scratched(MOVES, drawn)
    quick = at_once(stored, placed=True)
    assert quick is None or quick == strictly(stored)


def test_moves_are_read_into_places_and_say_the_same() -> None:
    entries = read_at_once(MOVES, placed=True)
    assert entries
    assert {type(one.data) for one in entries} == {Placed}
    assert {one.kind for one in entries} == set(COMMITMENT_KINDS)
    assert [to_builtins(one) for one in entries] == [read(stored) for stored in MOVES]


def test_where_an_entry_is_no_move_all_with_it_are_read_into_dictionaries() -> None:
    entries = read_at_once([*MOVES, STORED[0]], placed=True)
    assert entries
    assert {type(one.data) for one in entries} == {dict}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"reason":', '"reason":null,"reason":'),
        ('"transition":', '"transitiom":'),
        ('"source":"agreed","target":"lapsed"', '"target":"lapsed","source":"agreed"'),
        ('"awaits":["AZ"]', '"awaits":["AZ"],"awaits":["AZ"]'),
        ('"expires_at":null,', ""),
        ('{"proposal":', '{"after":1.0,"proposal":'),
        ('{"proposal":', '{"added":null,"proposal":'),
        ('"evidence":{"reason":', '"evidence":{"z":1,"reason":'),
    ],
)
def test_a_member_that_is_not_in_its_place_is_read_otherwise(old: str, new: str) -> None:
    stored = next(text for one in MOVES if old in (text := one.decode()) and '"lapse"' in text)
    changed = stored.replace(old, new, 1).encode()
    entries = read_at_once([changed], placed=True)
    assert entries is None or type(entries[0].data) is dict
    assert at_once(changed, placed=True) == strictly(changed)


def test_a_member_is_found_however_it_was_read() -> None:
    placed, in_dictionary = read_at_once(MOVES, placed=True), read_at_once(MOVES)
    assert placed
    assert in_dictionary
    assert (type(placed[0].data), type(in_dictionary[0].data)) == (Placed, dict)
    for one in (placed[0], in_dictionary[0]):
        assert member(member(one.data, "commitment"), "reference") == "PK-AZ/00/001"
        assert member(member(one.data, "effective"), "reference") is member(one.data, "nothing") is None


def test_data_begins_where_a_foretold_confirmation_is_looked_for() -> None:
    assert STORED[0][HEAD:].startswith(b'{"code":')
