"""What each kind of operation may refuse, as its `responses` in the published document, and how one is retired."""

from datetime import datetime
from email.utils import format_datetime
from typing import Any, Final

from fastapi import Depends, Request

from service import errors
from service.http.headers import Responses, carrying, references
from service.http.problems import MEDIA_TYPE

CARRIED: Final = {
    401: ("WWW-Authenticate",),
    409: ("Retry-After",),
    412: ("ETag",),
    416: ("Content-Range",),
    429: ("Retry-After", "RateLimit-Policy", "RateLimit"),
    503: ("Retry-After",),
}
"""What refusals of a status may carry."""


def refusals(*kinds: type[errors.ServiceError]) -> Responses:
    """Return the `responses` that document these refusals, each a problem document by reference."""
    return {
        kind.status: {
            "description": kind.title,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
            "headers": references(*CARRIED.get(kind.status, ())),
        }
        for kind in kinds
    }


# Every token may lack the scope that is needed (403).
READING = refusals(
    errors.Unreadable,
    errors.NotAuthenticated,
    errors.NotPermitted,
    errors.InvalidContent,
    errors.TooManyRequests,
    errors.Unavailable,
)
READING_ONE = READING | refusals(errors.NotFound)
LISTING = READING | carrying("Link")
LISTING_ONE = READING_ONE | carrying("Link")
WRITING = READING | refusals(errors.Conflict, errors.TooLarge, errors.UnsupportedMediaType)
WRITING_ONE = WRITING | refusals(errors.NotFound)
CHANGING = WRITING_ONE | refusals(errors.Stale, errors.PreconditionRequired)


def deprecated(since: datetime, sunset: datetime, *, successor: str) -> dict[str, Any]:
    """Return the arguments that retire a route of a `Router`: `@router.get("/old", **deprecated(...))`.

    Its answers say since when it is deprecated (RFC 9745) and until when it works (RFC 8594), both UTC; `successor` is the path
    to use instead.
    """
    headers = {
        "Deprecation": f"@{int(since.timestamp())}",
        "Sunset": format_datetime(sunset, usegmt=True),
        "Link": f'<{successor}>; rel="successor-version"',
    }

    async def say(request: Request) -> None:
        request.state.retired = headers

    return {"deprecated": True, "dependencies": [Depends(say)]}
