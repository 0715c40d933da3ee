"""Everything that can go wrong on purpose, with the HTTP status under which it leaves.

ServiceError
├── Unreadable                400  the request cannot be parsed
│   └── InvalidCursor         400  a page marker that this list did not give out
├── NotAuthenticated          401  no token, or one that is not (or no longer) good
├── NotPermitted              403  a known caller who may not do this
├── NotFound                  404  not there, or not for this caller: the two are told alike
├── MethodNotAllowed          405  the address is right, the method is not one of its methods
├── NotAcceptable             406  the answer is asked for in a media type that is not offered
├── TooSlow                   408  the body did not arrive in its time
├── Conflict                  409  the request is sound, the present state forbids it
│   ├── TransitionNotAllowed       the lifecycle has no such step from here
│   ├── ProposalAlreadyOpen        another proposal is waiting for confirmation
│   ├── ProposalClosed             the proposal has already been decided
│   ├── OwnProposal                a party does not confirm what it proposed
│   ├── AlreadyExists              the name or number is taken
│   └── StillRunning               the first request with this Idempotency-Key has not finished
├── Gone                      410  it was withdrawn by who brought it
├── Stale                     412  If-Match names a version that is no longer the present one
├── TooLarge                  413  the body is longer than the service accepts
├── UnsupportedMediaType      415  the body is not of a kind that is understood
├── RangeNotSatisfiable       416  nothing of the file is in the part that is asked for
├── InvalidContent            422  readable, but wrong in itself
│   ├── EvidenceMissing            the action needs more evidence; all of it is listed
│   ├── UnknownAction              the lifecycle knows no action of this name, in any state
│   └── IdempotencyKeyReused       the key came before with another body
├── PreconditionRequired      428  a change without If-Match
├── TooManyRequests           429  slow down
└── Unavailable               503  the database is away or busy; try again

The class name becomes the problem's `type`, its docstring the page on which that type is explained (what it means; then what
to do), its title what is translated (`http/languages`), and `told` the members that may stand beside the usual ones.
"""

from service.errors.base import Fault, ServiceError, fault
from service.errors.register import (
    AlreadyExists,
    Conflict,
    EvidenceMissing,
    InvalidContent,
    NotFound,
    NotPermitted,
    OwnProposal,
    ProposalAlreadyOpen,
    ProposalClosed,
    Stale,
    TransitionNotAllowed,
    UnknownAction,
    there,
)
from service.errors.request import (
    Gone,
    IdempotencyKeyReused,
    InvalidCursor,
    MethodNotAllowed,
    NotAcceptable,
    NotAuthenticated,
    PreconditionRequired,
    RangeNotSatisfiable,
    StillRunning,
    TooLarge,
    TooManyRequests,
    TooSlow,
    Unavailable,
    Unreadable,
    UnsupportedMediaType,
)

__all__ = [
    "AlreadyExists",
    "Conflict",
    "EvidenceMissing",
    "Fault",
    "Gone",
    "IdempotencyKeyReused",
    "InvalidContent",
    "InvalidCursor",
    "MethodNotAllowed",
    "NotAcceptable",
    "NotAuthenticated",
    "NotFound",
    "NotPermitted",
    "OwnProposal",
    "PreconditionRequired",
    "ProposalAlreadyOpen",
    "ProposalClosed",
    "RangeNotSatisfiable",
    "ServiceError",
    "Stale",
    "StillRunning",
    "TooLarge",
    "TooManyRequests",
    "TooSlow",
    "TransitionNotAllowed",
    "Unavailable",
    "UnknownAction",
    "Unreadable",
    "UnsupportedMediaType",
    "fault",
    "there",
]
