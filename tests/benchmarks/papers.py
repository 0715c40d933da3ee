"""Reports, spreadsheets, the board and the past: each beside the least that it can cost, and what others wait meanwhile.

`uv run poe bench-papers [COMMITMENTS]` (10,000, if nothing is said); ratios of one run on the pilot's register, whose eighth session gets
150 items, and whose commission gets the rest by imports. All in one process, as in `pacta demo`: the worker's turn, too.
"""

import asyncio
import gc
import io
import json
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from typing import Final

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
from service.database.connection import Address
from service.database.pool import Pool
from service.database.state import state_of
from service.demo.pilot import load
from service.demo.postgres import Server
from service.exchange import running
from service.exchange.files import Sheet, as_xlsx
from service.http.serving import COLLECT
from service.identity.queries import caller_of
from service.main import Service, create_app
from service.reports import finished, kept, queries
from service.reports.pdf import typesetting
from service.reports.pdf.fonts import FOLDERS
from service.reports.pdf.making import typeset
from service.reports.pdf.pages import document
from service.settings import Settings
from tests.benchmarks.desk import COMMISSION, Bench, row
from tests.benchmarks.processes import migrated

REPORT: Final = "/v1/sessions/PK-AZ/08/report?audience=parties"
BOARD: Final = "/read/sessions/PK-AZ/08"
READ: Final = "/v1/commitments/PK-AZ/08/004"
ITEMS, ON_BOARD, ROUNDS, SINGLE = 150, 147, 9, 300
"""Of its items the board shows those that are public: whoever reads it has not signed in."""
Work = Callable[[], Awaitable[object]]


async def took(*works: Work, rounds: int = ROUNDS) -> list[float]:
    """Return the median seconds of each work, done in turns, after one turn that does not count."""
    spent: list[list[float]] = [[] for _ in works]
    for turn in range(rounds + 1):
        for place, work in enumerate(works):
            began = time.perf_counter()
            await work()
            if turn:
                spent[place].append(time.perf_counter() - began)
    return [median(one) for one in spent]


def told(what: str, value: float, wanted: str, *, holds: bool) -> None:
    """Print a line of the table."""
    print(f"| {what} | {value:.2f} | {wanted} | {'ok' if holds else 'MISSED'} |", flush=True)


async def reports(bench: Bench, size: str) -> None:
    """Measure the report as JSON, cold and warm, beside the same statements without anything else; and the board."""
    caller_id = (await bench.get("/v1/me")).json()["principal_id"]
    given = (await bench.get(REPORT)).json()
    log_id = given["commission"]["id"]

    async def bare(request: Request) -> Response:
        async with state_of(bench.app, Service).readers.connection() as connection:
            caller = await caller_of(connection, caller_id)
            await queries.seen(connection, caller, log_id)
            signed = await queries.signed(connection, log_id, None)
            if request.query_params["cold"] == "yes":
                entries = await queries.between(connection, log_id, 0, signed.checkpoint.size)
                await asyncio.to_thread(lambda: [orjson.loads(one.canonical) for one in entries])
        return Response(orjson.dumps(given), media_type="application/json")

    transport = httpx.ASGITransport(Starlette(routes=[Route("/report", bare)]))
    async with httpx.AsyncClient(transport=transport, base_url="http://bare.test") as limit:

        async def made() -> None:
            finished.FINISHED.reports.clear()
            await bench.get(REPORT)

        async def cold() -> None:
            kept.KEPT.logs.clear()
            await made()

        works = (
            cold,
            lambda: bench.get("/report?cold=yes", limit),
            made,
            lambda: bench.get(REPORT),
            lambda: bench.get("/report?cold=no", limit),
        )
        first, least, on, again, nothing = await took(*works)
    told(
        f"report, {size}, from all entries: share of the limit's rate",
        least / first,
        ">= 0.40",
        holds=least / first >= 0.4,
    )
    told(f"report, {size}, gone on from what is kept: share of the limit's rate", nothing / on, "told", holds=True)
    told(
        f"report, {size}, asked for again: share of the limit's rate",
        nothing / again,
        ">= 0.40",
        holds=nothing / again >= 0.4,
    )
    shown = (await bench.get(BOARD)).text.count('<li><a href="/read/commitments/')
    assert shown >= ON_BOARD, f"{shown} items are on the board"
    board, report = await took(lambda: bench.get(BOARD), made)
    told(f"board of {shown}, {size}: times the report as JSON", board / report, "<= 2.00", holds=board / report <= 2)


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
    told(
        "PDF of 150 items: times typst alone in a process of its own",
        whole / child,
        "<= 1.50",
        holds=whole / child <= 1.5,
    )
    told(
        "PDF of 150 items: times typst alone in a process that runs, its fonts read", whole / least, "told", holds=True
    )


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
    told(f"XLSX of {rows:,} rows: times bare xlsxwriter", ours / least, "<= 2.00", holds=ours / least <= 2)


async def imports(bench: Bench, rows: int) -> None:
    """Measure an import beside single requests for the same, and how the memory grows with its rows."""
    body = {
        "commission_id": COMMISSION.rpartition("/")[2], "sector": "trade", "instrument_required": False, "titles": {"en": "One"},
        "texts": {"en": row(1)["text.en"]}, "agreement": {"agreed_on": "2025-01-24"}, "target_date": "2027",
    }  # fmt: skip
    began = time.perf_counter()
    for _ in range(SINGLE):
        made = await bench.client.post("/v1/commitments", json=body)
        assert made.status_code == 201, made.text
    single = SINGLE / (time.perf_counter() - began)
    _, small = await bench.imported([row(number) for number in range(1, rows // 10 + 1)])
    rate, large = await bench.imported([row(number) for number in range(1, rows + 1)])
    told(
        f"import of {rows:,} rows: times the rate of single requests ({single:.0f}/s)",
        rate / single,
        ">= 3.00",
        holds=rate / single >= 3,
    )
    print(
        f"  memory grew by {small / 1e6:.0f} MB with {rows // 10:,} rows, by {large / 1e6:.0f} MB more with {rows:,}",
        flush=True,
    )


async def past(bench: Bench) -> None:
    """Measure a page of fifty as of a day beside the same page today."""
    path = f"/v1/commitments?commission_id={COMMISSION.rpartition('/')[2]}&limit=50"
    asked = {
        "a day": "as_of=2026-01-01",
        "a day before anything": "as_of=2020-01-01",
        "a moment before anything was confirmed": "as_of=2026-01-01&known_at=2026-01-01T00:00:00Z",
        "a day, the newest first": "as_of=2026-01-01&sort=newest",
        "a day, in a state that none was in": "as_of=2026-01-01&state=implemented",
    }
    works = [partial(bench.get, one) for one in (path, *(f"{path}&{query}" for query in asked.values()))]
    now, *then = await took(*works)
    for what, spent in zip(asked, then, strict=True):
        told(f"a page of 50 as of {what}: times the same page today", spent / now, "<= 3.00", holds=spent / now <= 3)


async def beside(bench: Bench, rows: int) -> None:
    """Print how long others wait while something large is made."""
    works: dict[str, Work] = {
        "nothing": lambda: asyncio.sleep(1),
        "a report as JSON": lambda: bench.get(REPORT),
        "a report as PDF": lambda: bench.get(f"{REPORT}&format=pdf"),
        "an export (XLSX)": lambda: bench.get(f"{COMMISSION}/export.xlsx"),
        "an import": lambda: bench.imported([row(number) for number in range(1, rows + 1)]),
    }
    for what, work in works.items():
        making, waits = asyncio.ensure_future(work()), list[float]()
        while not making.done() or len(waits) < 50:
            began = time.perf_counter()
            await bench.get(READ)
            waits.append(time.perf_counter() - began)
            await asyncio.sleep(0.002)
        await making
        print(
            f"  a reading beside {what}: p50 {median(waits) * 1000:.1f} ms, p99 {quantiles(waits, n=100)[-1] * 1000:.1f} ms",
            flush=True,
        )


async def measure(server: Server, directory: Path, commitments: int) -> None:
    """Fill the register, and print the table."""
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
            headers={"Authorization": f"Bearer {service.callers.issuer.issue(who, int(time.time()))}"},
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
    await reports(bench, f"{ITEMS} items in a commission of as many")
    await pages(bench)
    await spreadsheet(commitments)
    await imports(bench, commitments)
    await bench.confirm()
    await sign()
    await past(bench)
    await reports(bench, f"{ITEMS} items in a commission of {commitments:,}")
    await beside(bench, commitments // 10)
    await client.aclose()
    await other.aclose()
    await worker.close()
    await service.close()
    await sequencer.pool.close()


def main() -> None:
    """Print the table."""
    telemetry.configure("CRITICAL")
    commitments = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with migrated("papers", durable=True) as (server, directory):
        # As in `pacta serve`: what start-up made is not looked through again, and collections are rare.
        gc.freeze()
        gc.set_threshold(*COLLECT)
        uvloop.run(measure(server, directory, commitments))


if __name__ == "__main__":
    main()
