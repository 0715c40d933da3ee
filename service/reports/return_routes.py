"""The return over HTTP: every instrument of one's own party."""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Query, Request, Response

from service.database.transaction import Transaction
from service.errors import Conflict, TooManyRequests
from service.http.idempotency import OnceRoute
from service.http.refusals import READING, refusals
from service.http.routing import Router
from service.identity.caller import CurrentCaller
from service.permissions import Confidentiality, Permission, standing
from service.register.parties.queries import find_organisation
from service.reports import kept, queries
from service.reports.few import counts
from service.reports.formats import RETURN, Making, accepted
from service.reports.parameters import FILES, As, AsOf, Audience, KnownAt, Language
from service.reports.return_schemas import ReturnRead
from service.reports.routes import day_of, until, wrong
from service.reports.rules import returns
from service.reports.rules.digest import sealed
from service.reports.rules.organisations import organisations
from service.reports.rules.returns import Asked
from service.reports.rules.source import named_in, source_of
from service.values.codes import OrganisationId

router = Router("/v1/returns", route_class=OnceRoute, tags=["reports"])


@router.get(
    "/instruments",
    summary="Make the return of instruments",
    response_model=ReturnRead,
    responses=READING | refusals(Conflict, TooManyRequests) | FILES,
)
async def read_instruments_return(
    request: Request,
    connection: Transaction,
    caller: CurrentCaller,
    organisation_id: Annotated[
        list[OrganisationId] | None,
        Query(max_length=20, description="Only what these organisations of the caller's party answer for."),
    ] = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    audience: Audience = Confidentiality.PARTIES,
    wanted: As = None,
    language: Language = "en",
) -> Response:
    """List every instrument of the caller's party, in all its commissions: who signed, since when and until when, and how far it is.

    It is made from the entries below the newest signed checkpoint of each log, all of which it names. An organisation answers for
    what it leads; where nobody was named, the co-lead of the working group does.
    """
    standing(caller, party=True, commission="").require(Permission.READ_PARTIES)
    day = day_of(as_of, None)
    for one in organisation_id or ():
        found = await find_organisation(connection, one)
        if found is None or found["party"] != caller.party:
            raise wrong("organisation_id", f"names no organisation of {caller.party}; GET /v1/organisations lists them")
    chosen = tuple(map(str, organisation_id or ()))
    asked = Asked(str(caller.party), audience, day, until(known_at), chosen)
    with counts.one():
        made = await _made(connection, caller, asked)
        return await Making(wanted or accepted(request), language, caller).of(
            RETURN, await asyncio.to_thread(sealed, made)
        )


async def _made(connection: Transaction, caller: CurrentCaller, asked: Asked) -> Mapping[str, Any]:
    """Return the return: one commission is read and counted at a time."""
    logs, found = [], []
    for commission_id in await queries.commissions(connection, caller):
        seen = await queries.seen(connection, caller, commission_id)
        signed = await queries.signed(connection, commission_id, None)
        told = await kept.below(connection, commission_id, signed.checkpoint, asked.known_at)
        source = source_of(signed.note, told)
        if source.known.commission:
            logs.append(returns.log_of(source))
            found += await asyncio.to_thread(returns.rows, source.known, asked, seen)
    registry, naming = await queries.names(connection)
    names = await asyncio.to_thread(organisations, naming, asked.as_of, asked.known_at)
    return returns.whole(asked, logs, named_in(registry.note), found, names)
