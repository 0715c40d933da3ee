"""Searches as at a million commitments: indexes alone, and a median under ten times that of reading one by its id."""

import time
from statistics import median

import pytest

from tests.benchmarks.test_plans import BIG, Large, large, nodes

__all__ = ["large"]
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
TIMES, MOST_TIMES = 15, 10
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


async def test_the_median_search_takes_less_than_ten_readings_by_id(large: Large) -> None:
    one = f"/v1/commitments/{large.filled.rows['trail'][0]}"

    async def seconds(path: str) -> float:
        began = time.perf_counter()
        answer = await large.client.get(path)
        assert answer.status_code == 200, answer.text
        return time.perf_counter() - began

    reading = [await seconds(one) for _ in range(TIMES)]
    searching = [await seconds(f"/v1/search?q={typed}") for _ in range(TIMES // 3) for typed in ASKED]
    assert median(searching) < MOST_TIMES * median(reading)
