"""What an operator asks: does it live, is it ready, how does it fare."""

import asyncio
import contextlib
from typing import Any

import sqlalchemy as sa
from fastapi import Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from pydantic import BaseModel
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from service.errors import Unavailable
from service.http.refusals import refusals
from service.http.routing import Router

router = Router(tags=["operations"])
PATIENCE_SECONDS = 2.0
WELL = {"ready", "runs elsewhere"}
_revision = sa.text("SELECT version_num FROM alembic_version")
_logs = sa.text(
    "SELECT (SELECT count(*) FROM audit_pending) AS waiting, (SELECT count(*) FROM log_alarm) AS refused,"
    " (SELECT string_agg(log_id || ' (' || reason || ')', '; ' ORDER BY raised_at) FROM log_alarm) AS why"
)


class LogFigures:
    """What the figures say of the logs, read from the database at each look."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.waiting = Gauge("pacta_entries_waiting", "Entries that have no index yet", registry=registry)
        self.refused = Gauge("pacta_logs_refused", "Logs that the sequencer refuses to sign", registry=registry)


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
    """Answer 200 if the service can do its work, else 503 and what is not ready.

    A log that the sequencer refuses to sign is said under `log`, with the status `alarm`; recording goes on, so it is still 200.
    """
    checks = {"database": "ready", "schema": "ready", "log": "ready", "sequencer": "runs elsewhere"}
    state = request.app.state
    try:
        revision = (await _read(state.engine, _revision)).version_num
        if revision != state.revision:
            checks["schema"] = f"at revision {revision}, needs {state.revision}: run `pacta migrate`"
        elif refused := (await _read(state.engine, _logs)).why:
            checks["log"] = f"the sequencer refuses to sign {refused}"
    except (SQLAlchemyError, OSError) as error:
        checks["database"] = f"not reachable ({type(error).__name__})"
    if state.sequencer is not None:
        checks["sequencer"] = f"waits ({state.sequencer.failing})" if state.sequencer.failing else "ready"
    wrong = [f"{name}: {checks[name]}" for name in ("database", "schema", "sequencer") if checks[name] not in WELL]
    if wrong:
        raise Unavailable(f"Not ready. {'; '.join(wrong)}.", headers={"Retry-After": "1"}, checks=checks)
    return {"status": "ready" if checks["log"] in WELL else "alarm", "checks": checks}


async def _read(engine: AsyncEngine, asked: sa.TextClause) -> Any:  # noqa: ANN401
    async with asyncio.timeout(PATIENCE_SECONDS), engine.connect() as connection:
        found = (await connection.execute(asked)).one()
        await connection.rollback()
        return found


FIGURES = {"a_counter": {"value": 'pacta_requests_total{method="GET",route="/livez",status="200"} 3.0\n'}}


@router.get(
    "/metrics",
    summary="Read the figures",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}, "examples": FIGURES}}}},
)
async def read_metrics(request: Request) -> Response:
    """Return counters and times in Prometheus' text format; those of the logs stay as they were while the database is away."""
    with contextlib.suppress(SQLAlchemyError, OSError):
        found = await _read(request.app.state.engine, _logs)
        request.app.state.log_figures.waiting.set(found.waiting)
        request.app.state.log_figures.refused.set(found.refused)
    return Response(generate_latest(request.app.state.figures), media_type=CONTENT_TYPE_LATEST)
