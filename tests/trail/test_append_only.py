"""Mistakes are stopped by privilege, and for the owner by triggers; each attempt is made by the role itself."""

import asyncpg
import pytest

from tests.conftest import World, item
from tests.register.commitments.test_journey import SIGN

ATTEMPTS = {
    "update": "UPDATE {table} SET {column} = {column}",
    "update of nothing": "UPDATE {table} SET {column} = {column} WHERE false",
    "delete": "DELETE FROM {table}",
    "truncate": "TRUNCATE {table} CASCADE",
    "on conflict do update": "INSERT INTO {table} SELECT * FROM {table} LIMIT 1 ON CONFLICT ({key}) DO UPDATE SET {column} = ''",
    "merge": "MERGE INTO {table} t USING (SELECT 1) s ON true WHEN MATCHED THEN DELETE",
}
KEYS = {
    "audit_entry": ("subject, seq", "leaf"),
    "log_entry": ("subject, seq", "leaf"),
    "log_node": ("log_id, level, index", "hash"),
    "log_checkpoint": ("log_id, size", "note"),
    "log_cosignature": ("log_id, size, vkey", "signature"),
}


@pytest.mark.parametrize("role", ["pacta_app", "pacta_owner", "pacta_sequencer", "pacta_worker"])
@pytest.mark.parametrize("table", list(KEYS))
@pytest.mark.parametrize("attempt", list(ATTEMPTS))
async def test_nobody_changes_what_was_appended(still: World, role: str, table: str, attempt: str) -> None:
    await still.sequence()
    connection = await still.connect(role)
    key, column = KEYS[table]
    statement = ATTEMPTS[attempt].format(table=table, key=key, column=column)
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    finally:
        await connection.close()


async def test_the_triggers_stay_on_for_a_session_that_replays_others_changes(still: World) -> None:
    found = await (await still.connect()).fetch(
        "SELECT tgrelid::regclass::text AS name, tgenabled::text AS enabled FROM pg_trigger WHERE tgname = 'append_only'"
    )
    assert {row["name"]: row["enabled"] for row in found} == dict.fromkeys(KEYS, "A")


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO log_entry VALUES (gen_random_uuid(), 0, gen_random_uuid(), 0, '')",
        "DELETE FROM audit_pending",
        "DELETE FROM commitment",
        "DELETE FROM commission_auditor",
        "UPDATE confirmation SET decision = 'confirm'",
        "INSERT INTO registry (id, seq, leaf, changed_at) VALUES (1, 0, '', now())",
    ],
)
async def test_the_application_cannot_do_the_sequencers_or_nobodys_work(still: World, statement: str) -> None:
    connection = await still.connect("pacta_app")
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    finally:
        await connection.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE commitment SET state = 'signed'",
        "INSERT INTO audit_entry SELECT * FROM audit_entry LIMIT 1",
        "SELECT * FROM credential",
        "SELECT titles FROM commitment",
    ],
)
async def test_the_sequencer_sees_and_does_no_more_than_its_work_needs(still: World, statement: str) -> None:
    connection = await still.connect("pacta_sequencer")
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    finally:
        await connection.close()


async def test_a_fork_of_a_chain_is_refused_by_the_key(world: World) -> None:
    await world.as_("PK").post(f"/v1/commitments/{item(4)}/transitions", json=SIGN)
    connection = await world.connect("pacta_app")
    try:
        with pytest.raises(asyncpg.UniqueViolationError):
            await connection.execute("INSERT INTO audit_entry SELECT * FROM audit_entry ORDER BY random() LIMIT 1")
    finally:
        await connection.close()
