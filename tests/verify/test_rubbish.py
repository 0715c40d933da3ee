"""Whatever stands in an entry, the verifier ends in a verdict: a host that lies may not break what convicts it."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any, Final

import pytest

from service.verify.judgement import verify
from tests.conftest import COMMISSION, World, item
from tests.register.commitments.test_journey import DRAFT, SIGN, confirmed
from tests.register.instruments.recording import entered
from tests.verify.forging import entries_of, write
from tests.verify.journal import POLICY, Entry, exported

pytestmark = pytest.mark.long
RUBBISH: Final[list[Any]] = [None, True, -1, "zz", [None], {"": None}]
Path = tuple[str | int, ...]


@pytest.fixture(scope="module")
async def entries(worn: World) -> list[Entry]:
    """The entries of a register with something of each matter in it: the pilot's, a draft and its signing, what was put right."""
    await confirmed(worn, item(2), DRAFT)
    await confirmed(worn, item(2), SIGN)
    await entered(worn)
    amended = {"action": "amend", "reason": "Later.", "changes": {"target_date": "2027", "confidentiality": "parties"}}
    await confirmed(worn, item(9), amended)
    await confirmed(worn, item(10), {"action": "supersede", "reason": "Anew.", "successors": ["PK-AZ/08/011"]})
    await confirmed(worn, item(3), {"action": "suspend", "reason": "Elections.", "review_on": "2027"})
    return await entries_of(worn, COMMISSION)


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the path of everything that stands in a JSON value, itself aside."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in inside:
        yield (*path, name)
        yield from places(one, (*path, name))


def wild(path: Path) -> Path:
    """Return a path without what is a key or a place of its own."""
    return tuple("*" if isinstance(one, int) or "-" in one or one.isupper() else one for one in path)


@pytest.mark.parametrize("rubbish", RUBBISH, ids=repr)
async def test_anything_anywhere_in_an_entry_ends_in_a_verdict(entries: list[Entry], rubbish: Any) -> None:
    wanted: dict[tuple[str, Path], tuple[int, Path]] = {}
    for number, entry in enumerate(entries):
        for path in places(entry):
            wanted.setdefault((entry["kind"], wild(path)), (number, path))
    assert len(wanted) > 200
    broken = []
    for (kind, _), (number, path) in wanted.items():
        forged = [*entries[:number], deepcopy(entries[number]), *entries[number + 1 :]]
        write(forged[number], path, rubbish)
        try:
            export = exported(forged)
        except (TypeError, KeyError):
            # By subject and reference the log is put together here: one that cannot be has no export.
            assert {"subject", "data", "commitment", "reference"} & set(map(str, path))
            continue
        try:
            verify(export, POLICY)
        except Exception as wrong:  # noqa: BLE001 -- whatever it is, it is told below
            broken.append((kind, path, repr(wrong)))
    assert not broken, broken[:20]
