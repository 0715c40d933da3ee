"""Transitions over HTTP: a move is a resource that is proposed, answered, or taken back."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Body, Response

from service.database.transaction import Transaction
from service.errors import Stale
from service.http.answers import answer
from service.http.headers import ONCE, created
from service.http.idempotency import Once, OnceRoute
from service.http.pages import Page, Paging
from service.http.preconditions import OptionalVersion
from service.http.published import PublishedAs
from service.http.refusals import LISTING_ONE, READING_ONE, WRITING_ONE, refusals
from service.http.routing import Router
from service.identity.caller import KnownCaller
from service.register.commitments import answers, queries
from service.register.commitments.examples import CONFIRMATIONS, PROPOSALS, WITHDRAWALS
from service.register.commitments.rules.evidence import Proposal
from service.register.commitments.transitions import commands as transitions
from service.register.commitments.transitions import queries as proposals
from service.register.commitments.transitions.schemas import ConfirmationCreate, TransitionRead, WithdrawalCreate

router = Router("/v1", route_class=OnceRoute, tags=["transitions"])
MADE = created(parameter="transition_id", leads_to=["read_transition", "create_confirmation", "create_withdrawal"])


@router.post(
    "/commitments/{commitment_id}/transitions",
    status_code=201,
    summary="Propose a move",
    response_model=TransitionRead,
    responses=WRITING_ONE | refusals(Stale) | MADE,
    dependencies=[Once],
)
async def create_transition(
    connection: Transaction,
    caller: KnownCaller,
    commitment_id: UUID,
    proposal: Annotated[dict[str, Any], PublishedAs(Proposal), Body(openapi_examples=PROPOSALS)],
    version: OptionalVersion,
) -> Response:
    """Propose a move with its evidence. It takes effect when every other party has confirmed it."""
    made = await transitions.propose(connection, caller, commitment_id, proposal, version)
    return answer(answers.transition(made), 201, location=f"/v1/transitions/{made['id']}")


@router.get(
    "/commitments/{commitment_id}/transitions",
    summary="List the moves of a commitment",
    response_model=Page[TransitionRead],
    responses=LISTING_ONE,
)
async def list_transitions(
    paging: Paging,
    connection: Transaction,
    caller: KnownCaller,
    commitment_id: UUID,
) -> Response:
    """List every move that was ever proposed for a commitment, oldest first, with each party's answer."""
    await queries.get(connection, caller, commitment_id)
    rows = await proposals.page(connection, commitment_id, paging.after("transition", UUID), paging.limit)
    return paging.page(answers.transition, rows, "transition", "id")


@router.get("/transitions/{transition_id}", summary="Read a move", response_model=TransitionRead, responses=READING_ONE)
async def read_transition(connection: Transaction, caller: KnownCaller, transition_id: UUID) -> Response:
    """Read one proposed move, each party's answer, and what became of it."""
    return answer(answers.transition(await proposals.get(connection, caller, transition_id)))


@router.post(
    "/transitions/{transition_id}/confirmations",
    status_code=201,
    summary="Confirm or refuse a move",
    response_model=TransitionRead,
    responses=WRITING_ONE | ONCE,
    dependencies=[Once],
)
async def create_confirmation(
    connection: Transaction,
    caller: KnownCaller,
    transition_id: UUID,
    new: Annotated[ConfirmationCreate, Body(openapi_examples=CONFIRMATIONS)],
) -> Response:
    """Answer another party's proposal. The last confirmation makes it take effect; one refusal closes it."""
    made = await transitions.answer(connection, caller, transition_id, new)
    return answer(answers.transition(made), 201)


@router.post(
    "/transitions/{transition_id}/withdrawal",
    status_code=201,
    summary="Take back one's own proposal",
    response_model=TransitionRead,
    responses=WRITING_ONE | ONCE,
    dependencies=[Once],
)
async def create_withdrawal(
    connection: Transaction,
    caller: KnownCaller,
    transition_id: UUID,
    new: Annotated[WithdrawalCreate, Body(openapi_examples=WITHDRAWALS)],
) -> Response:
    """Take back a proposal that the caller's own party made and that is still open."""
    made = await transitions.withdraw(connection, caller, transition_id, new)
    return answer(answers.transition(made), 201)
