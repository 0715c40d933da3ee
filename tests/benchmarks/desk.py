"""Who asks the application in `tests.benchmarks.papers`, the rows that it sends, and what its answers took."""

import asyncio
import csv
import gc
import io
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final

import httpx
from pydantic import SecretStr

from service import telemetry
from service.cli.__main__ import COLLECT
from service.database.connection import Address
from service.database.pool import Pool
from service.database.state import state_of
from service.demo.postgres import Server
from service.exchange import running
from service.http.serving import settle
from service.main import Service, create_app
from service.reports.spreadsheets import BOM
from service.settings import Settings

COMMISSION: Final = "/v1/commissions/01940000-0000-7000-8000-000000000001"
AS_IT_IS: Final = {"Accept-Encoding": "identity"}
"""Neither side packs what it answers: a limit does not know how."""
ROUNDS: Final = 9
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


def told(what: str, value: float, least: float | None = None, most: float | None = None) -> None:
    """Print a line of the table: a figure, and what it is to be at least, or at most, or neither."""
    wanted = f">= {least:.2f}" if least else f"<= {most:.2f}" if most else "told"
    holds = (least is None or value >= least) and (most is None or value <= most)
    print(f"| {what} | {value:.2f} | {wanted} | {'ok' if holds else 'MISSED'} |", flush=True)


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: rows a second, and the megabytes of the process from before it until after it, ten times a second."""

    rate: float
    memory: list[float]


@dataclass(slots=True)
class Bench:
    """The application, who asks it, and what its worker runs with."""

    app: Any
    client: httpx.AsyncClient
    other: httpx.AsyncClient
    """The other party's."""
    worker: Pool
    commission: str
    session: str
    """By their codes: the commission of both, and its session with the items."""

    @property
    def report(self) -> str:
        """Return the path of the session's report."""
        return f"/v1/sessions/{self.session}/report?audience=parties"

    async def sign(self) -> None:
        """Give every entry its index, and sign the logs."""
        sequencer = state_of(self.app, Service).sequencer
        assert sequencer is not None
        while await sequencer.step():
            pass
        await sequencer.sign()

    async def get(self, path: str, client: httpx.AsyncClient | None = None) -> httpx.Response:
        """Return an answer, which must be one."""
        answer = await (client or self.client).get(path)
        assert answer.status_code == 200, answer.text
        return answer

    async def imported(self, rows: list[dict[str, str]]) -> Imported:
        """Import rows, after a dry run; return what the real run took."""
        tried = await self._import(as_csv(rows), "dry_run=true")
        assert tried["digest"], tried
        memory = [resident()]
        watching = asyncio.ensure_future(_watch(memory))
        began = time.perf_counter()
        done = await self._import(b"", f"dry_run=false&digest={tried['digest']}")
        spent = time.perf_counter() - began
        watching.cancel()
        assert done["status"] == "done", done["problem"]
        return Imported(len(rows) / spent, [*memory, resident()])

    async def exported(self) -> list[dict[str, str]]:
        """Return the rows of the commission's spreadsheet."""
        answer = await self.get(f"/v1/commissions/{self.commission}/export.csv")
        return list(csv.DictReader(io.StringIO(answer.content.removeprefix(BOM).decode(), newline="")))

    async def confirm(self) -> None:
        """Let the other party confirm all that is proposed."""
        while waiting := (await self.get("/v1/transitions?awaiting=AZ&status=open&limit=200", self.other)).json()[
            "items"
        ]:
            body = {"transitions": [one["id"] for one in waiting], "decision": "confirm"}
            answer = await self.other.post(f"/v1/commissions/{self.commission}/confirmations", json=body)
            assert answer.is_success, answer.text
            if all(one["problem"] for one in answer.json()["results"]):
                break

    async def _import(self, content: bytes, query: str) -> Any:
        headers = {"Content-Type": "application/octet-stream"}
        path = f"/v1/commissions/{self.commission}/imports?{query}"
        asked = await self.client.post(path, content=content, headers=headers)
        assert asked.status_code == 202, asked.text
        assert await running.run_next(self.worker)
        return (await self.get(asked.headers["location"])).json()


def settings_of(server: Server, directory: Path) -> Settings:
    """Return how the application is set up on this database."""
    return Settings(
        database_url=SecretStr(server.url("pacta_app")), sequencer_database_url=SecretStr(server.url("pacta_sequencer")),
        log_dir=directory / "log", documents_dir=directory / "documents", requests_per_minute=None, token_lifetime=3600,
    )  # fmt: skip


def as_served() -> None:
    """Let this process run as `pacta serve` does: collections are rare, and threads take short turns."""
    telemetry.configure("CRITICAL")
    gc.set_threshold(*COLLECT)
    settle()


@asynccontextmanager
async def at_desk(settings: Settings, worker: Address, commission: str, ordinal: int) -> AsyncIterator[Bench]:
    """Give the application and who asks it, on what stands in its database; it is closed at the end of the block."""
    app = create_app(settings, with_sequencer=True)
    service = state_of(app, Service)
    client, other = (
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app),
            base_url="http://pacta.test",
            headers={"Authorization": f"Bearer {service.callers.issuer.issue(who, int(time.time()))}", **AS_IT_IS},
        )
        for who in ("pk-secretariat", "az-secretariat")
    )
    pool = Pool.of(settings, worker, size=2, writes=True)
    yield Bench(app, client, other, pool, commission, f"{commission}/{ordinal:02d}")
    await client.aclose()
    await other.aclose()
    await pool.close()
    await service.close()
    assert service.sequencer is not None
    await service.sequencer.pool.close()


def resident() -> float:
    """Return the megabytes of this process that are in memory."""
    (kilobytes,) = (
        line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS")
    )
    return int(kilobytes) / 1000


async def _watch(memory: list[float]) -> None:
    while True:
        await asyncio.sleep(0.1)
        memory.append(resident())


def as_csv(rows: Iterable[Mapping[str, str]]) -> bytes:
    """Return rows as a file to import."""
    listed = list(rows)
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(listed[0]))
    writer.writeheader()
    writer.writerows(listed)
    return BOM + out.getvalue().encode()


def row(number: int, session: str = "") -> dict[str, str]:
    """Return a row that creates a commitment."""
    return {
        "session": session, "confidentiality": "public", "paragraph": str(number), "sector": "trade", "title.en": f"Item {number}: a customs form (sample)",
        "text.en": "The sides agree on one form, name a focal point each, and report to the next session (sample).",
        "agreed_on": "2025-01-24", "due_on": "2027",
    }  # fmt: skip
