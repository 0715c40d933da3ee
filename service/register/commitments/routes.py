"""Commitments over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Body, Response

from service.database.transaction import Transaction
from service.errors import Stale
from service.errors.sent import Sent
from service.http.answers import answer
from service.http.bodies import MERGE_PATCH
from service.http.headers import VERSIONED, created
from service.http.idempotency import Once, OnceRoute
from service.http.pages import Page, Paging
from service.http.preconditions import OptionalVersion, RequiredVersion
from service.http.published import PublishedAs
from service.http.refusals import CHANGING, LISTING_ONE, WRITING, WRITING_ONE, refusals
from service.http.routing import Router
from service.identity.caller import CurrentCaller, UncheckedCaller
from service.permissions import Caller
from service.register.commitments import answers, carrying, commands, queries
from service.register.commitments.examples import PARTY_FACTS, PROPOSALS, RECORDED
from service.register.commitments.matter import COMMITMENTS
from service.register.commitments.party_schemas import PartyFactsPatch
from service.register.commitments.rules.evidence import Proposal
from service.register.commitments.schemas import CommitmentCreate, CommitmentDetail
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
    patch: Annotated[Sent[PartyFactsPatch], Body(media_type=MERGE_PATCH, openapi_examples=PARTY_FACTS)],
    version: RequiredVersion,
) -> Response:
    """Change facts of the caller's own party by a merge patch (RFC 7396; `application/json` is read as one). Shared facts change by the action `amend`."""
    await commands.change_party_facts(connection, caller, commitment_id, patch, version)
    return await _detail(connection, caller, commitment_id)


async def _detail(connection: Transaction, caller: Caller, commitment_id: UUID) -> Response:
    row = await queries.get(connection, caller, commitment_id)
    through = await carrying.through(connection, caller, row)
    return answer(answers.detail(caller, row, through), version=row["version"])


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

    `draft_mou` of a commitment without an instrument opens one: it is recorded, entered and numbered as the move takes effect.

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
    every: EveryMatter,
    commitment_id: CommitmentId,
) -> Response:
    """List every move that was ever proposed for a commitment, oldest first, with each party's answer."""
    await queries.get(connection, caller, commitment_id)
    return await moves_of(paging, connection, every, caller, COMMITMENTS, commitment_id)
