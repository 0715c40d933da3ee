"""The tree built tile by tile: a streaming pass over the leaves, in memory that does not grow with them. Pure."""

from collections.abc import Sequence

from service.tlog.merkle import fold, parents
from service.tlog.right_edge import Range
from service.tlog.tiles import HEIGHT, WIDTH, Tile

Hashes = list[bytes]


class Tower:
    """The hashes, at each level of tiles, that have not yet filled a tile."""

    def __init__(self) -> None:
        self.size = 0
        self._levels: list[Hashes] = []

    def add(self, leaves: Hashes) -> list[tuple[Tile, Hashes]]:
        """Add the leaves of the next bundle; return the tiles that are full now, the lowest first."""
        self.size += len(leaves)
        done: list[tuple[Tile, Hashes]] = []
        level, nodes = 0, leaves
        while True:
            if level == len(self._levels):
                self._levels.append([])
            pending = self._levels[level]
            pending.extend(nodes)
            if len(pending) < WIDTH:
                return done
            done.append((Tile(level, (self.size >> HEIGHT * (level + 1)) - 1), pending))
            self._levels[level] = []
            level, nodes = level + 1, _above(pending)

    def rest(self) -> list[tuple[Tile, Hashes]]:
        """Return the partial tiles of the tree as it stands."""
        return [
            (Tile(level, self.size >> HEIGHT * (level + 1), len(nodes)), nodes)
            for level, nodes in enumerate(self._levels)
            if nodes
        ]

    def root(self, more: Sequence[bytes] = ()) -> bytes:
        """Return the root of the tree as it stands, or with the first leaves of the bundle that comes next."""
        return fold([each for nodes in (*reversed(self._levels), more) for each in _edge(nodes)])


def _above(tile: Hashes) -> Hashes:
    """Return the hash above a full tile, which the tile above it holds."""
    for _ in range(HEIGHT):
        tile = parents(tile)
    return tile


def _edge(nodes: Sequence[bytes]) -> tuple[bytes, ...]:
    edge = Range()
    edge.extend(nodes)
    return edge.hashes
