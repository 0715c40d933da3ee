"""What each kind of operation may refuse, as its `responses` in the published document."""

from typing import Any

from service import errors
from service.http.problems import MEDIA_TYPE, TooLarge


def refusals(*kinds: type[errors.ServiceError]) -> dict[int | str, dict[str, Any]]:
    """Return the `responses` that document these refusals, each a problem document by reference."""
    return {
        kind.status: {
            "description": kind.title,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for kind in kinds
    }


# Every token may lack the scope that is needed (403).
READING = refusals(
    errors.Unreadable, errors.NotAuthenticated, errors.NotPermitted, errors.InvalidContent, errors.Unavailable
)
READING_ONE = READING | refusals(errors.NotFound)
WRITING = READING | refusals(errors.Conflict, TooLarge, errors.UnsupportedMediaType)
WRITING_ONE = WRITING | refusals(errors.NotFound)
CHANGING = WRITING_ONE | refusals(errors.Stale, errors.PreconditionRequired)
