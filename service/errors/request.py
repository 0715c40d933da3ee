"""What is refused of a request as such, whatever it is about; and what the service cannot do at this moment."""

from collections.abc import Mapping
from typing import ClassVar

from service.errors.base import ServiceError
from service.errors.register import Conflict, InvalidContent


class Unreadable(ServiceError):
    """The request cannot be read at all: the body is not JSON, say, or the address is not UTF-8.

    Mend what `errors` or the detail names. A body is easiest made by a library that writes JSON, not by joining texts.
    """

    status = 400
    title = "The request cannot be read"


class InvalidCursor(Unreadable):
    """The page marker in `cursor` was not given out by this list, or by this list in another order.

    Follow the `Link` header of the page before, or send its `next_cursor` with the same filters and the same sort. Without
    `cursor` the list begins anew.
    """

    title = "The page marker is not one of this list"


class NotAuthenticated(ServiceError):
    """There is no access token in the request, or it is not good, or no longer.

    Get a token from `POST /oauth/token` with the client id and secret that your registrar gave you, and send it as
    `Authorization: Bearer ...`. A token ends; get a new one then. If the secret itself is refused, ask your registrar.
    """

    status = 401
    title = "Who is calling is not known"


class MethodNotAllowed(ServiceError):
    """The address is right, and the method (such as `DELETE`) is not possible there.

    `allowed_methods`, and the header `Allow`, list those that are. Nothing in the register is ever deleted or overwritten:
    what was agreed is changed by proposing a move.
    """

    status = 405
    title = "This method is not possible here"
    told: ClassVar[Mapping[str, str]] = {"allowed_methods": "The methods that are possible at this address."}


class NotAcceptable(ServiceError):
    """The header `Accept` asks for a media type in which this is not answered.

    Ask for one of `media_types`, or leave `Accept` out.
    """

    status = 406
    title = "This is not answered in such a media type"
    told: ClassVar[Mapping[str, str]] = {"media_types": "The media types in which this is answered."}


class StillRunning(Conflict):
    """The first request with this Idempotency-Key has not been answered yet.

    Wait as many seconds as `Retry-After` says, and send the same request again: it has one effect in any case.
    """

    title = "The first request with this key is still running"


class Gone(ServiceError):
    """What was here was withdrawn by the party that brought it, and is not handed out to anybody any more.

    Its digest, and the entries that tell of it, stay. Ask the secretariat of that party if you need what it held.
    """

    status = 410
    title = "This was withdrawn"


class TooSlow(ServiceError):
    """The body of the request did not arrive in the time that it has.

    Send the request again. If it happens again, the way to the service is broken or very slow: ask whoever runs your network.
    """

    status = 408
    title = "The body came too slowly"


class TooLarge(ServiceError):
    """The body of the request is longer than the service accepts.

    Send less at once. The operator sets the limit.
    """

    status = 413
    title = "The body is too large"


class UnsupportedMediaType(ServiceError):
    """The body is not of a kind that is understood; `Content-Type` says what kind it is.

    Send JSON with `Content-Type: application/json` (for a token: `application/x-www-form-urlencoded`).
    """

    status = 415
    title = "The body must be JSON"


class RangeNotSatisfiable(ServiceError):
    """The header Range asks for a part of a file in which there is nothing of it.

    The header `Content-Range` says how long the file is. Ask for a part of that, or leave Range out.
    """

    status = 416
    title = "The file has no such part"


class IdempotencyKeyReused(InvalidContent):
    """The same Idempotency-Key came before, with another body or to another address.

    Take a new key (a new UUID, say) for each new request; keep a key only to send the very same request again.
    """

    title = "The Idempotency-Key was used for another request"


class PreconditionRequired(ServiceError):
    """This change needs the header If-Match, so that nobody overwrites what somebody else has just written.

    Read the resource, and send the value of its header `ETag` as `If-Match`.
    """

    status = 428
    title = "If-Match is required"


class TooManyRequests(ServiceError):
    """The caller sends more than the service takes at this moment.

    Wait as many seconds as `Retry-After` says, then go on more slowly.
    """

    status = 429
    title = "Too many requests"


class Unavailable(ServiceError):
    """The service cannot do its work at this moment; its database is away or busy, mostly.

    Wait as many seconds as `Retry-After` says, and send the request again. With the same Idempotency-Key it has one effect,
    however often it is sent. If it lasts, tell the operator.
    """

    status = 503
    title = "The service is not available at the moment"
    told: ClassVar[Mapping[str, str]] = {"checks": "What was looked at and how it is; of `/readyz` alone."}
