"""A policy says whom to believe, and a checkpoint that does not satisfy it is not believed."""

from __future__ import annotations

from itertools import chain, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.tlog.checkpoint import Checkpoint, OriginMismatch, sign_checkpoint
from service.tlog.cosignature import Cosigner, timestamp_of
from service.tlog.encoding import NoteInvalid
from service.tlog.keys import Signer, Verifier
from service.tlog.note import NoteUnverified, SignatureInvalid, parse_note
from service.tlog.policy import QuorumMissing
from service.tlog.policy_file import MAX_LINES, PolicyMalformed, parse_policy
from tests.tlog.test_merkle import flips

LOG = Signer("pacta.example/az-pk", bytes(range(32)))
OTHER = Signer("pacta.example/other", bytes(range(1, 33)))
# Source: the checkpoint of a public log of Certificate Transparency, arche2025h1.staging.ct.transparency.dev, and the keys
# that the operators of four public witnesses publish (remora.n621.de, witness.stagemole.eu/about, transparency.dev/witnesses,
# witness1.smartit.nu). The log also signs as RFC 6962 demands, with a key that no policy here knows.
CT_CHECKPOINT = """\
arche2025h1.staging.ct.transparency.dev
1432088532
U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=

— arche2025h1.staging.ct.transparency.dev zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=
— arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=
— transparency.dev/DEV:witness-little-garden 2AQqhwAAAABqEiEgzgFIqqhbUoDwjMWE6UP8nd8/KYTzwZ2rhIgcqoXHAwVkjZr4AscylP3v7sEodkRAErumC2q44vdgJY096st5BQ==
— witness1.smartit.nu/witness1 pIyCDwAAAABqEiEghIp82KWebrw7/oHQwlTAm3g2RKS4+eebl8eO0WH+/iEcxZ75W3u5hNI7TOQtmJbqmNWVuE0tgh0XwzdZsDsUAQ==
— remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==
— witness.stagemole.eu Z/euoAAAAABqEiEgw0i+7g2ENfDAWHmtRzCfKTHSDwYDJA2NmKeGi9Y8FtEyOUvVr+AJmIY/2TUFucgKi7lI7cUiOvKFYe/TmN9DAg==
"""
CT_POLICY = """\
log arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f
witness garden transparency.dev/DEV:witness-little-garden+d8042a87+BCtusOxINQNUTN5Oj8HObRkh2yHf/MwYaGX4CPdiVEPM
witness smartit witness1.smartit.nu/witness1+a48c820f+BPSFWg9G6KPiO7QPryYO5Xq4oYJJ+kAvLKLSimDhoxMO
witness remora remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2
witness stagemole witness.stagemole.eu+67f7aea0+BEqSG3yu9YrmcM3BHvQYTxwFj3uSWakQepafafpUqklv
group four all garden smartit remora stagemole
quorum four
"""
NAMES = ["X1", "X2", "X3", "Y1", "Y2", "Y3"]
WITNESSES = {name: Cosigner(f"witness.example/{name}", bytes([seed]) * 32) for seed, name in enumerate(NAMES)}
VKEY = {name: witness.verifier.vkey for name, witness in WITNESSES.items()}
LOG_LINE = f"log {LOG.verifier.vkey}\n"
LINES = {name: f"witness {name} {vkey}\n" for name, vkey in VKEY.items()}
CHECKPOINT = Checkpoint(LOG.name, 42, bytes(range(32)))

# The example of c2sp.org/tlog-policy, with keys.
SPEC_POLICY = f"""\
{LOG_LINE}
{LINES["X1"]}{LINES["X2"]}{LINES["X3"]}group X-witnesses 2 X1 X2 X3

{LINES["Y1"]}{LINES["Y2"]}{LINES["Y3"]}group Y-witnesses any Y1 Y2 Y3

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
"""


def cosigned(*names: str, signer: Signer = LOG, checkpoint: Checkpoint = CHECKPOINT) -> bytes:
    """Return the checkpoint, signed by its log and cosigned by these witnesses."""
    note = parse_note(sign_checkpoint(checkpoint, signer))
    return bytes(note.signed(*(WITNESSES[name].cosign(checkpoint.text, 1_700_000_000) for name in names)))


def test_the_specification_s_example_means_what_it_says_for_every_set_of_witnesses() -> None:
    policy = parse_policy(SPEC_POLICY.encode())
    for names in chain.from_iterable(combinations(NAMES, count) for count in range(7)):
        wanted = sum(name[0] == "X" for name in names) >= 2 and any(name[0] == "Y" for name in names)
        assert policy.satisfied(names) is wanted
        if wanted:
            assert policy.cosigned_by(policy.open_checkpoint(cosigned(*names))) == set(names)
        else:
            with pytest.raises(QuorumMissing):
                policy.open_checkpoint(cosigned(*names))


def test_a_public_log_s_checkpoint_is_believed_with_its_four_public_witnesses() -> None:
    policy = parse_policy(CT_POLICY.encode())
    opened = policy.open_checkpoint(CT_CHECKPOINT.encode())
    assert opened.checkpoint.size == 1_432_088_532
    assert policy.cosigned_by(opened) == {"garden", "smartit", "remora", "stagemole"}
    assert {timestamp_of(opened.note.signatures[place]) for place in (2, 3, 4, 5)} == {1_779_573_024}
    lines = CT_CHECKPOINT.splitlines(keepends=True)
    for place in (6, 7, 8, 9):
        with pytest.raises(QuorumMissing):
            policy.open_checkpoint("".join(lines[:place] + lines[place + 1 :]).encode())
    with pytest.raises(SignatureInvalid):
        policy.open_checkpoint(CT_CHECKPOINT.replace("\n1432088532\n", "\n1432088533\n").encode())


@pytest.mark.parametrize(
    ("definition", "enough", "lacking"),
    [
        ("quorum none", [(), ("X1",)], []),
        ("quorum X1", [("X1",), ("X1", "X2")], [(), ("X2",), ("quorum",), ("none",)]),
        ("group g any X1 X2\nquorum g", [("X1",), ("X2",)], [(), ("X3",), ("g",)]),
        ("group g all X1 X2\nquorum g", [("X1", "X2")], [("X1",), ("X2", "X3")]),
        ("group g 2 X1 X2 X3\nquorum g", [("X1", "X3")], [("X1",), ("X1", "X1")]),
        ("group a all X1 X2\ngroup b any a X3\nquorum b", [("X3",), ("X1", "X2")], [("X1",), ("a",)]),
        ("group all 1 X1\ngroup any all all\nquorum any", [("X1",)], [()]),
        ("quorum X1\ngroup late any X1 X2", [("X1",)], [("X2",)]),
    ],
)
def test_a_quorum_is_reached_by_those_it_names(
    definition: str, enough: list[tuple[str, ...]], lacking: list[tuple[str, ...]]
) -> None:
    policy = parse_policy(f"{LINES['X1']}{LINES['X2']}{LINES['X3']}{definition}\n".encode())
    assert all(policy.satisfied(names) for names in enough)
    assert not any(policy.satisfied(names) for names in lacking)


def test_whitespace_comments_and_urls_are_allowed() -> None:
    text = f"\t# a comment\n\n \t \n  log\t{LOG.verifier.vkey}   https://log.example/ \n{LINES['X1']}quorum  none\t\n#end\n"
    policy = parse_policy(text.encode())
    assert policy.logs[0].url == "https://log.example/"
    assert policy.witnesses["X1"].url is None
    assert policy.open_checkpoint(cosigned()).checkpoint == CHECKPOINT


def test_names_are_opaque_octets() -> None:
    kelvin, spaced = b"\xe2\x84\xaa", "a\u00a0b".encode()
    text = b"witness %b %b\nwitness K %b\nwitness %b %b\nwitness \xff %b\ngroup g 4 \xff K %b %b\nquorum g\n" % (
        *(kelvin, VKEY["X1"].encode(), VKEY["X2"].encode(), spaced, VKEY["X3"].encode(), VKEY["Y1"].encode()),
        *(kelvin, spaced),
    )
    policy = parse_policy(text)
    assert set(policy.witnesses) == {"\u212a", "K", "a\u00a0b", "\udcff"}


X1, X2 = LINES["X1"], LINES["X2"]
MALFORMED = {
    "no quorum": LOG_LINE,
    "nothing": "",
    "two quorums": "quorum none\nquorum none\n",
    "no newline at the end": "quorum none",
    "a carriage return": "quorum none\r\n",
    "a NUL": "# \x00\nquorum none\n",
    "a DEL": "# \x7f\nquorum none\n",
    "an unknown word": "logs\nquorum none\n",
    "an upper-case word": "Quorum none\n",
    "a comment behind": "quorum none # all\n",
    "a quorum without name": "quorum\n",
    "a log without key": "log\nquorum none\n",
    "a log with a name": f"log L {LOG.verifier.vkey}\nquorum none\n",
    "a log with three words": f"log {LOG.verifier.vkey} https://a b\nquorum none\n",
    "a log with a witness's key": f"log {VKEY['X1']}\nquorum none\n",
    "a witness with a log's key": f"witness w {LOG.verifier.vkey}\nquorum none\n",
    "a witness with four words": X1.replace("\n", " https://a b\n") + "quorum none\n",
    "a log twice": LOG_LINE + LOG_LINE + "quorum none\n",
    "a log's key under another name": f"{LOG_LINE}log {Signer('b', LOG.seed).verifier.vkey}\nquorum none\n",
    "a witness twice": X1 + X1 + "quorum none\n",
    "a witness's key under another name": X1 + X1.replace("X1 ", "again ") + "quorum none\n",
    "two witnesses of one name": X1 + X2.replace("X2 ", "X1 ") + "quorum none\n",
    "a witness named none": X1.replace("X1 ", "none ") + "quorum none\n",
    "a group named none": X1 + "group none any X1\nquorum none\n",
    "a group named like a witness": X1 + X2 + "group X1 any X2\nquorum X1\n",
    "a group twice": X1 + X2 + "group g any X1\ngroup g any X2\nquorum g\n",
    "a group of nobody": "group g any\nquorum g\n",
    "a group of itself": "group g any g\nquorum g\n",
    "a group of none": "group g any none\nquorum g\n",
    "a group of a later witness": "group g any X1\n" + X1 + "quorum g\n",
    "a member twice in a group": X1 + X2 + "group g 2 X1 X1 X2\nquorum g\n",
    "a member of two groups": X1 + X2 + "group a any X1\ngroup b any X1 X2\nquorum b\n",
    "a later quorum": "quorum X1\n" + X1,
    "an unknown quorum": X1 + "quorum X2\n",
    "a threshold of zero": X1 + "group g 0 X1\nquorum g\n",
    "a threshold above the members": X1 + "group g 2 X1\nquorum g\n",
    "a threshold with a leading zero": X1 + "group g 01 X1\nquorum g\n",
    "a threshold with a sign": X1 + "group g +1 X1\nquorum g\n",
    "a threshold in other digits": X1 + "group g \u0661 X1\nquorum g\n",
    "a threshold in words": X1 + "group g one X1\nquorum g\n",
    "too many lines": "\n" * MAX_LINES + "quorum none\n",
}


@pytest.mark.parametrize("text", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_policy_that_says_nothing_definite_is_refused(text: str) -> None:
    with pytest.raises(PolicyMalformed):
        parse_policy(text.encode())


def test_a_refusal_names_the_line() -> None:
    with pytest.raises(PolicyMalformed, match=r"^line 3: no line above defines 'X9'"):
        parse_policy(f"# one\n{X1}quorum X9\n".encode())


def test_groups_within_groups_may_be_as_deep_as_the_file_is_long() -> None:
    chained = "".join(f"group g{depth + 1} any g{depth}\n" for depth in range(MAX_LINES - 10))
    policy = parse_policy(f"{X1}group g0 any X1\n{chained}quorum g{MAX_LINES - 10}\n".encode())
    assert policy.satisfied(["X1"])
    assert not policy.satisfied([])


def test_only_a_log_of_the_policy_is_believed_and_only_for_its_own_origin() -> None:
    policy = parse_policy(f"{LOG_LINE}log {OTHER.verifier.vkey}\n{X1}quorum none\n".encode())
    assert policy.open_checkpoint(cosigned("X1")).signed_by(LOG.verifier)
    with pytest.raises(OriginMismatch):
        policy.open_checkpoint(cosigned(signer=OTHER))
    with pytest.raises(NoteUnverified):
        policy.open_checkpoint(cosigned("X1", signer=Signer(LOG.name, bytes(32))))
    with pytest.raises(NoteUnverified):
        parse_policy(f"{X1}quorum X1\n".encode()).open_checkpoint(cosigned("X1"))


def test_a_cosignature_over_another_checkpoint_refuses_the_note() -> None:
    policy = parse_policy(f"{LOG_LINE}{X1}quorum none\n".encode())
    stolen = WITNESSES["X1"].cosign(Checkpoint(LOG.name, 41, bytes(32)).text, 1)
    with pytest.raises(SignatureInvalid):
        policy.open_checkpoint(bytes(parse_note(cosigned()).signed(stolen)))


def test_every_bit_flip_of_a_cosigned_checkpoint_is_caught() -> None:
    policy = parse_policy(f"{LOG_LINE}{X1}quorum X1\n".encode())
    for flipped in flips(cosigned("X1")):
        with pytest.raises(NoteInvalid):
            policy.open_checkpoint(flipped)


def test_a_log_key_with_the_witness_s_name_is_no_witness() -> None:
    policy = parse_policy(f"{LOG_LINE}{X1}quorum X1\n".encode())
    posing = Signer(WITNESSES["X1"].name, WITNESSES["X1"].seed)
    assert Verifier.parse(posing.verifier.vkey).key_id != WITNESSES["X1"].verifier.key_id
    with pytest.raises(QuorumMissing):
        policy.open_checkpoint(sign_checkpoint(CHECKPOINT, LOG, posing))


@given(st.lists(st.sampled_from([*"loga \t\n#", *SPEC_POLICY.split()]), max_size=20).map(" ".join) | st.text())
def test_any_text_is_a_policy_or_refused(text: str) -> None:
    try:
        policy = parse_policy(text.encode(errors="surrogatepass"))
    except PolicyMalformed:
        return
    assert policy.satisfied(policy.witnesses)
