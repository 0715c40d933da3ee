"""A note is believed when a known key signed exactly these bytes, and never otherwise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.tlog.encoding import NoteInvalid, NoteMalformed, encode_base64
from service.tlog.keys import Signer, Verifier, key_id
from service.tlog.note import (
    MAX_NOTE_BYTES,
    Note,
    NoteUnverified,
    Signature,
    SignatureInvalid,
    open_note,
    parse_note,
    sign_note,
)
from tests.tlog.test_merkle import flips

# Source: golang.org/x/mod, sumdb/note/note_test.go.
PETER_VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_SKEY = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
ENOCH_VKEY = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
PETER_LINE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
ENOCH_LINE = (
    "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
)
# Source: c2sp.org/signed-note, "Verifier keys".
SPEC_VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
SPEC_NOTE = (
    "This is an example message.\n\n— example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)

PETER, ENOCH = Verifier.parse(PETER_VKEY), Verifier.parse(ENOCH_VKEY)
SIGNER = Signer.parse(PETER_SKEY)


def note(*lines: str, text: str = TEXT) -> bytes:
    """Put a note together by hand."""
    return f"{text}\n{''.join(lines)}".encode()


def test_the_published_notes_are_verified_and_reproduced() -> None:
    opened, verified = open_note(SPEC_NOTE.encode(), [Verifier.parse(SPEC_VKEY)])
    assert (opened.text, len(verified)) == ("This is an example message.\n", 1)
    assert bytes(opened) == SPEC_NOTE.encode()
    assert sign_note(TEXT, SIGNER) == note(PETER_LINE)


@pytest.mark.parametrize("vkey", [PETER_VKEY, ENOCH_VKEY, SPEC_VKEY])
def test_keys_are_written_as_they_were_read(vkey: str) -> None:
    assert Verifier.parse(vkey).vkey == vkey
    assert SIGNER.skey == PETER_SKEY
    assert SIGNER.verifier.vkey == PETER_VKEY


def test_a_secret_is_shown_neither_by_repr_nor_by_errors() -> None:
    secret = PETER_SKEY.rsplit("+", 1)[1]
    assert str(SIGNER.seed) not in repr(SIGNER)
    for broken in (PETER_SKEY[:-1] + "!", PETER_SKEY.replace("c7", "c8"), PETER_SKEY.replace("PRIVATE", "PUBLIC")):
        with pytest.raises(NoteMalformed) as refusal:
            Signer.parse(broken)
        assert secret[:8] not in str(refusal.value)
    with pytest.raises(NoteMalformed, match="32 bytes"):
        Signer("short", bytes(31))


@pytest.mark.parametrize(
    "vkey",
    [
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        PETER_VKEY.replace("c74f20a3", "C74F20A3"),
        PETER_VKEY + "\n",
        "Peter Neumann" + PETER_VKEY[12:],
        f"short+{key_id('short', 1, b'key').hex()}+{encode_base64(bytes([1]) + b'key')}",
        f"\ud800+c74f20a3+{PETER_VKEY[22:]}",
        "",
    ],
)
def test_a_key_that_is_not_what_it_says_is_refused(vkey: str) -> None:
    with pytest.raises(NoteMalformed):
        Verifier.parse(vkey)


def test_no_part_and_no_mangling_of_a_key_is_a_key() -> None:
    for key, parse in ((PETER_VKEY, Verifier.parse), (PETER_SKEY, Signer.parse)):
        parts = {key[begin:end] for begin in range(len(key)) for end in range(begin, len(key) + 1)} - {key}
        mangled = [key[:place] + chr(ord(key[place]) + 1) + key[place + 1 :] for place in range(len(key))]
        for wrong in [*parts, *mangled]:
            with pytest.raises(NoteMalformed):
                parse(wrong)


def test_unknown_signatures_are_ignored() -> None:
    for known, names in (([PETER], ["PeterNeumann"]), ([PETER, ENOCH], ["PeterNeumann", "EnochRoot"])):
        opened, verified = open_note(note(PETER_LINE, ENOCH_LINE), known)
        assert [signature.name for signature in verified] == names
        assert len(opened.signatures) == 2


def test_a_signature_that_shares_only_name_or_only_id_with_a_known_key_is_ignored() -> None:
    same_name = Signature("PeterNeumann", ENOCH.key_id, b"x" * 64).line
    same_id = Signature("Other", PETER.key_id, b"x" * 64).line
    _, verified = open_note(note(same_name, same_id, PETER_LINE), [PETER])
    assert [signature.line for signature in verified] == [PETER_LINE]
    with pytest.raises(NoteUnverified):
        open_note(note(same_name, same_id), [PETER])


def test_a_known_key_that_did_not_sign_refuses_the_whole_note() -> None:
    forged = Signature("PeterNeumann", PETER.key_id, b"x" * 64).line
    for lines in ([forged], [forged, ENOCH_LINE], [ENOCH_LINE, forged], [PETER_LINE, forged], [forged, PETER_LINE]):
        with pytest.raises(SignatureInvalid, match=r"PeterNeumann\+c74f20a3"):
            open_note(note(*lines), [PETER, ENOCH])


def test_a_note_that_no_known_key_signed_is_refused() -> None:
    for known in ([], [ENOCH]):
        with pytest.raises(NoteUnverified):
            open_note(note(PETER_LINE), known)


def test_repeated_lines_and_repeated_verifiers_count_once() -> None:
    opened, verified = open_note(note(PETER_LINE, PETER_LINE, ENOCH_LINE), [PETER, PETER, ENOCH])
    assert [signature.name for signature in verified] == ["PeterNeumann", "EnochRoot"]
    assert len(opened.signatures) == 3


def test_two_known_keys_that_cannot_be_told_apart_are_refused_only_when_needed() -> None:
    class Twin:
        name, key_id = ENOCH.name, ENOCH.key_id

        def verifies(self, text: str, signature: bytes) -> bool:
            return bool(text and signature)

    open_note(note(PETER_LINE), [PETER, ENOCH, Twin()])
    with pytest.raises(NoteInvalid, match="two known keys"):
        open_note(note(ENOCH_LINE), [PETER, ENOCH, Twin()])


def test_a_new_signature_takes_the_place_of_an_older_one_by_the_same_key() -> None:
    forged = Signature("PeterNeumann", PETER.key_id, b"x" * 64)
    again = parse_note(note(forged.line, ENOCH_LINE)).signed(SIGNER.sign(TEXT))
    assert bytes(again) == note(ENOCH_LINE, PETER_LINE)


MALFORMED = {
    "nothing": b"",
    "no signature": TEXT.encode(),
    "no signature after the blank line": note(),
    "no newline at the end": note(PETER_LINE)[:-1],
    "no newline after the second signature": note(PETER_LINE, ENOCH_LINE)[:-1],
    "a control character": b"\x01" + note(PETER_LINE),
    "a tab": note(PETER_LINE, text="a\tb\n"),
    "a carriage return": note(PETER_LINE).replace(b"\n", b"\r\n"),
    "not UTF-8": b"\xff" + note(PETER_LINE),
    "a name with a space": note("— Bad Name" + PETER_LINE[14:]),
    "a name with a no-break space": note("— Bad\u00a0Name" + PETER_LINE[14:]),
    "a name with a plus": note("— Bad+Name" + PETER_LINE[14:]),
    "no name": note("— " + PETER_LINE[14:]),
    "a hyphen for the em dash": note(PETER_LINE.replace("—", "-")),
    "an unexpected line": note(PETER_LINE, "Unexpected line.\n"),
    "a blank line at the end": note(PETER_LINE, "\n"),
    "a space at the end of a line": note(PETER_LINE.replace("=\n", "= \n")),
    "base64 without padding": note(PETER_LINE.replace("=", "")),
    "base64 with stray bits": note(PETER_LINE.replace("AM=", "AN=")),
    "base64 for URLs": note(PETER_LINE.replace("/", "_")),
    "a key id alone": note("— PeterNeumann x08gow==\n"),
    "too many signatures": note(PETER_LINE * 101),
    "too long": note(PETER_LINE, text="a" * MAX_NOTE_BYTES + "\n"),
}


@pytest.mark.parametrize("raw", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_malformed_note_is_refused(raw: bytes) -> None:
    for known in ([PETER], []):
        with pytest.raises(NoteMalformed):
            open_note(raw, known)


@pytest.mark.parametrize("text", ["", "no newline", "tab\t\n", "\ud800\n"])
def test_what_cannot_be_read_again_is_not_signed(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        sign_note(text, SIGNER)
    with pytest.raises(NoteMalformed):
        sign_note(TEXT)


def test_every_bit_flip_of_a_note_is_caught() -> None:
    for flipped in flips(note(PETER_LINE)):
        with pytest.raises(NoteInvalid):
            open_note(flipped, [PETER])


@given(
    st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])), min_size=1),
    st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=4, unique=True),
)
def test_what_is_signed_opens_again(lines: list[str], seeds: list[bytes]) -> None:
    text = "".join(line + "\n" for line in lines)
    signers = [Signer(f"signer/{number}", seed) for number, seed in enumerate(seeds)]
    raw = sign_note(text, *signers)
    opened, verified = open_note(raw, [signer.verifier for signer in signers])
    assert (opened.text, bytes(opened), verified) == (text, raw, opened.signatures)


@given(st.binary(max_size=200) | st.text(alphabet="—a+ \n=A").map(str.encode))
def test_any_bytes_are_read_exactly_or_refused(raw: bytes) -> None:
    try:
        read = parse_note(raw)
    except NoteMalformed:
        return
    assert bytes(read) == raw
    assert isinstance(read, Note)
