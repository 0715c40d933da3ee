"""No bit of an export can change unnoticed, and nothing that stands in its files makes the verifier fail."""

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.verify.finding import Severity
from service.verify.judgement import verify
from tests.verify.journal import POLICY, Journal, files_of, in_memory, newest_of, seal

pytestmark = pytest.mark.long

_journal = Journal()
_one = _journal.record(1)
_journal.confirm(_one)
FILES: Final = files_of(seal(_journal.entries), newest_of(_journal.entries))
CHECKED: Final = sorted(path for path in FILES if path != "README.md")


@pytest.mark.parametrize("path", CHECKED)
def test_every_single_bit_flip_is_caught(path: str) -> None:
    content = FILES[path]
    for bit in range(8 * len(content)):
        changed = bytearray(content)
        changed[bit // 8] ^= 1 << bit % 8
        found = verify(in_memory(FILES | {path: bytes(changed)}), POLICY).findings
        assert found.outcome is not Severity.PROVEN, f"bit {bit} of {path}"
        assert found.listed


def test_the_export_whose_bits_are_flipped_is_proven_as_it_is() -> None:
    assert verify(in_memory(FILES), POLICY).findings.outcome is Severity.PROVEN


@pytest.mark.parametrize("path", CHECKED)
def test_every_truncation_and_every_missing_file_is_caught(path: str) -> None:
    for length in range(len(FILES[path])):
        changed = FILES | {path: FILES[path][:length]}
        assert verify(in_memory(changed), POLICY).findings.outcome is not Severity.PROVEN
    without = {name: content for name, content in FILES.items() if name != path}
    assert verify(in_memory(without), POLICY).findings.outcome is Severity.UNPROVEN


@given(path=st.sampled_from(CHECKED), content=st.binary(max_size=600))
def test_arbitrary_bytes_in_any_file_give_findings_and_never_fail(path: str, content: bytes) -> None:
    assert verify(in_memory(FILES | {path: content}), POLICY).findings.outcome is not Severity.PROVEN


@given(path=st.text(min_size=1, max_size=40), content=st.binary(max_size=40))
def test_a_file_with_any_name_beside_them_never_fails(path: str, content: bytes) -> None:
    for name in (path, f"tile/{path}", f"tile/0/{path}", f"proofs/{path}", f"proofs/{path}.tlog-proof"):
        found = verify(in_memory({name: content} | FILES), POLICY).findings
        assert found.outcome is Severity.PROVEN or name.startswith(("tile/", "proofs/"))
