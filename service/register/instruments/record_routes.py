"""Instruments over HTTP, and what is decided on them."""

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
from service.http.preconditions import OptionalVersion
from service.http.published import PublishedAs
from service.http.refusals import LISTING, LISTING_ONE, READING_ONE, WRITING, WRITING_ONE, refusals
from service.http.routing import Router
from service.identity.caller import CurrentCaller, UncheckedCaller
from service.permissions import Caller
from service.register.decisions import answers as transitions
from service.register.decisions import commands as decisions
from service.register.decisions.routes import PROPOSED, EveryMatter, moves_of
from service.register.decisions.schemas import TransitionRead
from service.register.instruments import answers, commands, lists, queries
from service.register.instruments.lists import Filter, InstrumentSort
from service.register.instruments.matter import INSTRUMENTS
from service.register.instruments.record_examples import INSTRUMENT_PROPOSALS, RECORDED_INSTRUMENTS
from service.register.instruments.record_schemas import InstrumentCreate, InstrumentDetail, RegisteredInstrumentRead
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
    return await _detail(connection, caller, await commands.record(connection, every, caller, new), status=201)


@router.get(
    "/instruments", summary="List instruments", response_model=Page[RegisteredInstrumentRead], responses=LISTING
)
async def list_instruments(
    paging: Paging,
    connection: Transaction,
    caller: UncheckedCaller,
    wanted: Annotated[Filter, Query()],
    sort: Annotated[InstrumentSort, Query(description="Order of the list.")] = InstrumentSort.REFERENCE,
) -> Response:
    """List the instruments that the caller may see; filters are joined by AND, repeated values by OR."""
    rows = await lists.page(connection, caller, wanted, sort, paging.after(sort, *lists.ORDERS[sort][2]), paging.limit)
    return paging.marked(
        lambda row: answers.instrument(row, queries.today_of(row)),
        rows,
        lambda row: encode(sort, *lists.place(sort, row)),
    )


@router.get(
    "/instruments/{instrument_id:instrument}",
    summary="Read an instrument",
    response_model=InstrumentDetail,
    responses=READING_ONE | VERSIONED,
)
async def read_instrument(connection: Transaction, caller: UncheckedCaller, instrument_id: InstrumentId) -> Response:
    """Read one instrument: whether it is in force, until when, whose step is missing, and what the caller may do."""
    return await _detail(connection, caller, instrument_id)


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
    instrument_id: InstrumentId,
) -> Response:
    """List every move that was ever proposed for an instrument, oldest first, with each party's answer."""
    await queries.get(connection, caller, instrument_id)
    return await moves_of(paging, connection, INSTRUMENTS, instrument_id)


async def _detail(connection: Transaction, caller: Caller, instrument_id: UUID, status: int = 200) -> Response:
    row = await queries.get(connection, caller, instrument_id)
    location = f"/v1/instruments/{instrument_id}" if status == 201 else None
    return answer(answers.detail(caller, row, queries.today_of(row)), status, location=location, version=row["version"])
