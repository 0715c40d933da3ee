"""Instruments over HTTP, and what is decided on them."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Body, Response

from service.database.transaction import Transaction
from service.errors import Stale
from service.errors.sent import Sent
from service.http.answers import answer
from service.http.headers import created
from service.http.idempotency import Once, OnceRoute
from service.http.pages import Page, Paging
from service.http.preconditions import OptionalVersion
from service.http.published import PublishedAs
from service.http.refusals import LISTING_ONE, WRITING, WRITING_ONE, refusals
from service.http.routing import Router
from service.identity.caller import CurrentCaller, UncheckedCaller
from service.permissions import Caller
from service.register.decisions import answers as transitions
from service.register.decisions import commands as decisions
from service.register.decisions.called import called
from service.register.decisions.engine.matter import Matters
from service.register.decisions.routes import PROPOSED, EveryMatter, moves_of
from service.register.decisions.schemas import TransitionRead
from service.register.instruments import answers, commands, queries
from service.register.instruments.matter import INSTRUMENTS
from service.register.instruments.record_examples import INSTRUMENT_PROPOSALS, RECORDED_INSTRUMENTS
from service.register.instruments.record_schemas import InstrumentCreate, InstrumentDetail
from service.register.instruments.rules.evidence import InstrumentProposal
from service.values.codes import InstrumentId

router = Router("/v1", route_class=OnceRoute, tags=["instruments"])
moves = Router("/v1", route_class=OnceRoute, tags=["transitions"])
MADE = created(
    "ETag",
    parameter="instrument_id",
    leads_to=["read_instrument", "create_instrument_transition", "read_instrument_trail"],
)


@router.post(
    "/instruments",
    status_code=201,
    summary="Record an instrument",
    response_model=InstrumentDetail,
    responses=WRITING | MADE,
    dependencies=[Once],
)
async def create_instrument(
    connection: Transaction,
    caller: CurrentCaller,
    every: EveryMatter,
    new: Annotated[Sent[InstrumentCreate], Body(openapi_examples=RECORDED_INSTRUMENTS)],
) -> Response:
    """Record a legal text, in the state that it is in, with what is known of it. The other parties confirm that it is so."""
    return await _detail(connection, every, caller, await commands.record(connection, every, caller, new))


@moves.post(
    "/instruments/{instrument_id:instrument}/transitions",
    status_code=201,
    summary="Propose a move of an instrument",
    response_model=TransitionRead,
    responses=WRITING_ONE | refusals(Stale) | PROPOSED,
    dependencies=[Once],
)
async def create_instrument_transition(
    connection: Transaction,
    caller: UncheckedCaller,
    every: EveryMatter,
    instrument_id: InstrumentId,
    proposal: Annotated[dict[str, Any], PublishedAs(InstrumentProposal), Body(openapi_examples=INSTRUMENT_PROPOSALS)],
    version: OptionalVersion,
) -> Response:
    """Propose a move of an instrument with its evidence. What one party says of its own side takes effect at once."""
    made = await decisions.propose(connection, every, INSTRUMENTS, caller, instrument_id, proposal, version)
    return transitions.proposed(made)


@moves.get(
    "/instruments/{instrument_id:instrument}/transitions",
    summary="List the moves of an instrument",
    response_model=Page[TransitionRead],
    responses=LISTING_ONE,
)
async def list_instrument_transitions(
    paging: Paging,
    connection: Transaction,
    caller: UncheckedCaller,
    every: EveryMatter,
    instrument_id: InstrumentId,
) -> Response:
    """List every move that was ever proposed for an instrument, oldest first, with each party's answer."""
    await queries.get(connection, caller, instrument_id)
    return await moves_of(paging, connection, every, caller, INSTRUMENTS, instrument_id)


async def _detail(connection: Transaction, every: Matters, caller: Caller, instrument_id: UUID) -> Response:
    found = await queries.get(connection, caller, instrument_id)
    (row,) = await called(connection, every, caller, [found], answers.asked)
    content = answers.detail(caller, row, queries.today_of(row))
    return answer(content, 201, location=f"/v1/instruments/{instrument_id}", version=row["version"])
