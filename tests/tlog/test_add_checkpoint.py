"""A witness grants what continues what it cosigned last, and says by the specification's numbers why it does not."""

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from service.tlog.add_checkpoint import (
    MAX_REQUEST_BYTES,
    AddCheckpoint,
    GrowthUnproved,
    LogUnknown,
    LogUnsigned,
    OldSizeStale,
    Refused,
    RequestMalformed,
    RootDiffers,
    admit,
    parse_request,
    size_told,
)
from service.tlog.checkpoint import Checkpoint, sign_checkpoint
from service.tlog.cosignature import Cosigner
from service.tlog.encoding import NoteMalformed
from service.tlog.keys import Signer
from service.tlog.note import Note, Signature, parse_note
from tests.witness.growing import ORIGIN, Log

# Source: c2sp.org/tlog-witness, the example of a request.
SPEC_REQUEST = """old 20852014
PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=
""".encode()

TRUE, FORK = Log(), Log("false", forks_at=6)
STRANGER = Signer("stranger.example/log", bytes(32))
IMPOSTOR = Signer(ORIGIN, bytes(32))
KNOWN = [TRUE.signer.verifier, STRANGER.verifier]


def asked(log: Log, old_size: int, size: int) -> AddCheckpoint:
    return parse_request(log.request(old_size, size))


def seen(size: int) -> Checkpoint | None:
    return TRUE.checkpoint(size)


def test_the_request_of_the_specification_is_read_and_written() -> None:
    request = parse_request(SPEC_REQUEST)
    assert (request.old_size, len(request.proof), len(request.note.signatures)) == (20852014, 4, 2)
    assert (request.checkpoint.origin, request.checkpoint.size) == ("example.com/behind-the-sofa", 20852163)
    assert bytes(request) == SPEC_REQUEST


@pytest.mark.parametrize("old_size", range(9))
@pytest.mark.parametrize("growth", range(9))
def test_every_growth_that_is_proved_is_granted(old_size: int, growth: int) -> None:
    request = asked(TRUE, old_size, old_size + growth)
    assert admit(request, KNOWN, seen(old_size)).checkpoint == TRUE.checkpoint(old_size + growth)


def test_the_first_tree_of_a_log_is_believed_as_it_is() -> None:
    for size in range(4):
        assert admit(asked(TRUE, 0, size), KNOWN, None).checkpoint.size == size


with_proof = replace(asked(TRUE, 0, 8), proof=(bytes(32),))
empty_tree = AddCheckpoint(0, (), parse_note(sign_checkpoint(Checkpoint(ORIGIN, 0, bytes(32)), TRUE.signer)))
foreign = AddCheckpoint(0, (), parse_note(sign_checkpoint(Checkpoint("other.example", 1, bytes(32)), TRUE.signer)))
posing = AddCheckpoint(0, (), parse_note(sign_checkpoint(TRUE.checkpoint(3), STRANGER)))
forged = asked(Log(signer=IMPOSTOR), 0, 3)
broken = AddCheckpoint(0, (), Note(TRUE.checkpoint(4).text, parse_note(TRUE.note(3)).signatures))
beyond = AddCheckpoint(9, (), parse_note(TRUE.note(8)))
longer = replace(asked(TRUE, 5, 8), proof=(*TRUE.proof(5, 8), bytes(32)))
shorter = replace(asked(TRUE, 5, 8), proof=TRUE.proof(5, 8)[:-1])
swapped = replace(asked(TRUE, 5, 8), proof=TRUE.proof(5, 8)[::-1])
idle = replace(asked(TRUE, 8, 8), proof=(bytes(32),))

REFUSALS = {
    "a log of another origin": (foreign, None, LogUnknown, 404),
    "a log that another known log signed for": (posing, None, LogUnsigned, 403),
    "a log that an unknown key of its name signed": (forged, None, LogUnsigned, 403),
    "a log whose signature is over another text": (broken, None, LogUnsigned, 403),
    "an old size beyond the checkpoint": (beyond, seen(9), RequestMalformed, 400),
    "an old size that is too small": (asked(TRUE, 5, 8), seen(6), OldSizeStale, 409),
    "an old size that is too large": (asked(TRUE, 7, 8), seen(6), OldSizeStale, 409),
    "an old checkpoint once more": (asked(TRUE, 0, 5), seen(8), OldSizeStale, 409),
    "no old size of a log that is known": (asked(TRUE, 0, 8), seen(5), OldSizeStale, 409),
    "an old size of a log that is not known": (asked(TRUE, 5, 8), None, OldSizeStale, 409),
    "a fork of the same size": (asked(FORK, 8, 8), seen(8), RootDiffers, 409),
    "a fork of the same size, with a proof": (
        replace(asked(FORK, 8, 8), proof=(bytes(32),)),
        seen(8),
        RootDiffers,
        409,
    ),
    "a fork that has grown": (asked(FORK, 8, 12), seen(8), GrowthUnproved, 422),
    "a proof that is too long": (longer, seen(5), GrowthUnproved, 422),
    "a proof that is too short": (shorter, seen(5), GrowthUnproved, 422),
    "a proof in another order": (swapped, seen(5), GrowthUnproved, 422),
    "a proof where there is nothing to prove": (idle, seen(8), GrowthUnproved, 422),
    "a proof from no entries": (with_proof, None, GrowthUnproved, 422),
    "an empty tree under another root": (empty_tree, None, GrowthUnproved, 422),
}


@pytest.mark.parametrize(("request_", "known", "refusal", "status"), REFUSALS.values(), ids=REFUSALS)
def test_a_witness_refuses(
    request_: AddCheckpoint, known: Checkpoint | None, refusal: type[Refused], status: int
) -> None:
    with pytest.raises(refusal) as refused:
        admit(request_, KNOWN, known)
    assert refused.value.status == status
    if refusal is OldSizeStale:
        assert (refused.value.media_type, refused.value.body) == ("text/x.tlog.size", f"{known.size if known else 0}\n")
    else:
        assert refused.value.media_type.startswith("text/plain")
        assert refused.value.body.endswith("\n")


def test_signatures_of_unknown_keys_are_ignored() -> None:
    request = asked(TRUE, 5, 8)
    witness = Cosigner("witness.example", bytes(32))
    note = request.note.signed(IMPOSTOR.sign("else"), witness.cosign(request.note.text, 1))
    granted = admit(replace(request, note=note), KNOWN, seen(5))
    assert [found.key_id for found in granted.verified] == [TRUE.signer.verifier.key_id]


def test_any_trusted_key_of_a_log_may_sign_for_it() -> None:
    granted = admit(asked(Log(signer=IMPOSTOR), 5, 8), [*KNOWN, IMPOSTOR.verifier], seen(5))
    assert granted.signed_by(IMPOSTOR.verifier)


NOTE = TRUE.note(3).decode()
HASH = "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw="


@pytest.mark.parametrize(
    "body",
    [
        "",
        "old 0\n",
        "old 0\n\n",
        NOTE,
        f"\n\n{NOTE}",
        f"old 0\n{NOTE}",
        f"old\n\n{NOTE}",
        f"old \n\n{NOTE}",
        f"old  1\n\n{NOTE}",
        f"old 01\n\n{NOTE}",
        f"old -1\n\n{NOTE}",
        f"old +1\n\n{NOTE}",
        f"old 1 \n\n{NOTE}",
        f"old 1_0\n\n{NOTE}",
        f"old \u0661\n\n{NOTE}",
        f"old 9223372036854775808\n\n{NOTE}",
        f"OLD 1\n\n{NOTE}",
        f"size 1\n\n{NOTE}",
        f"old 1\r\n\r\n{NOTE}",
        f"old 1\n{HASH[:-1]}\n\n{NOTE}",
        f"old 1\n{HASH} \n\n{NOTE}",
        f"old 1\nAAAA\n\n{NOTE}",
        "old 1\n" + f"{HASH}\n" * 64 + f"\n{NOTE}",
        f"old 0\n\n{NOTE[:-1]}",
        f"old 0\n\n{NOTE}\n",
        f"old 0\n\n{NOTE.partition('—')[0]}",
        f"old 0\n\n{TRUE.checkpoint(3).text}",
        "old 0\n\nno checkpoint\n\n— a AAAAAAA=\n",
        "old 0\n\n" + NOTE.replace("\n\n", f"\n{'extension' * 8000}\n\n"),
    ],
)
def test_a_malformed_request_is_refused(body: str) -> None:
    with pytest.raises(RequestMalformed) as refused:
        parse_request(body.encode())
    assert refused.value.status == 400


def test_a_request_has_room_for_what_is_allowed() -> None:
    longest = [Signature("witness.example.gov/pacta", bytes([n] * 4), bytes(2428)) for n in range(16)]
    note = parse_note(TRUE.note(9)).signed(*longest)
    raw = bytes(AddCheckpoint(5, tuple(bytes([n] * 32) for n in range(63)), note))
    assert len(raw) < MAX_REQUEST_BYTES
    assert bytes(parse_request(raw)) == raw


@pytest.mark.parametrize(("old_size", "proof"), [(-1, ()), (2**63, ()), (1, (bytes(31),)), (1, (bytes(32),) * 64)])
def test_what_cannot_be_written_is_no_request(old_size: int, proof: tuple[bytes, ...]) -> None:
    with pytest.raises(NoteMalformed):
        AddCheckpoint(old_size, proof, parse_note(TRUE.note(3)))


@given(st.binary() | st.text(alphabet="old 1\n=A—").map(str.encode) | st.binary().map(SPEC_REQUEST[:330].__add__))
@example(SPEC_REQUEST)
def test_any_bytes_are_read_exactly_or_refused(raw: bytes) -> None:
    try:
        request = parse_request(raw)
    except RequestMalformed:
        return
    assert bytes(request) == raw


@given(st.integers(0, 12), st.integers(0, 12), st.integers(0, 12), st.sampled_from([TRUE, FORK]))
def test_only_the_true_history_is_cosigned(known: int, old_size: int, size: int, log: Log) -> None:
    request = AddCheckpoint(old_size, log.proof(old_size, size), parse_note(log.note(size)))
    try:
        granted = admit(request, KNOWN, seen(known))
    except Refused:
        assert old_size != known or size < old_size or log.leaves(size)[:known] != TRUE.leaves(known)
        return
    assert granted.checkpoint.size == size >= known == old_size
    assert log.leaves(size)[:known] == TRUE.leaves(known)


@pytest.mark.parametrize(
    ("media_type", "body", "size"),
    [
        ("text/x.tlog.size", b"0\n", 0),
        ("text/x.tlog.size", b"20852014\n", 20852014),
        ("text/x.tlog.size", b"20852014", None),
        ("text/x.tlog.size", b"\n", None),
        ("text/x.tlog.size", b"-1\n", None),
        ("text/x.tlog.size", b"01\n", None),
        ("text/x.tlog.size", b"1\n\n", None),
        ("text/x.tlog.size", b"9223372036854775808\n", None),
        ("text/x.tlog.size", "\u0661\n".encode(), None),
        ("text/x.tlog.size; charset=utf-8", b"1\n", 1),
        ("Text/X.TLog.Size ;charset=utf-8", b"1\n", 1),
        ("text/x.tlog.sizes", b"1\n", None),
        ("; text/x.tlog.size", b"1\n", None),
        ("text/plain", b"1\n", None),
    ],
)
def test_a_size_is_told_in_one_spelling(media_type: str, body: bytes, size: int | None) -> None:
    assert size_told(media_type, body) == size
