"""Every refusal leaves as a problem document (RFC 9457): ours, FastAPI's, Starlette's, the database's."""

import contextlib
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, NotRequired, TypeAlias

import structlog
from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ConfigDict, Field, with_config
from starlette.exceptions import HTTPException
from typing_extensions import TypedDict, override

from service import errors
from service.database import refusals
from service.database.pool import DEADLOCK, LOST
from service.database.state import State, state_of
from service.database.statement import Connection
from service.database.violations import Violation
from service.http import invalid, wayfinding
from service.http.again import DEADLOCKED
from service.http.languages import chosen, spoken, translated
from service.http.names import told
from service.permissions import Caller

MEDIA_TYPE = "application/problem+json"
ADDRESSES = frozenset({"address", "nearest_address", "document"})
"""Members that hold an address of ours."""
Sees: TypeAlias = Callable[[Connection, Caller, str, str], Awaitable[bool]]
log = structlog.get_logger("pacta.problems")
open_ended: Final = with_config(ConfigDict(extra="allow"))


@dataclass(kw_only=True)
class HasSight(State):
    """What this room needs of the application."""

    sees: Sees
    """Returns whether a caller may read what is of this kind and has this id."""


@open_ended
class ProblemFault(TypedDict):
    """One wrong place in the request."""

    detail: str
    pointer: NotRequired[Annotated[str, Field(description="JSON pointer (RFC 6901) into the request body.")]]
    parameter: NotRequired[Annotated[str, Field(description="Name of the query, path or header parameter.")]]


@open_ended
class Problem(TypedDict):
    """A problem document (RFC 9457). Beside the usual members stand those of its type."""

    type: Annotated[
        str,
        Field(
            description="Which problem it is: the address of a page that explains it, always the same for the same problem.",
            examples=["/problems/transition-not-allowed"],
            json_schema_extra={"format": "uri-reference"},
        ),
    ]
    title: Annotated[
        str, Field(description="What went wrong, in the language of `Accept-Language`: en, az, fr, ru or ur.")
    ]
    status: int
    detail: Annotated[str, Field(description="What is wrong here and what is possible instead, in English.")]
    instance: Annotated[str, Field(description="Path of the request.")]
    request_id: Annotated[str, Field(description="The id under which the service logged the request.")]
    errors: Annotated[list[ProblemFault], Field(description="Every wrong place, all of them at once.")]
    allowed_actions: NotRequired[list[str]]
    allowed_methods: NotRequired[list[str]]
    checks: NotRequired[dict[str, str]]
    document: NotRequired[str]
    existing: NotRequired[dict[str, Any]]
    media_types: NotRequired[list[str]]
    nearest: NotRequired[str]
    nearest_address: NotRequired[str | None]
    open_transition: NotRequired[dict[str, Any]]
    open_transition_id: NotRequired[str]
    permission: NotRequired[str]
    reference: NotRequired[str]
    roles_that_have_it: NotRequired[list[str]]
    state: NotRequired[str]
    transition_status: NotRequired[str]
    your_roles: NotRequired[list[str]]


def respond(request: Request, error: errors.ServiceError) -> Response:
    """Return the answer for `error`, its title in the language that the caller asked for."""
    language = language_of(request)
    return ProblemResponse(document(request, error, language), error.status, {**error.headers, **spoken(language)})


def document(request: Request, error: errors.ServiceError, language: str) -> dict[str, Any]:
    """Return the problem document for `error`, as it is answered, or told among others; its title in this language."""
    root = request.scope.get("root_path", "")
    return {
        "type": root + error.type(),
        "title": translated(error.title, language),
        "status": error.status,
        "detail": told(request, error.detail),
        "instance": request.scope["path"],
        "request_id": request.scope.get("request_id", ""),
        "errors": [{**one, "detail": told(request, one["detail"])} for one in error.errors],
        **_placed(error.members, root),
    }


def language_of(request: Request) -> str:
    """Return that of our languages for which the caller asks."""
    return chosen(",".join(request.headers.getlist("accept-language")))


async def _language(request: Request) -> str:
    return language_of(request)


Language = Annotated[str, Depends(_language)]
"""In which of our languages the caller wants sentences; without a word English, which governs."""


def _placed(members: Mapping[str, Any], root: str) -> dict[str, Any]:
    """Return members whose addresses begin where the client sees them begin."""
    return {name: _seen(name, value, root) for name, value in members.items()}


def _seen(name: str, value: object, root: str) -> object:
    if isinstance(value, Mapping):
        return _placed(value, root)
    return f"{root}{value}" if name in ADDRESSES else value


class ProblemResponse(Response):
    """A problem document; what a client sent may be quoted in it, so half a surrogate pair must not break it."""

    media_type = MEDIA_TYPE

    @override
    def render(self, content: object) -> bytes:
        """Return JSON in ASCII, with whatever is not a JSON value as its text."""
        return json.dumps(content, default=str).encode()


def install(app: FastAPI) -> None:
    """Teach `app` to answer every error with a problem document."""
    for kind in (errors.ServiceError, RequestValidationError, HTTPException, *LOST, Exception):
        app.add_exception_handler(kind, _answer)


async def refusal_of(request: Request, error: Exception) -> errors.ServiceError:
    """Return whatever was raised as a refusal of ours; what nobody foresaw is logged, for the operator."""
    match error:
        case errors.ServiceError():
            return invalid.with_undeclared(request, error)
        case RequestValidationError():
            return invalid.with_undeclared(request, invalid.refusal(request, error))
        case HTTPException():
            return _http(request, error)
    refused = (await _violated(request, error) or refusals.refusal(error)) if isinstance(error, LOST) else None
    return refused or _failed(request, error)


async def _answer(request: Request, error: Exception) -> Response:
    if isinstance(error, DEADLOCK):
        request.scope["state"][DEADLOCKED] = True
    return respond(request, await refusal_of(request, error))


def _http(request: Request, error: HTTPException) -> errors.ServiceError:
    match error.status_code:
        case 404:
            return wayfinding.no_address(request)
        case 405:
            return wayfinding.no_method(request)
        case 408:
            return errors.TooSlow(
                "The body of the request came too slowly: it has 20 seconds, and one more for each 32 kB. Send it again."
            )
        case 413:
            return errors.TooLarge("The body is longer than the service accepts.")
    return errors.Unreadable(str(error.detail), headers=error.headers)


async def _violated(request: Request, error: Exception) -> errors.ServiceError | None:
    """Return the refusal of what a constraint forbids, with what is there already; asked anew, since the transaction is over."""
    violation = Violation.of(error)
    if violation is None:
        return None
    state, caller, existing = state_of(request.app, HasSight), getattr(request.state, "caller", None), None
    with contextlib.suppress(*LOST):
        async with state.readers.connection() as connection:
            existing = await violation.existing(connection)
            if existing and not (caller and await state.sees(connection, caller, existing["kind"], existing["id"])):
                existing = None
    return violation.refusal(existing)


def _failed(request: Request, error: Exception) -> errors.ServiceError:
    log.error("failed", request_id=request.scope.get("request_id"), exc_info=error)
    return errors.ServiceError(
        "The service failed; nothing was changed. The operator can find the request id in the log."
    )
