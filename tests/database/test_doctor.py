"""The doctor names each thing that is not as it must be, mends what is safe, and is content with what the migrations make."""

import asyncio
import os
import re
from pathlib import Path
from typing import NamedTuple

import pytest
from pydantic import SecretStr

from service.cli import doctor
from service.database.connection import Address, Limits
from service.database.doctor import structure
from service.database.doctor.examination import examine, mend
from service.database.doctor.finding import Finding
from service.identity.keys import load_or_create
from service.settings import Settings
from service.tables import metadata
from tests.conftest import Maker, World, settings_for

LIMITS = Limits(connect=20, statement=60)


class Case(NamedTuple):
    """What somebody does to a database, how the doctor tells it, and whether it can mend it."""

    done: str
    about: str
    said: str
    mended: bool = True
    alone: bool = False
    """It keeps other things from being looked at."""


CASES = (
    Case("DROP TRIGGER append_only ON audit_entry", "triggers", "Nothing stops its owner from changing audit_entry"),
    Case("ALTER TABLE log_node ENABLE TRIGGER append_only", "triggers", "changing log_node"),
    Case("ALTER TABLE log_checkpoint DISABLE TRIGGER append_only", "triggers", "changing log_checkpoint"),
    Case("REVOKE INSERT ON log_entry FROM pacta_sequencer", "grants", "pacta_sequencer lacks INSERT ON log_entry"),
    Case("REVOKE ALL ON SCHEMA public FROM pacta_app, PUBLIC", "grants", "pacta_app lacks USAGE ON SCHEMA public"),
    Case("GRANT UPDATE ON audit_entry TO pacta_app", "grants", "pacta_app may UPDATE audit_entry, and need not"),
    Case("GRANT UPDATE (leaf) ON log_entry TO pacta_sequencer", "grants", "pacta_sequencer may UPDATE log_entry"),
    Case("GRANT SELECT ON credential TO PUBLIC", "grants", "PUBLIC may SELECT credential"),
    Case("GRANT CONNECT ON DATABASE {database} TO PUBLIC", "access", "Every role may CONNECT"),
    Case("REVOKE CONNECT ON DATABASE {database} FROM pacta_app", "access", "pacta_app was not granted CONNECT"),
    Case("GRANT CREATE ON SCHEMA public TO pacta_app", "access", "pacta_app may make tables"),
    Case(
        "ALTER DEFAULT PRIVILEGES FOR ROLE pacta_owner IN SCHEMA public GRANT ALL ON TABLES TO pacta_app",
        "defaults",
        "Each new table of pacta_owner would be open to pacta_app",
    ),
    Case("DROP INDEX ix_commitment_by_group", "indexes", "The index ix_commitment_by_group is missing"),
    Case(
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix_commitment_by_sector'::regclass",
        "indexes",
        "The index ix_commitment_by_sector is not valid",
    ),
    Case(
        "ALTER TABLE party ADD CONSTRAINT later CHECK (code <> '') NOT VALID",
        "constraints",
        "later of party was never held to its rows",
        alone=True,
    ),
    Case("ALTER TABLE commitment DROP CONSTRAINT ck_commitment_state_known", "constraints", "ck_commitment_state_known", mended=False),
    Case("ALTER TABLE organisation DROP COLUMN name_since", "tables", "The column organisation.name_since is missing", mended=False),
    Case("ALTER TABLE revoked_token OWNER TO postgres", "owner", "belong to postgres", mended=False),
    Case("GRANT INSERT ON log_entry TO pg_monitor", "grants", "pg_monitor, which is no role of Pacta's", mended=False),
    Case("TRUNCATE log_alarm, audit_pending", "content", "are in no log, and do not wait for one", mended=False, alone=True),
    Case("DELETE FROM alembic_version", "schema version", "The schema is not there", mended=False, alone=True),
    Case("INSERT INTO alembic_version VALUES ('0007')", "schema version", "two revisions", mended=False, alone=True),
    Case("UPDATE alembic_version SET version_num = '0007'", "schema version", "is at revision 0007", mended=False, alone=True),
)  # fmt: skip


async def examined(world: World) -> list[Finding]:
    owner = Address.parse(world.server.url("pacta_owner", world.database))
    found = await examine(owner, LIMITS, metadata)
    # The tests' own server forgets what a power failure would.
    return [one for one in found if one.about != "settings"]


async def mended(world: World, found: list[Finding]) -> list[str]:
    return await mend(Address.parse(world.server.url("pacta_owner", world.database)), LIMITS, found)


async def test_what_the_migrations_make_is_well(still: World) -> None:
    assert await examined(still) == []


TOGETHER = {
    "what it mends": [one for one in CASES if one.mended and not one.alone],
    "what a person has to": [one for one in CASES if not one.mended and not one.alone],
    **{one.said: [one] for one in CASES if one.alone},
}
"""Each takes a register of its own, and an examination takes a second."""


@pytest.mark.parametrize("cases", TOGETHER.values(), ids=TOGETHER)
async def test_each_thing_that_is_not_as_it_must_be_is_named_and_mended_where_that_is_safe(
    make_world: Maker, cases: list[Case]
) -> None:
    world = await make_world()
    superuser = await world.connect("postgres")
    await superuser.execute("SET allow_system_table_mods = on")
    for case in cases:
        await superuser.execute(case.done.format(database=world.database))
    found = await examined(world)
    for case in cases:
        (wrong,) = [one for one in found if one.about == case.about and case.said in one.told]
        assert bool(wrong.statements) == case.mended, wrong.told
        assert wrong.mend or wrong.statements, "it says what to do"
    # What hides behind another thing is mended the second time.
    for _ in range(2):
        assert await mended(world, [one for one in await examined(world) if one.statements]) == []
    assert (await examined(world) == []) == all(case.mended for case in cases)


async def test_a_sequence_that_would_give_a_number_twice_is_set_on(world: World) -> None:
    owner = await world.connect()
    await world.sequence()
    await owner.execute("SELECT setval('audit_pending_id_seq', 1, false)")
    assert await examined(world) == []
    values = "(SELECT subject FROM audit_entry LIMIT 1), 0, '\\x00'"
    await owner.execute(f"INSERT INTO audit_pending (log_id, subject, seq, leaf) SELECT gen_random_uuid(), {values}")
    await owner.execute("SELECT setval('audit_pending_id_seq', 1, false)")
    (found,) = [one for one in await examined(world) if one.about == "sequences"]
    assert "audit_pending_id_seq would give 1 next" in found.said
    await mended(world, [found])
    assert not [one for one in await examined(world) if one.about == "sequences"]


async def test_what_cannot_be_mended_is_told_with_the_reason(world: World) -> None:
    superuser = await world.connect("postgres")
    await superuser.execute("DROP TRIGGER append_only ON log_entry; ALTER TABLE log_entry OWNER TO postgres")
    (said, *_) = await mended(world, [one for one in await examined(world) if one.about == "triggers"])
    assert "could not be mended: permission denied for table log_entry" in said


async def test_the_command_tells_each_part_and_its_status_is_1_as_long_as_something_is_wrong(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(structure, "_SETTINGS", {})
    await world.sequence()
    key = tmp_path / "key.pem"
    load_or_create(key)
    settings = _settings(world, signing_key_file=key, log_dir=world.sequencer.directory.path)
    assert await asyncio.to_thread(doctor.run, settings, fix=False) == os.EX_OK
    assert "witnesses: not looked at, since PACTA_WITNESSES_FILE is not set" in capsys.readouterr().out
    # It was mended, and what nobody could mend for the operator is left.
    key.chmod(0o644)
    (world.sequencer.directory.path / "01940000-0000-7000-8000-000000000001.note").unlink()
    await (await world.connect()).execute("DROP TRIGGER append_only ON log_entry")
    assert await asyncio.to_thread(doctor.run, settings, fix=True) == 1
    told = capsys.readouterr().out
    assert "triggers: well" in told
    assert f"Others can read {key}" in told
    assert "its note in PACTA_LOG_DIR is not there" in told
    wrong = world.server.url("pacta_app", world.database).replace(world.server.cluster.passwords["pacta_app"], "other")
    settings = _settings(world, signing_key_file=None, log_dir=None, database_url=SecretStr(wrong))
    assert await asyncio.to_thread(doctor.run, settings, fix=True) == 1
    assert "PACTA_DATABASE_URL cannot be used" in capsys.readouterr().out


async def test_what_could_not_be_looked_at_is_not_said_to_be_well(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(structure, "_SETTINGS", {})
    nobodys = world.server.url("pacta_app", world.database)
    settings = _settings(
        world,
        signing_key_file=tmp_path / "key.pem",
        log_dir=tmp_path / "nowhere",
        database_url=SecretStr(re.sub(r"@[^/]*", "@127.0.0.1:1", nobodys)),
    )
    assert await asyncio.to_thread(doctor.run, settings, fix=False) == 1
    told = capsys.readouterr().out
    assert f"signing key: not there, {tmp_path}/key.pem; pacta serve makes it" in told
    assert "notes: not looked at, until the log key is as it must be" in told
    assert "PACTA_DATABASE_URL: the database is not reached (ConnectionRefusedError). The owner reaches it" in told
    assert "pacta migrate makes the role" not in told


def _settings(world: World, **others: object) -> Settings:
    owner = SecretStr(world.server.url("pacta_owner", world.database))
    return settings_for(world.server, world.database).model_copy(update={"owner_database_url": owner, **others})


async def test_readyz_asks_the_cheap_part_of_it(world: World) -> None:
    await world.sequence()
    owner = await world.connect()
    await owner.execute("DROP TRIGGER append_only ON audit_entry; GRANT UPDATE ON audit_entry TO pacta_app")
    answer = await world.as_("").get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "alarm")
    said = answer.json()["checks"]["guards"]
    assert said == "nothing stops a change of audit_entry; pacta_app may UPDATE audit_entry. Run `pacta doctor`"
