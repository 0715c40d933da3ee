"""Who asks the application in `tests.benchmarks.papers`, and the rows that it sends."""

import csv
import io
import resource
import time
from dataclasses import dataclass
from typing import Any, Final

import httpx

from service.database.pool import Pool
from service.exchange import running
from service.reports.spreadsheets import BOM

COMMISSION: Final = "/v1/commissions/01940000-0000-7000-8000-000000000001"


@dataclass(slots=True)
class Bench:
    """The application, who asks it, and what its worker runs with."""

    app: Any
    client: httpx.AsyncClient
    other: httpx.AsyncClient
    """The other party's."""
    worker: Pool

    async def get(self, path: str, client: httpx.AsyncClient | None = None) -> httpx.Response:
        """Return an answer, which must be one."""
        answer = await (client or self.client).get(path)
        assert answer.status_code == 200, answer.text
        return answer

    async def imported(self, rows: list[dict[str, str]]) -> tuple[float, int]:
        """Import rows, after a dry run; return how many a second the real run did, and how many bytes the process grew by."""
        tried = await self._import(as_csv(rows), "dry_run=true")
        assert tried["digest"], tried
        before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
        done = await self._import(b"", f"dry_run=false&digest={tried['digest']}")
        assert done["status"] == "done", done["problem"]
        spent = time.perf_counter() - began
        return len(rows) / spent, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024

    async def confirm(self) -> None:
        """Let the other party confirm all that is proposed."""
        while waiting := (await self.get("/v1/transitions?awaiting=AZ&status=open&limit=200", self.other)).json()[
            "items"
        ]:
            body = {"transitions": [one["id"] for one in waiting], "decision": "confirm"}
            answer = await self.other.post(f"{COMMISSION}/confirmations", json=body)
            assert answer.is_success, answer.text
            if all(one["problem"] for one in answer.json()["results"]):
                break

    async def _import(self, content: bytes, query: str) -> Any:
        headers = {"Content-Type": "application/octet-stream"}
        asked = await self.client.post(f"{COMMISSION}/imports?{query}", content=content, headers=headers)
        assert asked.status_code == 202, asked.text
        assert await running.run_next(self.worker)
        return (await self.get(asked.headers["location"])).json()


def as_csv(rows: list[dict[str, str]]) -> bytes:
    """Return rows as a file to import."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return BOM + out.getvalue().encode()


def row(number: int, session: str = "") -> dict[str, str]:
    """Return a row that creates a commitment."""
    return {
        "session": session, "confidentiality": "public", "paragraph": str(number), "sector": "trade", "title.en": f"Item {number}: a customs form (sample)",
        "text.en": "The sides agree on one form, name a focal point each, and report to the next session (sample).",
        "agreed_on": "2025-01-24", "due_on": "2027",
    }  # fmt: skip
