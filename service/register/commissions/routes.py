"""Commissions and sessions over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Body, Response

from service.database.transaction import Transaction
from service.http.idempotency import Once, OnceRoute
from service.http.pages import Page, Paging
from service.http.preconditions import RequiredVersion, tag
from service.http.refusals import CHANGING, READING, READING_ONE, WRITING, WRITING_ONE
from service.http.routing import Router
from service.identity.caller import CurrentCaller
from service.register.commissions import commands, queries
from service.register.commissions.examples import COMMISSIONS, SESSION_PATCHES, SESSIONS
from service.register.commissions.schemas import (
    AuditorRead,
    CommissionCreate,
    CommissionRead,
    SessionCreate,
    SessionPatch,
    SessionRead,
)

router = Router("/v1", route_class=OnceRoute, tags=["commissions"])


@router.post(
    "/commissions",
    status_code=201,
    summary="Found a commission",
    response_model=CommissionRead,
    responses=WRITING,
    dependencies=[Once],
)
async def create_commission(
    response: Response,
    connection: Transaction,
    caller: CurrentCaller,
    new: Annotated[CommissionCreate, Body(openapi_examples=COMMISSIONS)],
) -> Any:  # noqa: ANN401
    """Found a commission of two or more parties, each with its secretariat. Administrator only."""
    commission_id = await commands.found(connection, caller, new)
    response.headers["Location"] = f"/v1/commissions/{commission_id}"
    return await queries.get(connection, commission_id)


@router.get("/commissions", summary="List commissions", response_model=Page[CommissionRead], responses=READING)
async def list_commissions(
    paging: Paging,
    connection: Transaction,
    _: CurrentCaller,
) -> dict[str, Any]:
    """List the commissions, oldest first."""
    rows = await queries.page(connection, paging.after("commission", UUID), paging.limit)
    return paging.page(rows, "commission", "id")


@router.get(
    "/commissions/{commission_id}", summary="Read a commission", response_model=CommissionRead, responses=READING_ONE
)
async def read_commission(response: Response, connection: Transaction, _: CurrentCaller, commission_id: UUID) -> Any:  # noqa: ANN401
    """Read one commission: its parties, secretariats, languages and rule."""
    row = await queries.get(connection, commission_id)
    tag(response, row["seq"])
    return row


@router.put(
    "/commissions/{commission_id}/auditors/{principal_id}",
    summary="Appoint an auditor",
    response_model=AuditorRead,
    responses=WRITING_ONE,
)
async def appoint_auditor(
    connection: Transaction, caller: CurrentCaller, commission_id: UUID, principal_id: UUID
) -> Any:  # noqa: ANN401
    """Appoint an auditor, who reads everything in this commission. Administrator only."""
    return await commands.appoint_auditor(connection, caller, commission_id, principal_id)


@router.post(
    "/commissions/{commission_id}/sessions",
    status_code=201,
    summary="Record a session",
    response_model=SessionRead,
    responses=WRITING_ONE,
    dependencies=[Once],
)
async def create_session(
    response: Response,
    connection: Transaction,
    caller: CurrentCaller,
    commission_id: UUID,
    new: Annotated[SessionCreate, Body(openapi_examples=SESSIONS)],
) -> Any:  # noqa: ANN401
    """Record a session, planned or held. The host party's secretariat does it, and names its own co-chair."""
    session_id = await commands.plan_session(connection, caller, commission_id, new)
    response.headers["Location"] = f"/v1/sessions/{session_id}"
    row = await queries.session(connection, session_id)
    tag(response, row["seq"])
    return row


@router.get(
    "/commissions/{commission_id}/sessions",
    summary="List sessions",
    response_model=Page[SessionRead],
    responses=READING_ONE,
)
async def list_sessions(
    paging: Paging,
    connection: Transaction,
    _: CurrentCaller,
    commission_id: UUID,
) -> dict[str, Any]:
    """List the sessions of a commission, by ordinal."""
    await queries.get(connection, commission_id)
    rows = await queries.sessions(connection, commission_id, paging.after("session", int), paging.limit)
    return paging.page(rows, "session", "ordinal")


@router.get("/sessions/{session_id}", summary="Read a session", response_model=SessionRead, responses=READING_ONE)
async def read_session(response: Response, connection: Transaction, _: CurrentCaller, session_id: UUID) -> Any:  # noqa: ANN401
    """Read one session: where and when it meets or met, and who chairs it for each party."""
    row = await queries.session(connection, session_id)
    tag(response, row["seq"])
    return row


@router.patch("/sessions/{session_id}", summary="Change a session", response_model=SessionRead, responses=CHANGING)
async def change_session(
    response: Response,
    connection: Transaction,
    caller: CurrentCaller,
    session_id: UUID,
    patch: Annotated[SessionPatch, Body(openapi_examples=SESSION_PATCHES)],
    version: RequiredVersion,
) -> Any:  # noqa: ANN401
    """Change a session (RFC 7396): the host's secretariat all of it, another secretariat its own co-chair."""
    await commands.change_session(connection, caller, session_id, patch, version)
    row = await queries.session(connection, session_id)
    tag(response, row["seq"])
    return row
