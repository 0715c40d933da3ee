"""Sessions of an older register become matters while the earlier release goes on writing; no entry is written for it."""

import asyncio
import json
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from service.demo.postgres import Server
from service.trail.entry import canonical
from tests.conftest import COMMISSION, World, _open_to_roles, as_superuser, migrated
from tests.database.test_moves_of_any_matter import upgrade
from tests.verify.conftest import restore

HEADS = """SELECT count(*) FROM session s LEFT JOIN audit_entry e ON e.subject = s.commission_id AND e.seq = s.seq
    WHERE s.leaf IS DISTINCT FROM e.leaf OR s.changed_at IS DISTINCT FROM e.recorded_at OR s.recorded_by <> s.host_party"""


async def earlier_release_records(owner: Any, ordinal: int, status: str) -> UUID:
    """Record a session as the earlier release did: its row, and then the entry of the commission's trail."""
    session_id, last = uuid4(), await owner.fetchval("SELECT max(seq) FROM audit_entry WHERE subject = $1", COMMISSION)
    await owner.execute(
        "INSERT INTO session (id, commission_id, ordinal, status, host_party, starts_on, co_chairs, seq)"
        " VALUES ($1, $2, $3, $4, 'PK', '2025', '{}', $5)",
        session_id, COMMISSION, ordinal, status, last + 1,
    )  # fmt: skip
    said = canonical({"data": {"id": str(session_id)}, "kind": "session.recorded"})
    await owner.execute(
        "INSERT INTO audit_entry (subject, seq, log_id, leaf, canonical, kind, recorded_at)"
        " VALUES ($1, $2, $1, sha256($3), $3, 'session.recorded', now())",
        COMMISSION, last + 1, said,
    )  # fmt: skip
    return session_id


async def test_sessions_of_before_and_those_written_meanwhile_get_the_head_of_a_chain(server: Server) -> None:
    database = "sessions_of_before"
    await as_superuser(server, f"CREATE DATABASE {database} OWNER pacta_owner")
    await _open_to_roles(server, database)
    await asyncio.to_thread(restore, server, database)
    world = World(server, database, None, {})  # type: ignore[arg-type]
    await asyncio.to_thread(upgrade, world, "0013")
    owner = await asyncpg.connect(server.url("pacta_owner", database))
    before = await owner.fetchval("SELECT count(*) FROM audit_entry")
    made = {"held": await earlier_release_records(owner, 941, "held")}
    # It can be run again.
    await owner.execute("UPDATE alembic_version SET version_num = '0012'")
    await asyncio.to_thread(upgrade, world, "0013")
    made["planned"] = await earlier_release_records(owner, 942, "planned")
    await asyncio.to_thread(migrated, server, database)
    assert await owner.fetchval("SELECT count(*) FROM audit_entry") == before + len(made)
    assert await owner.fetchval("SELECT count(*) FROM session") > len(made)
    assert await owner.fetchval(HEADS) == 0
    for state, session_id in made.items():
        row = await owner.fetchval("SELECT to_jsonb(session) FROM session WHERE id = $1", session_id)
        held = json.loads(row)
        assert (held["state"], held["is_joint"], held["awaiting"], held["corrected"]) == (state, True, [], {})
    await owner.close()
    await as_superuser(server, f"DROP DATABASE {database} WITH (FORCE)")
