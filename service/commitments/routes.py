"""Commitments over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Query, Response

from service.commitments import commands, lists, queries
from service.commitments.examples import COMMITMENTS, PARTY_FACTS
from service.commitments.lifecycle import Action, allowed
from service.commitments.lists import Filter, Sort
from service.commitments.machine import machine
from service.commitments.requirements import missing
from service.commitments.schemas import (
    CommitmentCreate,
    CommitmentDetail,
    CommitmentRead,
    PartyFactsPatch,
)
from service.commitments.transition_schemas import LifecycleRead
from service.db import Transaction
from service.idempotency import Once, OnceRoute
from service.identity.caller import CurrentCaller
from service.pages import Page, Paging
from service.permissions import Caller, Permission
from service.preconditions import RequiredVersion, tag
from service.refusals import CHANGING, READING, READING_ONE, WRITING

router = APIRouter(prefix="/v1", route_class=OnceRoute, tags=["commitments"])
lifecycle = APIRouter(prefix="/v1", tags=["lifecycle"])


@lifecycle.get("/lifecycle", summary="Read the lifecycle", response_model=LifecycleRead)
async def read_lifecycle() -> Any:  # noqa: ANN401
    """Read the state machine itself: states, steps, the evidence of each action, and its picture (Mermaid)."""
    return machine()


@router.post(
    "/commitments",
    status_code=201,
    summary="Record a commitment",
    response_model=CommitmentDetail,
    responses=WRITING,
    dependencies=[Once],
)
async def create_commitment(
    response: Response,
    connection: Transaction,
    caller: CurrentCaller,
    new: Annotated[CommitmentCreate, Body(openapi_examples=COMMITMENTS)],
) -> Any:  # noqa: ANN401
    """Record what was agreed. It stays `proposed` until every other party has confirmed that it was."""
    commitment_id = await commands.record(connection, caller, new)
    response.headers["Location"] = f"/v1/commitments/{commitment_id}"
    return await _detail(response, connection, caller, commitment_id)


@router.get("/commitments", summary="List commitments", response_model=Page[CommitmentRead], responses=READING)
async def list_commitments(
    paging: Paging,
    connection: Transaction,
    caller: CurrentCaller,
    wanted: Annotated[Filter, Query()],
    sort: Annotated[Sort, Query(description="Order of the list.")] = Sort.REFERENCE,
) -> dict[str, Any]:
    """List the commitments that the caller may see; filters are joined by AND, repeated values by OR."""
    rows = await lists.page(connection, caller, wanted, sort, paging.cursor, paging.limit)
    return paging.marked(rows, lambda row: lists.mark(sort, row))


@router.get(
    "/commitments/{commitment_id}",
    summary="Read a commitment",
    response_model=CommitmentDetail,
    responses=READING_ONE,
)
async def read_commitment(
    response: Response, connection: Transaction, caller: CurrentCaller, commitment_id: UUID
) -> Any:  # noqa: ANN401
    """Read one commitment, with the moves that the caller may propose, and what each still needs."""
    return await _detail(response, connection, caller, commitment_id)


@router.patch(
    "/commitments/{commitment_id}",
    summary="Change facts of one's own party",
    response_model=CommitmentDetail,
    responses=CHANGING,
)
async def change_party_facts(
    response: Response,
    connection: Transaction,
    caller: CurrentCaller,
    commitment_id: UUID,
    patch: Annotated[PartyFactsPatch, Body(openapi_examples=PARTY_FACTS)],
    version: RequiredVersion,
) -> Any:  # noqa: ANN401
    """Change facts of the caller's own party (RFC 7396). Shared facts change by the action `amend`."""
    await commands.change_party_facts(connection, caller, commitment_id, patch, version)
    return await _detail(response, connection, caller, commitment_id)


async def _detail(response: Response, connection: Transaction, caller: Caller, commitment_id: UUID) -> dict[str, Any]:
    row = await queries.get(connection, caller, commitment_id)
    tag(response, row["version"])
    return {**row, "allowed_actions": _allowed(caller, row)}


def _allowed(caller: Caller, row: dict[str, Any]) -> list[dict[str, Any]]:
    if row["open_transition"] or not queries.rights(caller, row).may(Permission.PROPOSE):
        return []
    facts, awaits = queries.facts(row), queries.others(row, caller.party)
    return [
        {"action": action, "missing": missing(Action(action), {}, facts), "awaits": awaits}
        for action in allowed(facts.state, facts.for_step())
    ]
