"""Reports, spreadsheets, the board and the past: each beside the least that it can cost, and what others wait meanwhile.

`uv run poe bench-papers [COMMITMENTS] [--only PART ...]`; ratios of one run on the pilot's register, whose eighth session gets
150 items, and whose commission gets the rest by imports. All in one process, as in `pacta demo`: the worker's turn, too.
"""

import argparse
import asyncio
import io
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Final

import asyncpg
import typst
import uvloop
import xlsxwriter

from service.database.connection import Address
from service.database.pool import Pool
from service.demo.pilot import load
from service.demo.postgres import Server
from service.exchange import running
from service.exchange.files import Sheet, as_xlsx
from service.reports.pdf import typesetting
from service.reports.pdf.fonts import FOLDERS
from service.reports.pdf.making import typeset
from service.reports.pdf.pages import document
from tests.benchmarks import session_report
from tests.benchmarks.desk import Bench, Work, as_served, at_desk, row, settings_of, told, took
from tests.benchmarks.many_rows import beside, imports, past
from tests.benchmarks.processes import migrated
from tests.benchmarks.session_report import ITEMS

ON_BOARD: Final = 147
"""So many items the board shows at least, those that are public: whoever reads it has not signed in."""
PARTS: Final = ("reports", "pages", "spreadsheet", "imports", "past", "large", "beside")
FILLED: Final = frozenset({"past", "large", "beside"})
"""Parts that need a commission of so many commitments: `large` measures the reports in it."""


async def reports(bench: Bench, size: str) -> None:
    """Measure the report as JSON, and the board of the same session beside it."""
    await session_report.reports(bench, size)
    board = f"/read/sessions/{bench.session}"
    shown = (await bench.get(board)).text.count('<li><a href="/read/commitments/')
    assert shown >= ON_BOARD, f"{shown} items are on the board"
    works = partial(bench.get, board), partial(session_report.anew, bench)
    page, report = await took(*works, rounds=session_report.MANY)
    told(f"board of {shown}, {size}: times the report as JSON", page / report, most=2.00)


async def pages(bench: Bench) -> None:
    """Measure the report as PDF beside typst alone, in a process of its own too: what it takes to start one is in both."""
    given = (await bench.get(bench.report)).json()
    made, day = document(given, "en"), date.fromisoformat(given["as_of"])
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=list(map(str, FOLDERS)))

    def alone() -> None:
        folder = str(typesetting.TEMPLATES)
        typst.compile(
            f"{folder}/report.typ", root=folder, font_paths=fonts, ignore_system_fonts=True, format="pdf",
            sys_inputs={"data": json.dumps(made)}, pdf_standards=["a-2b", "ua-1"], timestamp=0,
        )  # fmt: skip

    works = (
        lambda: bench.get(f"{bench.report}&format=pdf"),
        lambda: asyncio.to_thread(alone),
        lambda: typeset(made, day),
    )
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
    settings = settings_of(server, directory)
    async with Pool.of(settings, Address.of_service(settings)) as pool:
        await load(pool, directory / "credentials.json")
    async with at_desk(settings, Address.parse(server.url("pacta_worker")), "PK-AZ", 8) as bench:
        await _measure(server, bench, commitments, parts)


async def _measure(server: Server, bench: Bench, commitments: int, parts: Sequence[str]) -> None:
    while await running.run_next(bench.worker):
        pass
    await bench.imported([row(number, bench.session) for number in range(15, ITEMS + 1)])
    await bench.confirm()
    await bench.sign()
    print("| what | ratio | wanted | |\n|---|---|---|---|", flush=True)
    works: dict[str, Work] = {
        "reports": partial(reports, bench, f"{ITEMS} items in a commission of as many"),
        "pages": partial(pages, bench),
        "spreadsheet": partial(spreadsheet, commitments),
        "imports": partial(imports, bench, commitments),
        "past": partial(past, bench),
        "large": partial(reports, bench, f"{ITEMS} items in a commission of {commitments:,}"),
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
        await bench.sign()
        await analyze(server)
    for part in large:
        await works[part]()


def main() -> None:
    """Print the table."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument(
        "commitments", type=int, nargs="?", default=10_000, help="so many rows are imported (%(default)s)"
    )
    asked.add_argument(
        "--only", choices=PARTS, nargs="+", default=PARTS, help="these parts alone; all, if nothing is said"
    )
    given = asked.parse_args()
    with migrated("papers", durable=True) as (server, directory):
        as_served()
        uvloop.run(measure(server, directory, given.commitments, given.only))


if __name__ == "__main__":
    main()
