"""What a new kind of entry needs: each test says what it still lacks, and where."""

import ast
import re
from pathlib import Path
from typing import Final

import service
from service.tables import metadata
from service.verify.replay import commitments, decisions, shape

SERVICE: Final = Path(service.__file__).parent
SHAPES: Final = {kind for name, shapes in vars(shape).items() if name.startswith("OF_") for kind in shapes}
"""Every kind of entry that has a shape."""


def spoken_of() -> set[str]:
    """Return what stands in the code and looks like a kind of entry: a subject, a dot, what happened to it."""
    subjects = {kind.partition(".")[0] for kind in SHAPES}
    columns = {f"{table.name}.{column.name}" for table in metadata.tables.values() for column in table.c}
    constants = {
        node.value
        for file in SERVICE.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    named = {one for one in constants if re.fullmatch(r"[a-z_]+\.[a-z_]+", one) and one.partition(".")[0] in subjects}
    return {one for one in named - columns if not one.endswith(".html")}


def test_every_kind_of_entry_that_the_service_writes_has_a_shape() -> None:
    assert spoken_of() - SHAPES == set(), (
        "give the new kind a shape in service/verify/replay/shape.py, which publishes it"
    )


def test_every_kind_of_entry_that_has_a_shape_has_a_rule() -> None:
    rules = {*decisions.REPLAYS, *commitments.OWN}
    kinds = {*shape.COMMITMENT_KINDS_2, *shape.OF_SESSIONS, *shape.OF_GROUPS, *shape.OF_INSTRUMENTS}
    recorded = {"session.recorded", "working_group.recorded", "instrument.recorded"}
    assert kinds - recorded == rules, (
        "replay the new kind: of a commitment in `OWN` of service/verify/replay/commitments.py, of any other matter in `REPLAYS` of"
        " decisions.py (its shape says whose it is); read it in `_move` of service/register/history/rules/known.py too, if it changes"
        " a member; and forge it in tests/verify"
    )


def test_every_kind_of_entry_is_described_to_who_writes_a_verifier() -> None:
    said = (SERVICE.parent / "openapi" / "README.md").read_text()
    assert {kind for kind in SHAPES if f"`{kind}`" not in said} == set(), (
        "add the new kind to the table of its matter in openapi/README.md"
    )
