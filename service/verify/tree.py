"""The streaming pass over an export: entries, tiles and root, one bundle of 256 entries at a time. Pure."""

from collections.abc import Callable, Iterator, Sequence

from service.tlog.checkpoint import Checkpoint
from service.tlog.merkle import HASH_SIZE, leaf_hash, leaf_hashes
from service.tlog.redaction import ENTRIES, FOLDER, WITHHELD, redacted_path
from service.tlog.tiles import WIDTH, Bundle, Tile, TileInvalid, bundles_of, decode_bundle, parse_path, tile_hashes
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
        entries, leaves, wrong = _bundled(export, bundle)
        if wrong:
            yield wrong
            yield unproven(bundle.path, f"the log could not be followed from entry {bundle.first} on, of {new.size}")
            return
        seen.add(_where(export, bundle))
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


def again(export: Exported, size: int, ends: Sequence[int], index: int) -> bytes:
    """Return the bytes of an entry that was read before, of a log of `size` entries; others, or none, where the export has changed.

    `ends` says of each entry how many bytes it and those before it in its bundle have.
    """
    bundle = Bundle(index // WIDTH, min(WIDTH, size - index // WIDTH * WIDTH))
    place = index - bundle.first
    start = ends[index - 1] if place else 0
    # Before each entry stand two bytes, its length.
    return export.part(_where(export, bundle), start + 2 * (place + 1), ends[index] - start)


def root_over(export: Exported, whole: int, size: int) -> bytes | None:
    """Return the root over the first `size` entries of a log of `whole`; None where they cannot be read."""
    tower = Tower()
    for bundle in bundles_of(whole):
        if bundle.first >= size:
            break
        _, leaves, wrong = _bundled(export, bundle)
        if wrong:
            return None
        tower.add(leaves[: size - bundle.first])
    return tower.root()


def _where(export: Exported, bundle: Bundle) -> str:
    """Return where the entries of a bundle stand, whole or redacted."""
    redacted = redacted_path(bundle)
    return redacted if redacted in export.paths else bundle.path


def _bundled(export: Exported, bundle: Bundle) -> tuple[list[bytes], Hashes, Finding | None]:
    """Return the entries of a bundle and their leaf hashes; of one that is withheld, which has no bytes, that of the hash tile."""
    path = _where(export, bundle)
    content = export.read(path)
    if content is None:
        return [], [], unproven(path, f"is missing: the entries from {bundle.first} on")
    try:
        entries = decode_bundle(bundle, content)
        if path == bundle.path or WITHHELD not in entries:
            return entries, leaf_hashes(entries), None
        tile = Tile(0, bundle.index, bundle.width)
        known = tile_hashes(tile, export.read(tile.path) or b"")
    except TileInvalid as wrong:
        return [], [], malformed(path, str(wrong))
    leaves = [leaf if one == WITHHELD else leaf_hash(one) for one, leaf in zip(entries, known, strict=True)]
    return entries, leaves, None


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
    for path in sorted(path for path in export.paths if path.startswith((TILES, FOLDER)) and path not in seen):
        if path.startswith(FOLDER):
            yield from _redacted_before(export, path, seen)
            continue
        try:
            wider = _wider(export, parse_path(path), seen)
        except TileInvalid as wrong:
            yield malformed(path, str(wrong))
            continue
        if wider is None:
            yield malformed(path, "is no part of a tree of this size")
        elif not wider.startswith(export.read(path) or b"-"):
            yield tampered(path, "is not the beginning of the full one, which it should have grown into")


def _redacted_before(export: Exported, path: str, seen: set[str]) -> Iterator[Finding]:
    """Hold a narrower redacted bundle of the log's past to the leaf hashes of now; another one is no part of this tree."""
    try:
        bundle = parse_path(path.replace(FOLDER, ENTRIES, 1))
        grown = next(
            width for width in range(WIDTH, bundle.width, -1) if redacted_path(Bundle(bundle.index, width)) in seen
        )
        tile = Tile(0, bundle.index, grown)
        known = tile_hashes(tile, export.read(tile.path) or b"")
        entries = decode_bundle(Bundle(bundle.index, bundle.width), export.read(path) or b"")
    except (TileInvalid, StopIteration):
        yield malformed(path, "is no part of a tree of this size")
        return
    if any(one != WITHHELD and leaf_hash(one) != leaf for one, leaf in zip(entries, known, strict=False)):
        yield tampered(path, "holds an entry that the log has not")


def _wider(export: Exported, tile: Tile | Bundle, seen: set[str]) -> bytes | None:
    """Return the content of the tile that this narrower one has grown into, None if there is none."""
    for width in range(256, tile.width, -1):
        grown = Tile(tile.level, tile.index, width) if isinstance(tile, Tile) else Bundle(tile.index, width)
        if grown.path in seen:
            return export.read(grown.path)
    return None
