"""A register that the planner takes for one of a million commitments, and what its plans say.

A test cannot load a million rows. It loads some thousands and tells the planner that there are a hundred times as many
(`pg_restore_relation_stats`, PostgreSQL 18); what is spread how stays as it was measured.
"""

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import orjson
import pytest
from fastapi import FastAPI

from service.database.state import state_of
from service.demo.postgres import Server
from service.main import Service, create_app
from tests.benchmarks.fill import Filled, fill
from tests.conftest import as_superuser, settings_for

SIZE, TIMES = 10_000, 100
CARRIED = """UPDATE commitment SET carried_to_session_id = session.id,
    carried_over = jsonb_build_object(session.id, '{"on": null, "entry": 1}'::jsonb) FROM session
    WHERE session.commission_id = commitment.commission_id AND ordinal = 4 AND item_number % 10 = 8"""
# The fill refuses no proposal and carries nothing over.
RARE = (
    "UPDATE commitment SET refused_transition_id = id WHERE item_number % 100 = 7",
    CARRIED,
    "VACUUM (ANALYZE) commitment",
)
BIG = {"commitment", "transition", "confirmation", "audit_entry", "log_entry"}
Statement = tuple[str, tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Large:
    """A register that the planner takes for one of a million commitments."""

    filled: Filled
    app: FastAPI
    connection: Any
    client: httpx.AsyncClient

    async def statements(self, path: str) -> tuple[list[Statement], Any]:
        """Return the SELECTs that a request makes, with their parameters, and the answer's body."""
        with _listening() as heard:
            answer = await self.client.get(path)
        assert answer.status_code == 200, answer.text
        return [one for one in heard if "FROM" in one[0]], answer.json()

    async def explain(self, statement: Statement, options: str = "") -> dict[str, Any]:
        """Return the plan of a statement."""
        text, values = statement
        found = await self.connection.fetchval(f"EXPLAIN (FORMAT JSON{options}) {text}", *values)
        plan: dict[str, Any] = orjson.loads(found)[0]["Plan"]
        return plan


@contextmanager
def _listening() -> Iterator[list[Statement]]:
    """Hear every statement that the driver is asked to run."""
    heard: list[Statement] = []
    fetch = asyncpg.Connection.fetch

    async def hear(self: Any, query: str, *values: Any, **others: Any) -> Any:
        heard.append((query, values))
        return await fetch(self, query, *values, **others)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asyncpg.Connection, "fetch", hear)
        yield heard


@asynccontextmanager
async def made_large(server: Server, log_dir: Path) -> AsyncIterator[Large]:
    """Fill a register, and tell the planner that it is a hundred times as large; it is gone at the end of the block."""
    database = f"plans_{uuid4().hex}"
    await as_superuser(server, f"CREATE DATABASE {database} TEMPLATE pacta OWNER pacta_owner")
    await as_superuser(server, f"GRANT CONNECT ON DATABASE {database} TO pacta_app, pacta_sequencer")
    filled = await fill(server, SIZE, log_dir, database, mutual=20, unilateral=2)
    assert filled.entries * TIMES >= 5_000_000
    app = create_app(settings_for(server, database))
    token = replace(state_of(app, Service).callers.issuer, lifetime=86_400).issue("pk-secretariat", int(time.time()))
    connection = await asyncpg.connect(
        server.url("postgres", database), server_settings={"jit": "off", "timezone": "UTC"}
    )
    for statement in RARE:
        await connection.execute(statement)
    await connection.execute(
        "SELECT pg_restore_relation_stats('schemaname', relnamespace::regnamespace::text, 'relname', relname::text,"
        f" 'relpages', relpages, 'reltuples', (reltuples * {TIMES})::real, 'relallvisible', relallvisible)"
        " FROM pg_class WHERE relkind IN ('r', 'i') AND relnamespace = 'public'::regnamespace AND reltuples > 1000"
    )
    headers = {"Authorization": f"Bearer {token}"}
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://pacta.test", headers=headers)
    # From then on the process knows who calls, and asks for no more than it is asked for.
    assert (await client.get("/v1/me")).status_code == 200
    yield Large(filled, app, connection, client)
    await client.aclose()
    await connection.close()
    await state_of(app, Service).close()
    await as_superuser(server, f"DROP DATABASE {database} WITH (FORCE)")


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Return a plan's node and all below it."""
    yield plan
    for below in plan.get("Plans", []):
        yield from nodes(below)
