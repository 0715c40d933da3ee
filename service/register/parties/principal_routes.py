"""Who may call: principals and their secrets, over HTTP."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Body, Response

from service.database.transaction import Transaction
from service.errors import fault
from service.errors.sent import Sent
from service.http.answers import answer, members
from service.http.headers import ONCE, created
from service.http.idempotency import Once, OnceRoute
from service.http.pages import Page, Paging
from service.http.refusals import LISTING, READING_ONE, WRITING, WRITING_ONE
from service.http.routing import Router
from service.identity.caller import CurrentCaller, KnownCallers
from service.permissions import ActiveCaller, Permission, standing
from service.register.parties import principal_commands as commands
from service.register.parties import principal_queries as queries
from service.register.parties.ending import DeactivationCreate
from service.register.parties.examples import DEACTIVATIONS, PRINCIPALS, SECRETS
from service.register.parties.registering import Forget, authority, organisation_of, wrong_principal
from service.register.parties.schemas import (
    PrincipalCreate,
    PrincipalRead,
    PrincipalSecret,
    SecretCreate,
)

router = Router("/v1", route_class=OnceRoute, tags=["registry"])
REGISTERED = created(parameter="principal_id", leads_to=["read_principal", "create_secret"])


def seen_by(caller: ActiveCaller) -> str | None:
    """Return the party whose principals the caller sees; None for the administrator, who sees all. 403 for others."""
    standing(caller, party=True, commission="").require(Permission.READ_PRINCIPALS)
    return caller.party


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
    """Register a person or a ministry's system; the answer shows its secret, this once.

    A representative is registered by its party's registrar; an administrator, an auditor and an observer by the administrator.
    """
    by = await authority(connection, caller)
    acts_for = await organisation_of(connection, sent.sound)
    if acts_for:
        by.over(acts_for["party"])
    new = sent.read(await wrong_principal(connection, callers.providers, sent.sound, acts_for))
    author = by.over(acts_for["party"] if acts_for else None)
    row, secret = await commands.register_principal(connection, author, new)
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
    """List who may act for the caller's party, in which roles, since when, and who registered that; for the administrator, everybody."""
    rows = await queries.principals(connection, seen_by(caller), paging.after("principal", UUID), paging.limit)
    return paging.page(partial(members, PrincipalRead), rows, "principal", "id")


@router.get(
    "/principals/{principal_id}",
    summary="Read a principal",
    response_model=PrincipalRead,
    responses=READING_ONE,
)
async def read_principal(connection: Transaction, caller: CurrentCaller, principal_id: UUID) -> Response:
    """Read one principal of the caller's party; for the administrator, any."""
    return answer(members(PrincipalRead, await queries.principal(connection, principal_id, seen_by(caller))))


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
    """Rotate the secret; the old ones may stay good for a while, so that no system stands still.

    The party's registrar does this; for a principal that acts for no party, the administrator.
    """
    by = await authority(connection, caller)
    known = await queries.principal(connection, principal_id, caller.party)
    author = by.over(known["party"])
    row, secret = await commands.rotate_secret(connection, author, principal_id, new.read().old_secrets_expire_at)
    return answer(members(PrincipalRead, row) | {"client_secret": secret}, 201)


@router.post(
    "/principals/{principal_id}/deactivation",
    status_code=201,
    summary="Deactivate a principal",
    response_model=PrincipalRead,
    responses=WRITING_ONE | ONCE,
    dependencies=[Forget, Once],
)
async def create_deactivation(
    connection: Transaction,
    caller: CurrentCaller,
    principal_id: UUID,
    sent: Annotated[Sent[DeactivationCreate], Body(openapi_examples=DEACTIVATIONS)],
) -> Response:
    """Deactivate a principal for good; its tokens end at once, in every process. `confirm` names its client id: nothing brings it back.

    The party's registrar does this; for a principal that acts for no party, the administrator.
    """
    by = await authority(connection, caller)
    known = await queries.principal(connection, principal_id, caller.party)
    author = by.over(known["party"])
    said = sent.sound.get("confirm", known["client_id"])
    other = fault("/confirm", "is not the client id of this principal, which GET /v1/principals/{principal_id} tells")
    sent.read([] if said == known["client_id"] else [other])
    row = await commands.deactivate_principal(connection, author, principal_id)
    return answer(members(PrincipalRead, row), 201)
