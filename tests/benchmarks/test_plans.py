"""The statements that the service issues, planned as at a million commitments: indexes, no sorting, deep pages as cheap."""

from typing import Any

import pytest

from tests.benchmarks.large import BIG, SIZE, Large, nodes

pytestmark = pytest.mark.long

FEW = 20
"""So many rows may be sorted: the answers to one proposal, say."""
PAGE = 50


def faults(plan: dict[str, Any]) -> list[str]:
    """Return what must not stand in a plan: a big table read whole, or sorted."""
    found = [f"reads all of {node['Relation Name']}" for node in nodes(plan) if _whole(node)]
    for node in nodes(plan):
        if node["Node Type"] in {"Sort", "Incremental Sort"} and node["Plan Rows"] > FEW:
            sorted_tables = {below.get("Relation Name") for below in nodes(node)} & BIG
            found += [f"sorts {name} by {node['Sort Key']}" for name in sorted(filter(None, sorted_tables))]
    return found


def _whole(node: dict[str, Any]) -> bool:
    return node["Node Type"] == "Seq Scan" and node["Relation Name"] in BIG


def passed(plan: dict[str, Any]) -> int:
    """Return how many rows of big tables were read and then not wanted."""
    found = [node for node in nodes(plan) if node.get("Relation Name") in BIG]
    return sum(int(node.get("Rows Removed by Filter", 0) * node["Actual Loops"]) for node in found)


LISTS = {
    "by reference": "sort=reference",
    "newest": "sort=newest",
    "by target date": "sort=target_date",
    "by activity": "sort=activity",
    "of a commission": "commission_id={commission}",
    "of a commission, newest": "commission_id={commission}&sort=newest",
    "of a group": "working_group_id={group}",
    "of a group in a state": "state=agreed&working_group_id={group}",
    "of a group in a state, newest": "state=agreed&working_group_id={group}&sort=newest",
    "of a session": "session_id={session}",
    "of the last session, with what was carried over": "session_id={last_session}",
    "of the last session, what was carried over to it": "session_id={last_session}&carried=true",
    "of a kind": "kind=event",
    "of two kinds": "kind=package&kind=plan",
    "of a sector": "sector=trade",
    "of a sector without commitments": "sector=zzz",
    "in a state": "state=agreed",
    "in a state, newest": "state=agreed&sort=newest",
    "overdue": "overdue=true&sort=target_date",
    "due soon": "due_soon=true&sort=target_date",
    "dormant": "dormant=true&sort=activity",
    "disputed": "disputed=true",
    "not disputed": "disputed=false",
    "of which something is unknown": "unknown=true",
    "of which all is known": "unknown=false",
    "of which a fact is unknown": "unknown_fact=place",
    "of a level": "level=complete",
    "not reported on": "reported_before=2026-01-01",
    "led by the caller's organisation": "mine=true",
    "led by others": "mine=false",
    "one-sided": "one_sided=true",
    "not one-sided": "one_sided=false",
    "not overdue": "overdue=false&sort=target_date",
    "not due soon": "due_soon=false&sort=target_date",
    "not dormant": "dormant=false&sort=activity",
}
NARROW = (
    "of a commission",
    "of a group",
    "of a group in a state",
    "of a session",
    "of the last session, with what was carried over",
    "of a sector",
    "of a sector without commitments",
    "overdue",
    "due soon",
    "disputed",
)


def path_of(large: Large, query: str) -> str:
    place = large.filled.scene.places[0]
    first, *_, last = place.sessions
    named = {"commission": place.id, "group": place.groups[0], "session": first, "last_session": last}
    return f"/v1/commitments?{query.format(**named)}"


@pytest.mark.parametrize("name", LISTS)
async def test_a_list_reads_its_page_from_an_index(large: Large, name: str) -> None:
    statements, _ = await large.statements(path_of(large, LISTS[name]))
    assert statements
    for statement in statements:
        assert not faults(await large.explain(statement))


async def test_what_has_a_reference_is_found_by_the_words_of_references_and_only_that_is_sorted(large: Large) -> None:
    (statement, *_), _ = await large.statements(path_of(large, "reference=08/004"))
    plan = await large.explain(statement)
    assert "ix_searchable_commitment" in {node.get("Index Name") for node in nodes(plan)}
    assert not [node for node in nodes(plan) if _whole(node)]


@pytest.mark.parametrize("name", NARROW)
async def test_a_narrow_list_reads_little_beside_its_page(large: Large, name: str) -> None:
    # Of an empty page the service also asks whether the caller is active.
    (statement, *_), _ = await large.statements(path_of(large, LISTS[name]))
    plan = await large.explain(statement, ", ANALYZE, BUFFERS")
    # Two blocks of them for each public row: whether its commission is open to the caller.
    assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] < 400
    # Not none: of a sector, or of what is disputed, there is much that the caller may not see.
    assert passed(plan) < 4 * PAGE


async def test_a_page_of_a_group_in_a_state_passes_no_row_of_another_state(large: Large) -> None:
    (statement, *_), body = await large.statements(path_of(large, "state=implemented&working_group_id={group}"))
    plan = await large.explain(statement, ", ANALYZE")
    assert {one["state"] for one in body["items"]} == {"implemented"}
    assert [node for node in nodes(plan) if node.get("Relation Name") == "commitment"]
    assert not [
        node for node in nodes(plan) if node.get("Rows Removed by Filter", 0) > FEW and node.get("Relation Name") in BIG
    ]


async def test_what_the_things_of_a_page_are_called_is_planned_once_for_any_of_them(large: Large) -> None:
    statements, _ = await large.statements(path_of(large, LISTS["of a group in a state"]))
    (text, values), times = statements[-1], 8
    for _ in range(times):
        await large.connection.fetch(text, *values)
    plans = "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement = $1"
    # PostgreSQL plans a statement for its values five times before it asks whether that was worth it.
    assert tuple(await large.connection.fetchrow(plans, text)) == (times - 5, 5)


async def test_what_awaits_a_party_is_found_by_its_index_and_only_that_is_sorted(large: Large) -> None:
    (statement, *_), body = await large.statements(path_of(large, "awaiting=AZ"))
    plan = await large.explain(statement)
    assert body["items"]
    assert "ix_commitment_awaiting" in {node.get("Index Name") for node in nodes(plan)}
    assert not [node for node in nodes(plan) if _whole(node)]


async def test_what_awaits_a_step_of_a_party_is_found_by_its_index_and_only_that_is_sorted(large: Large) -> None:
    (statement, *_), _ = await large.statements(path_of(large, "awaiting_step_of=AZ"))
    plan = await large.explain(statement)
    assert "ix_commitment_lacking" in {node.get("Index Name") for node in nodes(plan)}
    assert not [node for node in nodes(plan) if _whole(node)]


async def test_trails_moves_and_feeds_are_read_from_indexes(large: Large) -> None:
    place, rows = large.filled.scene.places[0], large.filled.rows
    for path in (
        f"/v1/commitments/{rows['trail'][0]}",
        f"/v1/commitments/{rows['trail'][0]}/audit-trail",
        f"/v1/commitments/{rows['trail'][0]}/transitions",
        f"/v1/commissions/{place.id}/audit-trail",
        f"/v1/commissions/{place.id}/audit-trail?after=1500",
    ):
        statements, _ = await large.statements(path)
        for statement in statements:
            assert not faults(await large.explain(statement)), path


async def deep(large: Large, query: str, share: float) -> str:
    """Return the query that lists a page far into this list: after about this share of `SIZE` commitments."""
    _, body = await large.statements(path_of(large, f"{query}&limit=200"))
    seen = 200
    while body["next_cursor"] and seen < SIZE * share:
        last = body["next_cursor"]
        _, body = await large.statements(path_of(large, f"{query}&limit=200&cursor={last}"))
        seen += 200
    assert seen >= SIZE * share
    return f"{query}&cursor={last}"


async def blocks(large: Large, path: str) -> int:
    """Return how many blocks the statements of a request touch."""
    statements, body = await large.statements(path)
    assert len(body["items"]) == PAGE
    plans = [await large.explain(statement, ", ANALYZE, BUFFERS") for statement in statements]
    return sum(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] for plan in plans)


@pytest.mark.parametrize("name", ["by reference", "newest", "by target date", "by activity", "of a commission"])
async def test_a_deep_page_costs_as_much_as_the_first(large: Large, name: str) -> None:
    query = LISTS[name]
    far = await deep(large, query, 0.05 if "commission" in name else 0.4)
    first, later = await blocks(large, path_of(large, query)), await blocks(large, path_of(large, far))
    assert later <= 1.5 * first + 10


async def test_a_feed_costs_as_much_at_its_end_as_at_its_beginning(large: Large) -> None:
    path = f"/v1/commissions/{large.filled.scene.places[0].id}/audit-trail"
    first, later = await blocks(large, f"{path}?after=500"), await blocks(large, f"{path}?after=3000")
    assert later <= 1.5 * first + 10
