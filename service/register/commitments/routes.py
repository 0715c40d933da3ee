"""Commitments over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Body, Query, Response

from service.database.transaction import Transaction
from service.http.answers import answer
from service.http.headers import VERSIONED, created
from service.http.idempotency import Once, OnceRoute
from service.http.pages import Page, Paging, encode
from service.http.preconditions import RequiredVersion
from service.http.refusals import CHANGING, LISTING, READING_ONE, WRITING
from service.http.routing import Router
from service.identity.caller import CurrentCaller, KnownCaller
from service.permissions import Caller
from service.register.commitments import answers, commands, lists, queries
from service.register.commitments.examples import COMMITMENTS, PARTY_FACTS
from service.register.commitments.lists import Filter, Sort
from service.register.commitments.rules.matter import COMMITMENT
from service.register.commitments.schemas import CommitmentCreate, CommitmentDetail, CommitmentRead, PartyFactsPatch
from service.register.commitments.transitions.schemas import LifecycleRead
from service.register.decisions.rules.machine import machine

router = Router("/v1", route_class=OnceRoute, tags=["commitments"])
lifecycle = Router("/v1", tags=["lifecycle"])
MADE = created(
    "ETag", parameter="commitment_id", leads_to=["read_commitment", "create_transition", "read_commitment_trail"]
)


@lifecycle.get("/lifecycle", summary="Read the lifecycle", response_model=LifecycleRead)
async def read_lifecycle() -> Any:  # noqa: ANN401
    """Read the state machine itself: states, steps, the evidence of each action, and its picture (Mermaid)."""
    return machine(COMMITMENT)


@router.post(
    "/commitments",
    status_code=201,
    summary="Record a commitment",
    response_model=CommitmentDetail,
    responses=WRITING | MADE,
    dependencies=[Once],
)
async def create_commitment(
    connection: Transaction,
    caller: CurrentCaller,
    new: Annotated[CommitmentCreate, Body(openapi_examples=COMMITMENTS)],
) -> Response:
    """Record what was agreed. It stays `proposed` until every other party has confirmed that it was."""
    commitment_id = await commands.record(connection, caller, new)
    row = await queries.get(connection, caller, commitment_id)
    location = f"/v1/commitments/{commitment_id}"
    return answer(answers.detail(caller, row), 201, location=location, version=row["version"])


@router.get("/commitments", summary="List commitments", response_model=Page[CommitmentRead], responses=LISTING)
async def list_commitments(
    paging: Paging,
    connection: Transaction,
    caller: KnownCaller,
    wanted: Annotated[Filter, Query()],
    sort: Annotated[Sort, Query(description="Order of the list.")] = Sort.REFERENCE,
) -> Response:
    """List the commitments that the caller may see; filters are joined by AND, repeated values by OR."""
    rows = await lists.page(connection, caller, wanted, sort, paging.after(sort, *lists.ORDERS[sort][2]), paging.limit)
    return paging.marked(answers.commitment, rows, lambda row: encode(sort, *lists.place(sort, row)))


@router.get(
    "/commitments/{commitment_id}",
    summary="Read a commitment",
    response_model=CommitmentDetail,
    responses=READING_ONE | VERSIONED,
)
async def read_commitment(connection: Transaction, caller: KnownCaller, commitment_id: UUID) -> Response:
    """Read one commitment, with the moves that the caller may propose, and what each still needs."""
    return await _detail(connection, caller, commitment_id)


@router.patch(
    "/commitments/{commitment_id}",
    summary="Change facts of one's own party",
    response_model=CommitmentDetail,
    responses=CHANGING | VERSIONED,
)
async def change_party_facts(
    connection: Transaction,
    caller: CurrentCaller,
    commitment_id: UUID,
    patch: Annotated[PartyFactsPatch, Body(openapi_examples=PARTY_FACTS)],
    version: RequiredVersion,
) -> Response:
    """Change facts of the caller's own party (RFC 7396). Shared facts change by the action `amend`."""
    await commands.change_party_facts(connection, caller, commitment_id, patch, version)
    return await _detail(connection, caller, commitment_id)


async def _detail(connection: Transaction, caller: Caller, commitment_id: UUID) -> Response:
    row = await queries.get(connection, caller, commitment_id)
    return answer(answers.detail(caller, row), version=row["version"])
