"""A proof file proves one entry, offline, to whoever holds a policy."""

from __future__ import annotations

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.tlog.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from service.tlog.encoding import NoteInvalid
from service.tlog.keys import Signer
from service.tlog.merkle import ProofInvalid, leaf_hash, leaf_hashes, root, verify_inclusion
from service.tlog.policy import QuorumMissing
from service.tlog.policy_file import parse_policy
from service.tlog.proof import Proof, parse_proof
from tests.tlog.proving import inclusion_proof
from tests.tlog.test_checkpoint import GO
from tests.tlog.test_merkle import flips
from tests.tlog.test_policy import LOG, LOG_LINE, X1, cosigned

# Source: transparency-dev/incubator, cmd/tlog-verify: testdata/go.sum-database-tree-43930254.tlog-proof, and the
# entry from its README. sum.golang.org signs under a name that is not its origin, hence no policy here.
GO_ENTRY = (
    b"github.com/transparency-dev/tessera v1.0.0 h1:4OT1V9xJLa5NnYlFWWlCdZkCm18/o12rdd+bCTje7XE=\n"
    b"github.com/transparency-dev/tessera v1.0.0/go.mod h1:TLvfjlkbmsmKVEJUtzO2eb9Q2IBnK3EJ0dI4G0oxEOU=\n"
)
GO_PROOF = """\
c2sp.org/tlog-proof@v1
index 43930254
Q2cuq1e21q4UC1RQ6wtmXmCxk2q3Wqz/yFvD12P2KSM=
VdgHwjNYSv9fZVxvYzn8kySGvrjqeCnzdJqJILieWf4=
ARfBpZjsj3LSP42V4xBVdCKbHVa4WXSbuFAa0rUSCVQ=
0VYgz0Vmgz6jOM8H6edZBWHtO6+R7tPvN4EOwwRRSws=
vq+ifloynXE+ORFC1wymQT0cpNIJA1tqg2mQpA55+kc=
SCRewH6vHE1/Vwkt5yEW8xT7il0WbWltXjFIVqlGtQQ=
p//fIG8jgZie4MMwjHF7quCIJ4hErr7U4at0HV34MZQ=
D3K5YdBlxQcklrgF8vSbDyT05J5/mA9lzuhhp72uSOk=
jeYlYyH9FhYGwu+ZJmfPr8GvSNdgrydwqmJgHsygoR0=
p6RFgfGhu8Uuy0LyyZdI4MrSPOZkMe+ycwWJFfr8zTI=
AMZsxrVKBPSe8nSNVVCTyTxWns0CiNbChG/FoiSJWuM=
e+rtSmK5Pd1K5LgFwj7VSo5XJXOcq7OOcqPVZn1hqeM=
expmv1e6XiGr5NMUjMRkSZijlcBx+fZcpqQmUnawhOY=
+Wuic0YARH84k80/Q+KJIbhRCldxG8npjLFiHMLtEpo=
NOMeJqlyUxFXUKYRI/1YqAF4WJBfXJr8UM/SlWGqxgY=
Lm6+TAlLb2lvUs/3unZ2t6RSmJw8RO+WuEuUbAw3QEc=
Jhh2EDG15gDBoLmLiF88lVTgd+uvx3L0xczb8Y3kSq8=
taenaiKqtYMXS3gDzIF3q8VZzqAXqftHqL9BC39njaw=
kZNKypGwEANnt1+msLINnqrIrwX+0MGZUTTKXTfbloI=
A4NJSymjVJ5dvGPaGC3Gj04x8qVRKYfh0pP24mwd6Yk=
KQq808D9W4NUgr4ip+rF/RCyAUERYKKCwKiiAJfaFOc=
I3EVN3zM2rDjs5Q06Zr5gxhg+ksnX2h77E75uL+h3aI=
7iNSYSDhMeRkeV7r9krKbKelNPiqDCJU1i6xAn/Fbuw=
MYqdo6zSjxaAn+29EEjNRbPYm0myB3bheu+HTZIAbVY=
S7olT9TPLXk+bbawbV3sAzWMmhcpWrtjbw++9ZTiyn8=
xJ20xXM4QItt5vxFOtolZ5l18p7ej1+RimNkgWmoRFM=

go.sum database tree
58253265
lIyLAEe4zJUQAda6pFFg3yPOf7j1SgfMEDrpgoX39JU=

— sum.golang.org Az3grkvBHbFcpEFQ3BhGlktgB7pcswIW+ez91eWY6rNPtWfAey8bJO2rVoG2yO5zXvgiaikWVHqon+e14JhA+WXvpAY=
"""

POLICY = parse_policy(f"{LOG_LINE}{X1}quorum X1\n".encode())
LEAVES = leaf_hashes([b"agreed", b"signed", b"implemented", b"reopened", b"implemented again"])
TREE = Checkpoint(LOG.name, len(LEAVES), root(LEAVES))
PROOFS = [
    Proof(index, tuple(inclusion_proof(LEAVES, index)), cosigned("X1", checkpoint=TREE)) for index in range(len(LEAVES))
]


def test_a_published_proof_from_the_go_checksum_database_holds() -> None:
    proof = parse_proof(GO_PROOF.encode())
    assert bytes(proof) == GO_PROOF.encode()
    seen = open_checkpoint(proof.checkpoint, [GO], origin="go.sum database tree").checkpoint
    verify_inclusion(leaf_hash(GO_ENTRY), proof.index, seen.size, proof.hashes, seen.root)
    with pytest.raises(ProofInvalid):
        verify_inclusion(leaf_hash(GO_ENTRY[:-1]), proof.index, seen.size, proof.hashes, seen.root)


@pytest.mark.parametrize("index", range(len(LEAVES)))
def test_a_proof_holds_for_its_own_entry_only(index: int) -> None:
    proof = parse_proof(bytes(PROOFS[index]))
    assert proof == PROOFS[index]
    assert proof.verify(LEAVES[index], POLICY).checkpoint == TREE
    for other in {*LEAVES, b"", bytes(32)} - {LEAVES[index]}:
        with pytest.raises(ProofInvalid):
            proof.verify(other, POLICY)


def test_a_proof_needs_the_quorum_and_a_known_log() -> None:
    alone = Proof(0, PROOFS[0].hashes, cosigned(checkpoint=TREE))
    with pytest.raises(QuorumMissing):
        alone.verify(LEAVES[0], POLICY)
    stranger = Signer(LOG.name, bytes(32))
    forged = Proof(0, PROOFS[0].hashes, sign_checkpoint(TREE, stranger))
    with pytest.raises(NoteInvalid):
        forged.verify(LEAVES[0], parse_policy(f"{LOG_LINE}quorum none\n".encode()))


@pytest.mark.parametrize("index", [0, 4])
def test_every_bit_flip_of_a_proof_file_is_caught(index: int) -> None:
    for flipped in flips(bytes(PROOFS[index])):
        with pytest.raises((ProofInvalid, NoteInvalid)):
            parse_proof(flipped).verify(LEAVES[index], POLICY)


def test_every_bit_flip_of_the_entry_is_caught() -> None:
    for flipped in flips(b"signed"):
        with pytest.raises(ProofInvalid):
            PROOFS[1].verify(leaf_hash(flipped), POLICY)


def test_extra_data_is_carried_but_proves_nothing() -> None:
    plain = PROOFS[2]
    proof = Proof(plain.index, plain.hashes, plain.checkpoint, b"PK-AZ/08/014")
    assert parse_proof(bytes(proof)) == proof
    assert b"\nextra UEstQVovMDgvMDE0\nindex 2\n" in bytes(proof)
    Proof(plain.index, plain.hashes, plain.checkpoint, b"anything").verify(LEAVES[2], POLICY)


HASH = base64.b64encode(hashlib.sha256(b"hash").digest()).decode()
MALFORMED = {
    "nothing": "",
    "another header": "wrong-header\nindex 0\n\ncheckpoint\n",
    "another version": "c2sp.org/tlog-proof@v2\nindex 0\n\ncheckpoint\n",
    "no index": "c2sp.org/tlog-proof@v1\n\ncheckpoint\n",
    "a hash for the index": f"c2sp.org/tlog-proof@v1\n{HASH}\n\ncheckpoint\n",
    "extra alone": "c2sp.org/tlog-proof@v1\nextra YQ==\n\ncheckpoint\n",
    "extra twice": "c2sp.org/tlog-proof@v1\nextra YQ==\nextra YQ==\nindex 0\n\ncheckpoint\n",
    "extra after the index": "c2sp.org/tlog-proof@v1\nindex 0\nextra YQ==\n\ncheckpoint\n",
    "empty extra": "c2sp.org/tlog-proof@v1\nextra \nindex 0\n\ncheckpoint\n",
    "extra that is not base64": "c2sp.org/tlog-proof@v1\nextra !!notbase64!!\nindex 0\n\ncheckpoint\n",
    "an index in words": "c2sp.org/tlog-proof@v1\nindex notanumber\n\ncheckpoint\n",
    "a negative index": "c2sp.org/tlog-proof@v1\nindex -5\n\ncheckpoint\n",
    "a leading zero": "c2sp.org/tlog-proof@v1\nindex 05\n\ncheckpoint\n",
    "two spaces": "c2sp.org/tlog-proof@v1\nindex  5\n\ncheckpoint\n",
    "an index too large": "c2sp.org/tlog-proof@v1\nindex 9223372036854775808\n\ncheckpoint\n",
    "a hash that is not base64": "c2sp.org/tlog-proof@v1\nindex 0\n!!notbase64!!\n\ncheckpoint\n",
    "a hash of 64 bytes": f"c2sp.org/tlog-proof@v1\nindex 0\n{base64.b64encode(bytes(64)).decode()}\n\ncheckpoint\n",
    "a hash of 31 bytes": f"c2sp.org/tlog-proof@v1\nindex 0\n{base64.b64encode(bytes(31)).decode()}\n\ncheckpoint\n",
    "64 hashes": "c2sp.org/tlog-proof@v1\nindex 0\n" + f"{HASH}\n" * 64 + "\ncheckpoint\n",
    "no empty line": f"c2sp.org/tlog-proof@v1\nindex 0\n{HASH}\n",
    "no checkpoint": "c2sp.org/tlog-proof@v1\nindex 0\n\n",
    "carriage returns": "c2sp.org/tlog-proof@v1\r\nindex 0\r\n\r\ncheckpoint\r\n",
    "letters beyond ASCII": "c2sp.org/tlog-proof@v1\nindex 0\n\u00e9\n\ncheckpoint\n",
}


@pytest.mark.parametrize("text", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_malformed_proof_file_is_refused(text: str) -> None:
    with pytest.raises(ProofInvalid):
        parse_proof(text.encode())


def test_a_checkpoint_with_an_empty_line_before_it_is_refused() -> None:
    with pytest.raises(NoteInvalid):
        parse_proof(bytes(PROOFS[0]).replace(b"\n\n", b"\n\n\n", 1)).verify(LEAVES[0], POLICY)


def test_a_proof_that_could_not_be_read_again_is_not_written() -> None:
    for index, hashes, checkpoint, extra in [
        (-1, (), b"c", None),
        (2**63, (), b"c", None),
        (0, (b"short",), b"c", None),
        (0, (bytes(32),) * 64, b"c", None),
        (0, (), b"", None),
        (0, (), b"c", b""),
    ]:
        with pytest.raises(ProofInvalid):
            Proof(index, hashes, checkpoint, extra)


@given(
    st.builds(
        Proof,
        st.integers(0, 2**63 - 1),
        st.lists(st.binary(min_size=32, max_size=32), max_size=63).map(tuple),
        st.binary(min_size=1),
        st.none() | st.binary(min_size=1),
    )
)
def test_a_proof_is_read_as_it_was_written(proof: Proof) -> None:
    assert parse_proof(bytes(proof)) == proof


@given(st.binary(max_size=120) | st.text(alphabet="0\nindex AE=").map(str.encode))
def test_any_bytes_are_read_exactly_or_refused(tail: bytes) -> None:
    raw = b"c2sp.org/tlog-proof@v1\n" + tail
    try:
        proof = parse_proof(raw)
    except ProofInvalid:
        return
    assert bytes(proof) == raw
