"""What decides the outcome: whose signature counts, what is missing, what was kept from earlier, and what does not chain."""

import json
from copy import deepcopy
from dataclasses import replace
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.tlog.checkpoint import Checkpoint, parse_checkpoint, sign_checkpoint
from service.tlog.cosignature import Cosigner
from service.tlog.keys import Signer
from service.tlog.merkle import leaf_hash
from service.tlog.note import parse_note
from service.tlog.policy import Policy
from service.tlog.policy_file import parse_policy
from service.tlog.proof import parse_proof
from service.tlog.tiles import Tile, tiles_of
from service.trail.entry import canonical
from service.verify.finding import ORDER, Finding, Findings, Severity, malformed, tampered, unproven
from service.verify.judgement import Verdict, verify
from service.verify.report import lines
from service.verify.tower import Tower
from tests.tlog.naive import naive_root
from tests.verify.journal import LOG, POLICY, WITNESS, Journal, checkpoint_of, files_of, in_memory, newest_of, seal


def long_journal() -> Journal:
    journal = Journal()
    for number in range(1, 140):
        journal.confirm(journal.record(number))
    return journal


JOURNAL: Final = long_journal()
STORED: Final = seal(JOURNAL.entries)
NEWEST: Final = newest_of(JOURNAL.entries)
FILES: Final = files_of(STORED, NEWEST)
SHORTER: Final = files_of(STORED[:200], newest_of(JOURNAL.entries[:200]))
"""An export of the same log from earlier."""


def judged(files: dict[str, bytes], policy: Policy | None = POLICY, kept: bytes | None = None) -> Verdict:
    return verify(in_memory(files), policy, kept)


def policy_of(text: str) -> Policy:
    return parse_policy(text.encode())


def test_a_log_of_more_than_one_bundle_is_proven() -> None:
    verdict = judged(FILES)
    assert verdict.findings.listed == []
    assert (verdict.entries, verdict.commitments, verdict.subjects) == (281, 139, 140)


@pytest.mark.parametrize(
    ("policy", "outcome"),
    [
        (None, Severity.UNPROVEN),
        (policy_of("quorum none\n"), Severity.UNPROVEN),
        (policy_of(f"log {Signer('other.example', bytes(32)).verifier.vkey}\nquorum none\n"), Severity.UNPROVEN),
        (policy_of(f"log {Signer(LOG.name, bytes(32)).verifier.vkey}\nquorum none\n"), Severity.UNPROVEN),
        (policy_of(f"log {LOG.verifier.vkey}\nquorum none\n"), Severity.PROVEN),
        (
            policy_of(
                f"log {LOG.verifier.vkey}\nwitness X {Cosigner('x.example', bytes(32)).verifier.vkey}\nquorum X\n"
            ),
            Severity.UNPROVEN,
        ),
    ],
)
def test_whose_signature_counts_is_for_the_readers_own_policy_to_say(policy: Policy | None, outcome: Severity) -> None:
    verdict = judged(FILES, policy)
    assert verdict.findings.outcome is outcome
    assert verdict.entries == len(STORED)


def test_a_known_key_that_did_not_sign_this_shows_tampering() -> None:
    checkpoint = Checkpoint(LOG.name, len(STORED) + 1, bytes(32))
    forged = FILES["checkpoint"].split(b"\n\n")[1]
    assert (
        judged(FILES | {"checkpoint": checkpoint.text.encode() + b"\n" + forged}).findings.outcome is Severity.TAMPERED
    )


def test_what_is_missing_is_named_and_nothing_is_proven() -> None:
    for path in ("checkpoint", "tile/0/000", "tile/1/000.p/1", "tile/entries/000", "proofs/PK-AZ/08/139.tlog-proof"):
        found = judged({name: content for name, content in FILES.items() if name != path}).findings
        assert found.outcome is Severity.UNPROVEN
        assert found.listed[0].where == path


def test_a_file_that_no_tree_of_this_size_has_is_malformed() -> None:
    for path in (
        "tile/0/002",
        "tile/0/1",
        "tile/entries/001.p/26",
        "tile/2/000.p/1",
        "proofs/PK-AZ/08/999.tlog-proof",
        "proofs/x",
    ):
        assert judged(FILES | {path: b"x" * 32}).findings.outcome is Severity.MALFORMED


def test_narrower_tiles_of_the_past_may_stay_and_must_be_the_beginning_of_the_present_ones() -> None:
    for path in ("tile/0/000", "tile/entries/000"):
        past = {f"{path}.p/3": FILES[path][:96] if "entries" not in path else _first_three(FILES[path])}
        assert judged(FILES | past).findings.outcome is Severity.PROVEN
        assert judged(FILES | {f"{path}.p/3": b"y" * 96}).findings.outcome is Severity.TAMPERED


def _first_three(content: bytes) -> bytes:
    at = 0
    for _ in range(3):
        at += 2 + int.from_bytes(content[at : at + 2])
    return content[:at]


@pytest.mark.parametrize("size", [0, 1, 5, 255, 256, 257, 280, 281])
def test_a_log_continues_every_tree_that_it_had(size: int) -> None:
    kept = checkpoint_of(STORED[:size])
    assert judged(FILES, kept=kept).findings.outcome is Severity.PROVEN
    assert judged(FILES, policy_of(f"log {LOG.verifier.vkey}\nquorum none\n"), kept).findings.outcome is Severity.PROVEN


@pytest.mark.parametrize("size", [1, 5, 256, 257, 281])
def test_a_log_that_does_not_continue_the_kept_tree_was_tampered_with(size: int) -> None:
    other = Journal()
    other.entries = deepcopy(JOURNAL.entries)
    other.entries[0]["data"]["titles"] = {"en": "Another"}
    found = judged(FILES, kept=checkpoint_of(seal(other.entries)[:size])).findings
    assert found.outcome is Severity.TAMPERED
    assert "does not continue the one you kept" in found.listed[0].message


def test_a_log_that_is_shorter_than_the_kept_one_proves_nothing_and_shows_nothing() -> None:
    assert judged(SHORTER).findings.outcome is Severity.PROVEN
    found = judged(SHORTER, kept=FILES["checkpoint"]).findings
    assert found.outcome is Severity.UNPROVEN
    assert "does not continue the one you kept: it has 200 entries, that one 281" in found.listed[0].message


def test_a_kept_checkpoint_must_be_readable_believed_and_of_the_same_log() -> None:
    assert judged(FILES, kept=b"x").findings.outcome is Severity.MALFORMED
    other = Signer("pacta.example/other", bytes(range(32)))
    assert judged(FILES, kept=checkpoint_of(STORED, other)).findings.outcome is Severity.UNPROVEN


def test_a_kept_checkpoint_needs_no_witness_whatever_the_policy_demands_of_the_new_one() -> None:
    bare = sign_checkpoint(parse_checkpoint(parse_note(FILES["checkpoint"]).text), LOG)
    assert judged(FILES | {"checkpoint": bare}).findings.outcome is Severity.UNPROVEN
    assert judged(FILES, kept=bare).findings.outcome is Severity.PROVEN


ONE: Final = "proofs/PK-AZ/08/001.tlog-proof"


def proven_by(note: bytes, index: int | None = None) -> dict[str, bytes]:
    """Return the export with another note, and perhaps another index, in one of its proofs."""
    proof = parse_proof(FILES[ONE])
    return FILES | {ONE: bytes(replace(proof, checkpoint=note, index=proof.index if index is None else index))}


def test_cosignatures_may_be_added_to_the_checkpoint_of_an_export_and_not_to_one_of_its_proofs() -> None:
    note = parse_note(FILES["checkpoint"])
    more = bytes(note.signed(Cosigner("late.example", bytes(32)).cosign(note.text, 1_737_900_000)))
    assert judged(FILES | {"checkpoint": more}).findings.listed == []
    found = judged(proven_by(more)).findings
    assert (found.outcome, found.listed[0].where) == (Severity.UNPROVEN, ONE)
    assert "bears a signature that the export's checkpoint does not bear" in found.listed[0].message
    bare = sign_checkpoint(parse_checkpoint(note.text), LOG)
    assert judged(proven_by(bare), policy_of(f"log {LOG.verifier.vkey}\nquorum none\n")).findings.listed == []
    found = judged(proven_by(bare)).findings
    assert (found.outcome, found.total) == (Severity.UNPROVEN, 1)
    assert "cosigned by no witness" in found.listed[0].message


def test_a_proof_against_another_checkpoint_proves_nothing_and_against_another_tree_shows_two_histories() -> None:
    older = judged(proven_by(SHORTER["checkpoint"])).findings
    assert (older.outcome, older.total) == (Severity.UNPROVEN, 1)
    assert "another checkpoint than the export's, over 200 entries" in older.listed[0].message
    other = sign_checkpoint(Checkpoint("elsewhere.example", len(STORED), bytes(32)), LOG)
    assert judged(proven_by(other)).findings.outcome is Severity.UNPROVEN
    two = judged(proven_by(sign_checkpoint(Checkpoint(LOG.name, len(STORED), bytes(32)), LOG))).findings
    assert (two.outcome, two.total) == (Severity.TAMPERED, 1)
    assert "there are two histories" in two.listed[0].message


def test_a_proof_of_an_older_entry_hides_the_newest_whatever_checkpoint_it_is_against() -> None:
    for note in (FILES["checkpoint"], SHORTER["checkpoint"]):
        found = judged(proven_by(note, index=1)).findings
        assert found.outcome is Severity.TAMPERED
        assert "is for entry 1; the newest entry of PK-AZ/08/001 is 4" in found.listed[0].message


def test_a_checkpoint_in_a_proof_that_the_log_did_not_sign_is_not_believed() -> None:
    text = FILES["checkpoint"].partition(b"\n\n")[0]
    forged = text.replace(b"281", b"282") + b"\n\n" + FILES["checkpoint"].partition(b"\n\n")[2]
    assert judged(proven_by(forged)).findings.outcome is Severity.TAMPERED
    unknown = checkpoint_of(STORED, Signer(LOG.name, bytes(32)))
    assert judged(proven_by(unknown)).findings.outcome is Severity.UNPROVEN


def test_an_empty_log_is_what_it_says() -> None:
    assert judged(files_of([], {})).findings.outcome is Severity.PROVEN
    wrong = sign_checkpoint(Checkpoint(LOG.name, 0, bytes(32)), LOG)
    assert judged({"checkpoint": wrong}).findings.outcome is Severity.TAMPERED


def test_a_checkpoint_of_more_entries_than_there_are_ends_the_pass_and_not_the_patience() -> None:
    huge = sign_checkpoint(Checkpoint(LOG.name, 2**63 - 1, bytes(32)), LOG)
    found = judged(FILES | {"checkpoint": huge}).findings
    assert found.outcome is Severity.UNPROVEN
    assert "entry 256" in next(one.message for one in found.listed if "followed" in one.message)


def chained(change: dict[str, Any], at: int) -> dict[str, bytes]:
    """Return the export of a log in which one entry says something else than its chain demands."""
    entries = [json.loads(one) for one in STORED]
    entries[at] |= change
    return files_of([canonical(entry) for entry in entries], NEWEST)


@pytest.mark.parametrize(
    ("change", "at", "rule"),
    [
        ({"seq": 7}, 4, "seq 7"),
        ({"prev": "00" * 32}, 4, "hash of the subject's entry before"),
        ({"prev": None}, 4, "hash of the subject's entry before"),
        ({"recorded_at": "2025-01-01T00:00:00.000000Z"}, 4, "was recorded before"),
        ({"commission": "01940000-0000-7000-8000-000100000002"}, 4, "log of another commission"),
        ({"subject": "01940000-0000-7000-8000-000400000999"}, 4, "first entry records a commitment"),
        ({"subject": "nobody"}, 4, "UUIDs"),
        ({"subject": "01940000-0000-7000-8000-000100000002"}, 0, "not the log's own"),
        ({"kind": "commitment.recorded"}, 0, "begins with the founding"),
    ],
)  # fmt: skip
def test_a_chain_that_does_not_hold_names_its_entry_and_its_rule(change: dict[str, Any], at: int, rule: str) -> None:
    found = judged(chained(change, at)).findings
    assert found.outcome is Severity.TAMPERED
    named = [one for one in found.listed if rule in one.message]
    assert named
    assert named[0].where.startswith(f"entry {at} (")


def test_a_reference_is_never_used_twice() -> None:
    journal = Journal()
    journal.record(1)
    journal.record(2)
    journal.entries[-1]["data"]["commitment"]["reference"] = "PK-AZ/08/001"
    journal.entries[-1]["data"]["commitment"]["item_number"] = 1
    found = judged(files_of(seal(journal.entries), newest_of(journal.entries))).findings
    assert found.outcome is Severity.TAMPERED
    assert any("a second time" in one.message for one in found.listed)


def test_an_entry_that_is_none_is_named_and_the_rest_is_still_checked() -> None:
    stored = [*STORED[:4], b"{}", *STORED[5:]]
    verdict = judged(files_of(stored, NEWEST))
    assert [one.where for one in verdict.findings.kept[Severity.MALFORMED]] == ["entry 4"]
    assert (verdict.entries, verdict.commitments) == (281, 139)


def test_each_commitment_has_a_proof_of_its_newest_entry_against_this_very_checkpoint() -> None:
    path = "proofs/PK-AZ/08/001.tlog-proof"
    proof = parse_proof(FILES[path])
    for wrong, outcome in (
        (FILES["proofs/PK-AZ/08/002.tlog-proof"], Severity.TAMPERED),
        (SHORTER[path], Severity.UNPROVEN),
        (bytes(type(proof)(proof.index, proof.hashes[::-1], proof.checkpoint)), Severity.TAMPERED),
        (bytes(type(proof)(proof.index, proof.hashes, proof.checkpoint, b"extra")), Severity.MALFORMED),
        (b"", Severity.MALFORMED),
    ):
        found = judged(FILES | {path: wrong}).findings
        assert found.outcome is outcome
        assert {one.where for one in found.listed} == {path}


@given(st.lists(st.sampled_from(ORDER), max_size=60))
def test_the_worst_finding_decides_and_at_most_twenty_are_listed_with_the_worst_first(found: list[Severity]) -> None:
    findings = Findings()
    findings.add(Finding(severity, "here", "wrong") for severity in found)
    ranks = [ORDER.index(one.severity) for one in findings.listed]
    assert ranks == sorted(map(ORDER.index, found))[:20]
    assert findings.total == len(found)
    assert findings.outcome is (ORDER[min(map(ORDER.index, found))] if found else Severity.PROVEN)


def test_the_order_is_tampering_then_malformed_then_lacking() -> None:
    findings = Findings()
    for one, outcome in ((unproven, 2), (malformed, 3), (tampered, 1)):
        findings.add([one("here", "wrong")])
        assert findings.outcome == outcome


def test_the_report_says_that_more_was_found_than_it_lists() -> None:
    kept = next(path for path in FILES if path.startswith("proofs/"))
    without = {path: content for path, content in FILES.items() if path == kept or not path.startswith("proofs/")}
    said = list(lines(judged(without), POLICY))
    assert "  and 118 more; the worst 20 are listed" in said
    assert said[-1].startswith("NOT ENOUGH EVIDENCE")


def test_an_export_without_any_proof_is_told_once() -> None:
    without = {path: content for path, content in FILES.items() if not path.startswith("proofs/")}
    found = judged(without).findings
    assert [(one.where, one.severity) for one in found.listed] == [("proofs/", Severity.UNPROVEN)]
    assert "each of 139 commitments" in found.listed[0].message


@settings(max_examples=30)
@given(size=st.integers(0, 1100), first=st.integers(0, 255))
def test_the_tower_has_the_root_and_the_tiles_of_the_naive_tree(size: int, first: int) -> None:
    entries = [index.to_bytes(2) for index in range(size)]
    leaves = [leaf_hash(one) for one in entries]
    tower = Tower()
    tiles: list[tuple[Tile, list[bytes]]] = []
    for start in range(0, size, 256):
        bundle = leaves[start : start + 256]
        assert tower.root(bundle[:first]) == naive_root(entries[: start + len(bundle[:first])])
        tiles += tower.add(list(bundle))
    tiles += tower.rest()
    assert tower.root() == naive_root(entries)
    assert {tile for tile, _ in tiles} == set(tiles_of(size))
    for tile, hashes in tiles:
        if tile.level == 0:
            assert hashes == leaves[tile.first : tile.first + tile.width]
        else:
            assert hashes == [
                naive_root(entries[at * 256 : at * 256 + 256]) for at in range(tile.first, tile.first + tile.width)
            ]


def test_a_witness_of_the_policy_is_reported_with_its_time() -> None:
    assert judged(FILES).witnesses == [("W", "2025-01-25T10:13:20Z")]
    assert WITNESS.name in FILES["checkpoint"].decode()
