"""Joint working groups over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Body, Query, Response

from service.database.transaction import Transaction
from service.http.idempotency import Once, OnceRoute
from service.http.pages import Page, Paging
from service.http.preconditions import tag
from service.http.refusals import READING, READING_ONE, WRITING_ONE
from service.http.routing import Router
from service.identity.caller import CurrentCaller
from service.register.groups import commands, queries
from service.register.groups.examples import GROUPS, MEMBERS
from service.register.groups.schemas import MemberPut, WorkingGroupCreate, WorkingGroupRead
from service.values import Sector

router = Router("/v1", route_class=OnceRoute, tags=["working groups"])


@router.post(
    "/working-groups",
    status_code=201,
    summary="Found a working group",
    response_model=WorkingGroupRead,
    responses=WRITING_ONE,
    dependencies=[Once],
)
async def create_working_group(
    response: Response,
    connection: Transaction,
    caller: CurrentCaller,
    new: Annotated[WorkingGroupCreate, Body(openapi_examples=GROUPS)],
) -> Any:  # noqa: ANN401
    """Found a joint working group. A secretariat does it, and names its own party's co-lead."""
    group_id = await commands.found(connection, caller, new)
    response.headers["Location"] = f"/v1/working-groups/{group_id}"
    return await _read(response, connection, group_id)


@router.get("/working-groups", summary="List working groups", response_model=Page[WorkingGroupRead], responses=READING)
async def list_working_groups(
    paging: Paging,
    connection: Transaction,
    _: CurrentCaller,
    commission_id: Annotated[list[UUID] | None, Query(description="Only of these commissions.")] = None,
    sector: Annotated[list[Sector] | None, Query(description="Only of these sectors.")] = None,
) -> dict[str, Any]:
    """List working groups, oldest first."""
    rows = await queries.page(connection, commission_id or [], sector or [], paging.after("group", UUID), paging.limit)
    return paging.page(rows, "group", "id")


@router.get(
    "/working-groups/{working_group_id}",
    summary="Read a working group",
    response_model=WorkingGroupRead,
    responses=READING_ONE,
)
async def read_working_group(
    response: Response, connection: Transaction, _: CurrentCaller, working_group_id: UUID
) -> Any:  # noqa: ANN401
    """Read one working group with its present co-leads and members."""
    return await _read(response, connection, working_group_id)


@router.put(
    "/working-groups/{working_group_id}/members/{organisation_id}",
    summary="Name a co-lead or member",
    response_model=WorkingGroupRead,
    responses=WRITING_ONE,
)
async def put_member(
    response: Response,
    connection: Transaction,
    caller: CurrentCaller,
    working_group_id: UUID,
    organisation_id: UUID,
    new: Annotated[MemberPut, Body(openapi_examples=MEMBERS)],
) -> Any:  # noqa: ANN401
    """Name an organisation of the caller's own party co-lead or member. A secretariat does it."""
    await commands.put_member(connection, caller, working_group_id, organisation_id, new.role)
    return await _read(response, connection, working_group_id)


@router.delete(
    "/working-groups/{working_group_id}/members/{organisation_id}",
    status_code=204,
    summary="Release a co-lead or member",
    responses=WRITING_ONE,
)
async def release_member(
    connection: Transaction, caller: CurrentCaller, working_group_id: UUID, organisation_id: UUID
) -> None:
    """End an organisation's part in the group; the trail keeps that it had one."""
    await commands.release_member(connection, caller, working_group_id, organisation_id)


async def _read(response: Response, connection: Transaction, group_id: UUID) -> Any:  # noqa: ANN401
    row = await queries.get(connection, group_id)
    tag(response, row["seq"])
    return row
