"""The lists of instruments, planned as at a million of them: their pages come from indexes."""

import time
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any, Final

import asyncpg
import orjson
import pytest

from service.database.state import state_of
from service.main import Service
from tests.benchmarks.instruments import LISTS, fill
from tests.benchmarks.large import Large, Statement, nodes
from tests.conftest import World

SIZE, TIMES = 10_000, 100
BIG: Final = {"instrument", "instrument_reckoning"}
RARE: Final = {
    "carrying": "ix_instrument_carrying",
    "awaiting a step": "ix_instrument_reckoning_lacking",
    "awaiting": "ix_instrument_awaiting",
    "expiring": "ix_instrument_reckoning_expiring",
    "notice day": "ix_instrument_reckoning_notice",
}
"""Lists of few among many: the index that finds these."""


@pytest.fixture(scope="module")
async def many(worn: World) -> AsyncIterator[Large]:
    """A register that the planner takes for one of a million instruments."""
    connection = await asyncpg.connect(
        worn.server.url("postgres", worn.database), server_settings={"jit": "off", "timezone": "UTC"}
    )
    await fill(connection, SIZE)
    await connection.execute(
        "SELECT pg_restore_relation_stats('schemaname', relnamespace::regnamespace::text, 'relname', relname::text,"
        f" 'relpages', relpages, 'reltuples', (reltuples * {TIMES})::real, 'relallvisible', relallvisible)"
        " FROM pg_class WHERE relkind IN ('r', 'i') AND relnamespace = 'public'::regnamespace AND reltuples > 1000"
    )
    token = replace(state_of(worn.app, Service).callers.issuer, lifetime=86_400).issue(
        "pk-secretariat", int(time.time())
    )
    client = worn.as_("PK")
    client.headers["Authorization"] = f"Bearer {token}"
    yield Large(None, worn.app, connection, client)  # type: ignore[arg-type]
    await connection.close()


@pytest.mark.parametrize("name", LISTS)
async def test_a_list_reads_its_page_from_indexes(many: Large, name: str) -> None:
    statements, _ = await many.statements(f"/v1/instruments?{LISTS[name]}")
    # Now and then a request also asks whether anybody was deactivated.
    (statement,) = [one for one in statements if "instrument_reckoning" in one[0]]
    plan = await many.explain(statement)
    _require_indexes(name, plan)
    # The driver's statements are prepared: from the sixth time on one plan may serve any value.
    _require_indexes(name, await _for_any_value(many, statement))


async def _for_any_value(many: Large, statement: Statement) -> dict[str, Any]:
    text, values = statement
    await many.connection.execute("SET plan_cache_mode = force_generic_plan")
    await many.connection.execute(f"PREPARE any_value AS {text}")
    given = f"({', '.join(['NULL'] * len(values))})" if values else ""
    found = await many.connection.fetchval(f"EXPLAIN (FORMAT JSON) EXECUTE any_value{given}")
    await many.connection.execute("DEALLOCATE any_value; RESET plan_cache_mode")
    plan: dict[str, Any] = orjson.loads(found)[0]["Plan"]
    return plan


def _require_indexes(name: str, plan: dict[str, Any]) -> None:
    read = [node for node in nodes(plan) if node.get("Relation Name") in BIG]
    assert [node["Relation Name"] for node in read if node["Node Type"] == "Seq Scan"] == [], plan
    if name in RARE:
        assert RARE[name] in _indexes(plan), plan
    else:
        # How many rows a plan sorts, it may guess wrongly: these lists come in the order of an index.
        ordered = [node for node in nodes(plan) if "Sort" in node["Node Type"] and BIG & _tables(node)]
        assert ordered == [], plan


def _tables(plan: dict[str, Any]) -> set[str]:
    return {node["Relation Name"] for node in nodes(plan) if "Relation Name" in node}


def _indexes(plan: dict[str, Any]) -> set[str]:
    return {node["Index Name"] for node in nodes(plan) if "Index Name" in node}
