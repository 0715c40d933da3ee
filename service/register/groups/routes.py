"""Joint working groups over HTTP, and what is decided on them."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import Body, Query, Response

from service.database.transaction import Transaction
from service.errors import Stale
from service.errors.sent import Sent
from service.http.answers import answer
from service.http.headers import VERSIONED, created
from service.http.idempotency import Once, OnceRoute
from service.http.names import as_sent
from service.http.pages import Page, Paging
from service.http.preconditions import OptionalVersion
from service.http.published import PublishedAs
from service.http.refusals import LISTING, LISTING_ONE, READING_ONE, WRITING_ONE, refusals
from service.http.routing import Router
from service.identity.caller import CurrentCaller, UncheckedCaller
from service.permissions import Caller
from service.register.commissions.charter import CHARTERS
from service.register.commissions.matter import SESSIONS
from service.register.decisions import answers as transitions
from service.register.decisions import commands as decisions
from service.register.decisions.asked_for import require_there
from service.register.decisions.called import called
from service.register.decisions.routes import PROPOSED, EveryMatter, moves_of
from service.register.decisions.schemas import TransitionRead
from service.register.groups import answers, commands, queries
from service.register.groups.examples import GROUP_PROPOSALS, GROUPS, MEMBERS
from service.register.groups.matter import GROUPS as MATTER
from service.register.groups.rules.evidence import GroupProposal
from service.register.groups.rules.lifecycle import GroupState
from service.register.groups.schemas import MemberPut, WorkingGroupCreate, WorkingGroupDetail, WorkingGroupRead
from service.values import Sector
from service.values.codes import CommissionId, OrganisationId, WorkingGroupId

router = Router("/v1", route_class=OnceRoute, tags=["working groups"])
moves = Router("/v1", route_class=OnceRoute, tags=["transitions"])
FOUNDED = created(
    "ETag",
    parameter="working_group_id",
    leads_to=["read_working_group", "create_group_transition", "read_group_trail"],
)


@router.post(
    "/working-groups",
    status_code=201,
    summary="Record a working group",
    response_model=WorkingGroupDetail,
    responses=WRITING_ONE | FOUNDED,
    dependencies=[Once],
)
async def create_working_group(
    connection: Transaction,
    caller: CurrentCaller,
    new: Annotated[Sent[WorkingGroupCreate], Body(openapi_examples=GROUPS)],
) -> Response:
    """Record a joint working group, and propose that it was founded. A secretariat does it, and names its own party's co-lead."""
    return await _detail(connection, caller, await commands.record(connection, caller, new), status=201)


@router.get("/working-groups", summary="List working groups", response_model=Page[WorkingGroupRead], responses=LISTING)
async def list_working_groups(
    paging: Paging,
    connection: Transaction,
    caller: CurrentCaller,
    every: EveryMatter,
    commission_id: Annotated[list[CommissionId] | None, Query(description="Only of these commissions.")] = None,
    sector: Annotated[list[Sector] | None, Query(description="Only of these sectors.")] = None,
    state: Annotated[list[GroupState] | None, Query(description="Only in one of these states.")] = None,
) -> Response:
    """List working groups, oldest first."""
    filters: dict[str, Sequence[Any]] = {
        "commission_id": commission_id or [],
        "sector": sector or [],
        "state": state or [],
    }
    rows = await queries.page(connection, caller, filters, paging.after("group", UUID), paging.limit)
    await require_there(connection, every, caller, filters, rows, partial(as_sent, paging.request))
    told = await called(connection, every, caller, rows, answers.BESIDE.asked)
    return paging.page(answers.group, told, "group", "id")


@router.get(
    "/working-groups/{working_group_id:working_group}",
    summary="Read a working group",
    response_model=WorkingGroupDetail,
    responses=READING_ONE | VERSIONED,
)
async def read_working_group(
    connection: Transaction, caller: CurrentCaller, working_group_id: WorkingGroupId
) -> Response:
    """Read one working group: who is in it, which party has no co-lead there, what the caller may do."""
    return await _detail(connection, caller, working_group_id)


@router.put(
    "/working-groups/{working_group_id:working_group}/members/{organisation_id:organisation}",
    summary="Name a co-lead or member",
    response_model=WorkingGroupDetail,
    responses=WRITING_ONE | VERSIONED | refusals(Stale),
)
async def put_member(
    connection: Transaction,
    caller: CurrentCaller,
    working_group_id: WorkingGroupId,
    organisation_id: OrganisationId,
    new: Annotated[Sent[MemberPut], Body(openapi_examples=MEMBERS)],
    version: OptionalVersion,
) -> Response:
    """Name an organisation of the caller's own party co-lead (its secretariat does it) or member (its co-lead too).

    It is the spelling of the move `name_organisation`.
    """
    await commands.put_member(connection, caller, working_group_id, organisation_id, new, version)
    return await _detail(connection, caller, working_group_id)


@router.delete(
    "/working-groups/{working_group_id:working_group}/members/{organisation_id:organisation}",
    status_code=204,
    summary="Release a co-lead or member",
    responses=WRITING_ONE | refusals(Stale),
)
async def release_member(
    connection: Transaction,
    caller: CurrentCaller,
    working_group_id: WorkingGroupId,
    organisation_id: OrganisationId,
    version: OptionalVersion,
) -> None:
    """End an organisation's part in the group; the trail keeps that it had one."""
    await commands.release_member(connection, caller, working_group_id, organisation_id, version)


@moves.post(
    "/working-groups/{working_group_id:working_group}/transitions",
    status_code=201,
    summary="Propose a move of a working group",
    response_model=TransitionRead,
    responses=WRITING_ONE | refusals(Stale) | PROPOSED,
    dependencies=[Once],
)
async def create_group_transition(
    connection: Transaction,
    caller: UncheckedCaller,
    every: EveryMatter,
    working_group_id: WorkingGroupId,
    proposal: Annotated[dict[str, Any], PublishedAs(GroupProposal), Body(openapi_examples=GROUP_PROPOSALS)],
    version: OptionalVersion,
) -> Response:
    """Propose a move of a working group with its evidence. Its commitments go along where it merges, is dissolved or hands them over.

    What is one party's alone takes effect at once.
    """
    made = await decisions.propose(connection, every, MATTER, caller, working_group_id, proposal, version)
    return transitions.proposed(made)


@moves.get(
    "/working-groups/{working_group_id:working_group}/transitions",
    summary="List the moves of a working group",
    response_model=Page[TransitionRead],
    responses=LISTING_ONE,
)
async def list_group_transitions(
    paging: Paging,
    connection: Transaction,
    caller: UncheckedCaller,
    every: EveryMatter,
    working_group_id: WorkingGroupId,
) -> Response:
    """List every move that was ever proposed for a working group, oldest first, with each party's answer."""
    await queries.get(connection, caller, working_group_id)
    return await moves_of(paging, connection, every, caller, MATTER, working_group_id)


async def _detail(connection: Transaction, caller: Caller, group_id: UUID, status: int = 200) -> Response:
    found = await queries.get(connection, caller, group_id)
    (row,) = await called(connection, (CHARTERS, SESSIONS, MATTER), caller, [found], answers.BESIDE.asked)
    location = f"/v1/working-groups/{group_id}" if status == 201 else None
    return answer(answers.detail(caller, row), status, location=location, version=row["version"])
