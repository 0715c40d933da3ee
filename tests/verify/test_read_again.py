"""What a correction is judged by is read again from the export: the verifier keeps where entries stand, not what they say."""

import tracemalloc
from collections.abc import Iterator

from service.tlog.merkle import leaf_hashes
from service.tlog.tiles import WIDTH, Bundle
from service.verify.chain import Trail
from service.verify.export import Exported
from service.verify.finding import Severity
from service.verify.judgement import verify
from tests.verify.journal import POLICY, Entry, Journal, exported, files_of, newest_of, seal


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


def test_an_export_that_changes_while_it_is_verified_proves_nothing() -> None:
    entries = corrected(1)
    files = files_of(seal(entries), newest_of(entries))
    path = Bundle(0, len(entries)).path
    for after in (None, b"", files[path].replace(b"Elections.", b"Holidays..")):
        contents = iter([files[path]])

        def read(wanted: str, contents: Iterator[bytes] = contents, after: bytes | None = after) -> bytes | None:
            return next(contents, after) if wanted == path else files.get(wanted)

        found = verify(Exported(frozenset(files), read, lambda path: iter([files[path]])), POLICY).findings
        assert found.outcome is Severity.UNPROVEN
        assert "changed in the export while it was verified" in found.listed[0].message


def test_memory_grows_by_a_few_bytes_an_entry_however_long_the_entries() -> None:
    # Some kilobytes come and go from one run to the next: so many entries that these are little beside what is asked for.
    journal, _ = long_lived(WIDTH // 2)
    stored = seal(journal.entries)
    leaves, half = leaf_hashes(stored), len(stored) // 2
    trail = Trail(stored.__getitem__, replay=True)
    tracemalloc.start()
    try:
        assert list(trail.extend(stored[:half], leaves[:half])) == []
        before, _ = tracemalloc.get_traced_memory()
        assert list(trail.extend(stored[half:], leaves[half:])) == []
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < 64 * half
