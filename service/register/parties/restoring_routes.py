"""What the operator has announced to do about a party's lost access, over HTTP: read by the party, and stopped by its registrar."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Body, Response

from service.database.transaction import Transaction
from service.errors.sent import Sent
from service.http.answers import answer, members
from service.http.headers import ONCE
from service.http.idempotency import Once
from service.http.pages import Page, Paging
from service.http.refusals import LISTING_ONE, WRITING_ONE
from service.identity.caller import CurrentCaller
from service.register.parties import queries
from service.register.parties import restoring_commands as commands
from service.register.parties import restoring_queries as restoring
from service.register.parties.examples import OBJECTIONS
from service.register.parties.principal_routes import router, seen_by
from service.register.parties.registering import Forget, authority
from service.register.parties.schemas import ObjectionCreate, RestorationRead
from service.values import PartyCode

# They are the principals' own routes: what is restored is who may call.
__all__ = ["router"]


@router.get(
    "/parties/{party}/restorations",
    summary="List what was announced for a party's lost access",
    response_model=Page[RestorationRead],
    responses=LISTING_ONE,
)
async def list_restorations(
    paging: Paging, connection: Transaction, caller: CurrentCaller, party: PartyCode
) -> Response:
    """List what the operator announced to do for a party whose registrar lost its access, oldest first.

    The party's own principals and the administrator see it; it acts 72 hours after it was announced, unless the party's registrar
    stops it. What is announced now stands in GET /v1/me too.
    """
    own = seen_by(caller)
    await queries.party(connection, party)
    after = paging.after("restoration", UUID)
    rows = await restoring.restorations(connection, party, after, paging.limit) if own in {None, party} else []
    return paging.page(partial(members, RestorationRead), rows, "restoration", "id")


@router.post(
    "/restorations/{restoration_id}/objection",
    status_code=201,
    summary="Stop what was announced",
    response_model=RestorationRead,
    responses=WRITING_ONE | ONCE,
    dependencies=[Forget, Once],
)
async def create_objection(
    connection: Transaction,
    caller: CurrentCaller,
    restoration_id: UUID,
    sent: Annotated[Sent[ObjectionCreate], Body(openapi_examples=OBJECTIONS)],
) -> Response:
    """Stop what the operator announced to do for the party: its registrar is there, and has its access. The party's registrar only."""
    known = await restoring.restoration(connection, restoration_id, caller.party)
    author = (await authority(connection, caller)).over(known["party"])
    return answer(
        members(RestorationRead, await commands.stop(connection, author, known["id"], sent.read().reason)), 201
    )
