"""Signing in to the pages and out again: at a party's OpenID provider, or in the demonstration with a client's secret."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

from service.board import sessions
from service.board.cookies import form_token
from service.board.pages import GUARD, PRIVATE, PageRoute, page
from service.board.signing_in import FRONT, HasSigningIn, SigningIn, led_back, new_secret
from service.database.pool import Pool
from service.database.state import state_of
from service.errors import NotAuthenticated, NotFound
from service.identity import openid, queries
from service.identity.models import LOCAL
from service.identity.openid import Attempt
from service.permissions import ActiveCaller

router = APIRouter(prefix="/read", route_class=PageRoute, include_in_schema=False)
SEE_OTHER: Final = 303
_LONGEST = 4000


class Back(BaseModel):
    """Where a reader goes once it has signed in."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    back: str | None = Field(None, max_length=_LONGEST)
    lang: str | None = Field(None, max_length=35)


class Returned(BaseModel):
    """What a provider sends a reader back with (RFC 6749, 4.1.2; RFC 9207). What else it may add is nothing to us."""

    code: str | None = Field(None, max_length=_LONGEST)
    state: str | None = Field(None, max_length=_LONGEST)
    iss: str | None = Field(None, max_length=_LONGEST)
    error: str | None = Field(None, max_length=_LONGEST)


class Secret(BaseModel):
    """A client's id and secret, as the demonstration printed them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    client_id: str = Field("", max_length=200)
    client_secret: str = Field("", max_length=200)
    back: str = Field("", max_length=_LONGEST)
    token: str = Field("", max_length=200)


class SignOut(BaseModel):
    """A form without anything but what shows where it came from."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    token: str = Field("", max_length=200)


async def _kept(request: Request) -> HasSigningIn:
    return state_of(request.app, HasSigningIn)


Kept = Annotated[HasSigningIn, Depends(_kept)]


@router.get("/sign-in")
async def read_sign_in(request: Request, kept: Kept, asked: Annotated[Back, Query()]) -> Response:
    """Show how to sign in."""
    ways, attempt = kept.signing_in, kept.signing_in.attempt
    if not ways.is_possible:
        raise NotFound("Nobody signs in here: the operator has named no OpenID provider for the pages.")
    secret = attempt.read(request) or new_secret()
    told: dict[str, Any] = {
        "back": led_back(asked.back),
        "parties": sorted({one.trusted.party for one in ways.providers.signing_in()}),
        "takes_secrets": ways.takes_secrets,
        "token": form_token(secret),
    }
    answer = page(request, "sign_in.html", headers=PRIVATE, **told)
    attempt.give(answer, secret)
    return answer


@router.post("/sign-in")
async def create_session_by_secret(request: Request, kept: Kept, sent: Annotated[Secret, Form()]) -> Response:
    """Sign in with a client's secret: in the demonstration alone."""
    ways = kept.signing_in
    if not ways.takes_secrets:
        raise NotFound("No secrets are taken here. Sign in at your party's OpenID provider.")
    ways.require_form(request, ways.attempt, sent.token)
    _bounded(request, ways, sent.client_id)
    async with kept.pool.connection() as connection:
        is_known = await queries.knows_secret(connection, LOCAL, sent.client_id, sent.client_secret)
        caller = await queries.caller(connection, LOCAL, sent.client_id) if is_known else None
    if caller is None:
        raise NotAuthenticated("The client id or secret is not known, or no longer good.")
    return await _signed_in(request, kept, caller, led_back(sent.back))


@router.get("/sign-in/{party}")
async def begin_sign_in(request: Request, kept: Kept, party: str, asked: Annotated[Back, Query()]) -> Response:
    """Send a reader to its party's provider."""
    ways = kept.signing_in
    provider = ways.provider_of(party)
    _bounded(request, ways)
    attempt = Attempt(new_secret(), ways.attempt.read(request) or new_secret(), ways.redirect_uri(party))
    async with kept.pool.transaction() as connection:
        back = led_back(asked.back)
        await sessions.remember(connection, attempt.state, attempt.browser, provider.trusted.issuer, back)
    answer = _elsewhere(openid.authorization_url(provider, attempt))
    ways.attempt.give(answer, attempt.browser)
    return answer


@router.get("/sign-in/{party}/back")
async def end_sign_in(request: Request, kept: Kept, party: str, told: Annotated[Returned, Query()]) -> Response:
    """Take a reader back from its provider, and sign it in."""
    ways = kept.signing_in
    provider = ways.provider_of(party)
    attempt = Attempt(told.state or "", ways.attempt.read(request) or "", ways.redirect_uri(party))
    begun = await _begun(kept.pool, attempt)
    issuer = provider.trusted.issuer
    if begun is None or begun.issuer != issuer:
        raise NotAuthenticated(
            "This sign-in was not begun in this browser, has ended, or was used already. Begin anew."
        )
    if told.iss not in {None, issuer}:
        raise NotAuthenticated(
            "The answer comes from another provider than the one that was asked (its iss). Begin anew."
        )
    if told.error or not told.code:
        raise NotAuthenticated("The OpenID provider did not sign you in. Begin anew, or ask whoever runs it.")
    subject = await openid.subject_of(provider, attempt, told.code)
    async with kept.pool.connection() as connection:
        caller = await queries.caller(connection, issuer, subject)
    if caller is None or caller.party != party:
        raise NotAuthenticated("Your party's registrar has not registered you here, or no longer.")
    return await _signed_in(request, kept, caller, begun.back)


@router.post("/sign-out")
async def end_session(request: Request, kept: Kept, sent: Annotated[SignOut, Form()]) -> Response:
    """Sign out."""
    ways = kept.signing_in
    secret = ways.require_form(request, ways.session, sent.token)
    async with kept.pool.transaction() as connection:
        await sessions.end(connection, secret)
    answer = _elsewhere(FRONT)
    ways.session.take_back(answer)
    return answer


async def _begun(pool: Pool, attempt: Attempt) -> sessions.Begun | None:
    if not attempt.state or not attempt.browser:
        return None
    async with pool.transaction() as connection:
        return await sessions.take(connection, attempt.state, attempt.browser)


async def _signed_in(request: Request, kept: HasSigningIn, caller: ActiveCaller, back: str) -> Response:
    """Begin a new session, whatever the browser showed before."""
    ways, secret = kept.signing_in, new_secret()
    async with kept.pool.transaction() as connection:
        if earlier := ways.session.read(request):
            await sessions.end(connection, earlier)
        await sessions.start(connection, caller.principal_id, secret)
    answer = _elsewhere(back)
    ways.session.give(answer, secret)
    ways.attempt.take_back(answer)
    return answer


def _bounded(request: Request, ways: SigningIn, *others: str) -> None:
    address = request.client.host if request.client else ""
    for one in (f"address {address}", *(f"client {other}" for other in others)):
        ways.bounded.require(one)


def _elsewhere(address: str) -> Response:
    return RedirectResponse(address, SEE_OTHER, {**GUARD, **PRIVATE, "Referrer-Policy": "no-referrer"})
