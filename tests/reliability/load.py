"""Clients that write and read over HTTP without a pause, and note what they were told.

What is not answered, or answered by 5xx, is asked again under the same Idempotency-Key until it is told: as a ministry's system does.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import pairwise
from typing import Any, Final
from uuid import uuid4

import httpx

from service.errors.request import StillRunning
from tests.conftest import COMMISSION, item
from tests.register.commitments.test_journey import SIGN
from tests.reliability.history import Outcome, Read, Write

CONTESTED: Final = (4, 5)
"""Items of the pilot for whose one open proposal the clients race."""
PAUSE_SECONDS: Final = 0.1
"""Before what was not answered is asked again."""


class Load:
    """The clients, and what they noted; times are of the monotonic clock."""

    def __init__(self, origin: str, credentials: dict[str, str], *, recorders: int = 4, movers: int = 4) -> None:
        self.origin, self.credentials = origin, credentials
        self.recorders, self.movers = recorders, movers
        self.writes: list[Write] = []
        self.reads: list[Read] = []
        self.answers = Counter[int]()
        self.notes: dict[str, float] = {}
        self.ending = False

    @property
    def acknowledged(self) -> int:
        """Return how many writes were acknowledged until now."""
        return sum(one.outcome is Outcome.DONE for one in self.writes)

    def silence(self, since: float, until: float) -> float:
        """Return the longest time in which no write was acknowledged, in seconds."""
        moments = [since, *sorted(one.ended for one in self.writes if one.outcome is Outcome.DONE), until]
        inside = [one for one in moments if since <= one <= until]
        return max(later - earlier for earlier, later in pairwise(inside))

    @asynccontextmanager
    async def on(self) -> AsyncIterator[None]:
        """Keep the clients at work until the block ends, then let each end what it has begun."""
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
        async with httpx.AsyncClient(base_url=self.origin, timeout=15, limits=limits) as client:
            form = {"grant_type": "client_credentials", **self.credentials}
            token = (await client.post("/oauth/token", data=form)).json()["access_token"]
            client.headers["Authorization"] = f"Bearer {token}"
            tasks = [asyncio.create_task(self._record(client)) for _ in range(self.recorders)]
            tasks += [asyncio.create_task(self._move(client, CONTESTED[n % 2])) for n in range(self.movers)]
            tasks += [asyncio.create_task(self._read(client, number)) for number in CONTESTED]
            try:
                yield
                self.ending = True
                await asyncio.gather(*tasks)
            finally:
                for task in tasks:
                    task.cancel()

    async def _record(self, client: httpx.AsyncClient) -> None:
        while not self.ending:
            key = f"key-{uuid4()}"
            body = {
                "commission_id": COMMISSION,
                "sector": "trade",
                "titles": {"en": key},
                "texts": {"en": "Recorded under load (sample)."},
                "instrument_required": False,
                "agreement": {"agreed_on": "2025-01-24"},
            }
            await self.write(client, key, "/v1/commitments", body)

    async def _move(self, client: httpx.AsyncClient, number: int) -> None:
        while not self.ending:
            key = f"key-{uuid4()}"
            made = await self.write(client, key, f"/v1/commitments/{item(number)}/transitions", {**SIGN, "place": key})
            if made is None:
                # Another's proposal is open.
                await asyncio.sleep(PAUSE_SECONDS)
            else:
                await self._asked_until_told(client, f"{key}-back", f"/v1/transitions/{made['id']}/withdrawal", {})

    async def write(self, client: httpx.AsyncClient, key: str, path: str, body: dict[str, Any]) -> Any:
        """Ask for one write until it is told, and note it; return the answer if it was done."""
        begun = time.monotonic()
        answer = await self._asked_until_told(client, key, path, body)
        outcome = Outcome.UNKNOWN if answer is None else Outcome.DONE if answer.is_success else Outcome.REFUSED
        self.writes.append(Write(key, begun, time.monotonic(), outcome))
        return answer.json() if answer is not None and answer.is_success else None

    async def _asked_until_told(
        self, client: httpx.AsyncClient, key: str, path: str, body: dict[str, Any]
    ) -> httpx.Response | None:
        while True:
            with suppress(httpx.TransportError):
                answer = await client.post(path, json=body, headers={"Idempotency-Key": key})
                self.answers[answer.status_code] += 1
                if answer.status_code < 500 and not _still_running(answer):
                    return answer
            if self.ending:
                return None
            await asyncio.sleep(PAUSE_SECONDS)

    async def _read(self, client: httpx.AsyncClient, number: int) -> None:
        while not self.ending:
            begun = time.monotonic()
            with suppress(httpx.TransportError):
                answer = await client.get(f"/v1/commitments/{item(number)}")
                self.answers[answer.status_code] += 1
                if answer.status_code == 200:
                    self.reads.append(Read(item(number), begun, time.monotonic(), answer.json()["version"]))
            await asyncio.sleep(PAUSE_SECONDS / 2)


def _still_running(answer: httpx.Response) -> bool:
    return answer.status_code == 409 and bool(answer.json()["title"] == StillRunning.title)
