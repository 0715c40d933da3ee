"""The moves of a commission's charter over HTTP."""

from typing import Annotated, Any

from fastapi import Body, Response

from service.database.transaction import Transaction
from service.errors import Stale
from service.http.idempotency import Once, OnceRoute
from service.http.pages import Page, Paging
from service.http.preconditions import OptionalVersion
from service.http.published import PublishedAs
from service.http.refusals import LISTING_ONE, WRITING_ONE, refusals
from service.http.routing import Router
from service.identity.caller import CurrentCaller, UncheckedCaller
from service.register.commissions import queries
from service.register.commissions.charter import CHARTERS as MATTER
from service.register.commissions.examples import CHARTER_PROPOSALS
from service.register.commissions.rules.charter.evidence import CommissionProposal
from service.register.decisions import answers as transitions
from service.register.decisions import commands as decisions
from service.register.decisions.routes import PROPOSED, EveryMatter, moves_of
from service.register.decisions.schemas import TransitionRead
from service.values.codes import CommissionId

router = Router("/v1", route_class=OnceRoute, tags=["transitions"])


@router.post(
    "/commissions/{commission_id}/transitions",
    status_code=201,
    summary="Propose a move of a commission",
    response_model=TransitionRead,
    responses=WRITING_ONE | refusals(Stale) | PROPOSED,
    dependencies=[Once],
)
async def create_commission_transition(
    connection: Transaction,
    caller: UncheckedCaller,
    every: EveryMatter,
    commission_id: CommissionId,
    proposal: Annotated[dict[str, Any], PublishedAs(CommissionProposal), Body(openapi_examples=CHARTER_PROPOSALS)],
    version: OptionalVersion,
) -> Response:
    """Propose a move of a commission's charter with its evidence. What is one party's alone takes effect at once."""
    made = await decisions.propose(connection, every, MATTER, caller, commission_id, proposal, version)
    return transitions.proposed(made)


@router.get(
    "/commissions/{commission_id}/transitions",
    summary="List the moves of a commission",
    response_model=Page[TransitionRead],
    responses=LISTING_ONE,
)
async def list_commission_transitions(
    paging: Paging, connection: Transaction, caller: CurrentCaller, every: EveryMatter, commission_id: CommissionId
) -> Response:
    """List every move that was ever proposed for a commission's charter, oldest first, with each party's answer."""
    await queries.require_charter(connection, caller, commission_id)
    return await moves_of(paging, connection, every, caller, MATTER, commission_id)
