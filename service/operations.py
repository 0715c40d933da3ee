"""What an operator asks: does it live, is it ready, how does it fare."""

import asyncio
from typing import Any

import sqlalchemy as sa
from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from service.errors import Unavailable
from service.refusals import refusals

router = APIRouter(tags=["operations"])
PATIENCE_SECONDS = 2.0
_look = sa.text(
    "SELECT (SELECT version_num FROM alembic_version) AS revision, (SELECT count(*) FROM audit_pending) AS pending"
)


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
    """Answer 200 if the service can do its work, else 503 and what is not ready."""
    checks = {"database": "ready", "schema": "ready", "sequencer": "runs elsewhere"}
    state = request.app.state
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            found = await _read(state.engine)
    except (SQLAlchemyError, OSError) as error:
        checks["database"] = checks["schema"] = f"not reachable ({type(error).__name__})"
    else:
        if found.revision != state.revision:
            checks["schema"] = f"at revision {found.revision}, needs {state.revision}: run `pacta migrate`"
    if state.sequencer is not None:
        checks["sequencer"] = f"waits ({state.sequencer.failing})" if state.sequencer.failing else "ready"
    wrong = [f"{name}: {said}" for name, said in checks.items() if said not in {"ready", "runs elsewhere"}]
    if wrong:
        message = f"Not ready. {'; '.join(wrong)}."
        raise Unavailable(message, headers={"Retry-After": "1"}, checks=checks)
    return {"status": "ready", "checks": checks}


async def _read(engine: AsyncEngine) -> Any:  # noqa: ANN401
    async with engine.connect() as connection:
        found = (await connection.execute(_look)).one()
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
    """Return counters and times in Prometheus' text format."""
    return Response(generate_latest(request.app.state.figures), media_type=CONTENT_TYPE_LATEST)
