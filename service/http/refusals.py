"""What each kind of operation may refuse, as its `responses` in the published document."""

from typing import Final

from service import errors
from service.http.headers import Responses, carrying, references
from service.http.problems import MEDIA_TYPE

CARRIED: Final = {
    401: ("WWW-Authenticate",),
    409: ("Retry-After",),
    412: ("ETag",),
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
    errors.Unreadable, errors.NotAuthenticated, errors.NotPermitted, errors.InvalidContent, errors.Unavailable
)
READING_ONE = READING | refusals(errors.NotFound)
LISTING = READING | carrying("Link")
LISTING_ONE = READING_ONE | carrying("Link")
WRITING = READING | refusals(errors.Conflict, errors.TooLarge, errors.UnsupportedMediaType)
WRITING_ONE = WRITING | refusals(errors.NotFound)
CHANGING = WRITING_ONE | refusals(errors.Stale, errors.PreconditionRequired)
