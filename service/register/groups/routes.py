"""Joint working groups over HTTP."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Body, Query, Response

from service.database.transaction import Transaction
from service.errors.sent import Sent
from service.http.answers import answer, members
from service.http.headers import VERSIONED, created
from service.http.idempotency import Once, OnceRoute
from service.http.pages import Page, Paging
from service.http.refusals import LISTING, READING_ONE, WRITING_ONE
from service.http.routing import Router
from service.identity.caller import CurrentCaller
from service.register.groups import commands, queries
from service.register.groups.examples import GROUPS, MEMBERS
from service.register.groups.schemas import MemberPut, WorkingGroupCreate, WorkingGroupRead
from service.values import Sector
from service.values.codes import CommissionId, OrganisationId

router = Router("/v1", route_class=OnceRoute, tags=["working groups"])
FOUNDED = created("ETag", parameter="working_group_id", leads_to=["read_working_group"])


@router.post(
    "/working-groups",
    status_code=201,
    summary="Found a working group",
    response_model=WorkingGroupRead,
    responses=WRITING_ONE | FOUNDED,
    dependencies=[Once],
)
async def create_working_group(
    connection: Transaction,
    caller: CurrentCaller,
    new: Annotated[Sent[WorkingGroupCreate], Body(openapi_examples=GROUPS)],
) -> Response:
    """Found a joint working group. A secretariat does it, and names its own party's co-lead."""
    group_id = await commands.found_group(connection, caller, new)
    row = await queries.get(connection, group_id)
    location = f"/v1/working-groups/{group_id}"
    return answer(members(WorkingGroupRead, row), 201, location=location, version=row["seq"])


@router.get("/working-groups", summary="List working groups", response_model=Page[WorkingGroupRead], responses=LISTING)
async def list_working_groups(
    paging: Paging,
    connection: Transaction,
    _: CurrentCaller,
    commission_id: Annotated[list[CommissionId] | None, Query(description="Only of these commissions.")] = None,
    sector: Annotated[list[Sector] | None, Query(description="Only of these sectors.")] = None,
) -> Response:
    """List working groups, oldest first."""
    rows = await queries.page(connection, commission_id or [], sector or [], paging.after("group", UUID), paging.limit)
    return paging.page(partial(members, WorkingGroupRead), rows, "group", "id")


@router.get(
    "/working-groups/{working_group_id}",
    summary="Read a working group",
    response_model=WorkingGroupRead,
    responses=READING_ONE | VERSIONED,
)
async def read_working_group(connection: Transaction, _: CurrentCaller, working_group_id: UUID) -> Response:
    """Read one working group with its present co-leads and members."""
    return await _read(connection, working_group_id)


@router.put(
    "/working-groups/{working_group_id}/members/{organisation_id:organisation}",
    summary="Name a co-lead or member",
    response_model=WorkingGroupRead,
    responses=WRITING_ONE | VERSIONED,
)
async def put_member(
    connection: Transaction,
    caller: CurrentCaller,
    working_group_id: UUID,
    organisation_id: OrganisationId,
    new: Annotated[Sent[MemberPut], Body(openapi_examples=MEMBERS)],
) -> Response:
    """Name an organisation of the caller's own party co-lead or member. A secretariat does it."""
    await commands.put_member(connection, caller, working_group_id, organisation_id, new)
    return await _read(connection, working_group_id)


@router.delete(
    "/working-groups/{working_group_id}/members/{organisation_id:organisation}",
    status_code=204,
    summary="Release a co-lead or member",
    responses=WRITING_ONE,
)
async def release_member(
    connection: Transaction, caller: CurrentCaller, working_group_id: UUID, organisation_id: OrganisationId
) -> None:
    """End an organisation's part in the group; the trail keeps that it had one."""
    await commands.release_member(connection, caller, working_group_id, organisation_id)


async def _read(connection: Transaction, group_id: UUID) -> Response:
    row = await queries.get(connection, group_id)
    return answer(members(WorkingGroupRead, row), version=row["seq"])
