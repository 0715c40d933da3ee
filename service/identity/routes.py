"""Tokens for client credentials, the end of a token before its time, and what clients must know of both."""

import base64
import time
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import unquote_plus, urlsplit

from fastapi import APIRouter, Form, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.models import Example
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from typing_extensions import override

from service.database.statement import Connection
from service.database.transaction import Reader, Transaction
from service.errors import NotFound
from service.identity import queries
from service.identity.caller import KnownCallers
from service.identity.models import LOCAL
from service.identity.tokens import SCOPES


class OAuthRoute(APIRoute):
    """A route that refuses in the words of RFC 6749, 5.2 also what cannot be read as a form."""

    @override
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler."""
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handle(request)
            except (RequestValidationError, HTTPException) as wrong:
                if isinstance(wrong, HTTPException) and wrong.status_code != 400:
                    raise
                return _refuse(400, "invalid_request", "Send parameters as application/x-www-form-urlencoded.")

        return answer


router = APIRouter(tags=["tokens"], route_class=OAuthRoute, generate_unique_id_function=lambda route: route.name)
REFUSED = (
    "The secret is right, but the client's party takes logins at its own identity provider alone (own_issuer_only). "
    "Log in there, or ask the party's registrar."
)
NEVER_KEPT = {"Cache-Control": {"$ref": "#/components/headers/Cache-Control"}}
CHALLENGED = {"WWW-Authenticate": {"$ref": "#/components/headers/WWW-Authenticate"}}
TOKENS: dict[str, Example] = {
    "unknown_client": {
        "summary": "A client that is not known (401)",
        "value": {"grant_type": "client_credentials", "client_id": "pk-secretariat", "client_secret": "its secret"},
    },
}


REVOCATIONS: dict[str, Example] = {
    "unknown_client": {
        "summary": "A client that is not known (401)",
        "value": {"token": "eyJ0eXAi...", "client_id": "pk-secretariat", "client_secret": "its secret"},
    },
}
WELL_KNOWN = "/.well-known/oauth-authorization-server"
AUTHENTICATION = ["client_secret_basic", "client_secret_post"]


class Token(BaseModel):
    """An access token (RFC 6749, 5.1)."""

    access_token: str
    token_type: str = Field(examples=["Bearer"])
    expires_in: int = Field(description="Seconds.")
    scope: str


class TokenError(BaseModel):
    """A refusal as RFC 6749, 5.2 says it."""

    error: str = Field(examples=["invalid_client"])
    error_description: str


class ClientForm(BaseModel):
    """Who asks: client id and secret here, or by HTTP Basic."""

    client_id: str = Field(default_factory=str)
    client_secret: str = Field(default_factory=str, json_schema_extra={"format": "password"})


class TokenRequest(ClientForm):
    """A request for a token (RFC 6749, 4.4.2); client id and secret here, or by HTTP Basic."""

    # What is left out is refused in the words of RFC 6749, not in ours.
    model_config = ConfigDict(json_schema_extra={"required": ["grant_type"]})

    grant_type: str = Field(default_factory=str, examples=["client_credentials"])
    scope: str = Field(default_factory=str, description="`read`, `write`, or both; absent: both.")


class RevocationRequest(ClientForm):
    """A token that is to be good no more (RFC 7009, 2.1); client id and secret here, or by HTTP Basic."""

    model_config = ConfigDict(json_schema_extra={"required": ["token"]})

    token: str = Field(default_factory=str)
    token_type_hint: str = Field(default_factory=str, description="Not needed: there are access tokens only.")


class ServerMetadata(BaseModel):
    """What a client must know to get tokens here (RFC 8414, 2)."""

    issuer: str
    token_endpoint: str
    revocation_endpoint: str
    jwks_uri: str
    scopes_supported: list[str]
    response_types_supported: list[str]
    grant_types_supported: list[str]
    token_endpoint_auth_methods_supported: list[str]
    revocation_endpoint_auth_methods_supported: list[str]


REFUSALS: dict[int | str, dict[str, Any]] = {
    200: {"headers": NEVER_KEPT},
    400: {"model": TokenError, "description": "Bad request", "headers": NEVER_KEPT},
    401: {"model": TokenError, "description": "Unknown client", "headers": NEVER_KEPT | CHALLENGED},
}


@router.post("/oauth/token", summary="Get an access token", response_model=Token, responses=REFUSALS)
async def create_token(
    request: Request,
    callers: KnownCallers,
    connection: Reader,
    asked: Annotated[TokenRequest, Form(openapi_examples=TOKENS)],
) -> Response:
    """Exchange a client id and secret, by HTTP Basic or in the form, for a token (RFC 6749, 4.4)."""
    if asked.grant_type != "client_credentials":
        wrong = "invalid_request" if not asked.grant_type else "unsupported_grant_type"
        return _refuse(400, wrong, "Send grant_type=client_credentials as application/x-www-form-urlencoded.")
    scopes = asked.scope.split() or list(SCOPES)
    if not set(scopes) <= set(SCOPES):
        return _refuse(400, "invalid_scope", f"Known scopes: {' '.join(SCOPES)}.")
    client = await _client(request, connection, asked)
    if isinstance(client, Response):
        return client
    issuer = callers.issuer
    content = {
        "access_token": issuer.issue(client, int(time.time()), scopes),
        "token_type": "Bearer",
        "expires_in": issuer.lifetime,
        "scope": " ".join(scopes),
    }
    return JSONResponse(content, headers={"Cache-Control": "no-store"})


@router.post("/oauth/revoke", summary="Revoke an access token", response_class=Response, responses=REFUSALS)
async def create_revocation(
    request: Request,
    callers: KnownCallers,
    connection: Transaction,
    asked: Annotated[RevocationRequest, Form(openapi_examples=REVOCATIONS)],
) -> Response:
    """Let an access token of one's own be good no more, in every process with its next request (RFC 7009).

    What is no token of this service, or has ended, is answered alike: there is nothing left to revoke.
    """
    client = await _client(request, connection, asked)
    if isinstance(client, Response):
        return client
    if not asked.token:
        return _refuse(400, "invalid_request", "Send the token to revoke as token=... in the form.")
    claims = callers.issuer.read(asked.token)
    if claims is not None:
        if claims["sub"] != client:
            return _refuse(400, "invalid_grant", "The token was issued to another client.")
        await queries.revoke(connection, claims["jti"], datetime.fromtimestamp(claims["exp"], UTC))
    return Response(headers={"Cache-Control": "no-store"})


@router.get("/.well-known/jwks.json", summary="Read the keys that verify tokens")
async def read_keys(callers: KnownCallers) -> dict[str, Any]:
    """Return the public keys under which this service signs access tokens (RFC 7517)."""
    return callers.issuer.jwks()


@router.get(WELL_KNOWN, summary="Read how to get tokens", response_model=ServerMetadata)
@router.get(WELL_KNOWN + "{path:path}", include_in_schema=False)
async def read_server_metadata(request: Request, callers: KnownCallers) -> dict[str, Any]:
    """Return this service's metadata as an authorization server (RFC 8414).

    The well-known address of a service that has a path stands before that path: `/.well-known/oauth-authorization-server/pacta`.
    """
    issuer = callers.issuer
    if request.path_params.get("path", "") not in {"", urlsplit(issuer.url).path}:
        raise NotFound("There is no authorization server of that path here.")
    return {
        "issuer": issuer.url,
        "token_endpoint": f"{issuer.url}/oauth/token",
        "revocation_endpoint": f"{issuer.url}/oauth/revoke",
        "jwks_uri": f"{issuer.url}/.well-known/jwks.json",
        "scopes_supported": list(SCOPES),
        "response_types_supported": [],
        "grant_types_supported": ["client_credentials"],
        "token_endpoint_auth_methods_supported": AUTHENTICATION,
        "revocation_endpoint_auth_methods_supported": AUTHENTICATION,
    }


async def _client(request: Request, connection: Connection, asked: ClientForm) -> str | Response:
    """Return the id of the client that asks, once it has shown a secret; else the refusal (RFC 6749, 2.3 and 5.2)."""
    form = await request.form()
    if len(form.multi_items()) > len(form):
        return _refuse(400, "invalid_request", "Send each parameter once.")
    basic = _basic(request.headers.get("authorization", ""))
    if basic and (asked.client_secret or asked.client_id not in {"", basic[0]}):
        return _refuse(400, "invalid_request", "Send client id and secret once: by HTTP Basic, or in the form.")
    name, secret = basic or (asked.client_id, asked.client_secret)
    if not await queries.knows_secret(connection, LOCAL, name, secret):
        if await queries.is_refused(connection, LOCAL, name, secret):
            return _refuse(401, "invalid_client", REFUSED)
        return _refuse(401, "invalid_client", "The client id or secret is not known, or no longer good.")
    return name


def _basic(header: str) -> tuple[str, str] | None:
    kind, _, encoded = header.partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        name, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except ValueError:
        return "", ""
    return unquote_plus(name), unquote_plus(secret)


def _refuse(status: int, error: str, description: str) -> Response:
    headers = {"Cache-Control": "no-store"}
    if status == 401:
        headers["WWW-Authenticate"] = 'Basic realm="pacta"'
    return JSONResponse({"error": error, "error_description": description}, status, headers)
