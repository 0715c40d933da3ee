"""What the database says, in the words of a refusal: it is away, a value is out of range, a fact is contradicted."""

import structlog
from asyncpg.exceptions import DataError, InterfaceError, InternalClientError, InvalidCachedStatementError

from service.database.prepared import cause
from service.errors import AlreadyExists, Conflict, InvalidContent, ServiceError, Unavailable

log = structlog.get_logger("pacta.violations")

# SQLSTATE classes that mean "come back later": connection, resources, operator intervention; and single codes for
# lock timeout, deadlock and serialisation failure. A statement that was prepared before a migration has a code of no such
# class, and is made anew the next time.
LATER = ("08", "53", "57", "55P03", "40P01", "40001")


def refusal(error: Exception) -> ServiceError | None:
    """Return the refusal for an error of the database or of the way to it; None if it is a fault of ours."""
    found = cause(error)
    state = str(getattr(found, "sqlstate", None) or "")
    if state.startswith("23"):
        return _violation(state, str(getattr(found, "constraint_name", None) or ""))
    if isinstance(found, DataError) or state.startswith("22"):
        return InvalidContent("A value is out of the range that the service can store.")
    later = state.startswith(LATER) or isinstance(found, InvalidCachedStatementError)
    if state and not later and not getattr(error, "connection_invalidated", False):
        return None
    # What the driver cannot name may be a fault of ours: then the traceback is wanted.
    unnamed = found if isinstance(found, InterfaceError | InternalClientError) else None
    log.warning("database_unavailable", error=type(found).__name__, exc_info=unnamed)
    return Unavailable(
        "The database is away or busy. Send the request again; with the same Idempotency-Key it has one effect.",
        headers={"Retry-After": "1"},
    )


def _violation(state: str, name: str) -> ServiceError:
    match state:
        case "23505":
            return AlreadyExists("Something with the same name or number is already there.", constraint=name)
        case "23503":
            return InvalidContent("It refers to something that is not there.", constraint=name)
    log.error("constraint_violated", constraint=name)
    return Conflict("The database refuses this combination of facts.", constraint=name)
