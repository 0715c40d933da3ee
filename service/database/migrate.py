"""Bringing a database to the present schema: the roles that use it, and Alembic's migrations."""

import asyncio
import time
from collections.abc import Sequence
from typing import Final

import asyncpg
import structlog
from alembic import command
from alembic.config import Config
from sqlalchemy.exc import DBAPIError

from service.database.connection import Address, AddressWrong, Driver, Limits, connect
from service.database.pool import LOST
from service.database.privileges import PRIVILEGES, grant
from service.settings import MIGRATIONS

ROLES = tuple(PRIVILEGES)
TRIES: Final = 60
PAUSE_SECONDS: Final = 1.0
WAITED: Final = ("55P03", "40P01")
"""SQLSTATE codes of a lock that was not had in time, and of a deadlock."""
log = structlog.get_logger("pacta.database")


def migrate(owner: Address, users: Sequence[Address], limits: Limits) -> None:
    """Create the roles in the addresses `users`, run every migration that is due, and grant what is lost.

    A role that is there gets the password of its address if it has another.
    `AddressWrong` if an address names another role than those that the schema knows. What the operator should know of
    the database, and may mend later, is logged.
    """
    asyncio.run(prepare(owner, users, limits))
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["owner"], config.attributes["limits"] = owner, limits
    _upgrade(config)
    asyncio.run(grant_missing(owner, limits))


def _upgrade(config: Config) -> None:
    """Run what is due; where the service holds a lock for long, let it go on and try again."""
    for tries in range(1, TRIES + 1):
        try:
            command.upgrade(config, "head")
        except DBAPIError as wrong:
            if getattr(wrong.orig, "sqlstate", None) not in WAITED or tries == TRIES:
                raise
            log.warning("migration_waits", tries=tries, of=TRIES, reason=str(wrong.orig).partition("\n")[0])
            time.sleep(PAUSE_SECONDS)
        else:
            return


async def prepare(owner: Address, users: Sequence[Address], limits: Limits) -> None:
    """Create the roles that are missing, give each the password in its address, and look at the database itself."""
    connection = await connect(owner, limits, "pacta-migrate")
    try:
        await _warn_of_letters(connection)
        async with connection.transaction():
            await _create_roles(connection, users, limits)
    finally:
        connection.terminate()


async def grant_missing(owner: Address, limits: Limits) -> None:
    """Grant the roles what they should be allowed to do and are not: a dump may have been restored without its privileges."""
    connection = await connect(owner, limits, "pacta-migrate")
    try:
        async with connection.transaction():
            for role in ROLES:
                await grant(connection, role)
    finally:
        connection.terminate()


async def _create_roles(connection: Driver, users: Sequence[Address], limits: Limits) -> None:
    for one in users:
        if one.user not in ROLES:
            raise AddressWrong(f"The role in {one.setting} must be one of {', '.join(ROLES)}, not {one.user}.")
        there = await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", one.user)
        if there and not await _is_refused(one, limits):
            continue
        word = await connection.fetchval("SELECT quote_literal($1::text)", one.password or "")
        try:
            await connection.execute(f"{'ALTER' if there else 'CREATE'} ROLE {one.user} LOGIN PASSWORD {word}")
        except asyncpg.InsufficientPrivilegeError as wrong:
            raise AddressWrong(
                f"The role in PACTA_OWNER_DATABASE_URL may not make the role {one.user}, or not give it the password in "
                f"{one.setting}. As a superuser: CREATE ROLE {one.user} LOGIN PASSWORD ..., or ALTER ROLE where it is there."
            ) from wrong


async def _is_refused(user: Address, limits: Limits) -> bool:
    """Return whether the database takes another password than the one in the address."""
    try:
        (await connect(user, limits, "pacta-migrate")).terminate()
    except AddressWrong as wrong:
        return isinstance(wrong.__cause__, asyncpg.InvalidPasswordError)
    except LOST:
        # It may be reached from elsewhere only; what the owner sees does not tell.
        return False
    return False


async def _warn_of_letters(connection: Driver) -> None:
    """Warn where letters beyond ASCII are none to the database: a search by parts of words finds nothing in most languages."""
    known = await connection.fetchval("SELECT datctype FROM pg_database WHERE datname = current_database()")
    if known in {"C", "POSIX"}:
        log.warning(
            "database_without_letters",
            lc_ctype=known,
            detail="Searching finds no words with letters beyond ASCII. Make the cluster with initdb --locale=C.UTF-8 "
            "beside --locale-provider=builtin --builtin-locale=C.UTF-8, and restore a dump of this database into it.",
        )
