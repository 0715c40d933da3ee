"""Who may call: principals and their secrets, over HTTP."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Body, Response

from service.database.transaction import Transaction
from service.errors.sent import Sent
from service.http.answers import answer, members
from service.http.headers import ONCE, created
from service.http.idempotency import Once, OnceRoute
from service.http.pages import Page, Paging
from service.http.refusals import LISTING, READING_ONE, WRITING, WRITING_ONE
from service.http.routing import Router
from service.identity.caller import CurrentCaller, KnownCallers
from service.permissions import Permission
from service.register.parties import commands, queries
from service.register.parties.examples import PRINCIPALS, SECRETS
from service.register.parties.registering import Forget, author, wrong_principal
from service.register.parties.schemas import PrincipalCreate, PrincipalRead, PrincipalSecret, SecretCreate

router = Router("/v1", route_class=OnceRoute, tags=["registry"])
REGISTERED = created(parameter="principal_id", leads_to=["read_principal", "create_secret"])


@router.post(
    "/principals",
    status_code=201,
    summary="Register a principal",
    response_model=PrincipalSecret,
    responses=WRITING | REGISTERED,
    dependencies=[Forget, Once],
)
async def create_principal(
    callers: KnownCallers,
    connection: Transaction,
    caller: CurrentCaller,
    sent: Annotated[Sent[PrincipalCreate], Body(openapi_examples=PRINCIPALS)],
) -> Response:
    """Register a person or a ministry's system; the answer shows its secret, this once. Administrator only."""
    by = author(caller)
    new = sent.read(await wrong_principal(connection, callers.providers, sent.sound))
    row, secret = await commands.register_principal(connection, by, new)
    content = members(PrincipalRead, row) | {"client_secret": secret}
    return answer(content, 201, location=f"/v1/principals/{row['id']}")


@router.get(
    "/principals",
    summary="List principals",
    response_model=Page[PrincipalRead],
    responses=LISTING,
)
async def list_principals(
    paging: Paging,
    connection: Transaction,
    caller: CurrentCaller,
) -> Response:
    """List who may call. Administrator only."""
    caller.require(Permission.REGISTER)
    rows = await queries.principals(connection, paging.after("principal", UUID), paging.limit)
    return paging.page(partial(members, PrincipalRead), rows, "principal", "id")


@router.get(
    "/principals/{principal_id}",
    summary="Read a principal",
    response_model=PrincipalRead,
    responses=READING_ONE,
)
async def read_principal(connection: Transaction, caller: CurrentCaller, principal_id: UUID) -> Response:
    """Read one principal. Administrator only."""
    caller.require(Permission.REGISTER)
    return answer(members(PrincipalRead, await queries.principal(connection, principal_id)))


@router.post(
    "/principals/{principal_id}/secrets",
    status_code=201,
    summary="Give a principal a new secret",
    response_model=PrincipalSecret,
    responses=WRITING_ONE | ONCE,
    dependencies=[Forget, Once],
)
async def create_secret(
    connection: Transaction,
    caller: CurrentCaller,
    principal_id: UUID,
    new: Annotated[Sent[SecretCreate], Body(openapi_examples=SECRETS)],
) -> Response:
    """Rotate the secret; the old ones may stay good for a while, so that no system stands still."""
    by = author(caller)
    await queries.principal(connection, principal_id)
    row, secret = await commands.rotate_secret(connection, by, principal_id, new.read().old_secrets_expire_at)
    return answer(members(PrincipalRead, row) | {"client_secret": secret}, 201)


@router.post(
    "/principals/{principal_id}/deactivation",
    status_code=201,
    summary="Deactivate a principal",
    response_model=PrincipalRead,
    responses=WRITING_ONE | ONCE,
    dependencies=[Forget, Once],
)
async def create_deactivation(connection: Transaction, caller: CurrentCaller, principal_id: UUID) -> Response:
    """Deactivate a principal for good; its tokens end at once. Administrator only."""
    row = await commands.deactivate_principal(connection, author(caller), principal_id)
    return answer(members(PrincipalRead, row), 201)
