"""The lists of instruments in a register of a million, beside a bare application that runs the same statements, and their plans.

`python -m tests.benchmarks.instruments [--rows 1000000] [--rounds 6] [--seconds 1]`. The statements of the bare application are those that
the service was heard to send, with the same values, one after another; it answers with the rows as they come, and does nothing else: no
token, no permission.
Each of the two is one process. They take turns in short rounds, and the ratio is taken within each.
"""

import argparse
import json
import os
import pickle
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final

import asyncpg
import httpx
import uvloop
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from service import telemetry
from service.database.connection import Address
from service.database.pool import Pool
from service.database.state import state_of
from service.demo.pilot import COMMISSION, PILOT, load
from service.demo.postgres import Server
from service.http.serving import serve
from service.main import Service, create_app
from service.settings import Settings
from tests.benchmarks.large import Large, Statement, nodes
from tests.benchmarks.limit import answer, lifespan, pool
from tests.benchmarks.load import Ask, Measured, Work, measure, request
from tests.benchmarks.processes import (
    Program,
    answers,
    end,
    limit_environment,
    migrated,
    serve_command,
    service_environment,
    spawn,
    token,
)
from tests.serving import free_port

CARRIED: Final = PILOT["commitments"][1]["id"]
WANTED, CLIENTS, PAGE = 0.5, 4, 50
STATEMENTS: Final = "LIMIT_STATEMENTS"
"""The variable that names the file with the statements of the bare application."""
LISTS: Final[dict[str, str]] = {
    "by reference": "sort=reference",
    "newest": "sort=newest",
    "by day of signature": "sort=signed",
    "of a commission": f"commission_id={COMMISSION}",
    "of a kind": "kind=mou",
    "of a state": "state=signed",
    "of a party": "party=AZ&counterpart=PK",
    "in force": "in_force=true",
    "carrying": f"commitment_id={CARRIED}",
    "awaiting a step": "awaiting_step_of=AZ",
    "awaiting": "awaiting=AZ",
    "signed between": "signed_from=2001-01-01&signed_to=2001-02-01&sort=signed",
    "expiring": "expiring_within=10",
    "notice day": "notice_day_within=10",
}
"""A list for each filter and order of `GET /v1/instruments`."""
FILL: Final = f"""INSERT INTO instrument (seq, leaf, changed_at, awaiting, open_transition_id, proposed_by, recorded_by, is_joint, id,
 commission_id, reference, draft_reference, kind, titles, contracting_parties, authentic_languages, confidentiality, commitment_ids,
 entry_into_force, duration, notice, sent, signatures, steps, received, notices, publications, objections, signed_on, state, corrected)
 SELECT 1, '\\x00', now(), CASE WHEN n % 300 = 1 THEN array['AZ'] ELSE '{{}}' END, CASE WHEN n % 300 = 1 THEN uuidv7() END,
 CASE WHEN n % 300 = 1 THEN 'PK' END, 'PK', true, uuidv7(),
 '{COMMISSION}', 'PK-AZ/I/' || 10000 + n, 'PK-AZ/I/d-' || n, (array['mou', 'agreement', 'protocol'])[1 + n % 3], '{{"en": "T"}}',
 array['PK', 'AZ'], array['en'], 'parties', CASE WHEN n % 1000 = 1 THEN array['{CARRIED}'] ELSE '{{}}' END,
 '{{"anchor": "last_notification", "steps": [{{"days": 30}}]}}', '{{"kind": "period", "years": 5, "then": "tacit"}}',
 '{{"kind": "before_period_end", "months": 6}}',
 CASE WHEN n % 2 = 0 THEN '{{}}' ELSE jsonb_build_object('PK', jsonb_build_object('what', 'notification', 'on', date '1990-01-01' + n % 12000,
 'channel', NULL, 'note_number', NULL)) END, '{{}}', '{{}}', '{{}}', '{{}}', '{{}}', '{{}}', '2001', 'signed', '{{}}'
 FROM generate_series($1::int, $2::int) n"""
RECKON: Final = """INSERT INTO instrument_reckoning (instrument_id, signed_from, in_force_from, ends_before, counted_from, first_months,
 rolls_months, notice_months, notice_days, notice_by, lacking)
 SELECT id, date '1990-01-01' + (n % 12000)::int, date '1990-01-01' + (n % 12000)::int,
 CASE WHEN n % 2 = 0 THEN current_date + (n % 8000)::int - 4000 END, date '1990-01-01', 60, CASE WHEN n % 50 = 0 THEN 60 END, 6, 0,
 CASE WHEN n % 3 = 0 THEN current_date + (n % 8000)::int - 4000 END, CASE WHEN n % 200 = 0 THEN array['AZ'] ELSE '{}' END
 FROM (SELECT id, row_number() OVER () AS n FROM instrument WHERE leaf = '\\x00') AS made"""
BATCH: Final = 50_000


async def fill(connection: Any, rows: int) -> None:
    """Give the pilot's commission so many instruments more, without entries: lists read none."""
    for first in range(1, rows + 1, BATCH):
        await connection.execute(FILL, first, min(first + BATCH - 1, rows))
    await connection.execute(RECKON)
    await connection.execute("VACUUM (ANALYZE) instrument, instrument_reckoning")


@dataclass(frozen=True, slots=True)
class Found:
    """A list: the statements of its page as the service sends them, and what the plan of the first reads."""

    statements: list[Statement]
    reads: list[str]

    @property
    def is_by_index(self) -> bool:
        """Return whether no table is read whole."""
        return not any(one.startswith("all of") for one in self.reads)


async def heard(settings: Settings, connection: Any) -> dict[str, Found]:
    """Return the statements of each list, as the service sends them, with the plan of the one that finds its rows."""
    app = create_app(settings)
    bearer = state_of(app, Service).callers.issuer.issue("pk-secretariat", int(time.time()))
    headers = {"Authorization": f"Bearer {bearer}"}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://pacta.test", headers=headers
    ) as client:
        large, found = Large(None, app, connection, client), dict[str, Found]()  # type: ignore[arg-type]
        await client.get("/v1/instruments")
        for name, query in LISTS.items():
            # By now the process knows who calls, and only what the page itself needs is heard.
            statements, body = await large.statements(f"/v1/instruments?{query}")
            assert body["items"], name
            found[name] = Found(statements, _reads(await large.explain(statements[0])))
    await state_of(app, Service).close()
    return found


def _reads(plan: dict[str, Any]) -> list[str]:
    """Return which indexes of the two tables a plan uses, and which of them it reads whole."""
    found = [one.get("Index Name") or _whole(one) for one in nodes(plan)]
    return sorted({one for one in found if one and "instrument" in one})


def _whole(node: dict[str, Any]) -> str | None:
    return f"all of {node['Relation Name']}" if node["Node Type"] == "Seq Scan" else None


def limit(port: int) -> None:
    """Serve the statements in turn, each under its number."""
    statements = pickle.loads(Path(os.environ[STATEMENTS]).read_bytes())

    async def page(request: Request) -> Response:
        async with pool(request).acquire() as connection:
            said = [await connection.fetch(text, *values) for text, values in statements[request.path_params["number"]]]
        rows, *beside = [[dict(row) for row in found] for found in said]
        following = rows[PAGE - 1]["reference"] if len(rows) > PAGE else None
        return answer({"items": rows[:PAGE], "beside": beside, "next_cursor": following})

    routes = [Route("/livez", lambda _: answer({"status": "alive"})), Route("/lists/{number:int}", page)]
    serve(Starlette(routes=routes, lifespan=lifespan), "127.0.0.1", port)


async def compare(
    ports: tuple[int, int], bearer: str, name: str, rounds: int, seconds: float
) -> tuple[float, float, float]:
    """Return the service's share of the limit's rate, the median of the rounds, and the rate of each."""
    paths = (f"/v1/instruments?limit={PAGE}&{LISTS[name]}", f"/lists/{list(LISTS).index(name)}")
    asks = [Ask(request("GET", path, bearer)) for path in paths]
    rates: tuple[list[float], list[float]] = ([], [])
    for turn in range(-1, rounds):
        for side in (0, 1) if turn % 2 else (1, 0):
            into: dict[str, Measured] = {}
            ask = asks[side]
            await measure([ports[side]], [Work(name, lambda ask=ask: ask)], CLIENTS, seconds, into)  # type: ignore[misc]
            if turn >= 0:
                rates[side].append(into[name].rate)
    shares = [ours / least for ours, least in zip(*rates, strict=True)]
    return median(shares), median(rates[0]), median(rates[1])


async def run(server: Server, directory: Path, asked: argparse.Namespace) -> None:
    """Fill the register, and print a line for each list."""
    settings = Settings(database_url=SecretStr(server.url("pacta_app")), requests_per_minute=None, token_lifetime=3600)
    async with Pool.of(settings, Address.of_service(settings)) as pool:
        await load(pool, directory / "credentials.json")
    # Without triggers: lists read nothing of what is kept for the search.
    session = {"jit": "off", "timezone": "UTC", "synchronous_commit": "off", "session_replication_role": "replica"}
    connection = await asyncpg.connect(server.url("postgres"), server_settings=session)
    print(f"Filling {asked.rows:,} instruments ...", flush=True)
    began = time.monotonic()
    await fill(connection, asked.rows)
    print(f"  in {time.monotonic() - began:.0f} s\n", flush=True)
    found = await heard(settings, connection)
    await connection.close()
    statements = directory / "statements"
    statements.write_bytes(pickle.dumps([one.statements for one in found.values()]))
    ours, least = free_port(), free_port()
    limit_command = [sys.executable, "-m", "tests.benchmarks.instruments", "--limit", str(least)]
    limit_known = limit_environment(server) | {STATEMENTS: str(statements)}
    programs: list[Program] = []
    try:
        programs.append(spawn("service", serve_command(ours), service_environment(server, directory), directory))
        programs.append(spawn("limit", limit_command, limit_known, directory))
        for program, port in zip(programs, (ours, least), strict=True):
            await answers(program, port)
        who = json.loads((directory / "credentials.json").read_bytes())["PK"]
        bearer = await token(ours, who["client_id"], who["client_secret"])
        print("| list | of the limit | a second, of the limit's | by |\n|---|---|---|---|", flush=True)
        for name, one in found.items():
            share, rate, most = await compare((ours, least), bearer, name, asked.rounds, asked.seconds)
            missed = "" if share >= WANTED and one.is_by_index else " MISSED"
            print(f"| {name} | {share:.2f}{missed} | {rate:.0f} of {most:.0f} | {', '.join(one.reads)} |", flush=True)
    finally:
        end(programs)


def main() -> None:
    """Print the table."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rows", type=int, default=1_000_000, help="Instruments in the register.")
    asked.add_argument("--rounds", type=int, default=6, help="Rounds for each list.")
    asked.add_argument("--seconds", type=float, default=1.0, help="Seconds of each round, for each side.")
    asked.add_argument("--limit", type=int, help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.limit:
        limit(given.limit)
        return
    telemetry.configure("CRITICAL")
    with migrated("instruments", durable=False) as (server, directory):
        uvloop.run(run(server, directory, given))


if __name__ == "__main__":
    main()
