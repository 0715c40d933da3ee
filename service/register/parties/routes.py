"""The registry over HTTP: who takes part, and who may call."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Body, Query, Response

from service.database.transaction import Transaction
from service.http.idempotency import Once, OnceRoute
from service.http.pages import Page, Paging
from service.http.refusals import READING, READING_ONE, WRITING
from service.http.routing import Router
from service.identity.caller import CurrentCaller, KnownCaller
from service.register.parties import commands, queries
from service.register.parties.examples import ORGANISATIONS, PARTIES
from service.register.parties.registering import Forget, author
from service.register.parties.schemas import Me, OrganisationCreate, OrganisationRead, PartyCreate, PartyRead
from service.values import PartyCode, storable

me = Router("/v1", tags=["me"])
router = Router("/v1", route_class=OnceRoute, tags=["registry"])


@me.get("/me", summary="Who am I", response_model=Me, responses=READING)
async def read_me(connection: Transaction, caller: KnownCaller) -> dict[str, Any]:
    """Say for whom the caller acts, and with which roles, commission by commission."""
    return {
        "principal_id": caller.principal_id,
        "client_id": caller.subject,
        "kind": caller.kind,
        "organisation_id": caller.organisation_id,
        "party": caller.party,
        "roles": await queries.roles(connection, caller),
    }


@router.post(
    "/parties",
    status_code=201,
    summary="Register a party",
    response_model=PartyRead,
    responses=WRITING,
    dependencies=[Forget, Once],
)
async def create_party(
    response: Response,
    connection: Transaction,
    caller: CurrentCaller,
    new: Annotated[PartyCreate, Body(openapi_examples=PARTIES)],
) -> Any:  # noqa: ANN401
    """Register a government by its ISO 3166-1 alpha-2 code. Administrator only."""
    row = await commands.register_party(connection, author(caller), new)
    response.headers["Location"] = f"/v1/parties/{row['code']}"
    return row


@router.get("/parties", summary="List parties", response_model=Page[PartyRead], responses=READING)
async def list_parties(
    paging: Paging,
    connection: Transaction,
    _: CurrentCaller,
) -> dict[str, Any]:
    """List the governments in the register, by code."""
    rows = await queries.parties(connection, paging.after("party", storable), paging.limit)
    return paging.page(rows, "party", "code")


@router.get("/parties/{party}", summary="Read a party", response_model=PartyRead, responses=READING_ONE)
async def read_party(connection: Transaction, _: CurrentCaller, party: PartyCode) -> Any:  # noqa: ANN401
    """Read one government of the register."""
    return await queries.party(connection, party)


@router.post(
    "/organisations",
    status_code=201,
    summary="Register an organisation",
    response_model=OrganisationRead,
    responses=WRITING,
    dependencies=[Forget, Once],
)
async def create_organisation(
    response: Response,
    connection: Transaction,
    caller: CurrentCaller,
    new: Annotated[OrganisationCreate, Body(openapi_examples=ORGANISATIONS)],
) -> Any:  # noqa: ANN401
    """Register a ministry, agency, service or company under its party. Administrator only."""
    row = await commands.register_organisation(connection, author(caller), new)
    response.headers["Location"] = f"/v1/organisations/{row['id']}"
    return row


@router.get("/organisations", summary="List organisations", response_model=Page[OrganisationRead], responses=READING)
async def list_organisations(
    paging: Paging,
    connection: Transaction,
    _: CurrentCaller,
    party: Annotated[list[PartyCode] | None, Query(description="Only of these parties.")] = None,
) -> dict[str, Any]:
    """List organisations, oldest registration first."""
    rows = await queries.organisations(connection, party or [], paging.after("organisation", UUID), paging.limit)
    return paging.page(rows, "organisation", "id")


@router.get(
    "/organisations/{organisation_id}",
    summary="Read an organisation",
    response_model=OrganisationRead,
    responses=READING_ONE,
)
async def read_organisation(connection: Transaction, _: CurrentCaller, organisation_id: UUID) -> Any:  # noqa: ANN401
    """Read one organisation."""
    return await queries.organisation(connection, organisation_id)
