"""What the database says, in the words of a refusal: it is away, a value is out of range, a fact is contradicted."""

from typing import Final

import structlog
from asyncpg import DataError, InterfaceError, InternalClientError, InvalidCachedStatementError

from service.database.connection import AddressWrong
from service.database.revisions import SchemaUnfit
from service.database.violations import Violation
from service.errors import InvalidContent, ServiceError, Unavailable

log = structlog.get_logger("pacta.violations")

# SQLSTATE classes that mean "come back later": connection, resources, operator intervention, the system around it; and
# single codes for lock timeout, deadlock and serialisation failure. A statement that was prepared before a migration has
# a code of no such class, and is made anew the next time.
LATER: Final = ("08", "53", "57", "58", "55P03", "40P01", "40001")
OPERATOR: Final = {
    "25006": "The database takes no changes at present: it is read-only.",
    "53100": "The database takes no changes at present: its disk is full.",
    "42501": "The database does not let the service do this: privileges are missing.",
    "42P01": "The database has another schema than the service: a table is missing.",
    "42703": "The database has another schema than the service: a column is missing.",
    "28": "The database refuses the service.",
    "3D000": "The database is not there.",
}
"""SQLSTATE codes and classes that last until the operator has done something, in words for the caller."""
SOON, LATER_SECONDS = "1", "10"


def refusal(error: Exception) -> ServiceError | None:
    """Return the refusal for an error of the database or of the way to it; None if it is a fault of ours."""
    state = str(getattr(error, "sqlstate", None) or "")
    if violation := Violation.of(error):
        log.warning("constraint_violated", constraint=violation.name)
        return violation.refusal()
    if isinstance(error, DataError) or state.startswith("22"):
        return InvalidContent("A value is out of the range that the service can store.")
    said = OPERATOR.get(state) or OPERATOR.get(state[:2])
    if isinstance(error, SchemaUnfit):
        said = str(error)
    elif isinstance(error, AddressWrong):
        said = OPERATOR["28"]
    if said:
        log.error("database_unusable", sqlstate=state, said=said, reason=str(error) if state == "" else None)
        return Unavailable(
            f"{said} The operator has been told. Reading may work.", headers={"Retry-After": LATER_SECONDS}
        )
    if state and not state.startswith(LATER) and not isinstance(error, InvalidCachedStatementError):
        return None
    # What the driver cannot name may be a fault of ours: then the traceback is wanted.
    unnamed = error if isinstance(error, InterfaceError | InternalClientError) else None
    log.warning("database_unavailable", error=type(error).__name__, exc_info=unnamed)
    return Unavailable(
        "The database is away or busy. Send the request again; with the same Idempotency-Key it has one effect.",
        headers={"Retry-After": SOON},
    )
