"""A log served as tiles is the same tree, at the paths everybody expects."""

from __future__ import annotations

import itertools
import tracemalloc
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.tlog.merkle import ProofInvalid, fold, leaf_hash, prove, root, verify_inclusion
from service.tlog.nodes import consistency_nodes, inclusion_nodes, span_nodes
from service.tlog.tiles import (
    Bundle,
    Tile,
    TileInvalid,
    bundles_of,
    decode_bundle,
    encode_bundle,
    node_reader,
    parse_path,
    tile_for,
    tiles_of,
)
from tests.tlog.proving import consistency_proof, inclusion_proof, tile_bytes
from tests.tlog.test_merkle import flips

# Sources: c2sp.org/tlog-tiles; transparency-dev/tessera, api/layout/paths_test.go.
PATHS: dict[str, Tile | Bundle] = {
    "tile/0/x001/x234/067": Tile(0, 1234067),
    "tile/0/x001/x234/067.p/89": Tile(0, 1234067, 89),
    "tile/63/x999/x999/x999/x999/x999/999.p/255": Tile(63, 999_999_999_999_999_999, 255),
    "tile/0/000": Tile(0, 0),
    "tile/3/999.p/7": Tile(3, 999, 7),
    "tile/1/x001/000": Tile(1, 1000),
    "tile/10/000.p/1": Tile(10, 0, 1),
    "tile/entries/x001/x234/067": Bundle(1234067),
    "tile/entries/273.p/112": Bundle(273, 112),
}
WRONG_PATHS = [
    "",
    "tile/0",
    "tile/0/",
    "/tile/0/000",
    "tile/0/000/",
    "tile/0/0",
    "tile/0/00",
    "tile/0/0000",
    "tile/0/001/000",
    "tile/0/x001/x000",
    "tile/0/x000/000",
    "tile/0/x000/001",
    "tile/0/x000/x001/000",
    "tile/0/X001/000",
    "tile/00/000",
    "tile/01/000",
    "tile/-1/000",
    "tile/64/000",
    "tile/100/000",
    "tile/data/000",
    "tile/entries",
    "tile/0/000.p/0",
    "tile/0/000.p/01",
    "tile/0/000.p/256",
    "tile/0/000.p/",
    "tile/0/000.p",
    "tile/0/000.p/1/",
    "tile/0/000\n",
    "tile/0/000.p/1\n",
    "tile/0/\u0660\u0660\u0660",
    "tile/0/x009/x223/x372/x036/x854/x775/808",
    "tile/0/" + "x999/" * 7 + "999",
]
LEAVES = [leaf_hash(number.to_bytes(4)) for number in range(70_000)]


def stored(size: int) -> dict[Tile, bytes]:
    """Return the tiles of the tree of the first `size` leaves as a log would have stored them."""
    tiles: dict[Tile, bytes] = {}
    level, hashes = 0, LEAVES[:size]
    while hashes:
        for index, start in enumerate(range(0, len(hashes), 256)):
            part = hashes[start : start + 256]
            tiles[Tile(level, index, len(part))] = b"".join(part)
        full = len(hashes) // 256
        level, hashes = level + 1, [root(hashes[256 * index : 256 * index + 256]) for index in range(full)]
    return tiles


@pytest.mark.parametrize("path", PATHS)
def test_paths_are_written_and_read_as_the_specification_says(path: str) -> None:
    assert PATHS[path].path == path
    assert parse_path(path) == PATHS[path]


@pytest.mark.parametrize("path", WRONG_PATHS)
def test_a_path_in_any_other_spelling_is_refused(path: str) -> None:
    with pytest.raises(TileInvalid):
        parse_path(path)


@given(st.integers(0, 63), st.integers(0, 2**63 - 1), st.integers(1, 256))
def test_every_tile_has_one_path(level: int, index: int, width: int) -> None:
    assert parse_path(Tile(level, index, width).path) == Tile(level, index, width)
    assert parse_path(Bundle(index, width).path) == Bundle(index, width)


@given(st.text(alphabet="tile/0123x.pentrs", max_size=30).map(lambda text: "tile/" + text) | st.text())
def test_any_text_is_one_tile_s_path_or_refused(path: str) -> None:
    try:
        tile = parse_path(path)
    except TileInvalid:
        return
    assert tile.path == path


@pytest.mark.parametrize(
    ("level", "index", "width"), [(-1, 0, 1), (64, 0, 1), (0, -1, 1), (0, 2**63, 1), (0, 0, 0), (0, 0, 257)]
)
def test_a_tile_that_cannot_be_is_refused(level: int, index: int, width: int) -> None:
    with pytest.raises(TileInvalid):
        Tile(level, index, width)
    if level == 0:
        with pytest.raises(TileInvalid):
            Bundle(index, width)


def test_a_tree_of_seventy_thousand_has_the_tiles_the_specification_counts() -> None:
    tiles = list(tiles_of(70_000))
    assert [tile for tile in tiles if tile.width < 256] == [Tile(0, 273, 112), Tile(1, 1, 17), Tile(2, 0, 1)]
    assert [sum(tile.width == 256 for tile in tiles if tile.level == level) for level in range(3)] == [273, 1, 0]
    assert set(tiles) == stored(70_000).keys()
    assert list(tiles_of(256)) == [Tile(0, 0), Tile(1, 0, 1)]
    assert list(tiles_of(0)) == []


@pytest.mark.parametrize(
    ("since", "size"),
    list(itertools.combinations_with_replacement([0, 1, 255, 256, 257, 511, 512, 65535, 65536, 65537, 66000], 2)),
)
def test_growing_writes_exactly_the_tiles_that_were_not_there(since: int, size: int) -> None:
    assert set(tiles_of(size, since)) == set(tiles_of(size)) - set(tiles_of(since))
    assert set(bundles_of(size, since)) == set(bundles_of(size)) - set(bundles_of(since))
    assert sum(bundle.width for bundle in bundles_of(size)) == size


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 600, 66_000])
def test_roots_and_proofs_come_from_tiles_alone(size: int) -> None:
    tiles = stored(size)
    node = node_reader(size, tiles.__getitem__)
    leaves = LEAVES[:size]
    assert fold([node(*place) for place in span_nodes((0, size))]) == root(leaves)
    for index in {0, 1, size // 3, size // 2, size - 2, size - 1} & set(range(size)):
        assert prove(inclusion_nodes(index, size), node) == inclusion_proof(leaves, index)
        assert prove(consistency_nodes(index + 1, size), node) == consistency_proof(leaves, index + 1)
    for tile in list(tiles)[-4:]:
        assert tile_bytes(tile, node) == tiles[tile]


def _answer(content: bytes, _tile: Tile) -> bytes:
    return content


def test_a_tile_of_another_length_or_outside_the_tree_is_refused() -> None:
    for content in (b"", bytes(31), bytes(33), bytes(64)):
        with pytest.raises(TileInvalid, match="bytes"):
            node_reader(1, partial(_answer, content))(0, 0)
    reader = node_reader(3, stored(3).__getitem__)
    for level, index in [(0, 3), (1, 1), (2, 0), (0, 256), (8, 0)]:
        with pytest.raises(TileInvalid):
            reader(level, index)
    with pytest.raises(TileInvalid):
        tile_for(256, 0, 1)
    assert tile_for(257, 0, 1) == Tile(0, 1, 1)


def test_every_bit_flip_of_a_tile_is_caught_by_the_proofs_that_use_it() -> None:
    size = 5
    ((tile, content),) = stored(size).items()
    top = root(LEAVES[:size])
    for flipped in flips(content):
        node = node_reader(size, {tile: flipped}.__getitem__)
        proofs = [prove(inclusion_nodes(index, size), node) for index in range(size)]
        caught = 0
        for index, proof in enumerate(proofs):
            try:
                verify_inclusion(node(0, index), index, size, proof, top)
            except ProofInvalid:
                caught += 1
        assert caught == size


def test_every_bit_flip_of_a_bundle_is_caught() -> None:
    entries = [b"", b"a", b"entry", b"\x00\x00"]
    content, bundle = encode_bundle(entries), Bundle(0, 4)
    hashes = [leaf_hash(entry) for entry in entries]
    for flipped in flips(content):
        try:
            found = decode_bundle(bundle, flipped)
        except TileInvalid:
            continue
        assert [leaf_hash(entry) for entry in found] != hashes


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=256))
def test_a_bundle_is_read_as_it_was_written(entries: list[bytes]) -> None:
    content = encode_bundle(entries)
    assert decode_bundle(Bundle(0, len(entries)), content) == entries
    for cut in (content[:-1], content + b"\x00", content + b"\x00\x00"):
        with pytest.raises(TileInvalid):
            decode_bundle(Bundle(0, len(entries)), cut)


def test_a_bundle_of_far_more_entries_than_it_needs_is_not_taken_apart_to_its_end() -> None:
    content = bytes(8_000_000)
    tracemalloc.start()
    with pytest.raises(TileInvalid, match="does not hold 43 whole entries"):
        decode_bundle(Bundle(0, 43), content)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100_000


def test_the_longest_entry_fits_and_a_longer_one_is_refused() -> None:
    assert decode_bundle(Bundle(0, 1), encode_bundle([bytes(65_535)])) == [bytes(65_535)]
    for entries in ([bytes(65_536)], [], [b""] * 257):
        with pytest.raises(TileInvalid, match="1 to 256"):
            encode_bundle(entries)
