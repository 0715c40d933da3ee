"""Commitments over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Body, Query, Response

from service.database.transaction import Transaction
from service.errors import Stale
from service.errors.sent import Sent
from service.http.answers import answer
from service.http.headers import VERSIONED, created
from service.http.idempotency import Once, OnceRoute
from service.http.pages import Page, Paging, encode
from service.http.preconditions import OptionalVersion, RequiredVersion
from service.http.published import PublishedAs
from service.http.refusals import CHANGING, LISTING, LISTING_ONE, READING_ONE, WRITING, WRITING_ONE, refusals
from service.http.routing import Router
from service.identity.caller import CurrentCaller, UncheckedCaller
from service.permissions import Caller
from service.register.commitments import answers, carrying, commands, lists, queries
from service.register.commitments.examples import PARTY_FACTS, PROPOSALS, RECORDED
from service.register.commitments.lists import Filter, Sort
from service.register.commitments.matter import COMMITMENTS
from service.register.commitments.rules.evidence import Proposal
from service.register.commitments.schemas import CommitmentCreate, CommitmentDetail, CommitmentRead, PartyFactsPatch
from service.register.decisions import answers as transitions
from service.register.decisions.routes import PROPOSED, EveryMatter, moves_of
from service.register.decisions.schemas import TransitionRead
from service.values.codes import CommitmentId

router = Router("/v1", route_class=OnceRoute, tags=["commitments"])
moves = Router("/v1", route_class=OnceRoute, tags=["transitions"])
MADE = created(
    "ETag", parameter="commitment_id", leads_to=["read_commitment", "create_transition", "read_commitment_trail"]
)


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
    new: Annotated[Sent[CommitmentCreate], Body(openapi_examples=RECORDED)],
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
    caller: UncheckedCaller,
    wanted: Annotated[Filter, Query()],
    sort: Annotated[Sort, Query(description="Order of the list.")] = Sort.REFERENCE,
) -> Response:
    """List the commitments that the caller may see; filters are joined by AND, repeated values by OR."""
    rows = await lists.page(connection, caller, wanted, sort, paging.after(sort, *lists.ORDERS[sort][2]), paging.limit)
    return paging.marked(answers.commitment, rows, lambda row: encode(sort, *lists.place(sort, row)))


@router.get(
    "/commitments/{commitment_id:commitment}",
    summary="Read a commitment",
    response_model=CommitmentDetail,
    responses=READING_ONE | VERSIONED,
)
async def read_commitment(connection: Transaction, caller: UncheckedCaller, commitment_id: CommitmentId) -> Response:
    """Read one commitment, with the moves that the caller may propose, and what each still needs."""
    return await _detail(connection, caller, commitment_id)


@router.patch(
    "/commitments/{commitment_id:commitment}",
    summary="Change facts of one's own party",
    response_model=CommitmentDetail,
    responses=CHANGING | VERSIONED,
)
async def change_party_facts(
    connection: Transaction,
    caller: CurrentCaller,
    commitment_id: CommitmentId,
    patch: Annotated[Sent[PartyFactsPatch], Body(openapi_examples=PARTY_FACTS)],
    version: RequiredVersion,
) -> Response:
    """Change facts of the caller's own party (RFC 7396). Shared facts change by the action `amend`."""
    await commands.change_party_facts(connection, caller, commitment_id, patch, version)
    return await _detail(connection, caller, commitment_id)


async def _detail(connection: Transaction, caller: Caller, commitment_id: UUID) -> Response:
    row = await queries.get(connection, caller, commitment_id)
    return answer(answers.detail(caller, row), version=row["version"])


@moves.post(
    "/commitments/{commitment_id:commitment}/transitions",
    status_code=201,
    summary="Propose a move",
    response_model=TransitionRead,
    responses=WRITING_ONE | refusals(Stale) | PROPOSED,
    dependencies=[Once],
)
async def create_transition(
    connection: Transaction,
    caller: UncheckedCaller,
    every: EveryMatter,
    commitment_id: CommitmentId,
    proposal: Annotated[dict[str, Any], PublishedAs(Proposal), Body(openapi_examples=PROPOSALS)],
    version: OptionalVersion,
) -> Response:
    """Propose a move with its evidence. It takes effect when every other party has confirmed it.

    Where an instrument of the register carries the commitment, `draft_mou`, `redraft` and `sign` are proposals of the instrument, for
    all that it carries: `matter` in the answer says so.
    """
    made = await carrying.propose(connection, every, caller, commitment_id, proposal, version)
    return transitions.proposed(made)


@moves.get(
    "/commitments/{commitment_id:commitment}/transitions",
    summary="List the moves of a commitment",
    response_model=Page[TransitionRead],
    responses=LISTING_ONE,
)
async def list_transitions(
    paging: Paging,
    connection: Transaction,
    caller: UncheckedCaller,
    commitment_id: CommitmentId,
) -> Response:
    """List every move that was ever proposed for a commitment, oldest first, with each party's answer."""
    await queries.get(connection, caller, commitment_id)
    return await moves_of(paging, connection, COMMITMENTS, commitment_id)
