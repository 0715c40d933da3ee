"""A cosignature says which witness saw which checkpoint, and when."""

from __future__ import annotations

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from service.tlog.cosignature import CosignatureVerifier, Cosigner, timestamp_of
from service.tlog.encoding import NoteMalformed
from service.tlog.keys import Signer, Verifier
from service.tlog.note import Signature, SignatureInvalid, open_note, parse_note, parse_signatures
from tests.tlog.test_merkle import flips

# Source: c2sp.org/tlog-cosignature (it publishes no key for this one, so only its shape can be tested).
SPEC_NOTE = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "— witness.example.com/w1 "
    "jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
)
# Source: transparency-dev/formats, note/note_cosigv1_test.go.
REMORA_VKEY = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"
TIMED = "— w ZGhGuQAAAABm/qTPeyKXD+R2rzyQsxPiP8mXum7qq/iF0u4vanlqJyocWODBt97w9uL+8qT7S5gxEHWWOworDcFiEBYJXORmnFBOBA==\n"
UNTIMED = "— w eQjRQm6eSKzFoiYalgwCPXu2y3ijtg68is9M46JKxuZB+dRfTmeQeDBoXnvxZx2ugnkyV+MUMLXpWs1hPb/W/4xkNQY=\n"

WITNESS = Cosigner("witness.example/az", bytes(range(32)))
TEXT = parse_note(SPEC_NOTE.encode()).text
NOW = 1_679_315_147


def test_published_cosignatures_tell_their_time() -> None:
    cosignature = parse_note(SPEC_NOTE.encode()).signatures[1]
    assert (cosignature.key_id.hex(), timestamp_of(cosignature)) == ("8d66cf3f", 1_679_315_147)
    assert timestamp_of(*parse_signatures(TIMED)) == 1_727_964_367
    with pytest.raises(NoteMalformed, match="72 bytes"):
        timestamp_of(*parse_signatures(UNTIMED))


def test_a_published_key_of_a_witness_is_read_and_written() -> None:
    assert CosignatureVerifier.parse(REMORA_VKEY).vkey == REMORA_VKEY
    with pytest.raises(NoteMalformed, match="0x04 where 0x01"):
        Verifier.parse(REMORA_VKEY)
    with pytest.raises(NoteMalformed, match="0x01 where 0x04"):
        CosignatureVerifier.parse(Signer("log", bytes(32)).verifier.vkey)


def test_the_signed_message_and_key_id_are_those_of_the_specification() -> None:
    cosignature = WITNESS.cosign(TEXT, NOW)
    key = WITNESS.verifier.public_key
    assert cosignature.key_id == hashlib.sha256(b"witness.example/az\n\x04" + key).digest()[:4]
    assert cosignature.signature[:8] == NOW.to_bytes(8)
    message = (
        b"cosignature/v1\ntime 1679315147\nexample.com/behind-the-sofa\n20852163\n"
        b"CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    )
    Ed25519PublicKey.from_public_bytes(key).verify(cosignature.signature[8:], message)


def test_a_cosignature_stands_beside_the_log_s_signature() -> None:
    note = parse_note(SPEC_NOTE.encode()).signed(WITNESS.cosign(TEXT, NOW))
    _, verified = open_note(bytes(note), [WITNESS.verifier])
    assert [(found.name, timestamp_of(found)) for found in verified] == [("witness.example/az", NOW)]
    later = note.signed(WITNESS.cosign(TEXT, NOW + 1))
    assert len(later.signatures) == len(note.signatures)


def test_every_bit_flip_of_a_cosignature_is_caught() -> None:
    cosignature = WITNESS.cosign(TEXT, NOW)
    assert WITNESS.verifier.verifies(TEXT, cosignature.signature)
    assert not any(WITNESS.verifier.verifies(TEXT, flipped) for flipped in flips(cosignature.signature))
    for text in flips(TEXT.encode()):
        assert not WITNESS.verifier.verifies(text.decode(errors="replace"), cosignature.signature)


def test_a_plain_signature_by_the_same_key_is_no_cosignature() -> None:
    plain = Signer(WITNESS.name, WITNESS.seed).sign(TEXT)
    assert not WITNESS.verifier.verifies(TEXT, plain.signature)
    posing = Signature(WITNESS.name, WITNESS.verifier.key_id, bytes(8) + plain.signature)
    with pytest.raises(SignatureInvalid):
        open_note(bytes(parse_note(SPEC_NOTE.encode()).signed(posing)), [WITNESS.verifier])


@pytest.mark.parametrize("timestamp", [-1, 2**63])
def test_a_time_that_cannot_be_written_is_refused(timestamp: int) -> None:
    with pytest.raises(NoteMalformed, match="no time"):
        WITNESS.cosign(TEXT, timestamp)


def test_a_time_beyond_the_bound_is_never_believed() -> None:
    signature = (2**63).to_bytes(8) + WITNESS.cosign(TEXT, NOW).signature[8:]
    assert not WITNESS.verifier.verifies(TEXT, signature)
    with pytest.raises(NoteMalformed):
        timestamp_of(Signature("w", bytes(4), signature))


def test_a_witness_s_secret_is_32_bytes_and_never_shown() -> None:
    assert repr(WITNESS.seed) not in repr(WITNESS)
    for name, seed in (("w", bytes(31)), ("a b", bytes(32))):
        with pytest.raises(NoteMalformed):
            Cosigner(name, seed)


@given(
    st.text(st.characters(codec="utf-8"), min_size=1), st.integers(0, 2**63 - 1), st.binary(min_size=32, max_size=32)
)
def test_what_is_cosigned_verifies_for_that_key_and_time_only(text: str, timestamp: int, seed: bytes) -> None:
    witness = Cosigner("w", seed)
    cosignature = witness.cosign(text, timestamp)
    assert timestamp_of(cosignature) == timestamp
    assert witness.verifier.verifies(text, cosignature.signature)
    assert not witness.verifier.verifies(text + "\n", cosignature.signature)
    assert not Cosigner("w", bytes(32 * [255])).verifier.verifies(text, cosignature.signature)
