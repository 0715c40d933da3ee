"""Everything that is asked of a database, in the order in which it is mended."""

from collections.abc import AsyncIterator, Iterable
from typing import Final

import asyncpg
import sqlalchemy as sa

from service.database.connection import Address, Limits, connect
from service.database.doctor import access, structure
from service.database.doctor.content import content
from service.database.doctor.finding import Finding
from service.database.statement import Connection

ABOUT: Final = (
    "schema version", "settings", "tables", "constraints", "indexes", "triggers", "sequences", "owner", "roles", "access",
    "grants", "defaults", "content",
)  # fmt: skip
LOCK_TIMEOUT: Final = "SET lock_timeout = '5s'"


async def examine(owner: Address, limits: Limits, metadata: sa.MetaData) -> list[Finding]:
    """Return all that is wrong; where the tables are not as they must be, or another's, nothing is asked of what is in them."""
    connection = await connect(owner, limits, "pacta-doctor")
    try:
        found = [one async for one in structure.version(connection)]
        if found:
            return found
        for asked in _asked(connection, metadata):
            found += [one async for one in asked]
        # SQLAlchemy cannot read a table with a check that was never held to its rows; once that is mended it can.
        if not any(one.about == "constraints" and one.statements for one in found):
            found += [one async for one in structure.tables(owner, limits, metadata)]
        if not any(one.about in {"tables", "owner"} for one in found):
            for question in (structure.sequences, content):
                found += [one async for one in question(connection)]
    finally:
        connection.terminate()
    return found


def _asked(connection: Connection, metadata: sa.MetaData) -> Iterable[AsyncIterator[Finding]]:
    yield structure.settings(connection)
    yield structure.checks(connection, metadata)
    yield structure.indexes(connection)
    yield structure.triggers(connection)
    for question in (access.owner, access.roles, access.access, access.grants, access.defaults):
        yield question(connection)


async def mend(owner: Address, limits: Limits, findings: Iterable[Finding]) -> list[str]:
    """Run what mends each finding, and return what could not be mended, and why."""
    connection = await connect(owner, limits, "pacta-doctor")
    failed = []
    try:
        # Whoever waits for a lock makes everybody behind him wait, too.
        await connection.execute(LOCK_TIMEOUT)
        for one in findings:
            try:
                # Several are one transaction to the server; one that builds an index may be in none.
                await connection.execute("; ".join(one.statements))
            except asyncpg.PostgresError as wrong:
                failed.append(f"{one.said} It could not be mended: {wrong}.")
    finally:
        connection.terminate()
    return failed
