"""Bringing a database to the present schema: the two roles that use it, and Alembic's migrations."""

import asyncio
from collections.abc import Sequence

from alembic import command
from alembic.config import Config

from service.database.connection import Address, AddressWrong, Limits, connect
from service.database.privileges import APP, SEQUENCER, grant
from service.settings import MIGRATIONS

ROLES = (APP, SEQUENCER)


def migrate(owner: Address, users: Sequence[Address], limits: Limits) -> None:
    """Create the roles in the addresses `users` if they are missing, run every migration that is due, and grant what is lost.

    `AddressWrong` if an address names another role than the two that the schema knows.
    """
    asyncio.run(create_roles(owner, users, limits))
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["owner"], config.attributes["limits"] = owner, limits
    command.upgrade(config, "head")
    asyncio.run(grant_missing(owner, limits))


async def create_roles(owner: Address, users: Sequence[Address], limits: Limits) -> None:
    """Create each missing role with the password in its address."""
    connection = await connect(owner, limits, "pacta-migrate")
    try:
        async with connection.transaction():
            for one in users:
                if one.user not in ROLES:
                    raise AddressWrong(f"The role in {one.setting} must be one of {', '.join(ROLES)}, not {one.user}.")
                if await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", one.user) is None:
                    quoted = await connection.fetchval("SELECT quote_literal($1::text)", one.password or "")
                    await connection.execute(f"CREATE ROLE {one.user} LOGIN PASSWORD {quoted}")
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
