"""Tiles: the log as files that never change (C2SP tlog-tiles v1, c2sp.org/tlog-tiles).

A hash tile of level L and index N holds up to 256 node hashes of tree level 8 * L, side by side; an entry bundle
holds the entries under one tile of level 0. The rightmost may be partial; full ones are immutable.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from service.tlog.merkle import HASH_SIZE, root

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from service.tlog.nodes import NodeReader

HEIGHT: Final = 8
WIDTH: Final = 1 << HEIGHT
MAX_LEVEL: Final = 63
MAX_INDEX: Final = 2**63 - 1
MAX_ENTRY: Final = 65_535
"""Bytes of the longest entry a bundle can hold: its length is a uint16."""

_PATH: Final = re.compile(
    r"tile/(?:(?P<level>0|[1-9][0-9]?)|entries)/(?P<index>(?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?",
    re.ASCII,
)


class TileInvalid(ValueError):
    """A path or content that no tile of a log can have."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A hash tile: `level` 0 to 63, `index` within the level, `width` 1 to 256 hashes."""

    level: int
    index: int
    width: int = WIDTH

    def __post_init__(self) -> None:
        """Refuse a tile that cannot be addressed."""
        if not (0 <= self.level <= MAX_LEVEL and 0 <= self.index <= MAX_INDEX and 1 <= self.width <= WIDTH):
            raise TileInvalid(f"no log has a tile of level {self.level}, index {self.index}, width {self.width}")

    @property
    def path(self) -> str:
        """Where it is served, below the log's prefix."""
        return f"tile/{self.level}/{_place(self.index, self.width)}"

    @property
    def first(self) -> int:
        """The index of its first node at tree level `8 * level`."""
        return self.index * WIDTH


@dataclass(frozen=True, slots=True)
class Bundle:
    """An entry bundle: the entries from `index * 256` on, `width` 1 to 256 of them."""

    index: int
    width: int = WIDTH

    def __post_init__(self) -> None:
        """Refuse a bundle that cannot be addressed."""
        if not (0 <= self.index <= MAX_INDEX and 1 <= self.width <= WIDTH):
            raise TileInvalid(f"no log has a bundle of index {self.index}, width {self.width}")

    @property
    def path(self) -> str:
        """Where it is served, below the log's prefix."""
        return f"tile/entries/{_place(self.index, self.width)}"

    @property
    def first(self) -> int:
        """The index of its first entry."""
        return self.index * WIDTH


def parse_path(path: str) -> Tile | Bundle:
    """Read `tile/<L>/<N>[.p/<W>]` or `tile/entries/<N>[.p/<W>]`; any other spelling raises `TileInvalid`."""
    found = _PATH.fullmatch(path)
    if not found:
        raise TileInvalid(f"{path[:100]!r} is no path of a tile")
    index = int(found["index"].replace("x", "").replace("/", ""))
    width = int(found["width"] or WIDTH)
    tile = Tile(int(found["level"]), index, width) if found["level"] else Bundle(index, width)
    if tile.path != path:
        raise TileInvalid(f"{path!r} is written {tile.path!r}")
    return tile


def tiles_of(size: int, since: int = 0) -> Iterator[Tile]:
    """Yield the hash tiles of a tree of `size` leaves, lowest level first, the partial ones last in their level.

    With `since`, only those that a tree of `since` leaves did not have: what growing from there to here has to write.
    """
    level, hashes, before = 0, size, since
    while hashes:
        for index in range(before // WIDTH, hashes // WIDTH):
            yield Tile(level, index)
        if hashes % WIDTH and hashes != before:
            yield Tile(level, hashes // WIDTH, hashes % WIDTH)
        level, hashes, before = level + 1, hashes >> HEIGHT, before >> HEIGHT


def bundles_of(size: int, since: int = 0) -> Iterator[Bundle]:
    """Yield the entry bundles of a log of `size` entries; with `since`, only those that it did not have before."""
    for index in range(since // WIDTH, size // WIDTH):
        yield Bundle(index)
    if size % WIDTH and size != since:
        yield Bundle(size // WIDTH, size % WIDTH)


def tile_for(size: int, level: int, index: int) -> Tile:
    """Return tile `index` of `level` as wide as a tree of `size` leaves has it; `TileInvalid` where it has none."""
    return Tile(level, index, min(WIDTH, (size >> HEIGHT * level) - index * WIDTH))


def tile_holding(size: int, level: int, index: int) -> tuple[Tile, slice]:
    """Return the tile of a tree of `size` leaves over which node `(level, index)` stands, and the places below the node."""
    height = level % HEIGHT
    first = index << height
    tile = tile_for(size, level // HEIGHT, first // WIDTH)
    return tile, slice(first % WIDTH, first % WIDTH + (1 << height))


def tile_hashes(tile: Tile, content: bytes) -> list[bytes]:
    """Take a tile's content apart into its hashes; another length than its width demands is `TileInvalid`."""
    if len(content) != tile.width * HASH_SIZE:
        raise TileInvalid(f"{tile.path} has {len(content)} bytes where it needs {tile.width * HASH_SIZE}")
    return [content[start : start + HASH_SIZE] for start in range(0, len(content), HASH_SIZE)]


def node_reader(size: int, read: Callable[[Tile], bytes]) -> NodeReader:
    """Return a reader of the complete subtrees of a tree of `size` leaves, from the contents of its tiles.

    `read` is asked for each tile once, as wide as this size has it; the reader keeps what it got, so use one reader
    for one proof. Nothing is verified but lengths: verify the proof that comes out of it.
    """
    seen: dict[Tile, list[bytes]] = {}

    def node(level: int, index: int) -> bytes:
        tile, places = tile_holding(size, level, index)
        if tile not in seen:
            seen[tile] = tile_hashes(tile, read(tile))
        hashes = seen[tile][places]
        if len(hashes) != places.stop - places.start:
            raise TileInvalid(f"a tree of {size} leaves has no complete subtree {index} of level {level}")
        return root(hashes)

    return node


def encode_bundle(entries: Sequence[bytes]) -> bytes:
    """Return the content of the bundle of these entries (1 to 256, each at most 65,535 bytes)."""
    if not 1 <= len(entries) <= WIDTH or any(len(entry) > MAX_ENTRY for entry in entries):
        raise TileInvalid(f"a bundle is 1 to {WIDTH} entries of at most {MAX_ENTRY} bytes")
    return b"".join(len(entry).to_bytes(2) + entry for entry in entries)


def decode_bundle(bundle: Bundle, content: bytes) -> list[bytes]:
    """Take a bundle's content apart into exactly `bundle.width` entries; raises `TileInvalid`."""
    entries: list[bytes] = []
    start, size = 2, len(content)
    for _ in range(bundle.width):
        if start > size:
            break
        end = start + (content[start - 2] << 8 | content[start - 1])
        entries.append(content[start:end])
        start = end + 2
    if start != size + 2 or len(entries) != bundle.width:
        raise TileInvalid(f"{bundle.path} does not hold {bundle.width} whole entries and nothing else")
    return entries


def _place(index: int, width: int) -> str:
    digits = str(index)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    *groups, last = (digits[start : start + 3] for start in range(0, len(digits), 3))
    partial = "" if width == WIDTH else f".p/{width}"
    return "".join(f"x{group}/" for group in groups) + last + partial
