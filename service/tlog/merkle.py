"""The Merkle tree of RFC 6962 / RFC 9162 over SHA-256: hashes, roots, proofs and their verification.

Pure functions of bytes. A hash is always 32 bytes. Whatever does not hold, be it a proof that does not verify
or an argument that makes no sense, is refused with `ProofInvalid`.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final

from service.tlog.nodes import consistency_spans, inclusion_spans

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from service.tlog.nodes import Node, NodeReader

HASH_SIZE: Final = 32
EMPTY_ROOT: Final = sha256(b"").digest()
"""The root of a tree without leaves (RFC 9162, 2.1.1)."""
SIZE_BITS: Final = 64
"""A tree size is a uint64 (RFC 6962, 3.5)."""


class ProofInvalid(ValueError):
    """A proof does not prove what it claims, or a tree was asked for something that it cannot have."""


def leaf_hash(data: bytes) -> bytes:
    """Hash one entry: SHA-256(0x00 || data). The prefix keeps an entry from posing as an inner node."""
    return sha256(b"\x00" + data).digest()


def leaf_hashes(entries: Iterable[bytes]) -> list[bytes]:
    """Hash many entries: `leaf_hash` of each, without the price of a call per entry."""
    sha = sha256
    return [sha(b"\x00" + data).digest() for data in entries]


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two children, 32 bytes each: SHA-256(0x01 || left || right)."""
    return sha256(b"\x01" + left + right).digest()


def root(leaf_hashes: Sequence[bytes]) -> bytes:
    """Return the root of the tree over these leaf hashes (not over the entries themselves)."""
    _require_hashes(leaf_hashes)
    if not leaf_hashes:
        return EMPTY_ROOT
    level = leaf_hashes
    while len(level) > 1:
        level = parents(level)
    return level[0]


def parents(level: Sequence[bytes]) -> list[bytes]:
    """Return the level above; a last node without a sibling rises unchanged."""
    sha, nodes = sha256, iter(level)
    above = [sha(b"\x01" + left + right).digest() for left, right in zip(nodes, nodes, strict=False)]
    if len(level) & 1:
        above.append(level[-1])
    return above


def fold(hashes: Sequence[bytes]) -> bytes:
    """Join the roots of ever smaller complete subtrees, left to right, into the root above them all.

    No hashes at all give the root of the empty tree.
    """
    if not hashes:
        return EMPTY_ROOT
    joined = hashes[-1]
    for left in reversed(hashes[:-1]):
        joined = node_hash(left, joined)
    return joined


def prove(proof_nodes: Iterable[Sequence[Node]], node: NodeReader) -> list[bytes]:
    """Build a proof from stored nodes: those `inclusion_nodes` or `consistency_nodes` name, read through `node`."""
    return [fold([node(level, index) for level, index in nodes]) for nodes in proof_nodes]


def verify_inclusion(leaf_hash: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Check that `leaf_hash` is leaf `index` of the tree of `size` leaves under `root` (RFC 9162, 2.1.3.2).

    `size` and `root` must come from one signed checkpoint: by itself a root does not say how many leaves it is over.
    Returns nothing; raises `ProofInvalid`.
    """
    _require_leaf(index, size)
    _require_hashes((leaf_hash, root, *proof))
    spans = inclusion_spans(index, size)
    _require_length(proof, len(spans))
    joined = leaf_hash
    for (begin, _), sibling in zip(spans, proof, strict=True):
        joined = node_hash(sibling, joined) if begin <= index else node_hash(joined, sibling)
    if joined != root:
        raise ProofInvalid(f"the path of leaf {index} does not lead to the root of {size} leaves")


def verify_consistency(old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Check that the tree under `old_root` is a prefix of the tree under `new_root` (RFC 9162, 2.1.4.2).

    Returns nothing; raises `ProofInvalid`, also for an old size of 0 and for a tree that has become smaller.
    """
    _require_growth(old_size, new_size)
    _require_hashes((old_root, new_root, *proof))
    spans = consistency_spans(old_size, new_size)
    _require_length(proof, len(spans))
    steps = list(zip(spans, proof, strict=True))
    # Either the proof starts with the old tree's last complete subtree, or the old tree is one itself.
    old = new = steps.pop(0)[1] if steps and steps[0][0][1] == old_size else old_root
    for (begin, _), sibling in steps:
        if begin < old_size:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
        else:
            new = node_hash(new, sibling)
    if (old, new) != (old_root, new_root):
        raise ProofInvalid(f"the tree of {new_size} leaves does not continue the tree of {old_size} leaves")


def _require_hashes(hashes: Sequence[bytes]) -> None:
    if set(map(len, hashes)) - {HASH_SIZE}:
        raise ProofInvalid(f"a hash is {HASH_SIZE} bytes")


def _require_numbers(*numbers: int) -> None:
    # Not for tidiness alone: Python writes no integer of more than 4,300 digits into a message.
    if any(number.bit_length() > SIZE_BITS for number in numbers):
        raise ProofInvalid(f"no tree has so many leaves: a size is a number of {SIZE_BITS} bits")


def _require_leaf(index: int, size: int) -> None:
    _require_numbers(index, size)
    if not 0 <= index < size:
        raise ProofInvalid(f"a tree of {size} leaves has no leaf {index}")


def _require_growth(old_size: int, new_size: int) -> None:
    _require_numbers(old_size, new_size)
    if not 1 <= old_size <= new_size:
        raise ProofInvalid(f"nothing can be proved from {old_size} to {new_size} leaves")


def _require_length(proof: Sequence[bytes], length: int) -> None:
    if len(proof) != length:
        raise ProofInvalid(f"the proof has {len(proof)} hashes where it needs {length}")
