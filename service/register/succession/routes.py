"""Closing an organisation over HTTP."""

from typing import Annotated

from fastapi import Body, Query, Response

from service.database.transaction import Transaction
from service.errors import Conflict
from service.errors.sent import Sent
from service.http.answers import answer, members
from service.http.idempotency import Once, OnceRoute
from service.http.refusals import WRITING_ONE, refusals
from service.http.routing import Router
from service.identity.caller import CurrentCaller
from service.register.parties import queries
from service.register.parties.registering import Forget, authority
from service.register.parties.schemas import OrganisationRead
from service.register.succession import commands
from service.register.succession.schemas import SUCCESSIONS, SuccessionCreate, SuccessionRead
from service.values.codes import OrganisationId

router = Router("/v1", route_class=OnceRoute, tags=["registry"])


@router.post(
    "/organisations/{organisation_id:organisation}/succession",
    summary="Close an organisation",
    response_model=SuccessionRead,
    responses=WRITING_ONE | refusals(Conflict),
    dependencies=[Forget, Once],
)
async def create_succession(
    connection: Transaction,
    caller: CurrentCaller,
    organisation_id: OrganisationId,
    sent: Annotated[Sent[SuccessionCreate], Body(openapi_examples=SUCCESSIONS)],
    *,
    dry_run: Annotated[bool, Query(description="Only say what would go to the successor, and change nothing.")] = False,
) -> Response:
    """Close an organisation, and hand on what it leads, co-leads, is a member or the secretariat of, or registers. The party's registrar only.

    Every commitment, group and commission that changes hands has an entry of its own. Its principals stay with it until they are ended.
    """
    found = await authority(connection, caller)
    known = await queries.organisation(connection, organisation_id)
    row, handed_over = await commands.close(connection, caller, found, known, sent, dry_run=dry_run)
    return answer({"organisation": members(OrganisationRead, row), "dry_run": dry_run, "handed_over": handed_over})
