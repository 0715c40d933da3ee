"""Reading commitments and instruments: as they stand, or as they were on a day in the world, by what was known at a moment."""

from enum import StrEnum
from functools import partial
from typing import Annotated

from fastapi import Depends, Query, Response

from service.database.transaction import Transaction
from service.http.answers import answer
from service.http.headers import EXPLAINED, VERSIONED
from service.http.idempotency import OnceRoute
from service.http.names import as_sent
from service.http.pages import Page, Paging, encode
from service.http.past import PastDay, PastMoment
from service.http.problems import Language
from service.http.refusals import LISTING, READING_ONE
from service.http.routing import Router
from service.identity.caller import UncheckedCaller
from service.register.commitments import answers as commitments
from service.register.commitments import carrying
from service.register.commitments import lists as commitment_lists
from service.register.commitments import queries as commitment_queries
from service.register.commitments.filters import Filter
from service.register.commitments.lists import Sort
from service.register.commitments.naming import with_names
from service.register.commitments.schemas import CommitmentDetail, CommitmentRead
from service.register.decisions.asked_for import require_there
from service.register.decisions.called import called
from service.register.decisions.routes import EveryMatter
from service.register.history import lists, queries
from service.register.history.queries import When
from service.register.instruments import answers as instruments
from service.register.instruments import lists as instrument_lists
from service.register.instruments import queries as instrument_queries
from service.register.instruments.lists import Filter as InstrumentFilter
from service.register.instruments.lists import InstrumentSort
from service.register.instruments.record_schemas import InstrumentDetail, RegisteredInstrumentRead
from service.register.instruments.words import saying
from service.values.codes import CommitmentId, InstrumentId

router = Router("/v1", route_class=OnceRoute, tags=["commitments"])
of_instruments = Router("/v1", route_class=OnceRoute, tags=["instruments"])


async def when(
    as_of: Annotated[
        PastDay | None,
        Query(
            description="As it was in the world at the end of this day; today, if nothing is said.",
            examples=["2026-01-01"],
        ),
    ] = None,
    known_at: Annotated[
        PastMoment | None,
        Query(
            description="By what was recorded by this moment; now, if nothing is said.",
            examples=["2026-01-24T09:30:00Z"],
        ),
    ] = None,
) -> When | None:
    """Return of when it is asked; None: of now."""
    return When(as_of, known_at) if as_of or known_at else None


Then = Annotated[When | None, Depends(when)]


def _listed(paging: Paging, register: lists.Register, sort: StrEnum, shown: lists.Shown) -> Response:
    return paging.shown(shown.items, encode(sort, *register.place(sort, shown.last)) if shown.last else None)


@router.get(
    "/commitments",
    summary="List commitments",
    response_model=Page[CommitmentRead],
    responses=LISTING,
)
async def list_commitments(
    paging: Paging,
    connection: Transaction,
    caller: UncheckedCaller,
    every: EveryMatter,
    then: Then,
    wanted: Annotated[Filter, Query()],
    sort: Annotated[Sort, Query(description="Order of the list.")] = Sort.REFERENCE,
) -> Response:
    """List the commitments that the caller may see; filters are joined by AND, repeated values by OR.

    As of a day or a moment, the filters are held to what was so then; where one other than `state` holds of few, a page may have
    fewer items than `limit`, and more follow as long as `next_cursor` says so. Who may see what is judged by today's rights, and
    what stands by its id is called what it is called today.
    """
    after = paging.after(sort, *commitment_lists.ORDERS[sort][2])
    sent, alone = partial(as_sent, paging.request), partial(commitment_lists.alone, connection, caller)
    if then:
        shown = await lists.page(connection, caller, lists.COMMITMENTS, wanted, sort, after, paging.limit, then)
        await require_there(connection, every, caller, dict(wanted), shown.items, sent, alone)
        return _listed(paging, lists.COMMITMENTS, sort, shown)
    rows = await commitment_lists.page(connection, caller, wanted, sort, after, paging.limit)
    await require_there(connection, every, caller, dict(wanted), rows, sent, alone)
    rows = await with_names(connection, caller, rows)
    return paging.marked(commitments.commitment, rows, lambda row: encode(sort, *commitment_lists.place(sort, row)))


@router.get(
    "/commitments/{commitment_id:commitment}",
    summary="Read a commitment",
    response_model=CommitmentDetail,
    responses=READING_ONE | VERSIONED,
)
async def read_commitment(
    connection: Transaction, caller: UncheckedCaller, commitment_id: CommitmentId, then: Then
) -> Response:
    """Read one commitment, with the moves that the caller may propose, and what each still needs; of the past there are none."""
    row = await commitment_queries.get(connection, caller, commitment_id)
    if then is None:
        through = await carrying.through(connection, caller, row)
        return answer(commitments.detail(caller, row, through), version=row["version"])
    found = await queries.one_then(connection, caller, row, then, queries.commitment)
    return answer(commitments.detail(caller, found))


@of_instruments.get(
    "/instruments",
    summary="List instruments",
    response_model=Page[RegisteredInstrumentRead],
    responses=LISTING,
)
async def list_instruments(
    paging: Paging,
    connection: Transaction,
    caller: UncheckedCaller,
    every: EveryMatter,
    then: Then,
    wanted: Annotated[InstrumentFilter, Query()],
    sort: Annotated[InstrumentSort, Query(description="Order of the list.")] = InstrumentSort.REFERENCE,
) -> Response:
    """List the instruments that the caller may see; filters are joined by AND, repeated values by OR.

    As of a day or a moment, the filters are held to what was so then; where one other than `state` holds of few, a page may have
    fewer items than `limit`, and more follow as long as `next_cursor` says so. Who may see what is judged by today's rights, and
    what stands by its id is called what it is called today.
    """
    after, sent = paging.after(sort, *instrument_lists.ORDERS[sort][2]), partial(as_sent, paging.request)
    if then:
        shown = await lists.page(connection, caller, lists.INSTRUMENTS, wanted, sort, after, paging.limit, then)
        await require_there(connection, every, caller, dict(wanted), shown.items, sent)
        return _listed(paging, lists.INSTRUMENTS, sort, shown)
    rows = await instrument_lists.page(connection, caller, wanted, sort, after, paging.limit)
    await require_there(connection, every, caller, dict(wanted), rows, sent)
    rows = await called(connection, every, caller, rows, instruments.asked)
    return paging.marked(
        lambda row: instruments.instrument(row, instrument_queries.today_of(row)),
        rows,
        lambda row: encode(sort, *instrument_lists.place(sort, row)),
    )


@of_instruments.get(
    "/instruments/{instrument_id:instrument}",
    summary="Read an instrument",
    response_model=InstrumentDetail,
    responses=READING_ONE | EXPLAINED,
)
async def read_instrument(
    connection: Transaction,
    caller: UncheckedCaller,
    every: EveryMatter,
    language: Language,
    instrument_id: InstrumentId,
    then: Then,
) -> Response:
    """Read one instrument: whether it is in force, until when, whose step is missing, and what the caller may do.

    What its clauses lead to is explained in the language of `Accept-Language`.
    """
    row, say = await instrument_queries.get(connection, caller, instrument_id), saying(language)
    if then is None:
        (row,) = await called(connection, every, caller, [row], instruments.asked)
        content = instruments.detail(caller, row, instrument_queries.today_of(row), say)
        return answer(content, version=row["version"], language=language)
    found = await queries.one_then(connection, caller, row, then, queries.instrument)
    return answer(instruments.detail(caller, found, then.day, say), language=language)
