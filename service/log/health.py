"""What an operator asks: does it live, is it ready, how does it fare."""

import asyncio
import contextlib
import math
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import sqlalchemy as sa
from fastapi import Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from pydantic import BaseModel

from service.database.columns import table
from service.database.guards import knows_no_letters, weaknesses
from service.database.pool import LOST, Pool
from service.database.privileges import hindrance
from service.database.revisions import unfitness
from service.database.state import State, state_of
from service.database.statement import Connection, Query
from service.errors import Unavailable
from service.http.refusals import refusals
from service.http.routing import Router
from service.log.lateness import LogState, states
from service.trail.models import AuditEntry

router = Router(tags=["operations"])
PATIENCE_SECONDS = 2.0
WELL = {"ready", "runs elsewhere"}
_known = Query(sa.select(sa.exists().select_from(table(AuditEntry)).label("known")), bool)
LESSER = {
    "log": "alarm", "guards": "alarm", "signing": "late", "sequencer": "late", "record": "empty", "search": "degraded",
}  # fmt: skip
"""What is said of a service that works though one of these is not well, the gravest first."""
LATE_SECONDS = 15.0
"""An entry is signed within a second. So long after it was recorded something is wrong with the sequencer."""


class LogFigures:
    """What the figures say of the logs, read from the database at each look."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def gauge(name: str, meaning: str) -> Gauge:
            return Gauge(f"pacta_{name}", meaning, ["log"], registry=registry)

        self.refused = Gauge("pacta_logs_refused", "Logs that the sequencer refuses to sign", registry=registry)
        self.waiting = gauge("entries_waiting", "Entries that have no index yet")
        self.waiting_age = gauge(
            "oldest_entry_waiting_seconds", "Age of the oldest entry that has no index yet, else 0"
        )
        self.unsigned_age = gauge(
            "oldest_entry_unsigned_seconds", "Age of the oldest entry that is not signed yet, else 0"
        )
        self.checkpoint_age = gauge("newest_checkpoint_seconds", "Age of the newest checkpoint")

    def set(self, states: Sequence[LogState]) -> None:
        """Say what was read."""
        self.refused.set(sum(one.refused is not None for one in states))
        for one in states:
            self.waiting.labels(one.name).set(one.waiting)
            self.waiting_age.labels(one.name).set(one.waiting_age or 0)
            self.unsigned_age.labels(one.name).set(one.unsigned_age or 0)
            if one.checkpoint_age is not None:
                self.checkpoint_age.labels(one.name).set(one.checkpoint_age)


class Working(Protocol):
    """The sequencer, as it is looked at from here."""

    @property
    def failing(self) -> str | None:
        """What it waits for, if it does."""


@dataclass(kw_only=True)
class HasHealth(State):
    """What this room needs of the application."""

    revision: str
    unsigned_limit: float | None
    figures: CollectorRegistry
    log_figures: LogFigures
    sequencer: Working | None


class Alive(BaseModel):
    """The process answers."""

    status: str


class Ready(BaseModel):
    """The service can do its work, and what was looked at."""

    status: str
    checks: dict[str, str]


@router.get("/livez", summary="Is the process alive", response_model=Alive)
async def read_liveness() -> dict[str, str]:
    """Answer as long as the process answers at all; says nothing of the database."""
    return {"status": "alive"}


@router.get("/readyz", summary="Is the service ready", response_model=Ready, responses=refusals(Unavailable))
async def read_readiness(request: Request) -> Any:  # noqa: ANN401
    """Answer 200 if the service can do its work, which includes changing things, else 503 and what is not ready.

    A log that the sequencer refuses to sign is said under `log`, and that the record could be changed, or an index is not valid, under
    `guards`, both with the status `alarm`; that signing is late, under `signing`, and what this
    process's own sequencer waits for under `sequencer`, with the status `late`; that nobody is registered, under
    `record`, with the status `empty`; that the database was made with LC_CTYPE C, so that misspelt words beyond ASCII are not found, under
    `search`, with the status `degraded`. Recording goes on, so it is still 200, but for a limit that the operator has set
    (PACTA_UNSIGNED_LIMIT_SECONDS): past it no more is promised, and it is 503.
    """
    state = state_of(request.app, HasHealth)
    checks = dict.fromkeys(("database", "schema", "record", "guards", "log", "signing", "search"), "ready") | {
        "sequencer": "runs elsewhere"
    }
    logs: list[LogState] = []
    try:
        async with _asking(state.lookout) as connection:
            logs = await _look(connection, state.revision, checks)
    except LOST as error:
        checks["database"] = f"not reachable ({type(error).__name__})"
    if state.sequencer is not None:
        failing = state.sequencer.failing
        checks["sequencer"] = f"waits ({failing}); its log says what for" if failing else "ready"
    limit_passed = _oldest(logs) > (state.unsigned_limit or math.inf)
    # Writes are safe while nothing is signed: whoever lets nobody in for that stops more than has stopped.
    needed = ("database", "schema", *(["signing"] if limit_passed else []))
    wrong = [f"{name}: {checks[name]}" for name in needed if checks[name] not in WELL]
    if wrong:
        raise Unavailable(f"Not ready. {'; '.join(wrong)}.", headers={"Retry-After": "1"}, checks=checks)
    status = next((said for name, said in LESSER.items() if checks[name] not in WELL), "ready")
    return {"status": status, "checks": checks}


async def _look(connection: Connection, revision: str, checks: dict[str, str]) -> list[LogState]:
    """Say under `checks` what is not ready, and return the logs, as far as it was of use to look at them."""
    if hindered := await hindrance(connection):
        checks["database"] = hindered
        # The next one may be to a database that takes changes again.
        connection.terminate()
        return []
    if unfit := await unfitness(connection, revision):
        checks["schema"] = unfit
        return []
    if await knows_no_letters(connection):
        checks["search"] = "degraded"
    checks["guards"] = await weaknesses(connection) or "ready"
    if not await _known.one(connection):
        checks["record"] = "is empty: register the administrator, or, after a restore, run `pacta doctor`"
    logs = await states(connection)
    checks |= _told(logs)
    return logs


def _told(logs: Sequence[LogState]) -> dict[str, str]:
    """Return what is to be said of refused logs and of late ones."""
    told = {}
    if refused := [f"{one.log_id} ({one.refused})" for one in logs if one.refused]:
        told["log"] = f"the sequencer refuses to sign {'; '.join(refused)}"
    late = [
        f"{one.name} ({one.waiting} entries without an index, the oldest unsigned for {one.unsigned_age:.0f} s)"
        for one in logs
        if (one.unsigned_age or 0) > LATE_SECONDS
    ]
    if late:
        told["signing"] = f"late: {'; '.join(late)}. Does the sequencer run? Its log says what it waits for."
    return told


def _oldest(logs: Sequence[LogState]) -> float:
    return max((one.unsigned_age or 0 for one in logs), default=0)


@contextlib.asynccontextmanager
async def _asking(pool: Pool) -> AsyncIterator[Connection]:
    async with asyncio.timeout(PATIENCE_SECONDS), pool.connection() as connection:
        yield connection


FIGURES = {"a_counter": {"value": 'pacta_requests_total{method="GET",route="/livez",status="200"} 3.0\n'}}


@router.get(
    "/metrics",
    summary="Read the figures",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}, "examples": FIGURES}}}},
)
async def read_metrics(request: Request) -> Response:
    """Return counters and times in Prometheus' text format; those of the logs stay as they were while the database is away."""
    state = state_of(request.app, HasHealth)
    with contextlib.suppress(*LOST):
        async with _asking(state.lookout) as connection:
            state.log_figures.set(await states(connection))
    return Response(generate_latest(state.figures), media_type=CONTENT_TYPE_LATEST)
