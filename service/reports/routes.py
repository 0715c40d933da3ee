"""Metrics and reports over HTTP."""

import asyncio
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Query, Request, Response

from service.database.transaction import Transaction
from service.errors import Conflict, InvalidContent, TooManyRequests
from service.http.answers import answer
from service.http.idempotency import OnceRoute
from service.http.refusals import READING_ONE, refusals
from service.http.routing import Router
from service.identity.caller import CurrentCaller, UncheckedCaller
from service.permissions import Caller, Confidentiality, Permission
from service.register.commissions import queries as commissions
from service.register.commissions import session_queries as sessions
from service.register.history.rules.lives import Known
from service.reports import finished, kept, queries
from service.reports.few import counts
from service.reports.formats import REPORT, Making, accepted
from service.reports.metrics_schemas import MetricsRead
from service.reports.parameters import (
    FILES,
    As,
    AsOf,
    Audience,
    CheckpointSize,
    Earlier,
    KnownAt,
    Language,
    RegistrySize,
)
from service.reports.rules import counting, naming
from service.reports.rules.audience import Shown
from service.reports.rules.digest import sealed
from service.reports.rules.report import Asked, compared, report
from service.reports.rules.source import Source, source_of
from service.reports.schemas import ReportRead
from service.trail.entry import timestamp
from service.values import AskedDay
from service.values.codes import CommissionId, SessionId

router = Router("/v1", route_class=OnceRoute, tags=["reports"])
MAY_HIDE: Final = "What is not for this audience, or not for the caller, is in no figure; there may be such."


@router.get(
    "/commissions/{commission_id}/metrics",
    summary="Count what was carried out",
    response_model=MetricsRead,
    responses=READING_ONE,
)
async def read_commission_metrics(
    connection: Transaction,
    caller: CurrentCaller,
    commission_id: CommissionId,
    session: Annotated[SessionId | None, Query(description="Only what this session agreed.")] = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    compared_to: Earlier = None,
    audience: Audience = Confidentiality.RESTRICTED,
) -> Response:
    """Count what was fully implemented, n of m, and how far the rest is by each party's own word; with the rule of each.

    `as_of` is a day in the world, `known_at` the moment of recording: what was believed then about that day.
    """
    day = day_of(as_of, compared_to)
    await _there(connection, caller, commission_id, session)
    with counts.one():
        seen = await queries.seen(connection, caller, commission_id)
        audience = await _readable(connection, caller, commission_id, audience)
        found = await kept.every(connection, commission_id, until(known_at))
        return answer(
            await asyncio.to_thread(lambda: _counted(found, seen, audience, day, known_at, compared_to, session))
        )


async def _readable(
    connection: Transaction, caller: Caller, commission_id: UUID, audience: Confidentiality
) -> Confidentiality:
    """Return for whom it is made: whoever reads only what is public has no figures of the parties, and none under their name."""
    here = await commissions.standing_in(connection, caller, commission_id)
    return audience if here.may(Permission.READ_PARTIES) else Confidentiality.PUBLIC


def _counted(
    found: Known,
    seen: Collection[str],
    audience: Confidentiality,
    day: date,
    known_at: datetime | None,
    compared_to: date | None,
    session: UUID | None,
) -> dict[str, Any]:
    if what := _untold(found, str(session) if session else None):
        raise wrong("known_at", f"lies before the {what} was recorded")
    about, shown = {str(session)} if session else None, Shown(found, audience, seen)
    every = counting.items(found, day, about, shown)
    return {
        **counting.metrics(found, every),
        "comparison": compared(found, every, compared_to, about, shown),
        "commission_id": found.commission,
        "commission": naming.commission(found),
        "session_id": session,
        "session": naming.session(found, str(session) if session else None),
        "kept_by": found.kept_by,
        "as_of": day,
        "known_at": known_at or naming.moment(found.last_at),
        "entries": found.entries,
        "audience": audience,
        "may_hide": MAY_HIDE,
    }


@router.get(
    "/sessions/{session_id:session}/report",
    summary="Make the report of a session",
    response_model=ReportRead,
    responses=READING_ONE | refusals(Conflict, TooManyRequests) | FILES,
)
async def read_session_report(
    request: Request,
    connection: Transaction,
    caller: UncheckedCaller,
    session_id: SessionId,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    compared_to: Earlier = None,
    checkpoint: CheckpointSize = None,
    registry_checkpoint: RegistrySize = None,
    audience: Audience = Confidentiality.PARTIES,
    wanted: As = None,
    language: Language = "en",
) -> Response:
    """Make the implementation report of a session from the entries below a signed checkpoint.

    The same parameters, both checkpoints among them, give the same bytes, for who sees the same; `pacta report` makes them from an export.
    """
    asked = Asked(audience, day_of(as_of, compared_to), str(session_id), None, compared_to, until(known_at))
    row = await sessions.get(connection, caller, session_id)
    making = Making(wanted or accepted(request), language, caller)
    return await made(connection, row["commission_id"], (checkpoint, registry_checkpoint), asked, making)


@router.get(
    "/commissions/{commission_id}/report",
    summary="Make the report of a commission",
    response_model=ReportRead,
    responses=READING_ONE | refusals(Conflict, TooManyRequests) | FILES,
)
async def read_commission_report(
    request: Request,
    connection: Transaction,
    caller: CurrentCaller,
    commission_id: CommissionId,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    since: Annotated[
        AskedDay | None, Query(description="What happened from this day on is told too.", examples=["2025-01-01"])
    ] = None,
    compared_to: Earlier = None,
    checkpoint: CheckpointSize = None,
    registry_checkpoint: RegistrySize = None,
    audience: Audience = Confidentiality.PARTIES,
    wanted: As = None,
    language: Language = "en",
) -> Response:
    """Make the report of all that a commission agreed, and of what happened in a period, from the entries below a signed checkpoint."""
    day = day_of(as_of, compared_to, since)
    await commissions.get(connection, caller, commission_id)
    asked = Asked(audience, day, None, since, compared_to, until(known_at))
    making = Making(wanted or accepted(request), language, caller)
    return await made(connection, commission_id, (checkpoint, registry_checkpoint), asked, making)


async def made(
    connection: Transaction, commission_id: UUID, sizes: tuple[int | None, int | None], asked: Asked, making: Making
) -> Response:
    """Return the answer with a report from the entries below checkpoints of these sizes (None: the newest): its own, the registry's."""
    with counts.one():
        seen = await queries.seen(connection, making.caller, commission_id)
        asked = replace(asked, audience=await _readable(connection, making.caller, commission_id, asked.audience))
        signed = await queries.signed(connection, commission_id, sizes[0])
        registry = await queries.registry(connection, sizes[1])
        key = finished.key_of(signed.note, registry.note, asked, seen)
        if (told := finished.FINISHED.get(key)) is None:
            found = await kept.below(connection, commission_id, signed.checkpoint, asked.known_at)
            _require(found, asked, newest=sizes[0] is None)
            names = await kept.names(connection, registry)
            told = await asyncio.to_thread(_report, source_of(signed.note, found, names), asked, seen)
            finished.FINISHED.put(key, told)
        return await making.of(REPORT, told)


def _require(found: Known, asked: Asked, *, newest: bool) -> None:
    """Refuse a report of what the entries it would be made from do not tell of yet: nothing of nothing is no count."""
    what = _untold(found, asked.session)
    if what and asked.known_at:
        raise wrong("known_at", f"lies before the {what} was recorded")
    if what and not newest:
        raise wrong("checkpoint", f"was signed before the {what} was recorded")
    if what:
        raise Conflict(f"No checkpoint with this {what} is signed yet. Ask again in a second.")


def _untold(found: Known, session: str | None) -> str | None:
    """Return what of that which is asked about no entry tells of yet; None where all of it is told."""
    if not found.commission:
        return "commission"
    return "session" if session and session not in found.lives else None


def until(known_at: datetime | None) -> str | None:
    """Return a moment as entries spell it."""
    return timestamp(known_at) if known_at else None


def _report(source: Source, asked: Asked, seen: Collection[str]) -> bytes:
    return sealed(report(source, asked, seen))


async def _there(connection: Transaction, caller: Caller, commission_id: UUID, session: UUID | None) -> None:
    await commissions.get(connection, caller, commission_id)
    if session and (await sessions.get(connection, caller, session))["commission_id"] != commission_id:
        raise wrong(
            "session", f"names no session of this commission; GET /v1/commissions/{commission_id}/sessions lists them"
        )


def day_of(as_of: date | None, compared_to: date | None, since: date | None = None) -> date:
    """Return the day in the world; `InvalidContent` if the one it is compared to, or the period before it, begins after it."""
    day = as_of or datetime.now(UTC).date()
    earlier = {"compared_to": compared_to, "since": since}
    after = [name for name, one in earlier.items() if one and one > day]
    if after:
        detail = f"lies after the day it is made for, {day}; it is an earlier one"
        raise InvalidContent.listing([{"parameter": name, "detail": detail} for name in after])
    return day


def wrong(parameter: str, detail: str) -> InvalidContent:
    """Return the error that names a parameter and what is wrong with it."""
    return InvalidContent(f"{parameter} {detail}", errors=[{"parameter": parameter, "detail": detail}])
