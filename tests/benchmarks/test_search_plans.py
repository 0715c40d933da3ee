"""Searches as at a million commitments: by indexes alone."""

import pytest

from tests.benchmarks.large import BIG, Large, nodes

pytestmark = pytest.mark.long

ASKED = (
    "custums",
    "gomruk",
    "zzzzzz",
    "08/004",
    "PK-AZ/08/4",
    "ministry of",
    "trade -customs",
    "сотрудничество",
    '"gas storage"',
)
READ = {*BIG, "searchable", "spelling"}
"""What is never read whole; what is ranked, some hundreds of rows, is sorted."""


@pytest.mark.parametrize("typed", ASKED)
async def test_a_search_reads_no_table_of_commitments_whole(large: Large, typed: str) -> None:
    statements, _ = await large.statements(f"/v1/search?q={typed}")
    assert statements
    for statement in statements:
        every = list(nodes(await large.explain(statement)))
        assert not [
            one["Relation Name"] for one in every if one["Node Type"] == "Seq Scan" and one["Relation Name"] in READ
        ]
    used = {one.get("Index Name") for each in statements for one in nodes(await large.explain(each))}
    assert "ix_searchable_commitment" in used
