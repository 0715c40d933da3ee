"""Commissions over HTTP, and many moves at once."""

from typing import Annotated
from uuid import UUID

from fastapi import Body, Request, Response

from service.database.transaction import Transaction
from service.errors.sent import Sent
from service.http.answers import answer
from service.http.headers import VERSIONED, carrying, created
from service.http.idempotency import Once, OnceRoute
from service.http.pages import Page, Paging
from service.http.refusals import LISTING, READING_ONE, WRITING, WRITING_ONE
from service.http.routing import Router
from service.identity.caller import CurrentCaller
from service.register.commissions import charter_answers as answers
from service.register.commissions import commands, queries
from service.register.commissions.examples import COMMISSIONS
from service.register.commissions.schemas import (
    CommissionCreate,
    CommissionDetail,
    CommissionRead,
)
from service.register.decisions import many
from service.register.decisions.answers import outcomes
from service.register.decisions.examples import MANY_CONFIRMATIONS, MANY_PROPOSALS
from service.register.decisions.routes import EveryMatter
from service.register.decisions.schemas import ConfirmationsCreate, OutcomesRead, ProposalsCreate
from service.values.codes import CommissionId

router = Router("/v1", route_class=OnceRoute, tags=["commissions"])
moves = Router("/v1", route_class=OnceRoute, tags=["transitions"])
ANSWERED_EACH = carrying("Idempotent-Replayed", "Content-Language")
FOUNDED = created(
    "ETag",
    parameter="commission_id",
    leads_to=["read_commission", "create_session", "create_commission_transition"],
)


@router.post(
    "/commissions",
    status_code=201,
    summary="Found a commission",
    response_model=CommissionDetail,
    responses=WRITING | FOUNDED,
    dependencies=[Once],
)
async def create_commission(
    connection: Transaction,
    caller: CurrentCaller,
    new: Annotated[Sent[CommissionCreate], Body(openapi_examples=COMMISSIONS)],
) -> Response:
    """Found a commission of two or more parties, or one that a party keeps alone. Administrator only.

    It is in force, or kept, once the registrar of each party that takes part has named its secretariat (`name_secretariat`); until
    then nothing is proposed.
    """
    commission_id = await commands.found_commission(connection, caller, new)
    row = await queries.founded(connection, caller, commission_id)
    return answer(answers.detail(caller, row), 201, location=f"/v1/commissions/{commission_id}", version=row["version"])


@router.get("/commissions", summary="List commissions", response_model=Page[CommissionRead], responses=LISTING)
async def list_commissions(
    paging: Paging,
    connection: Transaction,
    caller: CurrentCaller,
) -> Response:
    """List the commissions that the caller may see, oldest first: those of its own party, those that it audits, and public ones."""
    rows = await queries.page(connection, caller, paging.after("commission", UUID), paging.limit)
    return paging.page(answers.commission, rows, "commission", "id")


@router.get(
    "/commissions/{commission_id}",
    summary="Read a commission",
    response_model=CommissionDetail,
    responses=READING_ONE | VERSIONED,
)
async def read_commission(connection: Transaction, caller: CurrentCaller, commission_id: CommissionId) -> Response:
    """Read one commission: what its charter says, what is proposed of it, and what the caller may do."""
    row = await queries.detail(connection, caller, commission_id)
    return answer(answers.detail(caller, row), version=row["version"])


@moves.post(
    "/commissions/{commission_id}/confirmations",
    summary="Confirm or refuse many moves",
    response_model=OutcomesRead,
    responses=WRITING_ONE | ANSWERED_EACH,
    dependencies=[Once],
)
async def create_confirmations(
    request: Request,
    connection: Transaction,
    caller: CurrentCaller,
    every: EveryMatter,
    commission_id: CommissionId,
    new: Annotated[Sent[ConfirmationsCreate], Body(openapi_examples=MANY_CONFIRMATIONS)],
) -> Response:
    """Give the same answer to up to 500 proposals of a commission. Each is judged for itself; what became of it stands in its place."""
    await queries.require_charter(connection, caller, commission_id)
    return outcomes(request, await many.answer(connection, every, caller, commission_id, new))


@moves.post(
    "/commissions/{commission_id}/proposals",
    summary="Propose a move for many",
    response_model=OutcomesRead,
    responses=WRITING_ONE | ANSWERED_EACH,
    dependencies=[Once],
)
async def create_proposals(
    request: Request,
    connection: Transaction,
    caller: CurrentCaller,
    every: EveryMatter,
    commission_id: CommissionId,
    new: Annotated[Sent[ProposalsCreate], Body(openapi_examples=MANY_PROPOSALS)],
) -> Response:
    """Propose the same move, with the same evidence, for up to 500 matters of a commission. Each is judged for itself."""
    await queries.require_charter(connection, caller, commission_id)
    return outcomes(request, await many.propose(connection, every, caller, commission_id, new))
