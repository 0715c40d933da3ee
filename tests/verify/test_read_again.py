"""What a correction is judged by is read again from the export: the verifier keeps where entries stand, not what they say."""

import tracemalloc
from dataclasses import replace
from pathlib import Path

import pytest

from service.tlog.merkle import leaf_hashes
from service.tlog.tiles import WIDTH
from service.verify.chain import Trail
from service.verify.export import open_directory
from service.verify.finding import Severity
from service.verify.judgement import verify
from service.verify.replay import tellings
from tests.verify.journal import POLICY, Entry, Journal, exported, files_of, in_memory, newest_of, seal


def long_lived(moves: int) -> tuple[Journal, str]:
    """Return a log in which a commitment was put off and taken up again so many times."""
    journal = Journal(version=2)
    one = journal.record(1)
    journal.confirm(one)
    for _ in range(moves):
        journal.move(one, "suspend", reason="Elections.", review_on="2027")
        journal.move(one, "resume", reason="They are over.")
    return journal, one


def corrected(moves: int) -> list[Entry]:
    """Return such a log, in which the day of the agreement, told at its beginning, is corrected at its end."""
    journal, one = long_lived(moves)
    agreed = next(index for index, entry in enumerate(journal.entries) if entry["kind"] == "transition.confirmed")
    journal.move(one, "correct", corrects=journal.leaf(agreed), fact="agreed_on", value="2025-01-23", reason="R")
    return journal.entries


def test_a_correction_is_held_to_entries_of_other_bundles() -> None:
    entries = corrected(WIDTH // 4)
    assert len(entries) > WIDTH
    assert verify(exported(entries), POLICY).findings.listed == []


@pytest.mark.parametrize("after", [b"", b"Holidays.."])
def test_an_export_that_changes_while_it_is_verified_proves_nothing(after: bytes) -> None:
    entries = corrected(1)
    files = files_of(seal(entries), newest_of(entries))

    def part(path: str, start: int, size: int) -> bytes:
        return files[path].replace(b"Elections.", after)[start : start + size] if after else b""

    found = verify(replace(in_memory(files), part=part), POLICY).findings
    assert found.outcome is Severity.UNPROVEN
    assert "changed in the export while it was verified" in found.listed[0].message


def test_what_is_gone_when_it_is_read_again_proves_nothing(tmp_path: Path) -> None:
    entries = corrected(1)
    for path, content in files_of(seal(entries), newest_of(entries)).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    export = open_directory(tmp_path)

    def read(path: str) -> bytes | None:
        content = export.read(path)
        (tmp_path / path).unlink()
        return content

    found = verify(replace(export, read=read), POLICY).findings
    assert found.outcome is Severity.UNPROVEN
    assert "changed in the export while it was verified" in found.listed[0].message


def test_what_was_read_again_goes_on_from_there_and_is_given_up_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal(version=7)
    ones = [journal.record(number) for number in (1, 2)]
    for one in ones:
        journal.confirm(one)
    for value in ("trade", "energy", "transport"):
        for one in ones:
            recorded = next(place for place, entry in enumerate(journal.entries) if entry["subject"] == one)
            last = max(
                (
                    place
                    for place, entry in enumerate(journal.entries)
                    if entry["subject"] == one and "effective" in entry["data"]
                ),
            )
            told = recorded if value == "trade" else last
            journal.move(one, "correct", corrects=journal.leaf(told), fact="sector", value=value, reason="R")
    reads: list[int] = []
    whole = exported(journal.entries)

    def part(path: str, start: int, size: int) -> bytes:
        reads.append(start)
        return whole.part(path, start, size)

    for kept, most in ((tellings.KEPT, len(journal.entries)), (0, 1000)):
        monkeypatch.setattr(tellings, "KEPT", kept)
        reads.clear()
        assert verify(replace(whole, part=part), POLICY).findings.listed == []
        assert len(reads) <= most
        assert (len(set(reads)) < len(reads)) is (kept == 0)


def test_memory_grows_by_a_few_bytes_an_entry_however_long_the_entries() -> None:
    # Some kilobytes come and go from one run to the next: so many entries that these are little beside what is asked for.
    journal, _ = long_lived(2 * WIDTH)
    stored = seal(journal.entries)
    leaves, half = leaf_hashes(stored), len(stored) // 2
    trail = Trail(lambda _, index: stored[index], replay=True)
    tracemalloc.start()
    try:
        assert list(trail.extend(stored[:half], leaves[:half])) == []
        before, _ = tracemalloc.get_traced_memory()
        assert list(trail.extend(stored[half:], leaves[half:])) == []
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < 64 * half
