"""What is searched is filled beside those who write, and a database that knows no letters still finds exact words and beginnings."""

import asyncio
from typing import Any

import asyncpg
import httpx
import pytest

from service.database.searched.filling import SOURCES, missing
from service.database.state import state_of
from service.demo.postgres import Server
from service.main import Service, create_app
from tests.conftest import World, as_superuser, item, migrated, settings_for

UNDONE = (
    "DROP TABLE searchable, spelling",
    *(f"DROP TRIGGER {trigger} ON {name}" for name in SOURCES for trigger in ("searchable_made", "searchable_kept")),
    "UPDATE alembic_version SET version_num = '0045'",
    """INSERT INTO organisation (party, code, name, names, created_at)
    SELECT 'PK', 'PK/X' || n, 'Body ' || n, '{}', now() FROM generate_series(10, 2500) AS n""",
)


async def kept(connection: Any) -> dict[Any, str]:
    """Return the words of everything that is searched."""
    return {row[0]: row[1] for row in await connection.fetch("SELECT id, words::text FROM searchable")}


async def test_the_migration_stops_no_writer_and_misses_nothing_that_is_written_meanwhile(world: World) -> None:
    owner, app = await world.connect(), await world.connect("pacta_app")
    for statement in UNDONE:
        await owner.execute(statement)
    await app.execute("SET statement_timeout = '2s'")
    done, written = asyncio.Event(), 0

    async def write() -> int:
        nonlocal written
        while not done.is_set() or written < 20:
            number = written % 14 + 1
            await app.execute(
                "UPDATE commitment SET titles = jsonb_build_object('en', $2::text) WHERE id = $1",
                item(number),
                f"Written meanwhile {written}",
            )
            await app.execute(
                "UPDATE organisation SET name = 'Renamed ' || $2::int WHERE code = 'PK/X' || $1::int",
                10 + written,
                written,
            )
            written += 1
        return written

    writing = asyncio.create_task(write())
    await asyncio.to_thread(migrated, world.server, world.database)
    done.set()
    assert await writing >= 20
    found = await kept(owner)
    total = sum([await owner.fetchval(f"SELECT count(*) FROM {name}") for name in SOURCES])
    assert len(found) == total > 2500
    await owner.execute("DELETE FROM searchable")
    for name in SOURCES:
        await owner.execute(missing(name, 10_000))
    assert await kept(owner) == found


@pytest.mark.long
async def test_where_letters_are_unknown_exact_words_and_beginnings_are_found_and_readiness_says_so(
    server: Server,
) -> None:
    made = "TEMPLATE template0 OWNER pacta_owner LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LC_CTYPE 'C'"
    await as_superuser(server, f"CREATE DATABASE no_letters {made}")
    await as_superuser(server, "GRANT CONNECT ON DATABASE no_letters TO pacta_app, pacta_sequencer")
    try:
        await asyncio.to_thread(migrated, server, "no_letters")
        app = create_app(settings_for(server, "no_letters"))
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://pacta.test")
        ready = (await client.get("/readyz")).json()
        assert ready["checks"]["search"] == "degraded"
        await client.aclose()
        await state_of(app, Service).close()
        connection = await asyncpg.connect(server.url("pacta_app", "no_letters"))
        for typed, written in (
            ("ışıq", "IŞIQLAR"),
            ("чер", "Чёрная"),
            ("يادداشت", "یادداشت"),
            ("agrement", "agreement"),
        ):
            asked = "SELECT words_of($1) @@ asked($2, false)"
            assert await connection.fetchval(asked, written, typed) is (typed != "agrement")
        await connection.close()
    finally:
        await as_superuser(server, "DROP DATABASE no_letters WITH (FORCE)")


async def test_where_letters_are_known_search_is_ready(still: World) -> None:
    assert (await still.as_("PK").get("/readyz")).json()["checks"]["search"] == "ready"
