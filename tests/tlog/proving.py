"""What a log reads from stored nodes, made from all leaves at once: proofs and tiles for the tests."""

from collections.abc import Sequence

from service.tlog.merkle import parents, prove
from service.tlog.nodes import NodeReader, consistency_nodes, inclusion_nodes
from service.tlog.tiles import HEIGHT, Tile


def reader(leaves: Sequence[bytes]) -> NodeReader:
    """Return a reader of the nodes over these leaf hashes."""
    levels = [leaves]
    while len(levels[-1]) > 1:
        levels.append(parents(levels[-1]))
    return lambda level, index: levels[level][index]


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Return the audit path of leaf `index`, its sibling first (RFC 9162, 2.1.3.1)."""
    return prove(inclusion_nodes(index, len(leaves)), reader(leaves))


def consistency_proof(leaves: Sequence[bytes], old_size: int) -> list[bytes]:
    """Return the proof that the tree of the first `old_size` leaves is a prefix of this one (RFC 9162, 2.1.4.1)."""
    return prove(consistency_nodes(old_size, len(leaves)), reader(leaves))


def tile_bytes(tile: Tile, node: NodeReader) -> bytes:
    """Return a tile's content, its nodes read through `node`."""
    return b"".join(node(HEIGHT * tile.level, tile.first + place) for place in range(tile.width))
