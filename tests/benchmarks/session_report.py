"""The report of a session of 150 items as JSON, beside the least that it can cost: a part of `tests.benchmarks.papers`.

`python -m tests.benchmarks.session_report [COMMITMENTS]` measures it in a register of a million others, in fifty-five commissions: some ten minutes.
"""

import asyncio
import sys
from collections.abc import Collection, Sequence
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import asyncpg
import httpx
import orjson
import uvloop
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from service.database.connection import Address
from service.database.pool import Pool
from service.database.state import state_of
from service.demo.postgres import Server
from service.identity.models import LOCAL
from service.identity.queries import caller, caller_of
from service.log.reading import of_size
from service.main import Service
from service.register.commissions import queries as commissions
from service.register.commissions import session_queries as sessions
from service.register.commissions.models import Rule
from service.reports import finished, kept, queries
from service.reports.schemas import MatrixRow
from tests.benchmarks.desk import AS_IT_IS, ROUNDS, Bench, Work, as_served, at_desk, row, settings_of, told, took
from tests.benchmarks.fill import fill
from tests.benchmarks.processes import migrated
from tests.benchmarks.scene import found_commission

ITEMS: Final = 150
MANY: Final = 45
MEMBERS: Final = tuple(MatrixRow.model_fields)


async def _limited(bench: Bench, given: dict[str, Any]) -> Starlette:
    """Return the least that a report can cost: the same statements, `from` the entries that they give, and a body of the same shape.

    Of what it is to know it has only to pick: each row's members of the matrix that the caller may see; the digest is of what it answers.
    """
    service, log_id = state_of(bench.app, Service), UUID(given["commission"]["id"])
    rest = {name: one for name, one in given.items() if name not in {"matrix", "digest"}}
    async with service.readers.connection() as connection:
        caller = await caller_of(connection, (await bench.get("/v1/me")).json()["principal_id"])

    def body(entries: Sequence[queries.Stored], seen: Collection[str]) -> bytes:
        # It has them all in hand before it answers, as whoever counts them must.
        _ = [orjson.loads(one.canonical) for one in entries]
        matrix = [{name: row[name] for name in MEMBERS} for row in given["matrix"] if row["id"] in seen]
        digest = sha256(orjson.dumps({**rest, "matrix": matrix})).hexdigest()
        return orjson.dumps({**rest, "matrix": matrix, "digest": digest})

    async def bare(request: Request) -> Response:
        first, entries = int(request.query_params["from"]), list[queries.Stored]()
        async with service.readers.connection() as connection:
            await service.named(connection, [bench.session])
            await sessions.get(connection, caller, given["session"]["id"])
            seen = await queries.seen(connection, caller, log_id)
            await commissions.standing_in(connection, caller, log_id)
            signed = await queries.signed(connection, log_id, None)
            await queries.registry(connection, None)
            if 0 < first < signed.checkpoint.size:
                await of_size(connection, log_id, first)
            if first < signed.checkpoint.size:
                entries = await queries.between(connection, log_id, first, signed.checkpoint.size)
        content = await asyncio.to_thread(body, entries, seen) if entries else body(entries, seen)
        return Response(content, media_type="application/json")

    return Starlette(routes=[Route("/report", bare)])


async def anew(bench: Bench) -> None:
    """Ask for a report that nobody asked for before."""
    finished.FINISHED.reports.clear()
    await bench.get(bench.report)


async def reports(bench: Bench, size: str) -> None:
    """Measure the report as JSON beside its limit, from all entries and from what is kept."""
    log_id = UUID((await bench.get(bench.report)).json()["commission"]["id"])
    older = kept.KEPT.logs[log_id]
    await bench.imported([row(1)])
    await bench.sign()
    given = (await bench.get(bench.report)).json()
    newest = given["log"]["size"]
    assert newest > older.size
    transport = httpx.ASGITransport(await _limited(bench, given))
    async with httpx.AsyncClient(transport=transport, base_url="http://bare.test", headers=AS_IT_IS) as limit:
        made = partial(anew, bench)

        async def cold() -> None:
            kept.KEPT.logs.clear()
            await made()

        async def on() -> None:
            kept.KEPT.put(log_id, older)
            await made()

        works: dict[str, tuple[Work, int]] = {
            "from all entries": (cold, 0),
            "gone on from an older checkpoint": (on, older.size),
            "made of what is kept": (made, newest),
            "asked for again": (partial(bench.get, bench.report), newest),
        }
        for what, (work, first) in works.items():
            # What takes a few milliseconds is disturbed by whatever else the machine does.
            often = MANY if first else ROUNDS
            ours, least = await took(work, partial(bench.get, f"/report?from={first}", limit), rounds=often)
            told(f"report, {size}, {what} ({ours * 1000:.1f} ms): share of the limit's rate", least / ours, least=0.40)


async def among_others(server: Server, directory: Path, commitments: int) -> None:
    """Measure it in a register of so many commitments in other commissions, each with its trail."""
    owner = await asyncpg.connect(server.url("postgres"))
    # What is searched, and the spans of states, take longer than all the rest, and no report reads them.
    await owner.execute("ALTER TABLE commitment DISABLE TRIGGER USER")
    filled = await fill(server, commitments, directory / "log")
    await owner.execute("ALTER TABLE commitment ENABLE TRIGGER USER")
    await owner.close()
    print(f"{filled.entries:,} entries in {filled.seconds:.0f} s", flush=True)
    settings = settings_of(server, directory)
    async with Pool.of(settings, Address.of_service(settings)) as pool, pool.transaction() as connection:
        administrator = await caller(connection, LOCAL, "administrator")
        assert administrator is not None
        place = await found_commission(connection, filled.scene, administrator, ("PK", "AZ"), Rule.MUTUAL, "R")
    async with at_desk(settings, Address.parse(server.url("pacta_worker")), place.code, 1) as bench:
        await bench.imported([row(number, bench.session) for number in range(1, ITEMS + 1)])
        await bench.confirm()
        await bench.sign()
        await reports(bench, f"{ITEMS} items in a register of {commitments:,}")


if __name__ == "__main__":
    with migrated("session-report", durable=False) as (server, directory):
        as_served()
        uvloop.run(among_others(server, directory, int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
