"""Tokens for client credentials, and the keys that verify them."""

import base64
import time
from typing import Annotated, Any
from urllib.parse import unquote_plus

from fastapi import APIRouter, Form, Request, Response
from fastapi.openapi.models import Example
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse

from service.database.transaction import Transaction
from service.identity import queries
from service.identity.callers import Callers
from service.identity.models import LOCAL
from service.identity.tokens import SCOPES

router = APIRouter(tags=["tokens"], generate_unique_id_function=lambda route: route.name)
NEVER_KEPT = {"Cache-Control": {"$ref": "#/components/headers/Cache-Control"}}
CHALLENGED = {"WWW-Authenticate": {"$ref": "#/components/headers/WWW-Authenticate"}}
TOKENS: dict[str, Example] = {
    "unknown_client": {
        "summary": "A client that is not known (401)",
        "value": {"grant_type": "client_credentials", "client_id": "pk-secretariat", "client_secret": "its secret"},
    },
}


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


class TokenRequest(BaseModel):
    """A request for a token (RFC 6749, 4.4.2); client id and secret here, or by HTTP Basic."""

    # What is left out is refused in the words of RFC 6749, not in ours.
    model_config = ConfigDict(json_schema_extra={"required": ["grant_type"]})

    grant_type: str = Field(default_factory=str, max_length=500, examples=["client_credentials"])
    client_id: str = Field(default_factory=str, max_length=500)
    client_secret: str = Field(default_factory=str, max_length=500, json_schema_extra={"format": "password"})
    scope: str = Field(default_factory=str, max_length=500, description="`read`, `write`, or both; absent: both.")


@router.post(
    "/oauth/token",
    summary="Get an access token",
    response_model=Token,
    responses={
        200: {"headers": NEVER_KEPT},
        400: {"model": TokenError, "description": "Bad request", "headers": NEVER_KEPT},
        401: {
            "model": TokenError,
            "description": "Unknown client",
            "headers": NEVER_KEPT | CHALLENGED,
        },
    },
)
async def create_token(
    request: Request,
    connection: Transaction,
    asked: Annotated[TokenRequest, Form(openapi_examples=TOKENS)],
) -> Response:
    """Exchange a client id and secret, by HTTP Basic or in the form, for a token (RFC 6749, 4.4)."""
    if asked.grant_type != "client_credentials":
        wrong = "invalid_request" if not asked.grant_type else "unsupported_grant_type"
        return _refuse(400, wrong, "Send grant_type=client_credentials as application/x-www-form-urlencoded.")
    scopes = asked.scope.split() or list(SCOPES)
    if not set(scopes) <= set(SCOPES):
        return _refuse(400, "invalid_scope", f"Known scopes: {' '.join(SCOPES)}.")
    basic = _basic(request.headers.get("authorization", ""))
    if basic and (asked.client_secret or asked.client_id not in {"", basic[0]}):
        return _refuse(400, "invalid_request", "Send client id and secret once: by HTTP Basic, or in the form.")
    name, secret = basic or (asked.client_id, asked.client_secret)
    issuer = _callers(request).issuer
    if not await queries.knows_secret(connection, LOCAL, name, secret):
        return _refuse(401, "invalid_client", "The client id or secret is not known, or no longer good.")
    content = {
        "access_token": issuer.issue(name, int(time.time()), scopes),
        "token_type": "Bearer",
        "expires_in": issuer.lifetime,
        "scope": " ".join(scopes),
    }
    return JSONResponse(content, headers={"Cache-Control": "no-store"})


@router.get("/.well-known/jwks.json", summary="Read the keys that verify tokens")
async def read_keys(request: Request) -> dict[str, Any]:
    """Return the public keys under which this service signs access tokens (RFC 7517)."""
    return _callers(request).issuer.jwks()


def _callers(request: Request) -> Callers:
    callers: Callers = request.app.state.callers
    return callers


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
