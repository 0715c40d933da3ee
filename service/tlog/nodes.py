"""Which parts of the tree a proof is made of (RFC 9162, 2.1.3 and 2.1.4).

A *span* `(begin, end)` is the half-open range of leaves under one node of the tree. A *node* `(level, index)` is a
span that is a complete subtree: the leaves `[index * 2**level, (index + 1) * 2**level)`. Complete subtrees never
change once the log has grown past them, so they may be stored, cached and published; every other hash (at the ragged
right edge, or the root) is folded from them when needed.

Arguments are taken as they are; the proofs of `merkle.py` check them first.
"""

from __future__ import annotations

from collections.abc import Callable

Span = tuple[int, int]
"""`(begin, end)`: the leaves `begin` to `end - 1`."""

Node = tuple[int, int]
"""`(level, index)` of a complete subtree; level 0 are the leaves."""

NodeReader = Callable[[int, int], bytes]
"""Answers the 32-byte hash of the complete subtree `(level, index)`."""


def inclusion_spans(index: int, size: int) -> list[Span]:
    """Return the span of each hash in the inclusion proof of leaf `index` among `size`, the leaf's sibling first."""
    spans: list[Span] = []
    low, high = 0, size
    while high - low > 1:
        middle = low + split(high - low)
        if index < middle:
            spans.append((middle, high))
            high = middle
        else:
            spans.append((low, middle))
            low = middle
    return spans[::-1]


def consistency_spans(old_size: int, new_size: int) -> list[Span]:
    """Return the spans of a consistency proof's hashes, the deepest first; `1 <= old_size <= new_size`.

    The first is the last complete subtree of the old tree, unless that is the whole old tree, whose root the
    verifier holds already and is not sent.
    """
    spans: list[Span] = []
    low, high = 0, new_size
    while old_size != high:
        middle = low + split(high - low)
        if old_size <= middle:
            spans.append((middle, high))
            high = middle
        else:
            spans.append((low, middle))
            low = middle
    if low:
        spans.append((low, high))
    return spans[::-1]


def span_nodes(span: Span) -> tuple[Node, ...]:
    """Return the complete subtrees that a span of the tree is folded from, left to right, ever smaller."""
    nodes: list[Node] = []
    begin, end = span
    while begin < end:
        level = (end - begin).bit_length() - 1
        nodes.append((level, begin >> level))
        begin += 1 << level
    return tuple(nodes)


def inclusion_nodes(index: int, size: int) -> list[tuple[Node, ...]]:
    """Return, for each hash of an inclusion proof in its order, the nodes that it is folded from."""
    return [span_nodes(span) for span in inclusion_spans(index, size)]


def consistency_nodes(old_size: int, new_size: int) -> list[tuple[Node, ...]]:
    """Return, for each hash of a consistency proof in its order, the nodes that it is folded from."""
    return [span_nodes(span) for span in consistency_spans(old_size, new_size)]


def split(size: int) -> int:
    """Return the largest power of two strictly below `size` (at least 2), where RFC 6962 parts a tree."""
    return 1 << ((size - 1).bit_length() - 1)
