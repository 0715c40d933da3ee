"""A tree grown leaf by leaf, or proved from stored nodes, is the tree of all its leaves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.tlog.merkle import ProofInvalid, leaf_hash, prove, root
from service.tlog.nodes import Node, consistency_nodes, inclusion_nodes, span_nodes
from service.tlog.right_edge import BLOCK, Range
from tests.tlog.proving import consistency_proof, inclusion_proof

LEAVES = [leaf_hash(number.to_bytes(4)) for number in range(3 * BLOCK + 5)]


def test_the_root_is_known_after_every_single_leaf() -> None:
    growing = Range()
    for size in range(65):
        assert (growing.size, growing.root()) == (size, root(LEAVES[:size]))
        growing.append(LEAVES[size])


@given(st.lists(st.integers(0, BLOCK + 3), max_size=4))
def test_growing_in_any_steps_and_from_stored_edges_gives_the_same_tree(steps: list[int]) -> None:
    size = 0
    hashes: tuple[bytes, ...] = ()
    for step in steps:
        growing = Range(size, hashes)
        growing.extend(LEAVES[size : size + step])
        size, hashes = growing.size, growing.hashes
        assert growing.root() == root(LEAVES[:size])
        assert len(hashes) == len(span_nodes((0, size)))


@pytest.mark.parametrize(("size", "hashes"), [(1, []), (0, [LEAVES[0]]), (2, LEAVES[:2]), (1, [b"short"]), (-1, [b""])])
def test_an_edge_that_does_not_fit_its_size_is_refused(size: int, hashes: list[bytes]) -> None:
    with pytest.raises(ProofInvalid, match="edge"):
        Range(size, hashes)
    with pytest.raises(ProofInvalid, match="32 bytes"):
        Range().append(b"entry")


def test_proofs_need_only_complete_subtrees() -> None:
    for size in range(1, 41):
        asked: list[Node] = []

        def node(level: int, index: int, asked: list[Node] = asked) -> bytes:
            asked.append((level, index))
            return root(LEAVES[index << level : (index + 1) << level])

        for index in range(size):
            assert prove(inclusion_nodes(index, size), node) == inclusion_proof(LEAVES[:size], index)
            assert prove(consistency_nodes(index + 1, size), node) == consistency_proof(LEAVES[:size], index + 1)
        assert all((index + 1) << level <= size for level, index in asked)


def test_a_proof_in_the_largest_log_needs_few_nodes() -> None:
    size = 2**62 - 1
    assert len(inclusion_nodes(size - 1, size)) <= size.bit_length()
    assert sum(len(nodes) for nodes in consistency_nodes(size // 3, size)) <= 2 * size.bit_length()
