"""Reports, spreadsheets, the board and the past: each beside the least that it can cost, and what others wait meanwhile.

`uv run poe bench-papers [COMMITMENTS] [--only PART ...]`; ratios of one run on the pilot's register, whose eighth session gets
150 items, and whose commission gets the rest by imports. All in one process, as in `pacta demo`: the worker's turn, too.
"""

import argparse
import asyncio
import gc
import io
import json
import time
from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import asyncpg
import httpx
import orjson
import typst
import uvloop
import xlsxwriter
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from service import telemetry
from service.cli.__main__ import COLLECT
from service.database.connection import Address
from service.database.pool import Pool
from service.database.state import state_of
from service.demo.pilot import load
from service.demo.postgres import Server
from service.exchange import running
from service.exchange.files import Sheet, as_xlsx
from service.http.serving import settle
from service.identity.queries import caller_of
from service.log.reading import of_size
from service.main import Service, create_app
from service.register.commissions import queries as commissions
from service.register.commissions import session_queries as sessions
from service.reports import finished, kept, queries
from service.reports.pdf import typesetting
from service.reports.pdf.fonts import FOLDERS
from service.reports.pdf.making import typeset
from service.reports.pdf.pages import document
from service.reports.schemas import MatrixRow
from service.settings import Settings
from tests.benchmarks.desk import Bench, Work, row, told, took
from tests.benchmarks.many_rows import READ, REPORT, beside, imports, past
from tests.benchmarks.processes import migrated

BOARD: Final = "/read/sessions/PK-AZ/08"
ITEMS, ON_BOARD = 150, 147
"""Of its items the board shows those that are public: whoever reads it has not signed in."""
PARTS: Final = ("reports", "pages", "spreadsheet", "imports", "past", "large", "beside")
FILLED: Final = frozenset({"past", "large", "beside"})
"""Parts that need a commission of so many commitments: `large` measures the reports in it."""
MEMBERS: Final = tuple(MatrixRow.model_fields)
AS_IT_IS: Final = {"Accept-Encoding": "identity"}
"""Neither side packs what it answers: the limit does not know how."""


async def limited(bench: Bench, given: dict[str, Any]) -> Starlette:
    """Return the least that a report can cost: the same statements, `from` the entries that they give, and a body of the same shape.

    Of what it is to know it has only to pick: each row's members of the matrix that the caller may see; the digest is of what it answers.
    """
    service, log_id = state_of(bench.app, Service), UUID(given["commission"]["id"])
    code = REPORT.removeprefix("/v1/sessions/").partition("/report")[0]
    rest = {name: one for name, one in given.items() if name not in {"matrix", "digest"}}
    async with service.readers.connection() as connection:
        caller = await caller_of(connection, (await bench.get("/v1/me")).json()["principal_id"])

    def body(entries: Sequence[queries.Stored], seen: Collection[str]) -> bytes:
        for one in entries:
            orjson.loads(one.canonical)
        matrix = [{name: row[name] for name in MEMBERS} for row in given["matrix"] if row["id"] in seen]
        digest = sha256(orjson.dumps({**rest, "matrix": matrix})).hexdigest()
        return orjson.dumps({**rest, "matrix": matrix, "digest": digest})

    async def bare(request: Request) -> Response:
        first, entries = int(request.query_params["from"]), list[queries.Stored]()
        async with service.readers.connection() as connection:
            await service.named(connection, [code])
            await sessions.get(connection, caller, given["session"]["id"])
            seen = await queries.seen(connection, caller, log_id)
            await commissions.standing_in(connection, caller, log_id)
            signed = await queries.signed(connection, log_id, None)
            await queries.registry(connection, None)
            if 0 < first < signed.checkpoint.size:
                await of_size(connection, log_id, first)
            if first < signed.checkpoint.size:
                entries = await queries.between(connection, log_id, first, signed.checkpoint.size)
        return Response(await asyncio.to_thread(body, entries, seen), media_type="application/json")

    return Starlette(routes=[Route("/report", bare)])


async def reports(bench: Bench, sign: Work, size: str) -> None:
    """Measure the report as JSON beside its limit, from all entries and from what is kept; and the board."""
    log_id = UUID((await bench.get(REPORT)).json()["commission"]["id"])
    older = kept.KEPT.logs[log_id]
    for lead in ("PK/PCS", None):
        body = {"lead_organisation_id": lead}
        assert (await bench.client.patch(READ, json=body, headers={"If-Match": "*"})).is_success
    await sign()
    given = (await bench.get(REPORT)).json()
    newest = given["log"]["size"]
    assert newest > older.size
    transport = httpx.ASGITransport(await limited(bench, given))
    async with httpx.AsyncClient(transport=transport, base_url="http://bare.test", headers=AS_IT_IS) as limit:

        async def made() -> None:
            finished.FINISHED.reports.clear()
            await bench.get(REPORT)

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
            "asked for again": (partial(bench.get, REPORT), newest),
        }
        for what, (work, first) in works.items():
            ours, least = await took(work, partial(bench.get, f"/report?from={first}", limit))
            told(f"report, {size}, {what} ({ours * 1000:.1f} ms): share of the limit's rate", least / ours, least=0.40)
    shown = (await bench.get(BOARD)).text.count('<li><a href="/read/commitments/')
    assert shown >= ON_BOARD, f"{shown} items are on the board"
    board, report = await took(lambda: bench.get(BOARD), made)
    told(f"board of {shown}, {size}: times the report as JSON", board / report, most=2.00)


async def pages(bench: Bench) -> None:
    """Measure the report as PDF beside typst alone, in a process of its own too: what it takes to start one is in both."""
    given = (await bench.get(REPORT)).json()
    made, day = document(given, "en"), date.fromisoformat(given["as_of"])
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=list(map(str, FOLDERS)))

    def alone() -> None:
        folder = str(typesetting.TEMPLATES)
        typst.compile(
            f"{folder}/report.typ", root=folder, font_paths=fonts, ignore_system_fonts=True, format="pdf",
            sys_inputs={"data": json.dumps(made)}, pdf_standards=["a-2b", "ua-1"], timestamp=0,
        )  # fmt: skip

    works = (lambda: bench.get(f"{REPORT}&format=pdf"), lambda: asyncio.to_thread(alone), lambda: typeset(made, day))
    whole, least, child = await took(*works, rounds=3)
    told("PDF of 150 items: times typst alone in a process of its own", whole / child, most=1.50)
    told("PDF of 150 items: times typst alone in a process that runs, its fonts read", whole / least)


async def spreadsheet(rows: int) -> None:
    """Measure a workbook of so many rows beside xlsxwriter alone, with the same cells."""
    cells = [{name: cell for name, cell in row(number).items() if cell} for number in range(rows)]
    sheet = Sheet("PK-AZ", ["en"], ["PK", "AZ"], cells, {}, datetime(2026, 1, 1, tzinfo=UTC))
    places = {name: place for place, name in enumerate(sheet.headings)}

    def alone() -> None:
        book = xlsxwriter.Workbook(io.BytesIO(), {"in_memory": True})
        page = book.add_worksheet()
        for number, one in enumerate(cells, 1):
            for name, cell in one.items():
                page.write_string(number, places[name], cell)
        book.close()

    ours, least = await took(lambda: asyncio.to_thread(as_xlsx, sheet), lambda: asyncio.to_thread(alone), rounds=3)
    told(f"XLSX of {rows:,} rows: times bare xlsxwriter", ours / least, most=2.00)


async def analyze(server: Server) -> None:
    """Let the database look at what is there, as it does by itself a minute later."""
    owner = await asyncpg.connect(server.url("postgres"))
    await owner.execute("ANALYZE")
    await owner.close()


async def measure(server: Server, directory: Path, commitments: int, parts: Sequence[str]) -> None:
    """Fill the register as far as these parts need it, and print their table."""
    settings = Settings(
        database_url=SecretStr(server.url("pacta_app")), sequencer_database_url=SecretStr(server.url("pacta_sequencer")),
        log_dir=directory / "log", documents_dir=directory / "documents", requests_per_minute=None, token_lifetime=3600,
    )  # fmt: skip
    async with Pool.of(settings, Address.of_service(settings)) as pool:
        await load(pool, directory / "credentials.json")
    app = create_app(settings, with_sequencer=True)
    service = state_of(app, Service)
    sequencer = service.sequencer
    assert sequencer is not None
    client, other = (
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app),
            base_url="http://pacta.test",
            headers={"Authorization": f"Bearer {service.callers.issuer.issue(who, int(time.time()))}", **AS_IT_IS},
        )
        for who in ("pk-secretariat", "az-secretariat")
    )
    worker = Pool.of(settings, Address.parse(server.url("pacta_worker")), size=2, writes=True)
    bench = Bench(app, client, other, worker)
    while await running.run_next(worker):
        pass
    await bench.imported([row(number, "PK-AZ/08") for number in range(15, ITEMS + 1)])
    await bench.confirm()

    async def sign() -> None:
        while await sequencer.step():
            pass
        await sequencer.sign()

    await sign()
    print("| what | ratio | wanted | |\n|---|---|---|---|", flush=True)
    works: dict[str, Work] = {
        "reports": partial(reports, bench, sign, f"{ITEMS} items in a commission of as many"),
        "pages": partial(pages, bench),
        "spreadsheet": partial(spreadsheet, commitments),
        "imports": partial(imports, bench, commitments),
        "past": partial(past, bench),
        "large": partial(reports, bench, sign, f"{ITEMS} items in a commission of {commitments:,}"),
        "beside": partial(beside, bench, commitments // 10),
    }
    small, large = (
        [part for part in PARTS if part in parts and (part in FILLED) is filled] for filled in (False, True)
    )
    for part in small:
        await works[part]()
    if large:
        if "imports" not in small:
            await bench.imported([row(number) for number in range(1, commitments + 1)])
        await bench.confirm()
        await sign()
        await analyze(server)
    for part in large:
        await works[part]()
    await client.aclose()
    await other.aclose()
    await worker.close()
    await service.close()
    await sequencer.pool.close()


def main() -> None:
    """Print the table."""
    telemetry.configure("CRITICAL")
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument(
        "commitments", type=int, nargs="?", default=10_000, help="so many rows are imported (%(default)s)"
    )
    asked.add_argument(
        "--only", choices=PARTS, nargs="+", default=PARTS, help="these parts alone; all, if nothing is said"
    )
    given = asked.parse_args()
    with migrated("papers", durable=True) as (server, directory):
        # As in `pacta serve`: collections are rare, and threads take short turns.
        gc.set_threshold(*COLLECT)
        settle()
        uvloop.run(measure(server, directory, given.commitments, given.only))


if __name__ == "__main__":
    main()
