"""The lists of instruments, planned as at a million of them: their pages come from indexes."""

import time
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any, Final

import asyncpg
import pytest

from service.database.state import state_of
from service.main import Service
from tests.benchmarks.large import Large, nodes
from tests.conftest import COMMISSION, World, item

SIZE, TIMES = 10_000, 100
BIG: Final = {"instrument", "instrument_reckoning"}
FILL = f"""INSERT INTO instrument (seq, leaf, changed_at, awaiting, recorded_by, is_joint, id, commission_id, reference, draft_reference,
 kind, titles, contracting_parties, authentic_languages, confidentiality, commitment_ids, signatures, steps, sent, received, notices,
 publications, objections, signed_on, state, corrected)
 SELECT 1, '\\x00', now(), '{{}}', 'PK', true, uuidv7(), '{COMMISSION}', 'PK-AZ/I/' || 10000 + n, 'PK-AZ/I/d-' || n,
 (array['mou', 'agreement', 'protocol'])[1 + n % 3], '{{"en": "T"}}', array['PK', 'AZ'], array['en'], 'parties',
 CASE WHEN n % 1000 = 1 THEN array['{item(2)}'] ELSE '{{}}' END, '{{}}', '{{}}', '{{}}', '{{}}', '{{}}', '{{}}', '{{}}',
 '2001', 'signed', '{{}}' FROM generate_series(1, {SIZE}) n"""
RECKON = """INSERT INTO instrument_reckoning (instrument_id, signed_from, in_force_from, ends_before, counted_from, first_months,
 rolls_months, notice_months, notice_days, notice_by, lacking)
 SELECT id, date '1990-01-01' + (n % 12000)::int, date '1990-01-01' + (n % 12000)::int,
 CASE WHEN n % 2 = 0 THEN current_date + (n % 8000)::int - 4000 END, date '1990-01-01', 60, CASE WHEN n % 50 = 0 THEN 60 END, 6, 0,
 CASE WHEN n % 3 = 0 THEN current_date + (n % 8000)::int - 4000 END, CASE WHEN n % 200 = 0 THEN array['AZ'] ELSE '{}' END
 FROM (SELECT id, row_number() OVER () AS n FROM instrument WHERE leaf = '\\x00') AS made"""
LISTS: Final[dict[str, str]] = {
    "by reference": "sort=reference",
    "newest": "sort=newest",
    "by day of signature": "sort=signed",
    "of a commission": f"commission_id={COMMISSION}",
    "of a kind": "kind=mou",
    "of a state": "state=signed",
    "of a party": "party=AZ&counterpart=PK",
    "in force": "in_force=true",
    "carrying": f"commitment_id={item(2)}",
    "awaiting a step": "awaiting_step_of=AZ",
    "awaiting": "awaiting=AZ",
    "signed between": "signed_from=2001-01-01&signed_to=2001-02-01&sort=signed",
    "expiring": "expiring_within=10",
    "notice day": "notice_day_within=10",
}
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
    for statement in (FILL, RECKON, "VACUUM (ANALYZE) instrument, instrument_reckoning"):
        await connection.execute(statement)
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
    read = [node for node in nodes(plan) if node.get("Relation Name") in BIG]
    assert [node["Relation Name"] for node in read if node["Node Type"] == "Seq Scan"] == [], plan
    if name in RARE:
        assert RARE[name] in _indexes(plan), plan
    else:
        large = [node for node in nodes(plan) if "Sort" in node["Node Type"] and node["Plan Rows"] > 1000]
        assert large == [], plan


def _indexes(plan: dict[str, Any]) -> set[str]:
    return {node["Index Name"] for node in nodes(plan) if "Index Name" in node}
