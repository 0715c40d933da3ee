"""The audit trail over HTTP."""

from typing import Annotated

from fastapi import Query, Response

from service.database.transaction import Transaction
from service.http.pages import Page, Paging, index, number
from service.http.refusals import LISTING, LISTING_ONE
from service.http.routing import Router
from service.identity.caller import CurrentCaller, UncheckedCaller
from service.log import feed as queries
from service.log.feed_schemas import EntryRead
from service.permissions import Permission, standing
from service.register.commissions import queries as commissions
from service.values.codes import CommissionId, CommitmentId, InstrumentId, SessionId, WorkingGroupId

router = Router("/v1", tags=["audit trail"])
After = Annotated[
    int | None,
    Query(
        ge=-1, lt=2**53, description="Only entries whose index is above this one: where a feed goes on.", examples=[45]
    ),
]


@router.get(
    "/commitments/{commitment_id:commitment}/audit-trail",
    summary="Read a commitment's trail",
    response_model=Page[EntryRead],
    responses=LISTING_ONE,
)
async def read_commitment_trail(
    paging: Paging,
    connection: Transaction,
    caller: UncheckedCaller,
    commitment_id: CommitmentId,
) -> Response:
    """Read everything that ever happened to a commitment, oldest first."""
    rows = await queries.of_commitment(connection, caller, commitment_id, paging.after("seq", number), paging.limit)
    return paging.page(dict, rows, "seq", "seq")


@router.get(
    "/sessions/{session_id:session}/audit-trail",
    summary="Read a session's trail",
    response_model=Page[EntryRead],
    responses=LISTING_ONE,
)
async def read_session_trail(
    paging: Paging,
    connection: Transaction,
    caller: UncheckedCaller,
    session_id: SessionId,
) -> Response:
    """Read everything that ever happened to a session, oldest first; what the commission's trail told of it comes first."""
    rows = await queries.of_session(connection, caller, session_id, paging.after("seq", number), paging.limit)
    return paging.page(dict, rows, "seq", "seq")


@router.get(
    "/working-groups/{working_group_id:working_group}/audit-trail",
    summary="Read a working group's trail",
    response_model=Page[EntryRead],
    responses=LISTING_ONE,
)
async def read_group_trail(
    paging: Paging,
    connection: Transaction,
    caller: UncheckedCaller,
    working_group_id: WorkingGroupId,
) -> Response:
    """Read everything that ever happened to a working group, oldest first; what the commission's trail told of it comes first."""
    rows = await queries.of_group(connection, caller, working_group_id, paging.after("seq", number), paging.limit)
    return paging.page(dict, rows, "seq", "seq")


@router.get(
    "/instruments/{instrument_id:instrument}/audit-trail",
    summary="Read an instrument's trail",
    response_model=Page[EntryRead],
    responses=LISTING_ONE,
)
async def read_instrument_trail(
    paging: Paging,
    connection: Transaction,
    caller: UncheckedCaller,
    instrument_id: InstrumentId,
) -> Response:
    """Read everything that ever happened to an instrument, oldest first."""
    rows = await queries.of_instrument(connection, caller, instrument_id, paging.after("seq", number), paging.limit)
    return paging.page(dict, rows, "seq", "seq")


@router.get(
    "/commissions/{commission_id}/audit-trail",
    summary="Follow a commission's trail",
    response_model=Page[EntryRead],
    responses=LISTING_ONE,
)
async def read_commission_trail(
    paging: Paging,
    connection: Transaction,
    caller: CurrentCaller,
    commission_id: CommissionId,
    after: After = None,
) -> Response:
    """Read the entries of a commission, its sessions, groups and commitments by index: the feed.

    Keep the last `index` you have read and ask for what is `after` it, as often as you like: nothing is missed and
    nothing comes twice. Entries that the caller may not read are left out, so indexes may jump.
    """
    await commissions.get(connection, caller, commission_id)
    marked = paging.after("index", index)
    start = marked[0] if marked else (-1 if after is None else after)
    rows = await queries.of_commission(connection, caller, commission_id, start, paging.limit)
    return paging.page(dict, rows, "index", "index")


@router.get(
    "/registry/audit-trail",
    summary="Read the registry's trail",
    response_model=Page[EntryRead],
    responses=LISTING,
)
async def read_registry_trail(
    paging: Paging,
    connection: Transaction,
    caller: CurrentCaller,
) -> Response:
    """Read every registration, renaming, secret rotation and deactivation, oldest first.

    The administrator reads all; an auditor those of the parties of the commissions to which it is appointed: others are left out, so that
    numbers may jump.
    """
    standing(caller, auditor=True, commission="").require(Permission.READ_REGISTRY_TRAIL, Permission.AUDIT_PARTIES)
    rows = await queries.of_registry(connection, caller, paging.after("seq", number), paging.limit)
    return paging.page(dict, rows, "seq", "seq")
