"""A checkpoint is what its log signed: one spelling, one origin."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.tlog.checkpoint import Checkpoint, OriginMismatch, open_checkpoint, parse_checkpoint, sign_checkpoint
from service.tlog.cosignature import Cosigner
from service.tlog.encoding import NoteInvalid, NoteMalformed
from service.tlog.keys import Signer, Verifier
from service.tlog.note import NoteUnverified, SignatureInvalid, parse_note
from tests.tlog.test_merkle import flips

# Source: sum.golang.org, its checkpoint of 10 January 2023 as kept in google/trillian-examples (witness README) and
# the one within transparency-dev/incubator, cmd/tlog-verify/testdata; the key stands in the go command itself.
GO_VKEY = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
GO_CHECKPOINTS = {
    15081221: (
        "go.sum database tree\n15081221\nBoMMe1wd25Tco0mYGROkyqxHZWx+hcSCtMV315Lu6Lg=\n\n— sum.golang.org "
        "Az3grilD7vQqTrv66jRgKM84Y80KTprrSt4bKmiOPxgmS5ZVBTeCl6dUvjYnN13R+C8j0jGY1WnUADGMkok3U0m2Zgo=\n"
    ),
    58253265: (
        "go.sum database tree\n58253265\nlIyLAEe4zJUQAda6pFFg3yPOf7j1SgfMEDrpgoX39JU=\n\n— sum.golang.org "
        "Az3grkvBHbFcpEFQ3BhGlktgB7pcswIW+ez91eWY6rNPtWfAey8bJO2rVoG2yO5zXvgiaikWVHqon+e14JhA+WXvpAY=\n"
    ),
}
GO = Verifier.parse(GO_VKEY)
ROOT = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="
LOG = Signer("pacta.example/az-pk", bytes(range(32)))
SEEN = Checkpoint(LOG.name, 20852163, bytes(range(32)))


@pytest.mark.parametrize("size", GO_CHECKPOINTS)
def test_the_checkpoints_of_the_go_checksum_database_are_verified(size: int) -> None:
    raw = GO_CHECKPOINTS[size].encode()
    opened = open_checkpoint(raw, [GO], origin="go.sum database tree")
    assert (opened.checkpoint.size, bytes(opened.note)) == (size, raw)
    with pytest.raises(OriginMismatch):
        open_checkpoint(raw, [GO])


def test_a_checkpoint_of_another_log_is_refused() -> None:
    raw = sign_checkpoint(SEEN, LOG)
    assert open_checkpoint(raw, [LOG.verifier]).checkpoint == SEEN
    with pytest.raises(OriginMismatch, match="other"):
        open_checkpoint(raw, [LOG.verifier], origin="other.example/log")
    with pytest.raises(OriginMismatch):
        open_checkpoint(sign_checkpoint(Checkpoint("other.example/log", 1, bytes(32)), LOG), [LOG.verifier])


def test_a_witness_alone_makes_no_checkpoint() -> None:
    witness = Cosigner("witness.example/w", bytes(32))
    note = parse_note(sign_checkpoint(SEEN, LOG)).signed(witness.cosign(SEEN.text, 1))
    opened = open_checkpoint(bytes(note), [LOG.verifier], [witness.verifier])
    assert opened.signed_by(LOG.verifier)
    assert opened.signed_by(witness.verifier)
    with pytest.raises(NoteUnverified, match="no log"):
        open_checkpoint(bytes(note), [GO], [witness.verifier])


def test_every_bit_flip_of_a_checkpoint_is_caught() -> None:
    for flipped in flips(sign_checkpoint(SEEN, LOG)):
        with pytest.raises(NoteInvalid):
            open_checkpoint(flipped, [LOG.verifier])


def test_a_signature_over_other_words_is_refused() -> None:
    raw = sign_checkpoint(SEEN, LOG)
    for old, new in ((b"20852163", b"20852164"), (b"AAECAwQF", b"AAECAwQG")):
        with pytest.raises(SignatureInvalid):
            open_checkpoint(raw.replace(old, new), [LOG.verifier])


@pytest.mark.parametrize(
    "text",
    [
        f"example.com/log\n020852163\n{ROOT}\n",
        f"example.com/log\n+1\n{ROOT}\n",
        f"example.com/log\n-1\n{ROOT}\n",
        f"example.com/log\n\n{ROOT}\n",
        f"example.com/log\n1 \n{ROOT}\n",
        f"example.com/log\n1_0\n{ROOT}\n",
        f"example.com/log\n\u0661\n{ROOT}\n",
        f"example.com/log\n9223372036854775808\n{ROOT}\n",
        f"\n1\n{ROOT}\n",
        "example.com/log\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxqw==\n",
        f"example.com/log\n1\n{ROOT[:-1]}\n",
        f"example.com/log\n1\n{ROOT} \n",
        "example.com/log\n1\n\n",
        "example.com/log\n1\n",
        f"example.com/log\n1\n{ROOT}\n\n",
        f"example.com/log\n1\n{ROOT}\nextension\n\nmore\n",
        f"example.com/log\n1\n{ROOT}",
        f"example.com/log\n1\n{ROOT}\nextension",
        f"example.com/log\r\n1\n{ROOT}\n",
        "",
    ],
)
def test_a_malformed_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(NoteMalformed):
        parse_checkpoint(text)


@pytest.mark.parametrize(
    ("origin", "size", "root", "extensions"),
    [
        ("", 1, bytes(32), ()),
        ("a\nb", 1, bytes(32), ()),
        ("a", -1, bytes(32), ()),
        ("a", 2**63, bytes(32), ()),
        pytest.param("a", 10**5000, bytes(32), (), id="a size that no text can hold"),
        ("a", 1, bytes(31), ()),
        ("a", 1, bytes(32), ("",)),
        ("a", 1, bytes(32), ("x\ny",)),
        ("a\t", 1, bytes(32), ()),
    ],
)
def test_what_cannot_be_written_is_no_checkpoint(
    origin: str, size: int, root: bytes, extensions: tuple[str, ...]
) -> None:
    with pytest.raises(NoteMalformed):
        Checkpoint(origin, size, root, extensions)


LINE = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1)


@given(
    st.builds(
        Checkpoint,
        LINE,
        st.integers(0, 2**63 - 1),
        st.binary(min_size=32, max_size=32),
        st.lists(LINE, max_size=3).map(tuple),
    )
)
def test_a_checkpoint_is_read_as_it_was_written(checkpoint: Checkpoint) -> None:
    assert parse_checkpoint(checkpoint.text) == checkpoint
    raw = sign_checkpoint(checkpoint, LOG)
    assert open_checkpoint(raw, [LOG.verifier], origin=checkpoint.origin).checkpoint == checkpoint


@given(st.text(alphabet="a1\n=/+ ") | st.text())
def test_any_text_is_read_exactly_or_refused(text: str) -> None:
    try:
        checkpoint = parse_checkpoint(text)
    except NoteMalformed:
        return
    assert checkpoint.text == text
