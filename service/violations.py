"""What the database says, in the words of a refusal: it is away, a value is out of range, a fact is contradicted."""

import structlog
from asyncpg.exceptions import DataError
from sqlalchemy.exc import DBAPIError, IntegrityError

from service.errors import AlreadyExists, Conflict, InvalidContent, ServiceError, Unavailable

log = structlog.get_logger("pacta.violations")

# SQLSTATE classes that mean "come back later": connection, resources, operator intervention; and single codes for
# lock timeout, deadlock and serialisation failure.
LATER = ("08", "53", "57", "55P03", "40P01", "40001")


def refusal(error: Exception) -> ServiceError | None:
    """Return the refusal for an error of the database or of the way to it; None if it is a fault of ours."""
    if isinstance(error, IntegrityError):
        return _violation(error)
    if isinstance(error, DBAPIError) and _out_of_range(error):
        return InvalidContent("A value is out of the range that the service can store.")
    if isinstance(error, DBAPIError) and not _passing(error):
        return None
    log.warning("database_unavailable", error=type(error).__name__)
    return Unavailable(
        "The database is away or busy. Nothing was changed; send the request again.", headers={"Retry-After": "1"}
    )


def _out_of_range(error: DBAPIError) -> bool:
    cause = getattr(error.orig, "__cause__", None)
    return isinstance(cause, DataError) or _state(error).startswith("22")


def _passing(error: DBAPIError) -> bool:
    state = _state(error)
    return error.connection_invalidated or state.startswith(LATER) or not state


def _state(error: DBAPIError) -> str:
    return str(getattr(error.orig, "sqlstate", None) or getattr(error.orig, "pgcode", None) or "")


def _violation(error: IntegrityError) -> ServiceError:
    name = str(getattr(getattr(error.orig, "__cause__", None), "constraint_name", "") or "")
    match _state(error):
        case "23505":
            return AlreadyExists("Something with the same name or number is already there.", constraint=name)
        case "23503":
            return InvalidContent("It refers to something that is not there.", constraint=name)
    log.error("constraint_violated", constraint=name)
    return Conflict("The database refuses this combination of facts.", constraint=name)
