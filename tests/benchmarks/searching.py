"""The search in a register of a million commitments, beside a read by id in the same rounds, and its plans.

`python -m tests.benchmarks.searching [--rows 1000000] [--rounds 5] [--seconds 1]`. One client asks one process: what is told is how long an
answer takes, the median of each word typed, and how many reads by id that is. Wanted are less than ten in the median of all words.
"""

import argparse
import json
import time
from pathlib import Path
from statistics import median
from typing import Any, Final
from urllib.parse import quote

import asyncpg
import httpx
import uvloop
from pydantic import SecretStr

from service import telemetry
from service.database.columns import table
from service.database.connection import Address
from service.database.pool import Pool
from service.database.state import state_of
from service.demo.pilot import PILOT, load
from service.demo.postgres import Server
from service.main import Service, create_app
from service.register.commitments.models import Commitment
from service.settings import Settings
from tests.benchmarks.large import Large, nodes
from tests.benchmarks.load import Ask, Measured, Work, measure, request
from tests.benchmarks.processes import answers, end, migrated, serve_command, service_environment, spawn, token
from tests.benchmarks.test_search_plans import ASKED
from tests.serving import free_port

MOST: Final = 10.0
"""So many reads by id the median search may take at most."""
BATCH: Final = 50_000
READ: Final = f"/v1/commitments/{PILOT['commitments'][3]['id']}"
_HAS_PILOTS: Final = "n % 20 = 0"
"""Of twenty commitments one has the words of one of the pilot's, of the others each has some of thousands of words."""
_MADE: Final = f"""CREATE TEMPORARY TABLE made AS SELECT n, uuidv7() AS id, 'PK-AZ/08/' || 10000 + n AS reference,
    {_HAS_PILOTS} AS is_pilots, 1 + n / 20 % 14 AS which, (SELECT string_agg(translate(left(md5((n * k % 9973 + k)::text), 8), '0123456789',
    'ghijklmnop'), ' ') FROM generate_series(1, 6) k) AS said FROM generate_series($1::int, $2::int) n"""
_PILOTS: Final = """CREATE TEMPORARY TABLE pilot AS SELECT *, row_number() OVER (ORDER BY reference)::int AS which,
    setweight(words_of((SELECT string_agg(value, ' ') FROM jsonb_each_text(titles))), 'A')
    || words_of((SELECT string_agg(value, ' ') FROM jsonb_each_text(texts))) AS words_said FROM commitment WHERE session_id IS NOT NULL LIMIT 14"""
_OWN: Final = {
    "id": "made.id",
    "reference": "made.reference",
    "draft_reference": "'PK-AZ/08/d-' || n",
    "item_number": "NULL",
    "titles": "CASE WHEN is_pilots THEN pilot.titles ELSE jsonb_build_object('en', said) END",
    "texts": 'CASE WHEN is_pilots THEN pilot.texts ELSE \'{"en": "Ministry of trade"}\' END',
}
_WORDS: Final = """INSERT INTO searchable (id, kind, is_shared, words) SELECT made.id, 'commitment', false,
    CASE WHEN is_pilots THEN pilot.words_said ELSE setweight(to_tsvector('simple', said), 'A') || 'ministry:7 of:8 trade:9'::tsvector END
    || array_to_tsvector(array['#pk-az/8/' || 10000 + n, '#8/' || 10000 + n, '#' || 10000 + n, '^pk-az', '^pk-az/8'])
    FROM made JOIN pilot USING (which)"""
_INDEXES: Final = """SELECT indexname, indexdef FROM pg_indexes WHERE tablename IN ('commitment', 'searchable')
    AND indexname NOT IN (SELECT conname FROM pg_constraint)"""


async def fill(connection: Any, rows: int) -> None:
    """Give the pilot's commission so many commitments more, without entries, and what is searched of them; indexes are made at the end."""
    columns = [one.name for one in table(Commitment).c if one.computed is None]
    values = ", ".join(_OWN.get(name, f"pilot.{name}") for name in columns)
    await connection.execute(_PILOTS)
    indexes = await connection.fetch(_INDEXES)
    for one in indexes:
        await connection.execute(f"DROP INDEX {one['indexname']}")
    for first in range(1, rows + 1, BATCH):
        await connection.execute(_MADE, first, min(first + BATCH - 1, rows))
        await connection.execute(
            f"INSERT INTO commitment ({', '.join(columns)}) SELECT {values} FROM made JOIN pilot USING (which)"
        )
        await connection.execute(_WORDS)
        await connection.execute("DROP TABLE made")
    for one in indexes:
        await connection.execute(one["indexdef"])
    await connection.execute(
        "INSERT INTO spelling (word) SELECT word FROM ts_stat('SELECT words FROM searchable')"
        " WHERE word ~ '^[^#^@0-9][^0-9]{2,39}$' ON CONFLICT DO NOTHING"
    )
    await connection.execute("VACUUM (ANALYZE) commitment, searchable, spelling")


async def plans(settings: Settings, connection: Any) -> dict[str, list[str]]:
    """Return which tables each search reads whole; none is what is wanted."""
    app = create_app(settings)
    bearer = state_of(app, Service).callers.issuer.issue("pk-secretariat", int(time.time()))
    asking = httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://pacta.test", headers={"Authorization": f"Bearer {bearer}"}
    )
    found: dict[str, list[str]] = {}
    async with asking as client:
        large = Large(None, app, connection, client)  # type: ignore[arg-type]
        for typed in ASKED:
            statements, _ = await large.statements(f"/v1/search?q={quote(typed)}")
            every = [one for each in statements for one in nodes(await large.explain(each))]
            read = {one["Relation Name"] for one in every if one["Node Type"] == "Seq Scan"}
            found[typed] = sorted(read & {"commitment", "searchable", "spelling"})
    await state_of(app, Service).close()
    return found


async def took(port: int, bearer: str, path: str, seconds: float) -> list[float]:
    """Return how long each answer took that one client had, in milliseconds."""
    into: dict[str, Measured] = {}
    ask = Ask(request("GET", path, bearer))
    await measure([port], [Work(path, lambda: ask)], 1, seconds, into)
    return [one / 1e6 for one in into[path].latencies]


async def compare(port: int, bearer: str, typed: str, rounds: int, seconds: float) -> tuple[float, float]:
    """Return the median of a search and of a read by id, in milliseconds: they take turns, and the first round warms up."""
    found: tuple[list[float], list[float]] = ([], [])
    for turn in range(rounds + 1):
        for side, path in enumerate((f"/v1/search?q={quote(typed)}", READ)):
            answered = await took(port, bearer, path, seconds)
            found[side].extend(answered if turn else [])
    return median(found[0]), median(found[1])


async def run(server: Server, directory: Path, asked: argparse.Namespace) -> None:
    """Fill the register, and print a line for each word, and the median of all."""
    settings = Settings(database_url=SecretStr(server.url("pacta_app")), requests_per_minute=None, token_lifetime=3600)
    async with Pool.of(settings, Address.of_service(settings)) as pool:
        await load(pool, directory / "credentials.json")
    # Without triggers: what is searched is filled as a migration does it.
    session = {"jit": "off", "timezone": "UTC", "synchronous_commit": "off", "session_replication_role": "replica"}
    session |= {"maintenance_work_mem": "512MB", "work_mem": "256MB"}
    connection = await asyncpg.connect(server.url("postgres"), server_settings=session)
    print(f"Filling {asked.rows:,} commitments ...", flush=True)
    began = time.monotonic()
    await fill(connection, asked.rows)
    print(f"  in {time.monotonic() - began:.0f} s\n", flush=True)
    whole = await plans(settings, connection)
    await connection.close()
    port = free_port()
    program = spawn("service", serve_command(port), service_environment(server, directory), directory)
    try:
        await answers(program, port)
        who = json.loads((directory / "credentials.json").read_bytes())["PK"]
        bearer = await token(port, who["client_id"], who["client_secret"])
        print("| typed | ms | read by id, ms | times | read whole |\n|---|---|---|---|---|", flush=True)
        times = []
        for typed in ASKED:
            search, read = await compare(port, bearer, typed, asked.rounds, asked.seconds)
            times.append(search / read)
            told = ", ".join(whole[typed]) or "nothing"
            print(f"| {typed} | {search:.1f} | {read:.1f} | {search / read:.1f} | {told} |", flush=True)
        missed = "" if median(times) < MOST and not any(whole.values()) else " MISSED"
        print(f"\nThe median search takes {median(times):.1f} reads by id (less than {MOST:.0f} are wanted){missed}.")
    finally:
        end([program])


def main() -> None:
    """Print the table."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rows", type=int, default=1_000_000, help="Commitments in the register.")
    asked.add_argument("--rounds", type=int, default=5, help="Rounds for each word.")
    asked.add_argument("--seconds", type=float, default=1.0, help="Seconds of each round, for each side.")
    given = asked.parse_args()
    telemetry.configure("CRITICAL")
    with migrated("searching", durable=False) as (server, directory):
        uvloop.run(run(server, directory, given))


if __name__ == "__main__":
    main()
