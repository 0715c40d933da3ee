"""The registry over HTTP: who takes part, and who may call."""

from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Query, Request, Response

from service.audit.entry import Author
from service.db import Transaction
from service.errors import NotPermitted
from service.idempotency import Once, OnceRoute
from service.identity.caller import Callers, CurrentCaller
from service.pages import Cursor, Limit, Page, cut, decode, encode
from service.parties import commands, queries
from service.parties.examples import ORGANISATIONS, PARTIES, PRINCIPALS, SECRETS
from service.parties.schemas import (
    Me,
    OrganisationCreate,
    OrganisationRead,
    PartyCreate,
    PartyRead,
    PrincipalCreate,
    PrincipalRead,
    PrincipalSecret,
    SecretCreate,
)
from service.permissions import Caller, Permission
from service.problems import READING, READING_ONE, WRITING, WRITING_ONE, refusals
from service.wire import PartyCode, storable


async def forget_callers(request: Request) -> AsyncIterator[None]:
    """Forget the callers that are known by their tokens, once the registry's change is committed."""
    yield
    callers: Callers = request.app.state.callers
    callers.forget()


# Stands before the transaction among the dependencies, and so ends after its commit.
Forget = Depends(forget_callers, scope="function")
me = APIRouter(prefix="/v1", tags=["me"])
router = APIRouter(prefix="/v1", route_class=OnceRoute, tags=["registry"])


def _author(caller: Caller) -> Author:
    caller.require(Permission.REGISTER)
    return Author(caller.principal_id, None)


@me.get("/me", summary="Who am I", response_model=Me, responses=READING)
async def read_me(connection: Transaction, caller: CurrentCaller) -> dict[str, Any]:
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
    connection: Transaction, caller: CurrentCaller, new: Annotated[PartyCreate, Body(openapi_examples=PARTIES)]
) -> Any:  # noqa: ANN401
    """Register a government by its ISO 3166-1 alpha-2 code. Administrator only."""
    return await commands.register_party(connection, _author(caller), new)


@router.get("/parties", summary="List parties", response_model=Page[PartyRead], responses=READING)
async def list_parties(
    request: Request,
    response: Response,
    connection: Transaction,
    _: CurrentCaller,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> dict[str, Any]:
    """List the governments in the register, by code."""
    rows = await queries.parties(connection, decode(cursor, "party", storable), limit)
    items, mark = cut(rows, limit, lambda row: encode("party", row["code"]), request, response)
    return {"items": items, "next_cursor": mark}


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
    connection: Transaction,
    caller: CurrentCaller,
    new: Annotated[OrganisationCreate, Body(openapi_examples=ORGANISATIONS)],
) -> Any:  # noqa: ANN401
    """Register a ministry, agency, service or company under its party. Administrator only."""
    return await commands.register_organisation(connection, _author(caller), new)


@router.get("/organisations", summary="List organisations", response_model=Page[OrganisationRead], responses=READING)
async def list_organisations(
    request: Request,
    response: Response,
    connection: Transaction,
    _: CurrentCaller,
    party: Annotated[list[PartyCode] | None, Query(description="Only of these parties.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> dict[str, Any]:
    """List organisations, oldest registration first."""
    rows = await queries.organisations(connection, party or [], decode(cursor, "organisation", UUID), limit)
    items, mark = cut(rows, limit, lambda row: encode("organisation", row["id"]), request, response)
    return {"items": items, "next_cursor": mark}


@router.get(
    "/organisations/{organisation_id}",
    summary="Read an organisation",
    response_model=OrganisationRead,
    responses=READING_ONE,
)
async def read_organisation(connection: Transaction, _: CurrentCaller, organisation_id: UUID) -> Any:  # noqa: ANN401
    """Read one organisation."""
    return await queries.organisation(connection, organisation_id)


@router.post(
    "/principals",
    status_code=201,
    summary="Register a principal",
    response_model=PrincipalSecret,
    responses=WRITING,
    dependencies=[Forget, Once],
)
async def create_principal(
    connection: Transaction,
    caller: CurrentCaller,
    new: Annotated[PrincipalCreate, Body(openapi_examples=PRINCIPALS)],
) -> dict[str, Any]:
    """Register a person or a ministry's system; the answer shows its secret, this once. Administrator only."""
    row, secret = await commands.register_principal(connection, _author(caller), new)
    return {**row, "client_secret": secret}


@router.get(
    "/principals",
    summary="List principals",
    response_model=Page[PrincipalRead],
    responses=READING | refusals(NotPermitted),
)
async def list_principals(
    request: Request,
    response: Response,
    connection: Transaction,
    caller: CurrentCaller,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> dict[str, Any]:
    """List who may call. Administrator only."""
    caller.require(Permission.REGISTER)
    rows = await queries.principals(connection, decode(cursor, "principal", UUID), limit)
    items, mark = cut(rows, limit, lambda row: encode("principal", row["id"]), request, response)
    return {"items": items, "next_cursor": mark}


@router.get(
    "/principals/{principal_id}",
    summary="Read a principal",
    response_model=PrincipalRead,
    responses=READING_ONE | refusals(NotPermitted),
)
async def read_principal(connection: Transaction, caller: CurrentCaller, principal_id: UUID) -> Any:  # noqa: ANN401
    """Read one principal. Administrator only."""
    caller.require(Permission.REGISTER)
    return await queries.principal(connection, principal_id)


@router.post(
    "/principals/{principal_id}/secrets",
    status_code=201,
    summary="Give a principal a new secret",
    response_model=PrincipalSecret,
    responses=WRITING_ONE,
    dependencies=[Forget, Once],
)
async def create_secret(
    connection: Transaction,
    caller: CurrentCaller,
    principal_id: UUID,
    new: Annotated[SecretCreate, Body(openapi_examples=SECRETS)],
) -> dict[str, Any]:
    """Rotate the secret; the old ones may stay good for a while, so that no system stands still."""
    author = _author(caller)
    row, secret = await commands.rotate_secret(connection, author, principal_id, new.old_secrets_expire_at)
    return {**row, "client_secret": secret}


@router.post(
    "/principals/{principal_id}/deactivation",
    status_code=201,
    summary="Deactivate a principal",
    response_model=PrincipalRead,
    responses=WRITING_ONE,
    dependencies=[Forget, Once],
)
async def create_deactivation(connection: Transaction, caller: CurrentCaller, principal_id: UUID) -> Any:  # noqa: ANN401
    """Deactivate a principal for good; its tokens end at once. Administrator only."""
    return await commands.deactivate_principal(connection, _author(caller), principal_id)
