"""The registry over HTTP: who takes part, and who may call."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Body, Query, Response

from service.database.transaction import Transaction
from service.errors.sent import Sent
from service.http.answers import answer, members
from service.http.headers import ONCE, created
from service.http.idempotency import Once, OnceRoute
from service.http.pages import Page, Paging
from service.http.refusals import LISTING, READING, READING_ONE, WRITING, WRITING_ONE
from service.http.routing import Router
from service.identity.caller import CurrentCaller, KnownCallers, UncheckedCaller
from service.permissions import Permission
from service.register.parties import commands, queries, roles
from service.register.parties import principal_commands as principals
from service.register.parties import restoring_queries as restoring
from service.register.parties.examples import MY_SECRETS, NAMES, ORGANISATIONS, OWN_ISSUER_ONLY, PARTIES, REGISTRARS
from service.register.parties.registering import Forget, authority, wrong_issuer
from service.register.parties.schemas import (
    Me,
    MySecret,
    MySecretCreate,
    OrganisationCreate,
    OrganisationNameCreate,
    OrganisationRead,
    OwnIssuerOnlyCreate,
    PartyCreate,
    PartyRead,
    PrincipalRead,
    RegistrarCreate,
    RegistrarRead,
    RestorationRead,
)
from service.values import PartyCode, storable
from service.values.codes import OrganisationId

me = Router("/v1", route_class=OnceRoute, tags=["me"])
router = Router("/v1", route_class=OnceRoute, tags=["registry"])
NAMED = created()
REGISTERED = created(parameter="organisation_id", leads_to=["read_organisation"])


@me.get("/me", summary="Who am I", response_model=Me, responses=READING)
async def read_me(connection: Transaction, caller: UncheckedCaller) -> Response:
    """Say for whom the caller acts, and with which roles, commission by commission; and what the operator announces to its party."""
    mine = await roles.mine(connection, caller)
    announced = await restoring.announced(connection, caller.party) if mine.announced and caller.party else None
    content = {
        "principal_id": caller.principal_id,
        "client_id": caller.subject,
        "kind": caller.kind,
        "organisation_id": caller.organisation_id,
        "organisation": mine.organisation,
        "party": caller.party,
        "roles": mine.roles,
        "restoration": announced and members(RestorationRead, announced),
    }
    return answer(content)


@me.post(
    "/me/secrets",
    status_code=201,
    summary="Take a new secret",
    response_model=MySecret,
    responses=WRITING | ONCE,
    dependencies=[Forget, Once],
)
async def create_my_secret(
    connection: Transaction,
    caller: CurrentCaller,
    sent: Annotated[Sent[MySecretCreate], Body(openapi_examples=MY_SECRETS)],
) -> Response:
    """Rotate one's own secret; the old ones stay good for a day, or as long as is said, so that no system stands still."""
    new = sent.read()
    secret, ends = await principals.rotate_own_secret(connection, caller, new.client_secret, new.old_secrets_expire_at)
    return answer({"client_id": caller.subject, "client_secret": secret, "old_secrets_expire_at": ends}, 201)


@router.post(
    "/parties",
    status_code=201,
    summary="Register a party",
    response_model=PartyRead,
    responses=WRITING | NAMED,
    dependencies=[Forget, Once],
)
async def create_party(
    connection: Transaction,
    caller: CurrentCaller,
    new: Annotated[Sent[PartyCreate], Body(openapi_examples=PARTIES)],
) -> Response:
    """Register a government by its ISO 3166-1 alpha-2 code. Administrator only."""
    caller.require(Permission.REGISTER)
    by = (await authority(connection, caller)).over(None)
    row = await commands.register_party(connection, by, new.read())
    return answer(members(PartyRead, row), 201, location=f"/v1/parties/{row['code']}")


@router.get("/parties", summary="List parties", response_model=Page[PartyRead], responses=LISTING)
async def list_parties(
    paging: Paging,
    connection: Transaction,
    _: CurrentCaller,
) -> Response:
    """List the governments in the register, by code."""
    rows = await queries.parties(connection, paging.after("party", storable), paging.limit)
    return paging.page(partial(members, PartyRead), rows, "party", "code")


@router.get("/parties/{party}", summary="Read a party", response_model=PartyRead, responses=READING_ONE)
async def read_party(connection: Transaction, _: CurrentCaller, party: PartyCode) -> Response:
    """Read one government of the register."""
    return answer(members(PartyRead, await queries.party(connection, party)))


@router.post(
    "/parties/{party}/registrar",
    status_code=201,
    summary="Name a party's registrar",
    response_model=RegistrarRead,
    responses=WRITING_ONE | ONCE,
    dependencies=[Forget, Once],
)
async def create_registrar(
    callers: KnownCallers,
    connection: Transaction,
    caller: CurrentCaller,
    party: PartyCode,
    sent: Annotated[Sent[RegistrarCreate], Body(openapi_examples=REGISTRARS)],
) -> Response:
    """Name the organisation that registers for the party, with its first principal; the answer shows the secret, this once.

    The administrator names the first one. From then on only the registrar names its successor, and the administrator
    registers nothing for this party.
    """
    found = await authority(connection, caller)
    await queries.party(connection, party)
    by = found.naming(party)
    wrong = await commands.wrong_registrar(connection, party, found.registrars[party].id, sent.sound)
    if first := sent.sound.get("principal"):
        wrong += await wrong_issuer(connection, callers.providers, first.get("issuer"), party, "/principal")
    made = await commands.name_registrar(connection, by, party, sent.read(wrong))
    content = {
        "party": party,
        "organisation": members(OrganisationRead, made.organisation),
        "principal": made.principal and members(PrincipalRead, made.principal),
        "client_secret": made.secret,
    }
    return answer(content, 201)


@router.post(
    "/parties/{party}/own-issuer-only",
    status_code=201,
    summary="Take one's own provider's logins alone",
    response_model=PartyRead,
    responses=WRITING_ONE | ONCE,
    dependencies=[Forget, Once],
)
async def change_own_issuer_only(
    connection: Transaction,
    caller: CurrentCaller,
    party: PartyCode,
    sent: Annotated[Sent[OwnIssuerOnlyCreate], Body(openapi_examples=OWN_ISSUER_ONLY)],
) -> Response:
    """Have a party take nobody any more whom its own identity provider does not vouch for, at once and in every process; or end that.

    The party's registrar only; `true` only with a token of that provider, whose login was within a day: one that did not work
    would lock the party out. Where the provider is lost, the operator ends it, announced for 72 hours (`restorations`).
    """
    known = await queries.party(connection, party)
    by = (await authority(connection, caller)).over(party)
    new = sent.read()
    row = await principals.rule_credentials(connection, by, known, caller.logged_in_at, only=new.own_issuer_only)
    return answer(members(PartyRead, row), 201)


@router.post(
    "/organisations",
    status_code=201,
    summary="Register an organisation",
    response_model=OrganisationRead,
    responses=WRITING | REGISTERED,
    dependencies=[Forget, Once],
)
async def create_organisation(
    connection: Transaction,
    caller: CurrentCaller,
    sent: Annotated[Sent[OrganisationCreate], Body(openapi_examples=ORGANISATIONS)],
) -> Response:
    """Register a ministry, agency, service or company under its party. The party's registrar only."""
    found = await authority(connection, caller)
    wrong = list(commands.wrong_organisation(sent.sound, found.registrars))
    if not wrong:
        found.over(sent.sound.get("party", caller.party))
    new = sent.read(wrong)
    row = await commands.register_organisation(connection, found.over(new.party), new)
    return answer(members(OrganisationRead, row), 201, location=f"/v1/organisations/{row['id']}")


@router.get("/organisations", summary="List organisations", response_model=Page[OrganisationRead], responses=LISTING)
async def list_organisations(
    paging: Paging,
    connection: Transaction,
    _: CurrentCaller,
    party: Annotated[list[PartyCode] | None, Query(description="Only of these parties.")] = None,
) -> Response:
    """List organisations, oldest registration first."""
    await queries.require_registered(connection, {"party": party or []})
    rows = await queries.organisations(connection, party or [], paging.after("organisation", UUID), paging.limit)
    return paging.page(partial(members, OrganisationRead), rows, "organisation", "id")


@router.get(
    "/organisations/{organisation_id:organisation}",
    summary="Read an organisation",
    response_model=OrganisationRead,
    responses=READING_ONE,
)
async def read_organisation(connection: Transaction, _: CurrentCaller, organisation_id: OrganisationId) -> Response:
    """Read one organisation."""
    return answer(members(OrganisationRead, await queries.organisation(connection, organisation_id)))


@router.post(
    "/organisations/{organisation_id:organisation}/names",
    status_code=201,
    summary="Rename an organisation",
    response_model=OrganisationRead,
    responses=WRITING_ONE | ONCE,
    dependencies=[Forget, Once],
)
async def create_name(
    connection: Transaction,
    caller: CurrentCaller,
    organisation_id: OrganisationId,
    sent: Annotated[Sent[OrganisationNameCreate], Body(openapi_examples=NAMES)],
) -> Response:
    """Give an organisation another name since a day; its code and what it leads stay, its earlier names are kept. The party's registrar only."""
    found = await authority(connection, caller)
    known = await queries.organisation(connection, organisation_id)
    row = await commands.rename_organisation(connection, found.over(known["party"]), known, sent)
    return answer(members(OrganisationRead, row), 201)
