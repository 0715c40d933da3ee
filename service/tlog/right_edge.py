"""The right edge of a growing tree: all that is needed to append leaves and know the root, in flat memory.

For a tree of `size` leaves the edge is the roots of its complete subtrees, the largest first: one hash for each bit
set in `size` (the "compact range" of transparency-dev/merkle, docs/compact_ranges.md).
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from service.tlog.merkle import HASH_SIZE, ProofInvalid, fold, node_hash, root

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

BLOCK_LEVEL: Final = 10
BLOCK: Final = 1 << BLOCK_LEVEL


class Range:
    """A tree that only grows, kept as its right edge; continue one from its stored `size` and `hashes`."""

    def __init__(self, size: int = 0, hashes: Sequence[bytes] = ()) -> None:
        """Start empty, or from the edge of a tree of `size` leaves; an edge that does not fit is `ProofInvalid`."""
        if size < 0 or len(hashes) != size.bit_count() or set(map(len, hashes)) - {HASH_SIZE}:
            raise ProofInvalid(f"{len(hashes)} hashes are not the edge of a tree of {size} leaves")
        self._size = size
        self._hashes = list(hashes)

    @property
    def size(self) -> int:
        """How many leaves the tree has."""
        return self._size

    @property
    def hashes(self) -> tuple[bytes, ...]:
        """The edge: roots of the complete subtrees, the largest first; the nodes are `span_nodes((0, size))`."""
        return tuple(self._hashes)

    def append(self, leaf_hash: bytes) -> None:
        """Add one leaf by its hash."""
        if len(leaf_hash) != HASH_SIZE:
            raise ProofInvalid(f"a hash is {HASH_SIZE} bytes")
        self._push(leaf_hash, 0)

    def extend(self, leaf_hashes: Iterable[bytes]) -> None:
        """Add many leaves; whole blocks are hashed level by level, about twice as fast as one by one."""
        leaves = iter(leaf_hashes)
        for leaf in islice(leaves, -self._size % BLOCK):
            self.append(leaf)
        while block := list(islice(leaves, BLOCK)):
            if len(block) == BLOCK:
                self._push(root(block), BLOCK_LEVEL)
            else:
                for leaf in block:
                    self.append(leaf)

    def root(self) -> bytes:
        """Return the root of the tree as it stands."""
        return fold(self._hashes)

    def _push(self, subtree: bytes, level: int) -> None:
        """Add a complete subtree of `2**level` leaves; `size` must be a multiple of that."""
        carry = self._size >> level
        while carry & 1:
            subtree = node_hash(self._hashes.pop(), subtree)
            carry >>= 1
        self._hashes.append(subtree)
        self._size += 1 << level
