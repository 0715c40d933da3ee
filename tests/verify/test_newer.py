"""An entry of a version that this verifier does not know accuses nobody: it is said, what hangs on it is not judged, and nothing is proven."""

import json
from copy import deepcopy
from typing import Any, Final

import pytest

from service.tlog.beside import NOTE, entry_path, proof_path
from service.tlog.keys import Signer
from service.trail.entry import VERSIONS
from service.verify.finding import Severity
from service.verify.judgement import Verdict, verify
from service.verify.names import Called, check
from service.verify.replay.registry import REGISTRY
from service.verify.report import lines
from tests.verify.journal import POLICY, Entry, Journal, files_of, in_memory, newest_of, seal

NEXT: Final = VERSIONS[-1] + 1


def lived() -> Journal:
    """Return a log in which commitments were agreed, carried out, replaced and are disputed."""
    journal = Journal(version=6)
    one, two, three, four = [journal.record(number, instrument_required=False) for number in range(1, 5)]
    for subject in (one, two, three, four):
        journal.confirm(subject)
    journal.move(one, "implement", effective_on="2025-01-24", report="R", no_instrument_reason="N")
    journal.move(two, "supersede", successors=[journal.facts[three]["reference"]], reason="R")
    journal.move(three, "suspend", reason="R", review_on="2027")
    journal.move(three, "resume", reason="R")
    journal.move(four, "withdraw", reason="R")
    return journal


ENTRIES: Final = lived().entries
PLACES: Final = range(len(ENTRIES))


def later(entry: Entry) -> Entry:
    """Return the entry as a release to come might write it."""
    return entry | {"v": NEXT, "data": {"of_tomorrow": entry["data"]}}


def judged(entries: list[Entry], **changed: bytes) -> Verdict:
    return verify(in_memory(files_of(seal(entries), newest_of(ENTRIES)) | changed), POLICY)


def assert_unproven(verdict: Verdict, count: int) -> None:
    told = [one for one in verdict.findings.listed if f"has version {NEXT}" in one.message]
    assert (verdict.findings.outcome, len(told)) == (Severity.UNPROVEN, min(count, 20)), verdict.findings.listed
    assert {one.severity for one in verdict.findings.listed} <= {Severity.UNPROVEN, Severity.WITHHELD}
    assert "take a newer one" in told[0].message
    said = " ".join(lines(verdict, POLICY))
    assert f"{count} entries are of a version that this pacta does not know" in said
    assert "withheld" not in said.replace("withheld: entry", "")


def test_the_log_itself_is_proven() -> None:
    assert judged(ENTRIES).findings.listed == []


@pytest.mark.parametrize("place", PLACES)
def test_one_entry_of_a_version_to_come_is_no_forgery_wherever_it_stands(place: int) -> None:
    assert_unproven(judged([later(one) if at == place else one for at, one in enumerate(ENTRIES)]), 1)


@pytest.mark.parametrize("place", PLACES)
def test_of_what_came_before_the_first_of_them_all_is_judged(place: int) -> None:
    verdict = judged([later(one) if at >= place else one for at, one in enumerate(ENTRIES)])
    assert_unproven(verdict, len(ENTRIES) - place)
    assert verdict.findings.counts[Severity.WITHHELD] == 0


def test_it_may_have_members_that_nobody_knows_yet() -> None:
    entries = deepcopy(ENTRIES)
    del entries[-1]["actor"]
    entries[-1] |= {"v": NEXT, "by": "x"}
    assert_unproven(judged(entries), 1)


def _with(place: int, **members: Any) -> list[Entry]:
    return [
        one | members if at == place else later(one) if at == 4 else one for at, one in enumerate(deepcopy(ENTRIES))
    ]


@pytest.mark.parametrize(
    ("entries", "outcome"),
    [
        (_with(-1 % len(ENTRIES), prev="0" * 64), Severity.TAMPERED),
        (_with(-1 % len(ENTRIES), seq=9), Severity.TAMPERED),
        (_with(-1 % len(ENTRIES), kind="commitment.dreamt"), Severity.TAMPERED),
        (_with(-1 % len(ENTRIES), v=0), Severity.MALFORMED),
        (_with(-1 % len(ENTRIES), v=True), Severity.MALFORMED),
        (_with(-1 % len(ENTRIES), v=str(NEXT)), Severity.MALFORMED),
    ],
)
def test_beside_one_what_is_wrong_by_itself_is_told_as_ever(entries: list[Entry], outcome: Severity) -> None:
    assert judged(entries).findings.outcome is outcome


def test_it_is_no_cover_for_bytes_that_were_not_signed() -> None:
    stored = seal([*ENTRIES[:-1], later(ENTRIES[-1])])
    files = files_of(stored, {})
    (path,) = [one for one in files if one.startswith("tile/entries/")]
    assert json.loads(stored[-1])["v"] == NEXT
    forged = files | {path: files[path].replace(b"of_tomorrow", b"of_tomorroW")}
    assert verify(in_memory(forged), POLICY).findings.outcome is Severity.TAMPERED


def test_the_registrys_entry_beside_an_export_is_no_forgery_either() -> None:
    stored = [b'{"of_tomorrow":{},"v":%d}' % NEXT, b'{"v":1}']
    log = files_of(stored, {"0": 0, "1": 1}, Signer(f"pacta.example/v1/commissions/{REGISTRY}/log", bytes(32)))
    files = {NOTE: log["checkpoint"]}
    for index, one in enumerate(stored):
        files |= {entry_path(index): one, proof_path(index): log[f"proofs/{index}.tlog-proof"]}
    newer, wrong = check(in_memory(files), None, Called())
    assert (newer.severity, newer.where) == (Severity.UNPROVEN, "registry/0.json")
    assert f"has version {NEXT}" in newer.message
    assert (wrong.severity, wrong.where) == (Severity.MALFORMED, "registry/1.json")
