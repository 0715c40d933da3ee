"""A redacted export: what is shown is held to all rules, what is withheld is counted, and what it may be the cause of is not judged."""

import json
from collections.abc import Collection
from typing import Any, Final

import pytest

from service.tlog.merkle import leaf_hash
from service.tlog.redaction import redacted_path
from service.tlog.tiles import Bundle, bundles_of, decode_bundle, encode_bundle
from service.verify.finding import Severity
from service.verify.judgement import Verdict, verify
from service.verify.report import lines
from tests.verify.journal import COMMISSION, POLICY, files_of, in_memory, newest_of
from tests.verify.test_verdict import JOURNAL, STORED

FILES: Final = {
    path: one for path, one in files_of(STORED, newest_of(JOURNAL.entries)).items() if "proofs/" not in path
}
Files = dict[str, bytes]


def redacted(withheld: Collection[int], files: Files = FILES, size: int = len(STORED)) -> Files:
    """Return an export with these entries withheld."""
    found = dict(files)
    for bundle in bundles_of(size):
        entries = decode_bundle(bundle, found.pop(bundle.path))
        kept = [b"" if place in withheld else one for place, one in enumerate(entries, bundle.first)]
        found[redacted_path(bundle)] = encode_bundle(kept)
    return found


def of(subject: int) -> list[int]:
    """Return the indexes of the entries of a commitment, by its turn in the log."""
    subjects = [json.loads(one)["subject"] for one in STORED]
    wanted = list(dict.fromkeys(one for one in subjects if one != COMMISSION))[subject]
    return [place for place, one in enumerate(subjects) if one == wanted]


def judged(files: Files) -> Verdict:
    return verify(in_memory(files), POLICY)


def said(verdict: Verdict) -> str:
    return " ".join(lines(verdict, POLICY))


def test_what_is_withheld_whole_is_counted_and_the_rest_is_proven_as_far_as_it_is_shown() -> None:
    verdict = judged(redacted([*of(4), *of(130)]))
    assert verdict.findings.listed == []
    assert (verdict.withheld.count, verdict.withheld.gaps, verdict.commitments) == (4, 0, 137)
    assert "4 entries are withheld" in said(verdict)
    assert "PROVEN, AS FAR AS IT IS SHOWN" in said(verdict)
    assert "PROVEN: this" not in said(verdict)


def test_a_chain_with_a_gap_is_told_and_not_judged() -> None:
    first, _ = of(7)
    verdict = judged(redacted([first]))
    assert (verdict.withheld.count, verdict.withheld.gaps, verdict.withheld.unjudged) == (1, 1, 1)
    assert verdict.findings.outcome is Severity.WITHHELD
    assert "PROVEN, AS FAR AS IT IS SHOWN AND JUDGED" in said(verdict)
    assert (
        "1 entries are withheld, of which nothing is proven but that they are there, and 1 subjects are not judged"
        in said(verdict)
    )
    assert "not judged, since an entry that is withheld may be the cause" in said(verdict)
    assert "each names what is not for this audience, or was withheld though it is for it" in said(verdict)


def test_the_founding_is_withheld_from_nobody() -> None:
    verdict = judged(redacted([0]))
    assert verdict.findings.outcome is Severity.TAMPERED
    assert "is the founding, which nobody may withhold" in said(verdict)


def other(content: bytes, place: int) -> bytes:
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


def leaf(withheld: int) -> Files:
    """Return an export in which the hash of a withheld entry is another one."""
    files = redacted([withheld])
    path = f"tile/0/{Bundle(withheld // 256).path.rpartition('/')[2]}"
    assert path in files
    return files | {path: other(files[path], withheld % 256 * 32)}


def shown() -> Files:
    """Return an export in which an entry that is shown says something else."""
    files = redacted(of(4))
    path = redacted_path(Bundle(0))
    return files | {path: files[path].replace(b"Islamabad", b"Rawalpind")}


def both() -> Files:
    """Return an export that has a bundle twice: as it is withheld, and as it is."""
    return redacted(of(4)) | {Bundle(0).path: FILES[Bundle(0).path]}


def narrower() -> Files:
    """Return an export with a redacted bundle that no log of this size has."""
    return redacted(of(4)) | {"redacted/007": b"x"}


def without_hashes() -> Files:
    """Return an export in which the hashes of what is withheld are missing."""
    return {path: one for path, one in redacted(of(4)).items() if path != "tile/0/000"}


def of_before(change: bool) -> Files:
    """Return an export that was unpacked over an earlier one of the same log."""
    size = 270
    earlier = redacted(of(4), files_of(STORED[:size], newest_of(JOURNAL.entries[:size])), size)
    path = redacted_path(Bundle(1, size - 256))
    content = earlier[path].replace(b"PK", b"TR") if change else earlier[path]
    return redacted([*of(4), *of(130)]) | {path: content}


def test_what_an_earlier_export_left_is_held_to_the_hashes_of_now() -> None:
    assert judged(of_before(change=False)).findings.listed == []
    assert judged(of_before(change=True)).findings.outcome is Severity.TAMPERED


FORGED: Final = {
    "a leaf hash": (leaf(of(4)[0]), Severity.TAMPERED),
    "an entry that is shown": (shown(), Severity.TAMPERED),
    "a bundle twice": (both(), Severity.MALFORMED),
    "a bundle too many": (narrower(), Severity.MALFORMED),
    "no hashes": (without_hashes(), Severity.MALFORMED),
}


@pytest.mark.parametrize("name", FORGED)
def test_what_is_changed_is_told(name: str) -> None:
    files, outcome = FORGED[name]
    assert judged(files).findings.outcome is outcome


def chained(change: dict[str, Any]) -> Files:
    """Return a log in which the last entry of a commitment has another place in its chain, with the entries of another withheld."""
    place = of(6)[1]
    entry = json.loads(STORED[place]) | change
    stored = list(STORED)
    stored[place] = json.dumps(entry, sort_keys=True, separators=(",", ":")).encode()
    entries = [json.loads(one) for one in stored]
    files = {path: one for path, one in files_of(stored, newest_of(entries)).items() if "proofs/" not in path}
    return redacted(of(4), files)


RUBBISH: Final[list[Any]] = [None, 5, "", "zz", ["0" * 64], {"0": 1}]


@pytest.mark.parametrize(
    "change",
    [{"seq": 3}, {"seq": 2, "prev": "0" * 64}, {"prev": "0" * 64}, {"seq": 9}]
    + [{"seq": 3, "prev": one} for one in RUBBISH],
)
def test_a_gap_that_nothing_withheld_can_be_the_cause_of_is_tampering(change: dict[str, Any]) -> None:
    verdict = judged(chained(change))
    assert verdict.findings.outcome is Severity.TAMPERED
    assert verdict.withheld.gaps == 0


def thieving(thief: int, withheld: Collection[int], **change: Any) -> Verdict:
    """Judge a log in which one entry claims to follow what is withheld of another commitment."""
    stored = list(STORED)
    stored[thief] = json.dumps(json.loads(STORED[thief]) | change, sort_keys=True, separators=(",", ":")).encode()
    files = files_of(stored, newest_of([json.loads(one) for one in stored]))
    return judged(redacted(withheld, {path: one for path, one in files.items() if "proofs/" not in path}))


def test_a_withheld_entry_is_followed_by_one_alone() -> None:
    (first, _), (other_first, thief) = of(7), of(8)
    verdict = thieving(thief, [first, other_first], prev=leaf_hash(STORED[first]).hex())
    assert (verdict.findings.outcome, verdict.withheld.gaps) == (Severity.TAMPERED, 1)


def test_what_was_withheld_before_an_entry_stands_not_between_it_and_the_next() -> None:
    verdict = thieving(of(8)[1], of(4), seq=2, prev=leaf_hash(STORED[of(4)[1]]).hex())
    assert (verdict.findings.outcome, verdict.withheld.gaps) == (Severity.TAMPERED, 0)


def test_an_entry_that_is_wrong_by_itself_is_tampering_whatever_is_withheld() -> None:
    place = of(6)[1]
    entry = json.loads(STORED[place])
    entry["data"]["nonsense"] = True
    stored = list(STORED)
    stored[place] = json.dumps(entry, sort_keys=True, separators=(",", ":")).encode()
    files = files_of(stored, newest_of([json.loads(one) for one in stored]))
    verdict = judged(redacted(of(4), {path: one for path, one in files.items() if "proofs/" not in path}))
    assert verdict.findings.outcome is Severity.TAMPERED
