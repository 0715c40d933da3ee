"""The tree proves what is in it and what it grew from, and nothing else."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.tlog.merkle import (
    EMPTY_ROOT,
    ProofInvalid,
    leaf_hash,
    leaf_hashes,
    node_hash,
    root,
    verify_consistency,
    verify_inclusion,
)
from tests.tlog.naive import naive_path, naive_root, naive_subproof
from tests.tlog.proving import consistency_proof, inclusion_proof

# The reference tree of Certificate Transparency: leaves, roots of sizes 1 to 8, proofs (0-based here).
# Source: transparency-dev/merkle, proof/verify_test.go and testonly/constants.go.
CT_LEAVES = [
    bytes.fromhex(leaf)
    for leaf in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
CT_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
L1 = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
N23 = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
N4567 = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
L4 = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
N67 = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
N45 = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
L6 = "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f"
CT_INCLUSION = {
    (0, 8): [L1, N23, N4567],
    (5, 8): [L4, N67, CT_ROOTS[3]],
    (2, 3): [CT_ROOTS[1]],
    (1, 5): [CT_ROOTS[0], N23, L4],
}
CT_CONSISTENCY = {
    (1, 1): [],
    (1, 8): [L1, N23, N4567],
    (6, 8): [N45, N67, CT_ROOTS[3]],
    (2, 5): [N23, L4],
    (6, 7): [N45, L6, CT_ROOTS[3]],
}

ENTRIES = [f"entry {number}".encode() for number in range(40)]
LEAVES = leaf_hashes(ENTRIES)
ROOTS = [naive_root(ENTRIES[:size]) for size in range(len(ENTRIES) + 1)]


def flips(data: bytes) -> list[bytes]:
    """Return every neighbour of these bytes that differs in one bit."""
    number = int.from_bytes(data)
    return [(number ^ 1 << bit).to_bytes(len(data)) for bit in range(8 * len(data))]


def test_the_published_reference_tree_has_its_published_roots() -> None:
    hashes = leaf_hashes(CT_LEAVES)
    assert [root(hashes[:size]).hex() for size in range(1, 9)] == CT_ROOTS
    assert root([]) == EMPTY_ROOT
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize(("index", "size"), CT_INCLUSION)
def test_the_published_inclusion_proofs_are_made_and_verified(index: int, size: int) -> None:
    proof = inclusion_proof(leaf_hashes(CT_LEAVES[:size]), index)
    assert [step.hex() for step in proof] == CT_INCLUSION[index, size]
    verify_inclusion(leaf_hash(CT_LEAVES[index]), index, size, proof, bytes.fromhex(CT_ROOTS[size - 1]))


@pytest.mark.parametrize(("old", "new"), CT_CONSISTENCY)
def test_the_published_consistency_proofs_are_made_and_verified(old: int, new: int) -> None:
    proof = consistency_proof(leaf_hashes(CT_LEAVES[:new]), old)
    assert [step.hex() for step in proof] == CT_CONSISTENCY[old, new]
    verify_consistency(old, bytes.fromhex(CT_ROOTS[old - 1]), new, bytes.fromhex(CT_ROOTS[new - 1]), proof)


@pytest.mark.parametrize("size", range(1, 41))
def test_every_proof_of_every_small_tree_is_the_one_the_definition_gives(size: int) -> None:
    assert root(LEAVES[:size]) == ROOTS[size]
    for index in range(size):
        proof = inclusion_proof(LEAVES[:size], index)
        assert proof == naive_path(index, ENTRIES[:size])
        verify_inclusion(LEAVES[index], index, size, proof, ROOTS[size])
    for old in range(1, size + 1):
        proof = consistency_proof(LEAVES[:size], old)
        assert proof == naive_subproof(old, ENTRIES[:size])
        verify_consistency(old, ROOTS[old], size, ROOTS[size], proof)


@pytest.mark.parametrize("size", range(1, 18))
def test_a_proof_holds_for_no_other_index_or_leaf(size: int) -> None:
    for index in range(size):
        proof = inclusion_proof(LEAVES[:size], index)
        for other in set(range(-1, size + 2)) - {index}:
            with pytest.raises(ProofInvalid):
                verify_inclusion(LEAVES[index], other, size, proof, ROOTS[size])
        for neighbour in set(range(size)) - {index}:
            with pytest.raises(ProofInvalid):
                verify_inclusion(LEAVES[neighbour], index, size, proof, ROOTS[size])


def test_size_and_root_must_come_from_one_checkpoint() -> None:
    # RFC 9162 itself: among 7 leaves the path of the last looks like the path of leaf 5 among 6.
    proof = inclusion_proof(LEAVES[:7], 6)
    verify_inclusion(LEAVES[6], 5, 6, proof, ROOTS[7])
    with pytest.raises(ProofInvalid):
        verify_inclusion(LEAVES[6], 5, 6, proof, ROOTS[6])
    with pytest.raises(ProofInvalid):
        verify_inclusion(LEAVES[6], 6, 14, proof, ROOTS[7])


@pytest.mark.parametrize("size", range(1, 18))
def test_a_consistency_proof_holds_for_no_other_pair_of_roots(size: int) -> None:
    for old in range(1, size + 1):
        proof = consistency_proof(LEAVES[:size], old)
        for first, second in product(range(1, size + 2), range(1, size + 2)):
            equal_trees = old == size and first == second
            if (first, second) != (old, size) and not equal_trees:
                with pytest.raises(ProofInvalid):
                    verify_consistency(old, ROOTS[first], size, ROOTS[second], proof)


@pytest.mark.parametrize("size", [1, 2, 3, 6, 7, 8])
def test_every_bit_flip_of_an_inclusion_proof_is_caught(size: int) -> None:
    for index in range(size):
        statement = [LEAVES[index], ROOTS[size], *inclusion_proof(LEAVES[:size], index)]
        for place, part in enumerate(statement):
            for flipped in flips(part):
                said = [*statement[:place], flipped, *statement[place + 1 :]]
                with pytest.raises(ProofInvalid):
                    verify_inclusion(said[0], index, size, said[2:], said[1])


@pytest.mark.parametrize("size", [1, 2, 3, 6, 7, 8])
def test_every_bit_flip_of_a_consistency_proof_is_caught(size: int) -> None:
    for old in range(1, size + 1):
        statement = [ROOTS[old], ROOTS[size], *consistency_proof(LEAVES[:size], old)]
        for place, part in enumerate(statement):
            for flipped in flips(part):
                said = [*statement[:place], flipped, *statement[place + 1 :]]
                with pytest.raises(ProofInvalid):
                    verify_consistency(old, said[0], size, said[1], said[2:])


@pytest.mark.parametrize("size", [1, 2, 7, 8])
def test_a_proof_with_a_hash_more_or_less_or_of_another_length_is_refused(size: int) -> None:
    for index, extra in product(range(size), [b"", LEAVES[0], ROOTS[size], b"\x00" * 31]):
        for proof in _misshapen(inclusion_proof(LEAVES[:size], index), extra):
            with pytest.raises(ProofInvalid):
                verify_inclusion(LEAVES[index], index, size, proof, ROOTS[size])
        for proof in _misshapen(consistency_proof(LEAVES[:size], index + 1), extra):
            with pytest.raises(ProofInvalid):
                verify_consistency(index + 1, ROOTS[index + 1], size, ROOTS[size], proof)


def _misshapen(proof: list[bytes], extra: bytes) -> list[list[bytes]]:
    shapes = [[*proof, extra], [extra, *proof]]
    return [*shapes, proof[:-1], proof[1:]] if proof else shapes


def test_two_hashes_cannot_be_parted_elsewhere_than_at_32_bytes() -> None:
    # The hashed bytes are the same wherever the left child ends, so only the lengths tell.
    leaf, sibling = LEAVES[:2]
    with pytest.raises(ProofInvalid, match="32 bytes"):
        verify_inclusion(leaf[:31], 0, 2, [leaf[31:] + sibling], ROOTS[2])
    with pytest.raises(ProofInvalid, match="32 bytes"):
        verify_consistency(1, leaf[:31], 2, ROOTS[2], [leaf[31:] + sibling])


def test_what_no_tree_can_have_is_refused() -> None:
    for index, size in [(0, 0), (1, 1), (-1, 3), (3, 3)]:
        with pytest.raises(ProofInvalid, match="no leaf"):
            verify_inclusion(LEAVES[0], index, size, [], ROOTS[size])
    for old, new in [(0, 0), (0, 5), (-1, 5), (6, 5)]:
        with pytest.raises(ProofInvalid, match="nothing can be proved"):
            verify_consistency(old, EMPTY_ROOT, new, ROOTS[new], [])
    for beyond in (2**64, 10**5000, -(10**5000)):
        for at, size in ((beyond, 3), (1, beyond)):
            with pytest.raises(ProofInvalid, match="no tree has so many leaves"):
                verify_inclusion(LEAVES[0], at, size, [], ROOTS[3])
            with pytest.raises(ProofInvalid, match="no tree has so many leaves"):
                verify_consistency(at, ROOTS[1], size, ROOTS[3], [])
    for hashes in ([b""], [LEAVES[0], b"short"], [ENTRIES[0]]):
        with pytest.raises(ProofInvalid, match="32 bytes"):
            root(hashes)


@given(st.lists(st.binary(max_size=80), max_size=300), st.data())
def test_trees_of_any_entries_agree_with_the_definition(entries: list[bytes], data: st.DataObject) -> None:
    hashes = leaf_hashes(entries)
    assert hashes == [leaf_hash(entry) for entry in entries]
    assert root(hashes) == naive_root(entries)
    if entries:
        index = data.draw(st.integers(0, len(entries) - 1))
        assert inclusion_proof(hashes, index) == naive_path(index, entries)
        assert consistency_proof(hashes, index + 1) == naive_subproof(index + 1, entries)


def test_an_entry_cannot_pose_as_an_inner_node() -> None:
    left, right = LEAVES[0], LEAVES[1]
    assert leaf_hash(left + right) != node_hash(left, right)
    assert leaf_hash(b"") != EMPTY_ROOT
