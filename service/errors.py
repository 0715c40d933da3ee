"""Everything that can go wrong on purpose, with the HTTP status under which it leaves.

ServiceError
├── Unreadable                400  the request cannot be parsed
│   └── InvalidCursor         400  a page marker that this list did not give out
├── NotAuthenticated          401  no token, or one that is not (or no longer) good
├── NotPermitted              403  a known caller who may not do this
├── NotFound                  404  not there, or not for this caller: the two are told alike
├── Conflict                  409  the request is sound, the present state forbids it
│   ├── TransitionNotAllowed       the lifecycle has no such step from here
│   ├── ProposalAlreadyOpen        another proposal is waiting for confirmation
│   ├── ProposalClosed             the proposal has already been decided
│   ├── OwnProposal                a party does not confirm what it proposed
│   ├── AlreadyExists              the name or number is taken
│   └── StillRunning               the first request with this Idempotency-Key has not finished
├── Stale                     412  If-Match names a version that is no longer the present one
├── UnsupportedMediaType      415  the body is not of a kind that is understood
├── InvalidContent            422  readable, but wrong in itself
│   ├── EvidenceMissing            the action needs more evidence; all of it is listed
│   └── IdempotencyKeyReused       the key came before with another body
├── PreconditionRequired      428  a change without If-Match
├── TooManyRequests           429  slow down
└── Unavailable               503  the database is away or busy; try again
"""

import re
from collections.abc import Mapping, Sequence
from typing import ClassVar

type_prefix = "urn:pacta:problem:"


class Fault(dict[str, str]):
    """One wrong place in a request: ``pointer`` (RFC 6901, into the body) or ``parameter``, and ``detail``."""


def fault(pointer: str, detail: str) -> Fault:
    """Return a fault in the body at `pointer` (RFC 6901)."""
    return Fault(pointer=pointer, detail=detail)


class ServiceError(Exception):
    """A refusal that a client is told of as a problem document (RFC 9457)."""

    status: ClassVar[int] = 500
    title: ClassVar[str] = "The service failed"

    def __init__(
        self,
        detail: str,
        *,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        **members: object,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = list(errors)
        self.headers = dict(headers or {})
        self.members = members

    @classmethod
    def type(cls) -> str:
        """Return the stable problem type: the class name in kebab case."""
        return type_prefix + re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__).lower()


class Unreadable(ServiceError):
    """The request cannot be parsed."""

    status = 400
    title = "The request cannot be read"


class InvalidCursor(Unreadable):
    """The page marker was not given out by this list."""

    title = "The page marker is not one of this list"


class NotAuthenticated(ServiceError):
    """No token, or one that is not good."""

    status = 401
    title = "Who is calling is not known"


class NotPermitted(ServiceError):
    """A known caller who may not do this."""

    status = 403
    title = "The caller may not do this"


class NotFound(ServiceError):
    """Not there, or not for this caller."""

    status = 404
    title = "There is no such thing for this caller"


class Conflict(ServiceError):
    """The present state forbids the request."""

    status = 409
    title = "The present state does not allow this"


class TransitionNotAllowed(Conflict):
    """The lifecycle has no such step from the present state."""

    title = "The lifecycle does not allow this action now"


class ProposalAlreadyOpen(Conflict):
    """Another proposal is waiting for confirmation."""

    title = "Another proposal is still open"


class ProposalClosed(Conflict):
    """The proposal has already been decided."""

    title = "The proposal is closed"


class OwnProposal(Conflict):
    """A party does not confirm what it proposed itself."""

    title = "A party does not confirm its own proposal"


class AlreadyExists(Conflict):
    """The name or number is taken."""

    title = "This exists already"


class StillRunning(Conflict):
    """The first request with this Idempotency-Key has not finished."""

    title = "The first request with this key is still running"


class Stale(ServiceError):
    """If-Match names another version than the present one."""

    status = 412
    title = "The resource has changed since it was read"


class UnsupportedMediaType(ServiceError):
    """The body is not of a kind that is understood."""

    status = 415
    title = "The body must be JSON"


class InvalidContent(ServiceError):
    """Readable, but wrong in itself."""

    status = 422
    title = "The content is not valid"


class EvidenceMissing(InvalidContent):
    """The action needs more evidence than was given."""

    title = "Evidence is missing"


class IdempotencyKeyReused(InvalidContent):
    """The key came before with another body."""

    title = "The Idempotency-Key was used for another request"


class PreconditionRequired(ServiceError):
    """A change without If-Match."""

    status = 428
    title = "If-Match is required"


class TooManyRequests(ServiceError):
    """Slow down."""

    status = 429
    title = "Too many requests"


class Unavailable(ServiceError):
    """The database is away or busy."""

    status = 503
    title = "The service is not available at the moment"
