"""Imports of many rows beside single requests, what was beside what is, and what others wait meanwhile: parts of `tests.benchmarks.papers`."""

import asyncio
import time
from collections.abc import Iterable, Mapping
from functools import partial
from statistics import median, quantiles
from typing import Any, Final

import httpx

from tests.benchmarks.desk import COMMISSION, Bench, Imported, Work, row, told, took
from tests.benchmarks.session_report import anew

READ: Final = "/v1/commitments/PK-AZ/08/004"
SINGLE, BESIDE_SECONDS = 300, 3
Request = tuple[str, str, Mapping[str, Any]]


async def imports(bench: Bench, rows: int) -> None:
    """Measure imports that create, that change what is one's own, and that propose what is shared, beside single requests for the same."""
    body = {
        "commission_id": COMMISSION.rpartition("/")[2], "sector": "trade", "instrument_required": False, "titles": {"en": "One"},
        "texts": {"en": row(1)["text.en"]}, "agreement": {"agreed_on": "2025-01-24"}, "target_date": "2027",
    }  # fmt: skip
    single = await _rate(bench, [("POST", "/v1/commitments", body)] * SINGLE)
    _told("creates", single, await bench.imported([row(number) for number in range(1, rows + 1)]), rows)
    await bench.confirm()
    every = [one for one in await bench.exported() if not one["awaiting"] and one["state"] == "agreed"]
    few, many = every[:SINGLE], every[SINGLE : SINGLE + rows]

    lead = {"lead_organisation_id": "PK/PCS"}
    single = await _rate(bench, [("PATCH", _path(one), lead) for one in few])
    _told("changes what is one's own in", single, await bench.imported(_changed(many, "lead.PK", "PK/PCS")), rows)
    amended = {"action": "amend", "reason": "Changed.", "changes": {"target_date": "2028"}}
    single = await _rate(bench, [("POST", f"{_path(one)}/transitions", amended) for one in few])
    many = [one for one in await bench.exported() if one["reference"] in {each["reference"] for each in many}]
    _told("proposes what is shared in", single, await bench.imported(_changed(many, "due_on", "2028")), rows)


def _path(one: Mapping[str, str]) -> str:
    return f"/v1/commitments/{one['reference']}"


def _changed(rows: Iterable[Mapping[str, str]], column: str, said: str) -> list[dict[str, str]]:
    return [{"reference": one["reference"], "version": one["version"], column: said} for one in rows]


async def _rate(bench: Bench, requests: Iterable[Request]) -> float:
    """Return how many of these a second one client gets done, one after the other."""
    began, done = time.perf_counter(), 0
    for method, path, body in requests:
        made: httpx.Response = await bench.client.request(method, path, json=body, headers={"If-Match": "*"})
        assert made.is_success, made.text
        done += 1
    return done / (time.perf_counter() - began)


def _told(does: str, single: float, done: Imported, rows: int) -> None:
    told(
        f"import that {does} {rows:,} rows: times the rate of single requests ({single:.0f}/s)",
        done.rate / single,
        least=3,
    )
    start, middle, end = done.memory[0], done.memory[len(done.memory) // 2], done.memory[-1]
    print(
        f"  memory: {start:.0f} MB before it, {middle:.0f} in its middle, {end:.0f} after it; {max(done.memory):.0f} at most",
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
        "a day, of a sector that none had": "as_of=2026-01-01&sector=culture",
        "a day, of a group that has few": "as_of=2026-01-01&working_group_id=PK-AZ/JWG/energy",
    }
    works = [partial(bench.get, one) for one in (path, *(f"{path}&{query}" for query in asked.values()))]
    now, *then = await took(*works)
    for what, spent in zip(asked, then, strict=True):
        told(f"a page of 50 as of {what}: times the same page today", spent / now, most=3)


async def beside(bench: Bench, rows: int) -> None:
    """Measure how long others wait while something large is made, again and again, beside what they wait otherwise."""

    works: dict[str, Work] = {
        "nothing": lambda: asyncio.sleep(BESIDE_SECONDS),
        "reports as JSON": partial(anew, bench),
        "reports as PDF": lambda: bench.get(f"{bench.report}&format=pdf"),
        "exports (XLSX)": lambda: bench.get(f"{COMMISSION}/export.xlsx"),
        "imports": lambda: bench.imported([row(number) for number in range(1, rows + 1)]),
    }
    works["all of these at once"] = partial(_at_once, *works.values())
    least = 0.0
    for what, work in works.items():
        making, waits = asyncio.ensure_future(_again(work)), list[float]()
        while not making.done():
            began = time.perf_counter()
            await bench.get(READ)
            waits.append(time.perf_counter() - began)
            await asyncio.sleep(0.002)
        await making
        spent, last = median(waits) * 1000, quantiles(waits, n=100)[-1] * 1000
        least = least or spent
        told(f"a reading beside {what} ({spent:.1f} ms, p99 {last:.1f}): times one beside nothing", spent / least)


async def _again(work: Work) -> None:
    ends = time.perf_counter() + BESIDE_SECONDS
    while time.perf_counter() < ends:
        await work()


async def _at_once(*works: Work) -> None:
    await asyncio.gather(*map(_again, works))
