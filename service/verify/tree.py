"""The streaming pass over an export: entries, tiles and root, one bundle of 256 entries at a time. Pure."""

from collections.abc import Callable, Iterator

from service.tlog.checkpoint import Checkpoint
from service.tlog.merkle import HASH_SIZE, leaf_hashes
from service.tlog.tiles import WIDTH, Bundle, Tile, TileInvalid, bundles_of, decode_bundle, parse_path
from service.verify.chain import Trail
from service.verify.export import TILES, Exported
from service.verify.finding import Finding, malformed, tampered, unproven
from service.verify.tower import Tower

Hashes = list[bytes]


def walk(
    export: Exported, new: Checkpoint, old: Checkpoint | None, trail: Trail, advance: Callable[[int], None]
) -> Iterator[Finding]:
    """Follow the whole log and yield what is wrong; `advance` hears how many entries each bundle had.

    The trail is told its root over as many entries as `old`, a kept checkpoint, has.

    Where a bundle is missing or cannot be read, the pass ends: nothing after it can be told.
    """
    tower, seen = Tower(), set[str]()
    for bundle in bundles_of(new.size):
        entries, wrong = _entries(export, bundle)
        if wrong:
            yield wrong
            yield unproven(bundle.path, f"the log could not be followed from entry {bundle.first} on, of {new.size}")
            return
        leaves = leaf_hashes(entries)
        seen.add(bundle.path)
        if old and bundle.first <= old.size < bundle.first + bundle.width:
            trail.kept_root = tower.root(leaves[: old.size - bundle.first])
        yield from trail.extend(entries, leaves)
        for tile, hashes in tower.add(leaves):
            seen.add(tile.path)
            yield from _compare(export, tile, hashes)
        advance(len(entries))
    for tile, hashes in tower.rest():
        seen.add(tile.path)
        yield from _compare(export, tile, hashes)
    found = tower.root()
    if old and old.size == new.size:
        trail.kept_root = found
    if found != new.root:
        yield tampered("checkpoint", f"its root is not that of the entries, which is {found.hex()}")
    yield from _strangers(export, seen)


def entry_at(export: Exported, size: int, index: int) -> bytes | None:
    """Return an entry of a log of `size` entries by its index; None where its bundle cannot be read."""
    bundle = Bundle(index // WIDTH, min(WIDTH, size - index // WIDTH * WIDTH))
    entries, wrong = _entries(export, bundle)
    return None if wrong else entries[index - bundle.first]


def root_over(export: Exported, whole: int, size: int) -> bytes | None:
    """Return the root over the first `size` entries of a log of `whole`; None where they cannot be read."""
    tower = Tower()
    for bundle in bundles_of(whole):
        if bundle.first >= size:
            break
        entries, wrong = _entries(export, bundle)
        if wrong:
            return None
        tower.add(leaf_hashes(entries[: size - bundle.first]))
    return tower.root()


def _entries(export: Exported, bundle: Bundle) -> tuple[list[bytes], Finding | None]:
    content = export.read(bundle.path)
    if content is None:
        return [], unproven(bundle.path, f"is missing: the entries from {bundle.first} on")
    try:
        return decode_bundle(bundle, content), None
    except TileInvalid as wrong:
        return [], malformed(bundle.path, str(wrong))


def _compare(export: Exported, tile: Tile, hashes: Hashes) -> Iterator[Finding]:
    """Hold a stored tile to what the entries give."""
    content, computed = export.read(tile.path), b"".join(hashes)
    if content == computed:
        return
    if content is None:
        yield unproven(tile.path, "is missing")
    elif len(content) != len(computed):
        yield malformed(tile.path, f"has {len(content)} bytes where it needs {len(computed)}")
    else:
        place = next(at for at, each in enumerate(hashes) if content[at * HASH_SIZE : (at + 1) * HASH_SIZE] != each)
        what = "entry" if tile.level == 0 else f"the subtree of level {8 * tile.level} with the index"
        yield tampered(tile.path, f"does not hold the hash of {what} {tile.first + place}: one of the two was changed")


def _strangers(export: Exported, seen: set[str]) -> Iterator[Finding]:
    """Name files among the tiles that this tree does not have; narrower tiles of its past are held to the present ones."""
    for path in sorted(path for path in export.paths if path.startswith(TILES) and path not in seen):
        try:
            wider = _wider(export, parse_path(path), seen)
        except TileInvalid as wrong:
            yield malformed(path, str(wrong))
            continue
        if wider is None:
            yield malformed(path, "is no part of a tree of this size")
        elif not wider.startswith(export.read(path) or b"-"):
            yield tampered(path, "is not the beginning of the full one, which it should have grown into")


def _wider(export: Exported, tile: Tile | Bundle, seen: set[str]) -> bytes | None:
    """Return the content of the tile that this narrower one has grown into, None if there is none."""
    for width in range(256, tile.width, -1):
        grown = Tile(tile.level, tile.index, width) if isinstance(tile, Tile) else Bundle(tile.index, width)
        if grown.path in seen:
            return export.read(grown.path)
    return None
